"""The guard of `/r/<code>`: a code, and one fact only they know."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import case, delete, func, null, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.booking import queries
from portal.booking.models import Appointment, CodeTries, Invitation
from portal.booking.rules import is_over
from portal.clock import paris_day
from portal.codes import read_code
from portal.people.models import Person
from portal.refusal import Refused

TRIES = 5
LOCKED_FOR = timedelta(minutes=15)

Thing = TypeVar("Thing")


class GuardRefusal(StrEnum):
    """Why a code and a birth date open nothing. The words are the same whether the code exists or not."""

    WRONG = "wrong"
    LOCKED = "locked"  # 5 wrong tries: for 15 minutes, even the right fact opens nothing
    OVER = "over"  # said to the right person only: the appointment ended more than 24 hours ago


@dataclass(frozen=True)
class Opened:
    """What the right birth date opened, and who is known by it."""

    appointment: Appointment
    person: Person


def open_with_fact(session: Session, now: datetime, *, code: str, birth_date: date) -> Opened | Refused:
    """The appointment of a code, for whoever knows the birth date of someone concerned or of their guardian.

    `code` as typed. The refusal is given back, not raised, so that the caller commits the try it counted. Tries are
    counted before the fact is looked at, by one statement that others wait for: fifty guesses at once are five. A
    right answer sets the count to nothing; so do 15 minutes.
    """
    return _guarded(session, now, code, lambda read: _appointment(session, now, read, birth_date))


def is_locked(session: Session, now: datetime, code: str) -> bool:
    """Whether no fact opens a code (as `codes.read_code` gives it) now, after too many wrong ones. Counts nothing.

    The answer is the same whether the code exists or not.
    """
    until = session.scalar(select(CodeTries.locked_until).where(CodeTries.code == code))
    return until is not None and now < until


def open_invitation(session: Session, now: datetime, *, code: str, birth_date: date) -> Invitation | Refused:
    """The same, for an invitation: its person's birth date opens it, until its last day."""
    return _guarded(session, now, code, lambda read: _invitation(session, now, read, birth_date))


def _guarded(
    session: Session, now: datetime, text: str, find: Callable[[str], Thing | GuardRefusal]
) -> Thing | Refused:
    code = read_code(text)
    if code is None:
        return Refused(GuardRefusal.WRONG)
    tries = _count_a_try(session, now, code)
    if tries > TRIES:
        return Refused(GuardRefusal.LOCKED)
    found = find(code)
    if found is GuardRefusal.WRONG:
        return Refused(GuardRefusal.LOCKED if tries == TRIES else GuardRefusal.WRONG)
    session.execute(delete(CodeTries).where(CodeTries.code == code))
    return Refused(found) if isinstance(found, GuardRefusal) else found


def _count_a_try(session: Session, now: datetime, code: str) -> int:
    """How many tries this one makes; more than `TRIES` while the code is locked.

    The lock is not prolonged by tries made under it.
    """
    forgotten = func.coalesce(CodeTries.locked_until, CodeTries.last_at) <= case(
        (CodeTries.locked_until.is_(None), now - LOCKED_FOR), else_=now
    )
    fresh = insert(CodeTries).values(code=code, wrong=1, locked_until=None, last_at=now)
    counted = fresh.on_conflict_do_update(
        index_elements=[CodeTries.code],
        set_={
            "wrong": case((forgotten, 1), else_=CodeTries.wrong + 1),
            "locked_until": case(
                (forgotten, null()),
                (CodeTries.wrong + 1 == TRIES, now + LOCKED_FOR),
                else_=CodeTries.locked_until,
            ),
            "last_at": now,
        },
    )
    return session.execute(counted.returning(CodeTries.wrong)).scalar_one()


def _appointment(session: Session, now: datetime, code: str, birth_date: date) -> Opened | GuardRefusal:
    appointment = queries.appointment_by_code(session, code)
    if appointment is None:
        return GuardRefusal.WRONG
    person = next((person for person in _who_answer(appointment) if person.birth_date == birth_date), None)
    if person is None:
        return GuardRefusal.WRONG
    return GuardRefusal.OVER if is_over(appointment, now) else Opened(appointment, person)


def _invitation(session: Session, now: datetime, code: str, birth_date: date) -> Invitation | GuardRefusal:
    invitation = queries.invitation_by_code(session, code)
    if invitation is None or invitation.person.birth_date != birth_date:
        return GuardRefusal.WRONG
    return GuardRefusal.OVER if paris_day(now) > invitation.last_day else invitation


def _who_answer(appointment: Appointment) -> list[Person]:
    """Those whose birth date opens an appointment: guardians first, who act for the others."""
    people = [participation.person for participation in appointment.participations]
    return [person.guardian for person in people if person.guardian] + people
