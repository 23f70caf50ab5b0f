"""What happens to an appointment afterwards: moved, cancelled, given to a colleague. Two at once lose nothing."""

from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.booking import queries as booking
from portal.booking.asked import slot_of, slot_text
from portal.booking.availability import Scope, Slot
from portal.booking.models import Appointment
from portal.booking.next_slots import nearest
from portal.booking.rules import BookingRefusal
from portal.booking.services import cancel as cancel_appointment
from portal.booking.services import hand_over as hand_over_appointment
from portal.booking.services import move as move_appointment
from portal.clock import paris_day
from portal.counter import queries
from portal.counter.forms import CancelForm, ChangeForm, HandOverForm, MoveForm
from portal.counter.forms_words import CANCEL_REASONS, REFUSALS
from portal.counter.rules import is_by_person, may_change, places_for, places_to_overbook
from portal.counter.views import bp
from portal.counter.views_appointment import (
    appointment_or_404,
    appointment_page,
    hand_over_form,
    hold,
    may_act_on,
    words_of,
)
from portal.counter.views_shared import (
    APPOINTMENT,
    BOOKERS,
    name_of,
    rows_by_day,
)
from portal.counter.views_slots import arguments_of, filters_asked, narrowed
from portal.desk.views_shared import hand, note_reading
from portal.people.queries import referents_of
from portal.people.views_browser import services_of_agent
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.headers import personal_page
from portal.web.i18n import language
from portal.web.request import now, portal, transaction
from portal.words import moment_words

Page = str | tuple[str, int] | Response


@bp.route(f"{APPOINTMENT}/deplacer", methods=["GET", "POST"])
@allow(*BOOKERS)
def move(appointment_id: int) -> Page:
    """Slots near the hour it has, then the next ones over all my places; another place or agent may be taken."""
    form = MoveForm()
    slot = slot_of(form.creneau.data, now())
    try:
        with transaction() as database:
            found = appointment_or_404(database, appointment_id)
            if not form.is_submitted():
                note_reading(database, found.participations[0].person_id)
                return closed_page(database, found) or move_page(database, found, form)
            if not form.validate() or slot is None:
                return closed_page(database, found) or (move_page(database, found, form), 422)
            move_appointment(
                database,
                now(),
                starts_at=slot.starts_at,
                place_id=slot.place_id,
                agent_id=slot.agent_id,
                overbook=form.reason.data or None,
                sequence=form.seen,
                **_change_of(found),
            )
    except Refused as refusal:
        return _refused(appointment_id, refusal, form)
    return _done(appointment_id, "deplace")


@bp.route(f"{APPOINTMENT}/annuler", methods=["GET", "POST"])
@allow(*BOOKERS)
def cancel(appointment_id: int) -> Page:
    """Why, in plain words; who cancels follows from it."""
    form = CancelForm()
    try:
        with transaction() as database:
            found = appointment_or_404(database, appointment_id)
            if found.workshop_id is not None:  # a seat is given back on the pages of its workshop
                return redirect(url_for("agenda.leave", workshop_id=found.workshop_id, seat_id=found.id), 303)
            if not form.is_submitted():
                note_reading(database, found.participations[0].person_id)
                return closed_page(database, found) or _cancel_page(database, found, form)
            if not form.validate():
                return _cancel_page(database, found, form), 422
            cancel_appointment(
                database,
                now(),
                reason=form.chosen,
                by_person=is_by_person(form.chosen),
                sequence=form.seen,
                **_change_of(found),
            )
    except Refused as refusal:
        return _refused(appointment_id, refusal, form)
    return _done(appointment_id, "annule")


@bp.post(f"{APPOINTMENT}/confier")
@allow(*BOOKERS)
def hand_over(appointment_id: int) -> Page:
    """To a colleague who is free then: same hour, same place; the person is told nothing new."""
    form = HandOverForm()
    try:
        with transaction() as database:
            found = appointment_or_404(database, appointment_id)
            form = hand_over_form(database, found) or form
            if not form.validate():
                return appointment_page(database, found, handing=form), 422
            hand_over_appointment(
                database, now(), agent_id=int(str(form.agent.data)), sequence=form.seen, **_change_of(found)
            )
    except Refused as refusal:
        return _refused(appointment_id, refusal, form)
    return _done(appointment_id, "confie")


def _change_of(found: Appointment) -> dict[str, Any]:
    return {"appointment_id": found.id, "base_url": portal().settings.base_url, "by": hand()}


def _done(appointment_id: int, what: str) -> Response:
    return redirect(url_for("counter.appointment", appointment_id=appointment_id, fait=what), 303)


def closed_page(database: Session, found: Appointment) -> Page | None:
    """The appointment's own page, saying why it does not change (any more)."""
    if may_act_on(database, found) and may_change(found, now()):
        return None
    words = _("Ce rendez-vous ne peut plus changer.")
    if found.workshop_id is not None:
        words = _("C'est une place dans un atelier : son heure est celle de l'atelier.")
    if not may_act_on(database, found):
        words = REFUSALS[BookingRefusal.NOT_YOUR_SERVICE]
    return appointment_page(database, found, fault=str(words)), 409


