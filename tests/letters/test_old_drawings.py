"""A letter drawn anew to another address: the old sheet stays what it was, and nothing of the new one is said of it."""

import pytest
from sqlalchemy import update

from portal.journal.services import Actor
from portal.letters.models import PrintRun, ReturnReason, RunState
from portal.letters.queries import letter_of_message
from portal.letters.queries_returns import tallies
from portal.letters.services_post import pull
from portal.letters.services_returns import note_return
from portal.notifications.models import Message, Status
from portal.notifications.queries_post import calendar_of
from portal.people.models import Person
from portal.space.queries import letter_of
from tests.entering import enter
from tests.letters.runs import ROOM, made, queued

BY = Actor.agent(1)


@pytest.fixture
def drawn_anew(database, world):
    """Gives the old letter of a run and the one that takes its place, after it was pulled, or came back."""

    def draw(*, came_back):
        old = queued(world)
        made(database, world.now)
        with database.transaction() as session:
            if came_back:
                message = session.get_one(Message, old.message_id)
                message.status = Status.POSTED
                note_return(session, world.now, reference=old.reference, reason=ReturnReason.REFUSED, by=BY)
            session.get_one(Person, old.message.person_id).address = ["", "", "9 rue Neuve", "", "62300 Lens"]
        with database.transaction() as session:
            if not came_back:
                post = calendar_of(session)
                pull(session, world.now, reference=old.reference, reason=None, by=BY, post=post)
            message = session.get_one(Message, old.message_id)
            ROOM.draw(session, message, world.now)
            new = letter_of_message(session, message.id)
            assert letter_of(session, session.get_one(Person, message.person_id), message.id).id == new.id
        return old, new

    return draw


@pytest.mark.parametrize(("came_back", "state"), [(True, "Revenue : Refusé"), (False, "Retirée")])
def test_the_old_sheet_says_that_it_is_old_and_shows_no_other_address(
    client, database, world, drawn_anew, came_back, state
):
    world.departement()
    agent = world.agent("courrier")
    enter(client, agent)
    old, new = drawn_anew(came_back=came_back)
    page = client.get(f"/agents/courriers/{old.id}").page
    assert "C'est une ancienne lettre" in page.text()
    assert f"État {state}" in page.text()
    assert "NEUVE" not in page.text()
    assert page.links()[f"Lettre {new.reference}"] == f"/agents/courriers/{new.id}"
    assert "9 RUE NEUVE" in client.get(f"/agents/courriers/{new.id}").page.text()
    assert f"État {state}" in client.get(f"/agents/courriers/lots/1?cle={old.reference}").page.text()
    assert "NEUVE" not in client.get(f"/agents/courriers/recommandes/{old.id}").page.text()
    assert "LENS" not in client.get("/agents/courriers/retours").page.text()
    with database.transaction() as session:
        session.execute(update(PrintRun).values(state=RunState.POSTED, posted_on=world.now.date()))
        towns = {town for _monday, town, _tally in tallies(session, world.now, agent_id=agent.id)}
    assert towns == ({"62000"} if came_back else set())
