"""Appointments made, moved and cancelled: each with its messages and its line in the journal, in one transaction.

The caller commits; on `Refused` it must let the transaction roll back, so that a refusal leaves nothing behind.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking import queries
from portal.booking.attendance import Party, booked_already, files_of, party_for
from portal.booking.availability import Scope
from portal.booking.holding import hold_a_slot
from portal.booking.models import Appointment, AppointmentStatus, Invitation
from portal.booking.rules import (
    CANCELLED,
    BookingRefusal,
    BookingRequest,
    booking_refusal,
    cancel_refusal,
    invitation_refusal,
    move_refusal,
)
from portal.booking.services_rows import hand_of, insert, record_each, update_time
from portal.booking.telling import tell
from portal.clock import paris_day
from portal.directory.models import BookedBy, Departement, Motif, Place
from portal.journal.services import VISITOR, Actor
from portal.locks import Lock, hold
from portal.notifications.planner import EventKind
from portal.notifications.post import FRENCH_POST, PostalCalendar
from portal.people.queries import referents_of
from portal.people.rules import Identity
from portal.refusal import Refused

__all__ = ["BookingRefusal", "BookingRequest", "book", "cancel", "move"]


def book(  # noqa: PLR0913 - the request, who makes it, and the world it is told to
    session: Session,
    now: datetime,
    *,
    request: BookingRequest,
    base_url: str,
    by: Actor = VISITOR,
    post: PostalCalendar = FRENCH_POST,
) -> Appointment:
    """Makes the appointment that someone confirms, and gives it with its motif, place and people loaded.

    Guarantees: one appointment and one set of messages however often the same form is confirmed (`request.key`), and
    however many tabs of the same browser confirm the same hour for the same people at this instant; never two
    appointments over the same time of one agent, whoever else confirms; the least loaded free agent is taken. A file
    named by number is used as it stands: no contact of it is rewritten.

    `by` is an agent when staff books; under a mandate, it must be for the person who books (`request.person_id`).
    `base_url` has no trailing slash. Raises `Refused` with a `BookingRefusal`, a `MandateFault`, or an `IdentityFault`
    for a name or birth date that cannot be one.
    """
    if request.browser is not None:
        hold(session, Lock.BROWSER, request.browser)
    hold(session, Lock.REQUEST, request.key.int)
    files = files_of(session, now, request)
    done = queries.appointment_by_request(session, request.key) or booked_already(request, files)
    if done is not None:
        return done
    hand = hand_of(session, now, by, [request.person_id])
    motif, place, departement = _wanted(session, now, request, files.concerned(request), by)
    invitation = _invitation(session, now, request, motif, by)
    party = party_for(session, now, request, motif, files=files, by=by, invitation=invitation)
    appointment = hold_a_slot(
        session,
        now,
        _scope(session, now, motif, party, by=by),
        place_id=request.place_id,
        starts_at=request.starts_at,
        write=lambda agent_id: insert(session, now, request, motif, place, party=party, agent_id=agent_id),
    )
    record_each(session, now, by, "appointment.booked", appointment_id=appointment.id, person_ids=party.ids)
    tell(
        session,
        now,
        appointment,
        EventKind.BOOKED,
        departement=departement,
        base_url=base_url,
        post=post,
        acted_by=hand,
    )
    return appointment


def move(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    *,
    appointment_id: int,
    starts_at: datetime,
    base_url: str,
    by: Actor,
    post: PostalCalendar = FRENCH_POST,
) -> Appointment:
    """Moves an appointment to another hour at the same place: the old time is free and the new one held in one step.

    Messages and reminders of the old time are withdrawn, those of the new one promised. Moving to the hour it already
    has changes nothing. The motif's deadline binds residents and whoever acts for them under a mandate, not staff.
    Raises `Refused` (BookingRefusal, MandateFault).
    """
    appointment = _known(queries.appointment_to_change(session, appointment_id))
    if appointment.starts_at == starts_at and appointment.status is AppointmentStatus.BOOKED:
        return appointment
    hand = hand_of(session, now, by, _who_answer(appointment))
    _refuse(move_refusal(appointment, now, by_agent=by.is_agent))
    motif, old_starts_at = appointment.motif, appointment.starts_at
    people = [participation.person for participation in appointment.participations]
    _refuse(
        booking_refusal(
            motif,
            appointment.place,
            starts_at,
            now,
            births=[person.birth_date for person in people],
            by_agent=by.is_agent,
        )
    )
    party = Party(people=tuple(people), told=appointment.told)
    scope = _scope(session, now, motif, party, by=by, ignoring=appointment_id)
    hold_a_slot(
        session,
        now,
        scope,
        place_id=appointment.place_id,
        starts_at=starts_at,
        write=lambda agent_id: update_time(session, now, appointment_id, motif, starts_at=starts_at, agent_id=agent_id),
    )
    record_each(session, now, by, "appointment.moved", appointment_id=appointment_id, person_ids=party.ids)
    appointment = _known(queries.appointment(session, appointment_id))
    departement = session.get_one(Departement, 1)
    tell(
        session,
        now,
        appointment,
        EventKind.MOVED,
        departement=departement,
        base_url=base_url,
        post=post,
        old_starts_at=old_starts_at,
        acted_by=hand,
    )
    return appointment


def cancel(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    *,
    appointment_id: int,
    base_url: str,
    by: Actor,
    post: PostalCalendar = FRENCH_POST,
) -> Appointment:
    """Cancels an appointment and frees its time: excused when the person does it, revoked when the service does.

    What has not left is withdrawn, and one message tells the final state and who cancelled. Cancelling twice is
    cancelling once: the first one stands. The motif's deadline binds residents and whoever acts for them under a
    mandate, not staff. Raises `Refused` (BookingRefusal, MandateFault).
    """
    appointment = _known(queries.appointment_to_change(session, appointment_id))
    if appointment.status in CANCELLED:
        return appointment
    hand = hand_of(session, now, by, _who_answer(appointment))
    _refuse(cancel_refusal(appointment, now, by_agent=by.is_agent))
    appointment.status = AppointmentStatus.REVOKED if by.is_agent else AppointmentStatus.EXCUSED
    appointment.sequence += 1
    appointment.changed_at = now
    ids = [participation.person_id for participation in appointment.participations]
    record_each(session, now, by, "appointment.cancelled", appointment_id=appointment_id, person_ids=ids)
    who = "service" if by.is_agent else "person"
    departement = session.get_one(Departement, 1)
    tell(
        session,
        now,
        appointment,
        EventKind.CANCELLED,
        departement=departement,
        base_url=base_url,
        post=post,
        cancelled_by=who,
        acted_by=hand,
    )
    return appointment


def _wanted(
    session: Session, now: datetime, request: BookingRequest, concerned: Sequence[Identity], by: Actor
) -> tuple[Motif, Place, Departement]:
    """What is asked for, when nothing but the calendar can refuse it."""
    wanted = queries.wanted(session, request.motif_id, request.place_id)
    if wanted is None:
        raise Refused(BookingRefusal.NOT_BOOKABLE)
    motif, place, _ = wanted
    births = [identity.birth_date for identity in concerned]
    _refuse(booking_refusal(motif, place, request.starts_at, now, births=births, by_agent=by.is_agent))
    return wanted


def _invitation(session: Session, now: datetime, request: BookingRequest, motif: Motif, by: Actor) -> Invitation | None:
    """The invitation that the request rests on, if it needs or names one."""
    if by.is_agent:
        return None
    code = request.invitation_code
    if code is None and motif.booked_by is BookedBy.EVERYONE:
        return None
    invitation = None if code is None else queries.invitation_by_code(session, code)
    _refuse(invitation_refusal(invitation, motif.id, request.booker.birth_date, now))
    if request.person_id is not None and invitation and invitation.person_id != request.person_id:
        raise Refused(BookingRefusal.NOT_INVITED)
    return invitation


def _scope(  # noqa: PLR0913 - as above
    session: Session, now: datetime, motif: Motif, party: Party, *, by: Actor, ignoring: int | None = None
) -> Scope:
    agents = referents_of(session, party.ids, paris_day(now)) if motif.with_referent else None
    return Scope(motif, agent_ids=agents, for_agent=by.is_agent, ignoring=ignoring)


def _who_answer(appointment: Appointment) -> set[int | None]:
    people = [participation.person for participation in appointment.participations]
    return {person.id for person in people} | {person.guardian_id for person in people}


def _known(appointment: Appointment | None) -> Appointment:
    if appointment is None:
        raise LookupError("no such appointment")
    return appointment


def _refuse(reason: BookingRefusal | None) -> None:
    if reason is not None:
        raise Refused(reason)