def move_page(database: Session, found: Appointment, form: MoveForm, fault: str = "") -> str:
    """The slots to move it to, and what refused one."""
    personal_page()
    if not form.sequence.data:
        hold(form, found)
    form.creneau.errors = [fault] if fault else form.creneau.errors
    services = services_of_agent(database)
    scope, places = scope_of(database, found), places_for(services, found.motif.family)
    filters, home = filters_asked(), queries.home_of(database, found.participations[0].person)
    narrow, options = narrowed(database, scope, filters, home)
    near = [] if filters.is_any or filters.after else booking.proposals(database, now(), found)
    near = [slot for slot in near if places is None or slot.place_id in places]
    listed = queries.slots(database, now(), narrow, filters)
    rest = [slot for slot in listed.slots if slot not in near and not _is_same(found, slot)]
    here: dict[str, Any] = {"appointment_id": found.id}
    more = arguments_of(replace(filters, after=listed.next_after)) if listed.next_after else {}
    return render_template(
        "counter/move.html",
        **words_of(database, found),
        near=rows_by_day(database, found.motif, near, home),
        days=rows_by_day(database, found.motif, rest, home),
        chosen=_chosen(form, found, [*near, *rest]),
        filters=filters,
        options=options | {"home": home},
        url_of_more=url_for("counter.move", **here, **more) if more else "",
        may_overbook=places_to_overbook(services, found.motif.family) != frozenset(),
        url_of_all=url_for("counter.move", **here),
        form=form,
        form_has_errors=bool(form.errors),
    )


def scope_of(database: Session, found: Appointment) -> Scope:
    """Whose slots an appointment may be moved to: where the agent books its motif, its own time being free."""
    ids = [participation.person_id for participation in found.participations]
    mine = referents_of(database, ids, paris_day(now())) if found.motif.with_referent else None
    places = places_for(services_of_agent(database), found.motif.family)
    return Scope(found.motif, place_ids=places, agent_ids=mine, for_agent=True, ignoring=found.id)


def _chosen(form: MoveForm, found: Appointment, slots: list[Slot]) -> str:
    """The slot that was asked for while it is there, else the one that changes least for the person."""
    asked = form.creneau.data or ""
    least = nearest(slots, found.starts_at, found.place_id)
    return asked if asked in map(slot_text, slots) or least is None else slot_text(least)


def _is_same(found: Appointment, slot: Any) -> bool:
    return (slot.starts_at, slot.agent_id, slot.place_id) == (found.starts_at, found.agent_id, found.place_id)


def _cancel_page(database: Session, found: Appointment, form: CancelForm) -> str:
    personal_page()
    if not form.sequence.data:
        hold(form, found)
    return render_template(
        "counter/cancel.html", **words_of(database, found), form=form, form_has_errors=bool(form.errors)
    )


def _refused(appointment_id: int, refusal: Refused, form: ChangeForm) -> Page:
    if not isinstance(refusal.reason, BookingRefusal):
        raise refusal
    with transaction() as database:
        found = appointment_or_404(database, appointment_id)
        if refusal.reason is BookingRefusal.CHANGED:
            return _changed_page(database, found, form), 409
        fault = str(REFUSALS[refusal.reason])
        closed = closed_page(database, found)
        if closed is None and isinstance(form, MoveForm):
            return move_page(database, found, form, fault), 409
        return closed or (appointment_page(database, found, fault=fault), 409)


def _changed_page(database: Session, found: Appointment, form: ChangeForm) -> str:
    """What somebody else did meanwhile, beside what was asked: the agent chooses."""
    personal_page()
    before = _read_marks(database, form.shown.data or "")
    kept = {name: value for name, value in request.form.items() if name not in {"csrf_token", "sequence", "shown"}}
    hold(form, found)
    return render_template(
        "counter/changed.html",
        **words_of(database, found),
        before=before,
        asked=_asked_words(database, form),
        kept=kept,
        form=form,
        action=request.path,
        can_change=may_act_on(database, found) and may_change(found, now()),
        form_has_errors=True,
    )


def _read_marks(database: Session, marks: str) -> list[str]:
    """What the page had shown, in words; nothing for marks that are none."""
    parts = marks.split("~")
    slot = slot_of("~".join((parts[0], parts[2], parts[1])), now()) if len(parts) == 4 else None
    return [] if slot is None else _slot_words(database, slot)


def _slot_words(database: Session, slot: Any) -> list[str]:
    agent = queries.agents(database, [slot.agent_id]).get(slot.agent_id)
    place = queries.places(database, [slot.place_id]).get(slot.place_id)
    return [moment_words(slot.starts_at, language()), place.name if place else "", name_of(agent) if agent else ""]


def _asked_words(database: Session, form: ChangeForm) -> list[str]:
    if isinstance(form, MoveForm):
        slot = slot_of(form.creneau.data, now())
        return [str(_("Le déplacer")), *(_slot_words(database, slot) if slot else [])]
    if isinstance(form, CancelForm):
        return [str(_("L'annuler")), str(CANCEL_REASONS[form.chosen])]
    return [str(_("Le confier à un collègue"))]
