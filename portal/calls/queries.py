"""What no machine could deliver, and what is known of each: where it stands, tries so far, by when."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Interval, func, literal, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.calls import rules
from portal.calls.models import CallTask, CallTry
from portal.calls.rules_people import Number, may_tell_relatives, numbers, right_holders
from portal.clock import paris_day
from portal.directory.models import Place
from portal.notifications.models import Message, Route, Status
from portal.notifications.queries_post import region_of
from portal.people.models import Agent, Person
from portal.people.models_mandates import Mandate
from portal.people.queries_access import Work, in_force, within_reach
from portal.web.access import Role

MOST = 300  # shown at once: the next ones come up as these are done
ROLES = (Role.ACCUEIL, Role.ENCADRANT, Role.ADMIN)

# Whose work it is: an admin alone would leave people waiting.
_WORK = Work(ROLES, workers=(Role.ACCUEIL, Role.ENCADRANT))
_BY_HAND = Message.route.in_((Route.CALL, Route.DESK))
_ONE_DAY = literal(timedelta(days=1), Interval())


@dataclass(frozen=True)
class Task:
    """A message in a human's hands, its person loaded, as it stands now.

    `holder`: who has it in hand, until `held_until`. `again_at`: nobody answered, worth trying from then on. `region`:
    whose public holidays hold.
    """

    message: Message
    place: Place | None
    tries: Sequence[CallTry]
    numbers: tuple[Number, ...]
    deadline: datetime
    event_at: datetime
    is_overdue: bool
    region: str
    holder: Agent | None = None
    held_until: datetime | None = None
    again_at: datetime | None = None

    @property
    def name(self) -> str:
        """Who is to be told; empty for somebody who left a number and no name."""
        person = self.message.person
        return f"{person.given_names} {person.family_name}" if person else ""

    @property
    def words(self) -> str:
        """What is to be said, to read aloud."""
        return str((self.message.rendered or {}).get("text", ""))

    @property
    def is_open(self) -> bool:
        """Whether it still waits."""
        return self.message.status is Status.OPEN

    @property
    def from_when(self) -> datetime:
        """From when it is worth calling."""
        return max(self.message.due_at, self.again_at or self.message.due_at)


def open_tasks(session: Session, now: datetime, *, agent_id: int) -> list[Task]:
    """The tasks that wait for this agent, the one whose deadline is oldest first.

    Those of the places where they hold one of `ROLES`, and those that nobody would see (`within_reach`).
    """
    nearly = func.least(Message.due_at + _ONE_DAY, Message.expires_at - _ONE_DAY)  # about the deadline: who is shown
    messages = session.scalars(
        select(Message)
        .where(Message.status == Status.OPEN, _mine(session, now, agent_id))
        .options(joinedload(Message.person))
        .order_by(nearly, Message.id)
        .limit(MOST)
    ).all()
    tasks = _tasks(session, now, messages)
    return sorted(tasks, key=lambda task: (task.deadline, task.message.id))


def task(session: Session, now: datetime, task_id: int, *, agent_id: int) -> Task | None:
    """One task, over or not; None when there is none before this agent."""
    messages = session.scalars(
        select(Message)
        .where(Message.id == task_id, _mine(session, now, agent_id))
        .options(joinedload(Message.person))
        .execution_options(populate_existing=True)
    ).all()
    return next(iter(_tasks(session, now, messages)), None)


def relatives(session: Session, now: datetime, message: Message) -> list[Person]:
    """Who may be told in the place of the person of a message; nobody for what others may not hear."""
    person = session.scalars(
        select(Person).where(Person.id == message.person_id).options(selectinload(Person.guardian))
    ).one_or_none()
    if person is None or not may_tell_relatives(message, person):
        return []
    held = (
        select(Mandate)
        .where(Mandate.person_id == person.id, Mandate.holder_id.is_not(None), in_force(now))
        .options(joinedload(Mandate.holder))
        .order_by(Mandate.id)
    )
    return right_holders(person, person.guardian, session.scalars(held).all())


def _mine(session: Session, now: datetime, agent_id: int) -> ColumnElement[bool]:
    return _BY_HAND & within_reach(session, agent_id, _WORK, paris_day(now), Message.place_id)


def _tasks(session: Session, now: datetime, messages: Sequence[Message]) -> list[Task]:
    ids = [message.id for message in messages]
    held = select(CallTask).where(CallTask.message_id.in_(ids)).options(joinedload(CallTask.claimer))
    states = {
        state.message_id: state
        for state in session.scalars(held.order_by(CallTask.message_id).execution_options(populate_existing=True))
    }
    tries: defaultdict[int, list[CallTry]] = defaultdict(list)
    made = select(CallTry).where(CallTry.message_id.in_(ids)).options(joinedload(CallTry.agent))
    for one in session.scalars(made.order_by(CallTry.at, CallTry.id)):
        tries[one.message_id].append(one)
    places, region = _places(session, (message.place_id for message in messages)), region_of(session)
    return [
        _task(now, message, places.get(message.place_id or 0), states.get(message.id), tries[message.id], region=region)
        for message in messages
    ]


def _task(  # noqa: PLR0913 - a task's own parts
    now: datetime,
    message: Message,
    place: Place | None,
    state: CallTask | None,
    tries: Sequence[CallTry],
    *,
    region: str,
) -> Task:
    event_at = rules.event_at(message.expires_at, message.due_at, message.event)
    until = message.context.get("asked_until") if message.kind == rules.CALLBACK else None
    deadline = (
        rules.callback_deadline(message.due_at, datetime.fromisoformat(until))
        if until
        else rules.deadline(message.due_at, event_at, region)
    )
    is_held = state is not None and state.claimed_until is not None and state.claimed_until > now
    return Task(
        message=message,
        place=place,
        tries=tries,
        numbers=numbers(message, message.person),
        deadline=deadline,
        event_at=event_at,
        is_overdue=message.status is Status.OPEN and now > deadline,
        region=region,
        holder=state.claimer if state and is_held else None,
        held_until=state.claimed_until if state and is_held else None,
        again_at=state.again_at if state else None,
    )


def _places(session: Session, ids: Iterable[int | None]) -> dict[int, Place]:
    wanted: Collection[int] = {number for number in ids if number is not None}
    rows = session.scalars(select(Place).where(Place.id.in_(wanted)).order_by(Place.id))
    return {place.id: place for place in rows}
