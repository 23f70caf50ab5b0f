"""A workshop opened, changed or cancelled. Who would be told, and how, is said before it counts."""

from typing import Any

from flask import g, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.agenda.forms_workshops import CancelForm, WorkshopForm
from portal.agenda.queries_seats import Effect, effect_of, leaders, motifs_to_host, places_to_host
from portal.agenda.rules_agenda import SEERS
from portal.agenda.views import bp
from portal.agenda.views_workshops import not_yours, workshop_page
from portal.agenda.views_workshops_shared import (
    WORKSHOP,
    Shown,
    effect_words,
    fault_words,
    name_of,
    on_trial,
    workshop_or_404,
)
from portal.booking import queries_workshops, services_workshops
from portal.booking.models import CancelReason
from portal.booking.rules_workshops import WorkshopFault
from portal.clock import paris, paris_day
from portal.desk.views_shared import hand
from portal.people.views_browser import services_of_agent
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.headers import revisitable_page
from portal.web.i18n import language
from portal.web.request import now, portal, transaction
from portal.words import hour_words

Page = str | tuple[str, int] | Response

# The field beside which each refusal is said; elsewhere, at the top.
_FIELD_OF = {
    WorkshopFault.OVER: "day",
    WorkshopFault.CLOSED: "day",
    WorkshopFault.AGENT_TAKEN: "agent",
    WorkshopFault.AGENT_AWAY: "agent",
    WorkshopFault.NOT_YOUR_SERVICE: "place",
    WorkshopFault.FEWER_SEATS: "seats",
}


@bp.route("/agents/ateliers/nouveau", methods=["GET", "POST"])
@allow(*SEERS)
def new_workshop() -> Page:
    """A new workshop, for a motif and at a place that this agent may book."""
    form = WorkshopForm()
    try:
        with transaction() as database:
            _offer(database, form)
            if not form.is_submitted() or not form.validate():
                return _form_page(form, code=422 if form.is_submitted() else 200)
            made = services_workshops.open_workshop(
                database, now(), motif_id=int(form.motif.data), by=hand(), **form.wanted
            )
            return redirect(url_for("agenda.workshop", workshop_id=made.id, fait="ouvert"), 303)
    except Refused as refusal:
        return _refused(form, refusal)


@bp.route(f"{WORKSHOP}/modifier", methods=["GET", "POST"])
@allow(*SEERS)
def change_workshop(workshop_id: int) -> Page:
    """Another hour, place, agent, title or number of seats; first who would be told, then the change."""
    form = WorkshopForm()
    try:
        with transaction() as database:
            shown = workshop_or_404(database, workshop_id)
            if not shown.may_run:
                return not_yours(database, shown)
            if shown.is_off or shown.has_begun:
                return workshop_page(database, shown, fault=_closed_words(shown)), 409
            _offer(database, form, shown)
            if not form.is_submitted():
                return _form_page(_filled(form, shown), shown)
            if not form.validate():
                return _form_page(form, shown, code=422)
            return _changed(database, form, shown)
    except Refused as refusal:
        return _refused(form, refusal, workshop_id)


@bp.route(f"{WORKSHOP}/annuler", methods=["GET", "POST"])
@allow(*SEERS)
def cancel_workshop(workshop_id: int) -> Page:
    """Why, and who is told of it."""
    form = CancelForm()
    try:
        with transaction() as database:
            shown = workshop_or_404(database, workshop_id)
            if not shown.may_run:
                return not_yours(database, shown)
            if shown.is_off or shown.has_begun:
                return workshop_page(database, shown, fault=_closed_words(shown)), 409
            if not form.is_submitted() or not form.validate():
                return _cancel_page(database, form, shown)
            services_workshops.cancel_workshop(
                database, now(), workshop_id=workshop_id, reason=form.chosen, sequence=form.seen, **_by()
            )
    except Refused as refusal:
        with transaction() as database:
            shown = workshop_or_404(database, workshop_id)
            return workshop_page(database, shown, fault=fault_words(refusal.reason)), 409
    return redirect(url_for("agenda.workshop", workshop_id=workshop_id, fait="annule"), 303)


def _changed(database: Session, form: WorkshopForm, shown: Shown) -> Page:
    """The review where somebody would be told; then the change."""
    seats = [one.id for one in queries_workshops.sheet(database, shown.id)]
    is_moved = _is_moved(form, shown)

    def change() -> None:
        services_workshops.change_workshop(
            database, now(), workshop_id=shown.id, sequence=form.seen, **_by(), **form.wanted
        )

    if seats and is_moved and not form.is_confirmed:
        effect = on_trial(database, seats, change)
        return _review_page(form, workshop_or_404(database, shown.id), effect)
    change()
    done = "change-dit" if effect_of(database, now(), seats).told else "change"
    return redirect(url_for("agenda.workshop", workshop_id=shown.id, fait=done), 303)


