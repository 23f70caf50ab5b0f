"""The slip at the foot of an appointment's letter, sent back by whoever cannot come. The caller commits."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking import queries as booking
from portal.booking.models import Appointment
from portal.booking.models_waiting import Wish
from portal.booking.rules_waiting import WishFault
from portal.booking.services_again import tell_again
from portal.booking.services_changes import cancel
from portal.booking.services_waiting import wait
from portal.booking.words import tellings
from portal.clock import paris_day
from portal.desk import queries as desk
from portal.journal.services import Actor
from portal.letters.services_choice import How, choose_paper
from portal.letters.services_moving import hold_what_waits
from portal.notifications.models import Route
from portal.notifications.ways import takes_letters
from portal.paper.models import PaperForm
from portal.paper.rules import CHOOSES, SAYS, PaperFault, has_half, has_to_ask, narrowed, ordered
from portal.paper.rules_slip import slip_fault
from portal.paper.services import claim_slip
from portal.paper.services_entering import tell_wish
from portal.paper.services_telling import just_said
from portal.people.models import Person
from portal.people.rules import Identity
from portal.people.services import lock_identities
from portal.refusal import Refused


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
    safe: Sequence[str] = (),
    in_hand: bool = False,
) -> PaperForm:
    """Cancels an appointment because its person says so on paper: excused, whatever the deadline; staff enters it.

    `half_days`: when they could come another time; all those concerned then wait for the same motif at the same place,
    even where it was cancelled already, or is over; of a motif that nobody books any more what they ticked is kept,
    and an agent answers them. They are told by every way they chose, and by letter where one arrives in time.
    `wants_paper`: they also choose the garantie papier, and are told of it by letter; with `cancels` false that is all
    they say, and the appointment stands: it may be over. `safe`: the lines of the address that somebody discreet,
    asked, has said to be safe. `in_hand`: whoever enters it has typed its code, and needs not be of the appointment's
    service: the person decides, on their own paper.

    Raises `Refused`: PaperFault (ENTERED, CANCELLED, OVER, NOTHING, NO_ADDRESS, ASK_IF_SAFE), BookingRefusal
    (NOT_YOUR_SERVICE; CHANGED: another hour since the page was shown), WishFault; and `LookupError` for no such
    appointment.
    """
    if not (cancels or wants_paper):
        raise Refused(PaperFault.NOTHING)
    known = booking.appointment(session, appointment_id)
    if known is None or not known.participations:
        raise LookupError("no such appointment")
    people = [participation.person for participation in known.participations]
    lock_identities(session, [Identity(one.family_name, one.given_names, one.birth_date) for one in people])
    said = {SAYS: bool(half_days), "half_days": ordered(half_days)} if cancels else {}
    form = claim_slip(
        session,
        now,
        code=known.code,
        appointment_id=appointment_id,
        person_id=people[0].id,
        answers=said | ({CHOOSES: True} if wants_paper else {}),
        by=by,
    )
    if wants_paper:
        _choose_paper(session, now, form, known, safe=safe, by=by, base_url=base_url)
    if not cancels:
        return form
    held = booking.appointment_to_change(session, appointment_id) or known
    fault = slip_fault(held, now)
    if fault is None:
        held = cancel(
            session,
            now,
            appointment_id=appointment_id,
            base_url=base_url,
            by=by,
            by_person=True,
            on_paper=in_hand,
            sequence=sequence,
        )
        _by_letter_too(session, now, held, by=by, base_url=base_url)
    elif not half_days and not (wants_paper and fault is PaperFault.CANCELLED):
        raise Refused(fault)
    if half_days:
        _wait(session, now, held, ordered(half_days), by=by, base_url=base_url, in_hand=in_hand)
    return form


def _choose_paper(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    form: PaperForm,
    appointment: Appointment,
    *,
    safe: Sequence[str],
    by: Actor,
    base_url: str,
) -> None:
    """By their own word, as the form of choices would: before the rest, so that all that follows is told by letter.

    What both change is held first, in the order of `portal.locks`.
    """
    reader_id = appointment.participations[0].person.guardian_id or form.person_id or 0
    reader = desk.file(session, reader_id, held=True)
    if reader is not None and has_to_ask(reader, reader.address, safe):
        raise Refused(PaperFault.ASK_IF_SAFE)
    booking.appointment_to_change(session, appointment.id)
    hold_what_waits(session, now, reader_id, also={("appointment", appointment.id)})
    try:
        choose_paper(session, now, person_id=form.person_id or 0, by=by, how=How.SLIP, base_url=base_url)
    except Refused as refused:  # an agent who acts for nobody else is refused for nothing more
        raise Refused(PaperFault.NO_ADDRESS) from refused


def _by_letter_too(session: Session, now: datetime, appointment: Appointment, *, by: Actor, base_url: str) -> None:
    """A letter says it too: not when it would arrive after the appointment, which its other messages tell."""
    readers = [telling.person for telling in tellings(appointment)]
    if not any(_lacks_letter(session, now, appointment, reader) for reader in readers):
        return
    with suppress(Refused):  # too late for the post, or a motif that no message names
        tell_again(
            session, now, appointment_id=appointment.id, route=Route.LETTER, by=by, base_url=base_url, on_paper=True
        )


def _lacks_letter(session: Session, now: datetime, appointment: Appointment, reader: Person) -> bool:
    said = just_said(
        session, now, kind="appointment_cancelled", person=reader, subject="appointment", subject_id=appointment.id
    )
    return bool(said) and takes_letters(reader) and Route.LETTER not in {message.route for message in said}


def _wait(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    appointment: Appointment,
    half_days: Sequence[str],
    *,
    by: Actor,
    base_url: str,
    in_hand: bool,
) -> None:
    """Each of those concerned waits; whoever is told of the appointment is told of it, once."""
    wishes: dict[int, Wish] = {}
    for participation in appointment.participations:
        try:
            wishes[participation.person_id] = wait(
                session,
                now,
                person_id=participation.person_id,
                motif_id=appointment.motif_id,
                place_id=appointment.place_id,
                first_day=paris_day(now),
                last_day=None,
                mornings=has_half(half_days, "matin"),
                afternoons=has_half(half_days, "apres"),
                half_days=narrowed(half_days),
                on_paper=in_hand,
                by=by,
            )
        except Refused as refused:
            if refused.reason is not WishFault.NOT_BOOKABLE:
                raise
            return  # the page says that there is no list: the appointment is cancelled all the same
    for telling in tellings(appointment):
        theirs = [one.person_id for one in telling.concerned] or [telling.person.card_of_id or telling.person.id]
        tell_wish(
            session,
            now,
            wishes[theirs[0]],
            reader=telling.person,
            half_days=half_days,
            by=by,
            base_url=base_url,
        )
