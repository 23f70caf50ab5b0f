"""A call that was answered, noted once: what about, how it ended; and the call to make that somebody asked for."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Interval, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from portal.booking.models import Appointment, Participation
from portal.calls.models import CallOutcome, CallReceived
from portal.calls.rules import CALLBACK, CALLBACK_LASTS, CallFault, Moment, Reason, Window, window
from portal.directory.models import Departement
from portal.journal.services import Actor, record
from portal.notifications import render
from portal.notifications.models import Message, Route, Status, Step
from portal.notifications.notices import base_context
from portal.notifications.packing import SINGLE
from portal.notifications.queries_post import region_of
from portal.people.models import Person
from portal.people.services import file_held
from portal.refusal import Refused

BOOKED_WITHIN = timedelta(minutes=30)  # after the call: an appointment made then is that call's
_LOOKED_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Call:
    """A call that ended. `key`: of the page shown. `subject_id` None: something that no subject says."""

    key: UUID
    outcome: CallOutcome
    person_id: int | None = None
    subject_id: int | None = None
    partner_id: int | None = None


@dataclass(frozen=True)
class CallBack:
    """Whom to call back: the file's number, or `number` (E.164); when; and why, in words that tell nothing."""

    moment: Moment
    reason: Reason
    number: str | None = None


def receive(  # noqa: PLR0913 - a call, by whom, and the words of the task
    session: Session, now: datetime, *, call: Call, by: Actor, base_url: str, call_back: CallBack | None = None
) -> CallReceived | None:
    """Notes a call, and makes the task to call back; None when this page's call was noted already.

    Raises `Refused` (CallFault): NO_PARTNER, or NO_NUMBER when there is none to call back.
    """
    if call.outcome is CallOutcome.PARTNER and call.partner_id is None:
        raise Refused(CallFault.NO_PARTNER)
    if call.person_id is not None:
        call = replace(call, person_id=file_held(session, call.person_id))
    person = None if call.person_id is None else session.get_one(Person, call.person_id, populate_existing=True)
    noted = _add(session, now, call, by)
    if noted is None:
        return None
    if call.outcome is CallOutcome.CALL_BACK:
        _ask(session, now, noted, person, call_back, by, base_url)
    record(
        session,
        now,
        actor=by,
        verb="call.received",
        for_person_id=call.person_id,
        object_kind="call",
        object_id=noted.id,
    )
    return noted


def tie_booked(session: Session, now: datetime) -> int:
    """Ties each call that asked for an appointment to the first one booked for the person in the half hour after.

    Gives how many. The call itself does not wait for the booking, which another page makes.
    """
    relative = aliased(Person)
    first = (
        select(Appointment.id)
        .join(Participation, Participation.appointment_id == Appointment.id)
        .join(relative, relative.id == Participation.person_id)
        .where(
            or_(relative.id == CallReceived.person_id, relative.guardian_id == CallReceived.person_id),
            Appointment.created_at >= CallReceived.at,
            Appointment.created_at < CallReceived.at + literal(BOOKED_WITHIN, Interval()),
        )
        .order_by(Appointment.created_at, Appointment.id)
        .limit(1)
        .correlate(CallReceived)
        .scalar_subquery()
    )
    tied = (
        update(CallReceived)
        .where(
            CallReceived.outcome == CallOutcome.BOOKED,
            CallReceived.appointment_id.is_(None),
            CallReceived.at > now - _LOOKED_FOR,
            first.is_not(None),
        )
        .values(appointment_id=first)
        .returning(CallReceived.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.execute(tied).all())


def _add(session: Session, now: datetime, call: Call, by: Actor) -> CallReceived | None:
    row = {
        "request_key": call.key,
        "at": now,
        "agent_id": by.id,
        "place_id": by.place_id,
        "person_id": call.person_id,
        "subject_id": call.subject_id,
        "outcome": call.outcome,
        "partner_id": call.partner_id if call.outcome is CallOutcome.PARTNER else None,
    }
    added = insert(CallReceived).values(row).on_conflict_do_nothing(index_elements=[CallReceived.request_key])
    return session.scalars(added.returning(CallReceived)).one_or_none()


def _ask(  # noqa: PLR0913, PLR0917 - a task's own columns
    session: Session,
    now: datetime,
    noted: CallReceived,
    person: Person | None,
    call_back: CallBack | None,
    by: Actor,
    base_url: str,
) -> Message:
    number = call_back.number if call_back else None
    if call_back is None or not (number or (person is not None and (person.mobile or person.landline))):
        raise Refused(CallFault.NO_NUMBER)
    asked = window(call_back.moment, now, region_of(session))
    message = Message(
        event_id=uuid4(),
        event={"kind": SINGLE},
        subject="call",
        subject_id=noted.id,
        place_id=by.place_id,
        person_id=person.id if person else None,
        to=number,
        kind=CALLBACK,
        step=Step.NOTICE,
        route=Route.CALL,
        context=base_context(session.get_one(Departement, 1), base_url, person=person) | _words(call_back, asked),
        status=Status.OPEN,
        created_at=now,
        due_at=asked.starts_at,
        expires_at=asked.starts_at + CALLBACK_LASTS,
        retry_until=asked.starts_at + CALLBACK_LASTS,
        attempts=0,
        recipient=number,
    )
    message.rendered = {"text": render.task(message.kind, message.context, message.route)}
    session.add(message)
    session.flush()
    return message


def _words(call_back: CallBack, asked: Window) -> dict[str, str]:
    return {
        "reason": call_back.reason.value,
        "asked_from": asked.starts_at.isoformat(),
        "asked_until": asked.ends_at.isoformat(),
    }
