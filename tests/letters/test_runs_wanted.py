"""What somebody has asked for since their letter was drawn: no run takes it, and one that says too much is pulled."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.journal.services import Actor
from portal.letters.models import Letter, PullReason
from portal.letters.queries_runs import letters_of, run_of, to_pull
from portal.letters.rules_post import PostFault
from portal.letters.services_hand import make_by_hand
from portal.letters.services_post import count, mark_printed, post, pull
from portal.notifications.dispatch import send_due
from portal.notifications.models import Message
from portal.notifications.queries_post import calendar_of
from portal.people.models import Person, RouteState
from portal.refusal import Refused
from tests.letters.runs import made, queued

BY = Actor.agent(1)
DISCREET = {"wants_discretion": True}


def asks(database, letter, clock, **changed):
    """Somebody on the garantie papier says something of their file."""
    with database.transaction() as session:
        person = session.get_one(Person, letter.message.person_id)
        person.letters_chosen_at = clock.now
        for name, value in changed.items():
            setattr(person, name, value)


def by_hand(database, clock, *, seen=0):
    with database.transaction() as session:
        run = make_by_hand(session, clock.now, post=calendar_of(session), seen=seen, by=BY)
    return run.run if run else None


@pytest.mark.parametrize("changed", [DISCREET, {"language": "en"}, {"wants_large_print": True}])
def test_a_run_by_hand_leaves_out_what_somebody_has_asked_otherwise_since_and_it_is_drawn_anew(
    database, world, clock, gateways, changed
):
    world.departement()
    other, letter = queued(world), queued(world)
    asks(database, letter, clock, **changed)
    first = by_hand(database, clock)
    with database.transaction() as session:
        assert [one.id for one in letters_of(session, first.id)] == [other.id]
    send_due(database, gateways, clock)  # the next step of the worker, with no cut-off between
    second = by_hand(database, clock, seen=first.id)
    with database.transaction() as session:
        (drawn,) = letters_of(session, second.id)
        assert (drawn.message_id, drawn.id != letter.id) == (letter.message_id, True)
        assert ("MDS Essai" in drawn.message.rendered["text"]) is (changed is not DISCREET)


def test_a_letter_in_its_tray_that_names_the_place_is_pulled_and_another_leaves_without_it(
    database, world, clock, gateways
):
    world.departement()
    letter, spoken, larger = queued(world), queued(world), queued(world)
    run = made(database, clock.now)
    asks(database, letter, clock, **DISCREET)
    asks(database, spoken, clock, language="en")  # what says too little, or in small print, harms nobody: it leaves
    asks(database, larger, clock, wants_large_print=True)
    given = {"run_id": run.id, "by": BY}
    with database.transaction() as session:
        mark_printed(session, clock.now, **given)
        count(session, clock.now, letters=3, sheets=3, **given)
        assert [one.id for one in to_pull(session, run.id)] == [letter.id]
        with pytest.raises(Refused) as refused:
            post(session, clock.now, posted_on=clock.now.date(), post=calendar_of(session), **given)
        assert refused.value.reason is PostFault.TO_PULL
        pulled = pull(session, clock.now, reference=letter.reference, reason=None, by=BY, post=calendar_of(session))
        assert pulled.letter.pull_reason is PullReason.REWORDED
        count(session, clock.now, letters=2, sheets=2, **given)
        post(session, clock.now, posted_on=clock.now.date(), post=calendar_of(session), **given)
    send_due(database, gateways, clock)
    with database.transaction() as session:
        drawn = session.scalars(
            select(Letter.id).where(Letter.message_id == letter.message_id).order_by(Letter.id)
        ).all()
        message = session.get_one(Message, letter.message_id)
        assert (len(drawn), message.status.value) == (2, "queued")
        assert "MDS Essai" not in message.rendered["text"]


def test_an_address_that_is_no_longer_trusted_is_not_said_to_have_changed(database, world, clock):
    doubtful, moved, hidden = queued(world), queued(world), queued(world)
    run = made(database, clock.now)
    asks(database, doubtful, clock, address_state=RouteState.DOUBTFUL)
    asks(database, moved, clock, address=["", "", "9 rue Neuve", "", "62300 Lens"])
    asks(database, hidden, clock, letters_chosen_at=None, **DISCREET)
    later = clock.now + timedelta(hours=1)
    with database.transaction() as session:
        reasons = [
            pull(
                session, later, reference=one.reference, reason=None, by=BY, post=calendar_of(session)
            ).letter.pull_reason
            for one in (doubtful, moved, hidden)
        ]
        assert run_of(session, run.id).letters == 3
    assert reasons == [PullReason.DOUBTFUL, PullReason.MOVED_AWAY, PullReason.DOUBTFUL]
