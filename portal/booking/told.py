"""Which messages will tell someone of an appointment, by which route and when; read from the outbox itself."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.booking.models import Appointment
from portal.notifications.models import Message, Route, Status, Step
from portal.notifications.post import FRENCH_POST

_GONE = (Status.FAILED, Status.WITHDRAWN, Status.EXPIRED)


@dataclass(frozen=True)
class Told:
    """The routes of the notice, and of the reminder with its day. `letter_posted`: the day the letter leaves."""

    now: tuple[Route, ...]
    reminders: tuple[tuple[Route, datetime], ...]
    letter_posted: date | None
    letter_arrives: date | None
    is_discreet: bool

    @property
    def by_nobody_but_the_place(self) -> bool:
        """Whether no message will arrive: the place alone gives the news, or nobody does."""
        return not set(self.now) - {Route.DESK}


def told_of(session: Session, appointment: Appointment) -> Told:
    """The messages of an appointment that still stand. Its motif must be loaded."""
    rows = session.scalars(
        select(Message)
        .where(Message.subject == "appointment", Message.subject_id == appointment.id, Message.status.not_in(_GONE))
        .order_by(Message.due_at, Message.id)
    ).all()
    notices = [row for row in rows if row.step is Step.NOTICE]
    letter = next((row.due_at for row in notices if row.route is Route.LETTER), None)
    return Told(
        now=tuple(dict.fromkeys(row.route for row in notices)),
        reminders=tuple((row.route, row.due_at) for row in rows if row.step is Step.REMINDER),
        letter_posted=None if letter is None else FRENCH_POST.posting_day(letter),
        letter_arrives=None if letter is None else FRENCH_POST.arrival(letter),
        is_discreet=appointment.motif.discreet,
    )
