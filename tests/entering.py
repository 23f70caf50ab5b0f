"""An agent or a resident at the screen, signed in without typing their proofs: for tests of what comes after."""

from portal.people.models import Agent, Level, Person
from portal.people.models_mandates import Mandate
from tests.checked_pages import CheckedClient


def enter(client: CheckedClient, agent: Agent, *, place_id: int | None = None, is_fresh: bool = True) -> None:
    """From now on this browser is the agent's. `is_fresh`: they have just proved who they are."""
    clock = client.application.extensions["portal"].clock
    with client.session_transaction(base_url="https://localhost") as session:
        session.clear()
        session["agent_id"] = agent.id
        session["place_id"] = place_id
        session["idle_minutes"] = 20
        if is_fresh:
            session["confirmed_at"] = clock().isoformat()


def enter_person(client: CheckedClient, person: Person, *, level: Level = Level.REACHABLE) -> None:
    """From now on this browser is the resident's."""
    with client.session_transaction(base_url="https://localhost") as session:
        session.clear()
        session["person_id"] = person.id
        session["level"] = level.value
        session["how"] = "mobile"


def act(client: CheckedClient, mandate: Mandate) -> None:
    """Whoever is at this browser acts under a mandate."""
    with client.session_transaction(base_url="https://localhost") as session:
        session["mandate_id"] = mandate.id


def leave(client: CheckedClient) -> None:
    """Whoever was at this browser is gone."""
    client.delete_cookie("porte")
