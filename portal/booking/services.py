"""Appointments made: each with its messages and its line in the journal, in one transaction.

The caller commits; on `Refused` it must let the transaction roll back, so that a refusal leaves nothing behind.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking import queries
from portal.booking.attendance import booked_already, files_of, party_for
from portal.booking.models import Appointment, Invitation
from portal.booking.rules import BookingRefusal, BookingRequest, booking_refusal, invitation_refusal
from portal.booking.services_changes import cancel, hand_over, move
from portal.booking.services_rows import hand_of, insert, record_taken, refuse, scope_for
from portal.booking.services_staff import Aim, refuse_foreign, services_at, take_time
from portal.booking.services_waiting import answer_wishes
from portal.booking.telling import tell, tell_choice
from portal.directory.models import BookedBy, Departement, Motif, Place
from portal.journal.services import VISITOR, Actor
from portal.locks import Lock, hold
from portal.notifications.planner import EventKind
from portal.people.rules import Identity
from portal.refusal import Refused

__all__ = ["BookingRefusal", "BookingRequest", "book", "cancel", "hand_over", "move"]


def book(
    session: Session,
    now: datetime,
    *,
    request: BookingRequest,
    base_url: str,
    by: Actor = VISITOR,
) -> Appointment:
    """Makes the appointment that someone confirms, and gives it with its motif, place and people loaded.

    Guarantees: one appointment and one set of messages however often the same form is confirmed (`request.key`), and
    however many tabs of the same browser confirm the same hour for the same people at this instant; never two
    appointments over the same time of one agent, whoever else confirms, but those that staff overbooks; the least
    loaded free agent is taken. A file named by number is used as it stands: no contact of it is rewritten.
    Whoever asks here to get everything by post is told by letter that it is so.

    `by` is an agent when staff books, within their own service; under a mandate, it must be for the person who books
    (`request.person_id`). An overbooked appointment may overlap others, and be on a closed day or outside every
    opening; never in the past, over an absence, at a place where the motif is not received, nor beyond the limit of
    appointments to come, which is the person's and not the calendar's.
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
    services = services_at(session, now, by)
    motif, place, departement = _wanted(session, now, request, files.concerned(request), by)
    refuse_foreign(services, motif.family, place.id)
    invitation = _invitation(session, now, request, motif, by)
    party = party_for(session, now, request, motif, files=files, by=by, invitation=invitation)
    appointment = take_time(
        session,
        now,
        scope_for(session, now, motif, party, by=by),
        Aim(request.place_id, request.starts_at, request.agent_id, request.overbook),
        services=services,
        write=lambda taken: insert(session, now, request, motif, place, party=party, taken=taken),
    )
    record_taken(session, now, by, "appointment.booked", appointment=appointment, person_ids=party.ids)
    answer_wishes(session, now, person_ids=party.ids, motif_id=motif.id, appointment_id=appointment.id)
    tell(
        session,
        now,
        appointment,
        EventKind.BOOKED,
        departement=departement,
        base_url=base_url,
        acted_by=hand,
    )
    if party.chooses_paper and not motif.discreet:  # of which nothing is sent
        tell_choice(session, now, party.chooses_paper, by=by, base_url=base_url)
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
    refuse(booking_refusal(motif, place, request.starts_at, now, births=births, by_agent=by.is_agent))
    return wanted


def _invitation(session: Session, now: datetime, request: BookingRequest, motif: Motif, by: Actor) -> Invitation | None:
    """The invitation that the request rests on, if it needs or names one."""
    if by.is_agent:
        return None
    code = request.invitation_code
    if code is None and motif.booked_by is BookedBy.EVERYONE:
        return None
    invitation = None if code is None else queries.invitation_by_code(session, code)
    refuse(invitation_refusal(invitation, motif.id, request.booker.birth_date, now))
    if request.person_id is not None and invitation and invitation.person_id != request.person_id:
        raise Refused(BookingRefusal.NOT_INVITED)
    return invitation
