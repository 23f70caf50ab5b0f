"""An appointment told once more, as it stands now, by a route that an agent asks for. The caller commits."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking import queries
from portal.booking.ics import calendar_of
from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.rules import CANCELLED
from portal.booking.rules_again import AgainFault, again_refusal
from portal.booking.rules_service import may_book
from portal.booking.services_rows import record_each
from portal.booking.words import Telling, context_of, tellings
from portal.clock import paris_day
from portal.directory.models import Departement
from portal.journal.services import Actor
from portal.notifications import queries_post
from portal.notifications.again import promise_one, said_already
from portal.notifications.models import Message, Route
from portal.notifications.outbox import About, Recipient
from portal.notifications.planner import Event, EventKind
from portal.people.queries_access import services_of
from portal.refusal import Refused

__all__ = ["AgainFault", "tell_again"]

_CANCELLED_BY = {AppointmentStatus.EXCUSED: "person", AppointmentStatus.REVOKED: "service"}


def tell_again(  # noqa: PLR0913 - a fact, its route, and the world it is told to
    session: Session,
    now: datetime,
    *,
    appointment_id: int,
    route: Route,
    by: Actor,
    base_url: str,
    on_paper: bool = False,
) -> Message:
    """Tells an appointment that has yet to begin, booked or cancelled, by one more route; gives the first message.

    Everybody who is told of it and has this way. Its other messages and reminders stand; if this one fails, the planner
    goes round as for any other. Asked twice within a minute, it is told once. `on_paper`: it answers the person's own
    slip, which an agent of any service may hold. Raises `Refused` (AgainFault) when it can reach nobody so, and
    `LookupError`.
    """
    appointment = queries.appointment_to_change(session, appointment_id)
    if appointment is None or not appointment.participations:
        raise LookupError("no such appointment")
    if not on_paper:
        _refuse_others(session, now, by, appointment)
    told, post = tellings(appointment), queries_post.calendar_of(session)
    faults = [again_refusal(appointment, telling.person, route, now, post) for telling in told]
    reached = [telling for telling, fault in zip(told, faults, strict=True) if fault is None]
    if not reached:
        raise Refused(next(fault for fault in faults if fault is not None))
    recipients = [_recipient(session, now, appointment, telling, base_url) for telling in reached]
    said = [_say(session, now, appointment, one, route, by) for one in recipients]
    return said[0]


def _say(  # noqa: PLR0913, PLR0917 - as above
    session: Session, now: datetime, appointment: Appointment, recipient: Recipient, route: Route, by: Actor
) -> Message:
    kind = EventKind.CANCELLED if appointment.status in CANCELLED else EventKind.BOOKED
    about = About("appointment", appointment.id, appointment.place_id, appointment.sequence)
    name = f"appointment_{kind.value}"
    before = said_already(session, now, about=about, kind=name, recipient=recipient, route=route)
    if before is not None:
        return before
    event = Event(kind, appointment.starts_at, appointment.motif.discreet, happened_at=now)
    message = promise_one(session, now, about=about, kind=name, event=event, recipient=recipient, route=route)
    ids = [participation.person_id for participation in appointment.participations]
    record_each(session, now, by, "appointment.told_again", appointment_id=appointment.id, person_ids=ids)
    return message


def _recipient(session: Session, now: datetime, appointment: Appointment, telling: Telling, base_url: str) -> Recipient:
    departement = session.get_one(Departement, 1)
    return Recipient(
        telling.person,
        context_of(
            appointment,
            telling,
            now=now,
            departement=departement,
            base_url=base_url,
            cancelled_by=_CANCELLED_BY.get(appointment.status),
        ),
        calendar_of(appointment, departement=departement, base_url=base_url, is_hidden=telling.person.wants_discretion),
    )


def _refuse_others(session: Session, now: datetime, by: Actor, appointment: Appointment) -> None:
    services = services_of(session, by.id, paris_day(now)) if by.id is not None and by.is_agent else ()
    is_own = may_book(services, family=appointment.motif.family, place_id=appointment.place_id)
    if not (is_own or (by.is_agent and by.id == appointment.agent_id)):
        raise Refused(AgainFault.NOT_YOUR_SERVICE)
