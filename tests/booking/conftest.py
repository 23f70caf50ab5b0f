"""Someone known at the screen: signed in, or acting for a person."""

import pytest

from portal.people.models import Level


@pytest.fixture
def enter(client, clock):
    """`enter(person)`: in their space; `enter(person=…, agent=…, mandate=…)`: acting under a mandate."""

    def open_session(person=None, *, agent=None, mandate=None):
        with client.session_transaction(base_url="https://localhost") as session:
            session.clear()
            if person:
                session.update(person_id=person.id, level=Level.REACHABLE, how="mobile")
            if agent:
                session.update(agent_id=agent.id, idle_minutes=60, confirmed_at=clock.now.isoformat())
            if mandate:
                session["mandate_id"] = mandate.id

    return open_session
