"""Which messages will tell someone of an appointment, by which route and when; read from the outbox itself."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.booking.models import Appointment
from portal.booking.words import tellings
from portal.directory.models import Motif
from portal.notifications.models import Message, Route, Status, Step
from portal.notifications.planner import Event, EventKind, plan
from portal.notifications.post import PostalCalendar
from portal.notifications.queries_post import calendar_of
from portal.notifications.rules_post import letter_days
from portal.notifications.ways import failed_routes, reach_of
from portal.people.models import Person

_GONE = (Status.FAILED, Status.WITHDRAWN, Status.EXPIRED, Status.RETURNED)


@dataclass(frozen=True)
class Told:
    """The routes of the notice, and of the reminder with its day. `letter_posted`: the day the letter leaves."""

    now: tuple[Route, ...]
    reminders: tuple[tuple[Route, datetime], ...]
    letter_posted: date | None
    letter_arrives: date | None
    is_discreet: bool
    has_left: bool = False  # the letter is at the post already
    is_by_choice: bool = False  # there is a mobile or a mailbox, and they want no messages there

    @property
    def by_nobody_but_the_place(self) -> bool:
        """Whether no message will arrive: the place alone gives the news, or nobody does."""
        return not set(self.now) - {Route.DESK}


def told_of(session: Session, now: datetime, appointment: Appointment) -> Told:
    """The messages of an appointment that still stand. It must be loaded whole."""
    rows = session.scalars(
        select(Message)
        .where(Message.subject == "appointment", Message.subject_id == appointment.id, Message.status.not_in(_GONE))
        .order_by(Message.due_at, Message.id)
    ).all()
    notices = [row for row in rows if row.step is Step.NOTICE]
    letter = next((row for row in notices if row.route is Route.LETTER), None)
    days = None if letter is None else letter_days(letter, calendar_of(session), now)
    return Told(
        now=tuple(dict.fromkeys(row.route for row in notices)),
        reminders=tuple((row.route, row.due_at) for row in rows if row.step is Step.REMINDER),
        letter_posted=None if days is None else days.posted,
        letter_arrives=None if days is None else days.arrives,
        has_left=days is not None and days.has_left,
        is_discreet=appointment.motif.discreet,
        is_by_choice=any(_closed_their_ways(telling.person) for telling in tellings(appointment)),
    )


def foreseen(now: datetime, *, person: Person, motif: Motif, starts_at: datetime, post: PostalCalendar) -> Told:
    """What `told_of` will say once someone known has booked: the planner's own answer for their file. Pure."""
    event = Event(EventKind.BOOKED, starts_at, motif.discreet)
    planned = plan(reach_of(person), event, now, failed_routes(person), post)
    notices = [one for one in planned if one.step is Step.NOTICE]
    letter = next((one.due_at for one in notices if one.route is Route.LETTER), None)
    return Told(
        now=tuple(one.route for one in notices),
        reminders=tuple((one.route, one.due_at) for one in planned if one.step is Step.REMINDER),
        letter_posted=None if letter is None else post.posting_day(letter),
        letter_arrives=None if letter is None else post.arrival(letter),
        is_discreet=motif.discreet,
        is_by_choice=_closed_their_ways(person),
    )


def _closed_their_ways(person: Person) -> bool:
    given = [wanted for way, wanted in ((person.mobile, person.wants_sms), (person.email, person.wants_email)) if way]
    return bool(given) and not any(given)
