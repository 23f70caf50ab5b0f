"""The slip at the foot of an appointment's letter, sent back by whoever cannot come. The caller commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking import queries as booking
from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.rules import CANCELLED
from portal.booking.services_again import tell_again
from portal.booking.services_changes import cancel
from portal.booking.services_waiting import wait
from portal.clock import paris_day
from portal.desk import queries as desk
from portal.journal.services import Actor
from portal.letters.services_choice import How, choose_paper
from portal.letters.services_moving import hold_what_waits
from portal.notifications.models import Route
from portal.notifications.ways import takes_letters
from portal.paper.models import PaperForm
from portal.paper.rules import CHOOSES, SAYS, PaperFault, has_half, narrowed, ordered
from portal.paper.services import claim_slip
from portal.paper.services_entering import tell_wish
from portal.paper.services_telling import just_said
from portal.refusal import Refused


def slip_fault(appointment: Appointment, now: datetime) -> PaperFault | None:
    """Why the slip of an appointment changes nothing any more, or None."""
    if appointment.status in CANCELLED:
        return PaperFault.CANCELLED
    is_over = appointment.status is not AppointmentStatus.BOOKED or appointment.starts_at <= now
    return PaperFault.OVER if is_over else None


def enter_slip(  # noqa: PLR0913 - a slip, what it says, what the page showed
    session: Session,
    now: datetime,
    *,
    appointment_id: int,
    half_days: Sequence[str],
    sequence: int,
    by: Actor,
    base_url: str,
    cancels: bool = True,
    wants_paper: bool = False,
) -> PaperForm:
    """Cancels an appointment because its person says so on paper: excused, whatever the deadline; staff enters it.

    `half_days`: when they could come another time; they then wait for the same motif at the same place. They are told
    by every way they chose, and by letter where one arrives in time. `wants_paper`: they also choose the garantie
    papier, and are told of it by letter; with `cancels` false that is all they say, and the appointment stands: it may
    be over. Raises `Refused`: PaperFault (ENTERED, CANCELLED, OVER, NOTHING, NO_ADDRESS), BookingRefusal
    (NOT_YOUR_SERVICE; CHANGED: another hour since the page was shown), WishFault; and `LookupError` for no such
    appointment.
    """
    if not (cancels or wants_paper):
        raise Refused(PaperFault.NOTHING)
    known = booking.appointment(session, appointment_id)
    if known is None or not known.participations:
        raise LookupError("no such appointment")
    said = {SAYS: bool(half_days), "half_days": ordered(half_days)} if cancels else {}
    form = claim_slip(
        session,
        now,
        code=known.code,
        appointment_id=appointment_id,
        person_id=known.participations[0].person_id,
        answers=said | ({CHOOSES: True} if wants_paper else {}),
        by=by,
    )
    if wants_paper:
        _choose_paper(session, now, form, known, by=by, base_url=base_url)
    if not cancels:
        return form
    if (fault := slip_fault(known, now)) is not None:
        raise Refused(fault)
    cancelled = cancel(
        session,
        now,
        appointment_id=appointment_id,
        base_url=base_url,
        by=by,
        by_person=True,
        sequence=sequence,
    )
    _by_letter_too(session, now, cancelled, by=by, base_url=base_url)
    if half_days:
        _wait(session, now, cancelled, ordered(half_days), by=by, base_url=base_url)
    return form


def _choose_paper(  # noqa: PLR0913 - as above
    session: Session, now: datetime, form: PaperForm, appointment: Appointment, *, by: Actor, base_url: str
) -> None:
    """By their own word, as the form of choices would: before the rest, so that all that follows is told by letter.

    What both change is held first, in the order of `portal.locks`.
    """
    reader_id = appointment.participations[0].person.guardian_id or form.person_id or 0
    desk.file(session, reader_id, held=True)
    booking.appointment_to_change(session, appointment.id)
    hold_what_waits(session, now, reader_id, also={("appointment", appointment.id)})
    try:
        choose_paper(session, now, person_id=form.person_id or 0, by=by, how=How.SLIP, base_url=base_url)
    except Refused as refused:  # an agent who acts for nobody else is refused for nothing more
        raise Refused(PaperFault.NO_ADDRESS) from refused


def _by_letter_too(session: Session, now: datetime, appointment: Appointment, *, by: Actor, base_url: str) -> bool:
    """Whether a letter says it: not when it would arrive after the appointment, which its other messages tell."""
    person = appointment.participations[0].person
    reader = person.guardian or person
    said = just_said(
        session, now, kind="appointment_cancelled", person=reader, subject="appointment", subject_id=appointment.id
    )
    if Route.LETTER in {message.route for message in said}:
        return True
    if not said or not takes_letters(reader):
        return False
    try:
        tell_again(session, now, appointment_id=appointment.id, route=Route.LETTER, by=by, base_url=base_url)
    except Refused:  # too late for the post, or a motif that no message names
        return False
    return True


def _wait(  # noqa: PLR0913 - as above
    session: Session, now: datetime, appointment: Appointment, half_days: Sequence[str], *, by: Actor, base_url: str
) -> None:
    person = appointment.participations[0].person
    today = paris_day(now)
    wish = wait(
        session,
        now,
        person_id=person.id,
        motif_id=appointment.motif_id,
        place_id=appointment.place_id,
        first_day=today,
        last_day=None,
        mornings=has_half(half_days, "matin"),
        afternoons=has_half(half_days, "apres"),
        half_days=narrowed(half_days),
        by=by,
    )
    tell_wish(session, now, wish, half_days=half_days, by=by, base_url=base_url)
