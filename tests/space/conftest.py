"""Somebody in their space, and the forms they send."""

import pytest

from portal.people.models import Level


@pytest.fixture
def resident(world):
    """Camille Essai, with a mobile and an e-mail."""
    world.departement()
    return world.person(given_names="Camille", mobile="+33639980012", email="camille@exemple.fr")


@pytest.fixture
def enter(client, clock):
    """Opens a space: `enter(person, known=True)`; or somebody else's, under a mandate."""

    def open_space(person=None, *, known=False, agent=None, mandate=None):
        with client.session_transaction(base_url="https://localhost") as session:
            session.clear()
            if person:
                session.update(person_id=person.id, level=Level.KNOWN if known else Level.REACHABLE, how="mobile")
            if agent:
                session.update(agent_id=agent.id, idle_minutes=20, confirmed_at=clock.now.isoformat())
            if mandate:
                session["mandate_id"] = mandate.id

    return open_space


@pytest.fixture
def send(client):
    """Fills in the form of a page that leads to `path` (the page itself, if not said), and sends it."""

    def fill_and_send(page_path, *, to=None, **typed):
        page = client.get(page_path).page
        action = to or page_path
        forms = [form for form in page.all("form") if form.get("action") == action]
        assert forms, f"no form to {action} on {page_path}"
        number = page.all("form").index(forms[0])
        return client.post(action, data=page.fields(number) | typed)

    return fill_and_send
