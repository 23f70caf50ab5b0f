"""After a missed appointment: another date is offered, in writing or by a call. The caller commits.

Nothing here blames, threatens or takes a right away: being absent has no effect but these words.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.booking import queries
from portal.booking.models import Appointment
from portal.booking.rules_again import MissedFault, missed_refusal
from portal.booking.services_rows import record_each
from portal.booking.services_status import may_note
from portal.booking.words import Telling, tellings
from portal.booking.words_missed import missed_context
from portal.directory.models import Departement
from portal.journal.services import Actor
from portal.notifications.again import promise_one
from portal.notifications.holding import hold_subject
from portal.notifications.models import Message, Route, Status
from portal.notifications.notices import tell_person
from portal.notifications.outbox import About, Recipient
from portal.notifications.packing import AGAIN
from portal.notifications.planner import Tidings
from portal.notifications.ways import way
from portal.refusal import Refused

__all__ = ["KIND", "MissedFault", "ask_call", "tell_missed"]

KIND = "appointment_missed"
_SUBJECT = "appointment"
_GONE = (Status.FAILED, Status.WITHDRAWN, Status.EXPIRED, Status.RETURNED)


def tell_missed(session: Session, now: datetime, *, appointment_id: int, by: Actor, base_url: str) -> list[Message]:
    """Writes to those who were told of a missed appointment, by the routes they chose, and offers another date.

    Once: asked again, it gives the same messages while they stand. Noting that it was not missed takes them back.
    Raises `Refused` (MissedFault), and `LookupError`.
    """
    appointment, told = _missed(session, now, appointment_id, by)
    before = _said(session, appointment_id, by_call=False)
    if before:
        return before
    written = [
        message
        for telling in told
        for message in tell_person(
            session,
            now,
            kind=KIND,
            person=telling.person,
            context=_context(session, now, appointment, telling, base_url),
            subject=_SUBJECT,
            subject_id=appointment_id,
            place_id=appointment.place_id,
        )
    ]
    _note(session, now, by, appointment)
    return written


def ask_call(session: Session, now: datetime, *, appointment_id: int, by: Actor, base_url: str) -> Message:
    """Makes a call task: an agent of the place offers another date by phone, with the words to say.

    Once, while the task stands. Raises `Refused` (MissedFault), and `LookupError`.
    """
    appointment, told = _missed(session, now, appointment_id, by)
    before = _said(session, appointment_id, by_call=True)
    if before:
        return before[0]
    reached = [telling for telling in told if way(telling.person, Route.CALL) is not None]
    if not reached:
        raise Refused(MissedFault.NO_PHONE)
    about = About(_SUBJECT, appointment_id, appointment.place_id, appointment.sequence)
    made = [
        promise_one(
            session,
            now,
            about=about,
            kind=KIND,
            event=Tidings(now),
            recipient=Recipient(telling.person, _context(session, now, appointment, telling, base_url)),
            route=Route.CALL,
        )
        for telling in reached
    ]
    _note(session, now, by, appointment)
    return made[0]


def _missed(session: Session, now: datetime, appointment_id: int, by: Actor) -> tuple[Appointment, list[Telling]]:
    """A missed appointment that this agent may note, locked with its messages, and those who may be told."""
    appointment = queries.appointment_to_change(session, appointment_id)
    if appointment is None or not appointment.participations:
        raise LookupError("no such appointment")
    if not may_note(session, now, appointment, by):
        raise Refused(MissedFault.NOT_YOUR_SERVICE)
    fault = missed_refusal(appointment, now)
    if fault is not None:
        raise Refused(fault)
    told = [telling for telling in tellings(appointment) if not telling.person.wants_silence]
    if not told:
        raise Refused(MissedFault.SILENCE)
    hold_subject(session, _SUBJECT, appointment_id)
    return appointment, told


def _said(session: Session, appointment_id: int, *, by_call: bool) -> list[Message]:
    """What stands of what was said already: what was written (or called, for want of a way to write), or by a call."""
    rows: Sequence[Message] = session.scalars(
        select(Message)
        .where(
            Message.subject == _SUBJECT,
            Message.subject_id == appointment_id,
            Message.kind == KIND,
            Message.status.not_in(_GONE),
            Message.route == Route.CALL if by_call else Message.event[AGAIN].astext.is_(None),
        )
        .order_by(Message.id)
    ).all()
    return list(rows)


def _context(
    session: Session, now: datetime, appointment: Appointment, telling: Telling, base_url: str
) -> dict[str, object]:
    departement = session.get_one(Departement, 1)
    return missed_context(appointment, telling, now=now, departement=departement, base_url=base_url)


def _note(session: Session, now: datetime, by: Actor, appointment: Appointment) -> None:
    ids = [participation.person_id for participation in appointment.participations]
    record_each(session, now, by, "appointment.told_missed", appointment_id=appointment.id, person_ids=ids)