def _is_moved(form: WorkshopForm, shown: Shown) -> bool:
    """Whether the hour, the length or the place is another one: what people are told."""
    held = shown.seats.workshop.appointment
    return (form.starts_at, form.ends_at, int(form.place.data)) != (held.starts_at, held.ends_at, held.place_id)


def _by() -> dict[str, Any]:
    return {"by": hand(), "base_url": portal().settings.base_url}


def _offer(database: Session, form: WorkshopForm, shown: Shown | None = None) -> None:
    """Fills in what may be chosen: what is there stays, and the motif of a workshop never changes."""
    services, day = services_of_agent(database), paris_day(now())
    places = places_to_host(database, services, day)
    held = shown.seats.workshop.appointment if shown else None
    motifs = motifs_to_host(database, services, places, day)
    if held is not None:
        motifs = [held.motif]
        form.motif.data = str(held.motif_id)
    leading = leaders(database, [place.id for place in places], day, agent_id=held.agent_id if held else g.agent.id)
    empty = ("", _("Choisissez dans la liste"))
    form.motif.choices = [empty, *((str(motif.id), motif.title_in_sight) for motif in motifs)]
    form.place.choices = [empty, *((str(place.id), place.name) for place in places)]
    form.agent.choices = [empty, *((str(agent.id), f"{name_of(agent)}, {agent.job}") for agent in leading)]
    if held is None and not form.is_submitted() and len(places) == 1:
        form.place.data = str(places[0].id)


def _filled(form: WorkshopForm, shown: Shown) -> WorkshopForm:
    held = shown.seats.workshop.appointment
    form.title.data, form.seats.data = shown.seats.workshop.title, str(shown.seats.workshop.seats)
    form.place.data, form.agent.data = str(held.place_id), str(held.agent_id)
    form.day.process_data(paris_day(held.starts_at))
    form.hour.data = hour_words(paris(held.starts_at).time(), language())
    form.minutes.data = str(int((held.ends_at - held.starts_at).total_seconds()) // 60)
    form.sequence.data = str(held.sequence)
    return form


def _form_page(form: WorkshopForm, shown: Shown | None = None, *, fault: str = "", code: int = 200) -> Page:
    revisitable_page()
    has_errors = bool(form.errors or fault)
    page = render_template("agenda/workshop_form.html", form=form, shown=shown, fault=fault, form_has_errors=has_errors)
    return page, code


def _review_page(form: WorkshopForm, shown: Shown, effect: Effect) -> str:
    revisitable_page()
    place = dict(form.place.choices)[form.place.data]
    agent = dict(form.agent.choices)[form.agent.data].partition(",")[0]
    return render_template(
        "agenda/workshop_review.html",
        form=form,
        shown=shown,
        starts_at=form.starts_at,
        ends_at=form.ends_at,
        place=place,
        agent=agent,
        effect=effect,
        routes=effect_words(effect),
    )


def _cancel_page(database: Session, form: CancelForm, shown: Shown) -> Page:
    revisitable_page()
    held = shown.seats.workshop.appointment
    if not form.sequence.data:
        form.sequence.data = str(held.sequence)
    seats = [one.id for one in queries_workshops.sheet(database, shown.id)]
    effect = on_trial(
        database,
        seats,
        lambda: services_workshops.cancel_workshop(
            database, now(), workshop_id=shown.id, reason=CancelReason.AGENT_AWAY, **_by()
        ),
    )
    shown = workshop_or_404(database, shown.id)
    page = render_template(
        "agenda/workshop_cancel.html",
        form=form,
        shown=shown,
        effect=effect,
        routes=effect_words(effect),
        form_has_errors=bool(form.errors),
    )
    return page, 422 if form.errors else 200


def _refused(form: WorkshopForm, refusal: Refused, workshop_id: int | None = None) -> Page:
    """The form again, nothing lost; beside the field, or at the top with what somebody else has made of it."""
    words = fault_words(refusal.reason)
    with transaction() as database:
        shown = workshop_or_404(database, workshop_id) if workshop_id is not None else None
        _offer(database, form, shown)
        name = _FIELD_OF.get(refusal.reason)  # type: ignore[call-overload]
        if name is not None:
            form[name].errors = [words]
            return _form_page(form, shown, code=422)
        if shown is not None and (shown.is_off or shown.has_begun):
            return workshop_page(database, shown, fault=words), 409
        if shown is not None:
            form.sequence.data = str(shown.seats.workshop.appointment.sequence)
        return _form_page(form, shown, fault=words, code=409)


def _closed_words(shown: Shown) -> str:
    return fault_words(WorkshopFault.CANCELLED if shown.is_off else WorkshopFault.OVER)
