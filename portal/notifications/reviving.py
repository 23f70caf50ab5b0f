"""A letter that could not arrive, and now can: whether it leaves, and who no longer has to tell it in its place."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.notifications.models import Message, Route, Status, Step
from portal.notifications.outbox import STOOD_DOWN, letter_arrival, siblings_of
from portal.notifications.packing import unpack
from portal.notifications.planner import Event, Planned, Reach, Tidings, plan_notices, plan_reminders, plan_tidings
from portal.notifications.post import PostalCalendar
from portal.notifications.ways import failed_routes, reach_of
from portal.people.models import Person

_BY_HAND = frozenset({Route.CALL, Route.DESK})
_ASKED = (Status.WAITING, Status.SENDING, Status.OPEN)  # of somebody, who has not told yet
_STANDS = (*_ASKED, Status.DONE)


def takes_its_place_back(session: Session, now: datetime, letter: Message, post: PostalCalendar) -> bool:
    """Whether a letter that failed, or came back, tells what it says now that it can arrive. One tells, not two.

    The planner's own table says by whom. By the letter alone: the task that took its place stands down, to stand up
    again if the letter fails once more (`outbox.replan_without`). By a human, for the letter would come too late: it
    does not leave. What a human has told already is told again to those who chose the garantie papier alone: they want
    it on paper. `letter` is held, with its person and its subject.
    """
    event = unpack(letter.event)
    if event is None or letter.person_id is None:
        return True  # asked for by itself: nobody took its place
    siblings = siblings_of(session, letter)
    by_hand = [row for row in siblings if row.step is letter.step and row.route in _BY_HAND and row.status in _STANDS]
    if not by_hand:
        return True
    person = session.get_one(Person, letter.person_id)
    failed = {row.route for row in siblings if row.step is letter.step and row.status is Status.FAILED}
    closed = frozenset((failed | failed_routes(person)) - {Route.LETTER})
    routes = _routes(reach_of(person), event, letter.step, now, closed, post, letter_arrival(siblings, post))
    is_told = any(row.status is Status.DONE for row in by_hand)
    if Route.LETTER not in routes or (is_told and not person.wants_paper):
        return False
    if not routes & _BY_HAND:
        for row in by_hand:
            if row.status in _ASKED:
                row.status, row.leased_until, row.last_error = Status.WITHDRAWN, None, STOOD_DOWN
    return True


def _routes(  # noqa: PLR0913, PLR0917 - the planner's own inputs
    reach: Reach,
    event: Event | Tidings,
    step: Step,
    now: datetime,
    failed: frozenset[Route],
    post: PostalCalendar,
    letter_arrives: date | None,
) -> set[Route]:
    """By which routes the planner tells it now."""
    planned: tuple[Planned, ...]
    if isinstance(event, Tidings):
        planned = plan_tidings(reach, event, now, failed, post)
    elif step is Step.NOTICE:
        planned = plan_notices(reach, event, now, failed, post)
    else:
        planned = plan_reminders(reach, event, now, failed, post, letter_arrives=letter_arrives, last_resort=True)
    return {one.route for one in planned}
