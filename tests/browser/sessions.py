"""A browser that somebody has signed in with: the session that their proofs would have left."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from portal.people.models import Level


def entering(app: Flask) -> Callable[..., None]:
    """Gives `enter(visitor, agent=…)` or `enter(visitor, person=…, mandate=…)`."""

    def enter(visitor: Any, *, agent: Any = None, person: Any = None, mandate: Any = None) -> None:
        client = app.test_client()
        with client.session_transaction(base_url="https://localhost") as session:
            if agent is not None:
                now = app.extensions["portal"].clock()
                session.update(agent_id=agent.id, idle_minutes=20, confirmed_at=now.isoformat())
            if person is not None:
                session.update(person_id=person.id, level=Level.REACHABLE, how="mobile")
            if mandate is not None:
                session["mandate_id"] = mandate.id
        cookie = client.get_cookie("porte", domain="localhost")
        assert cookie is not None
        visitor.context.add_cookies([{"name": "porte", "value": cookie.value, "url": visitor.site}])

    return enter
