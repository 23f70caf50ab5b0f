"""A letter that can arrive again: one tells what it says, the letter or the human who was to take its place."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from portal.notifications.models import Message, Route, Status, Step
from portal.notifications.outbox import replan_without
from portal.notifications.outcomes import locked_whole
from portal.notifications.packing import pack
from portal.notifications.planner import Event, EventKind, Tidings
from portal.notifications.queries_post import calendar_of
from portal.notifications.reviving import takes_its_place_back

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FAR, SOON = (NOW + timedelta(days=days) for days in (21, 2))
BOOKED = pack(Event(EventKind.BOOKED, FAR, discreet=False, happened_at=NOW))
MOVED = pack(Event(EventKind.MOVED, FAR, discreet=False, old_starts_at=SOON, happened_at=NOW))
TIDINGS = pack(Tidings(NOW))
NEAR = pack(Event(EventKind.BOOKED, SOON, discreet=False, happened_at=NOW))


@pytest.fixture
def revived(world):
    """Whether a letter leaves again, and what becomes of the call that took its place."""

    def act(event, call=Status.OPEN, step=Step.NOTICE, *, wants_paper=True, gone=Status.FAILED, fails_again=False):
        person = world.person(
            address=["", "", "1 rue de l'Essai", "", "62000 Arras"],
            mobile=None,
            email=None,
            landline="+33353010012",
            wants_paper=wants_paper,
        )
        rows = {
            route: Message(
                event_id=UUID(int=person.id),
                event=event,
                subject="appointment",
                subject_id=1,
                person_id=person.id,
                kind="appointment_booked",
                step=step,
                route=route,
                context={},
                status=status,
                created_at=NOW,
                due_at=NOW,
                expires_at=FAR,
                retry_until=FAR,
                attempts=1,
            )
            for route, status in ((Route.LETTER, gone), (Route.CALL, call))
        }
        with world.database.transaction() as session:
            session.add_all(rows.values())
            session.flush()
            letter = locked_whole(session, rows[Route.LETTER].id)
            leaves = takes_its_place_back(session, NOW, letter, calendar_of(session))
            if fails_again:
                letter.status = Status.FAILED
                replan_without(session, NOW, letter, Route.LETTER, calendar_of(session))
        with world.database.transaction() as session:
            return leaves, session.get_one(Message, rows[Route.CALL].id).status

    return act


@pytest.mark.parametrize(("event", "step"), [(BOOKED, Step.NOTICE), (BOOKED, Step.REMINDER), (TIDINGS, Step.NOTICE)])
@pytest.mark.parametrize("call", [Status.WAITING, Status.SENDING, Status.OPEN])
def test_the_letter_tells_and_nobody_calls_any_more(revived, event, step, call) -> None:
    assert revived(event, call, step) == (True, Status.WITHDRAWN)


def test_the_call_tells_where_the_letter_would_come_too_late(revived) -> None:
    assert revived(NEAR) == (False, Status.OPEN)
    assert revived(NEAR, step=Step.REMINDER) == (False, Status.OPEN)


@pytest.mark.parametrize(("event", "step"), [(BOOKED, Step.NOTICE), (BOOKED, Step.REMINDER), (TIDINGS, Step.NOTICE)])
def test_whoever_stood_down_for_a_letter_that_fails_again_tells_after_all(revived, event, step) -> None:
    assert revived(event, step=step, fails_again=True) == (True, Status.WAITING)


def test_both_tell_where_the_table_wants_both(revived) -> None:
    assert revived(MOVED) == (True, Status.OPEN)


def test_what_a_call_has_told_is_told_again_to_those_who_want_it_on_paper_alone(revived) -> None:
    assert revived(BOOKED, Status.DONE, gone=Status.RETURNED) == (True, Status.DONE)
    assert revived(BOOKED, Status.DONE, wants_paper=False) == (False, Status.DONE)


def test_a_call_that_took_no_place_or_took_none_back_changes_nothing(revived) -> None:
    assert revived(BOOKED, Status.FAILED) == (True, Status.FAILED)
    assert revived({"kind": "single"}) == (True, Status.OPEN)
