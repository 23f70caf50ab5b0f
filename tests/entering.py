"""An agent at the screen, signed in with both proofs, without typing them: for tests of what comes after."""

from portal.people.models import Agent
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


def leave(client: CheckedClient) -> None:
    """Whoever was at this browser is gone."""
    client.delete_cookie("porte")
