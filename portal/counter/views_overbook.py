"""An hour chosen by hand, for those who may: what it runs over is said before it is confirmed."""

from collections.abc import Callable

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.booking.availability import Scope, Slot
from portal.booking.rules import BookingRefusal
from portal.clock import at_wall_clock, paris_day
from portal.counter import queries
from portal.counter.forms import OverbookForm
from portal.counter.forms_words import OBSTACLES, REFUSALS
from portal.counter.rules import Obstacle
from portal.counter.views import bp
from portal.counter.views_confirm import fresh_form, recap_page
from portal.counter.views_shared import BOOKERS, WISHED, Wanted, name_of, wanted_of
from portal.counter.views_slots import about, refusal_page, slots_page
from portal.web.access import allow
from portal.web.forms import selectable
from portal.web.headers import revisitable_page
from portal.web.request import now, transaction

Page = str | tuple[str, int] | Response

_BETWEEN = "~"


@bp.route(f"{WISHED}/autre-heure", methods=["GET", "POST"])
@allow(*BOOKERS)
def overbook(person_id: int, motif_key: str) -> Page:
    """The form; sent, the recap with what the hour runs over. The reason stays out of addresses."""
    with transaction() as database:
        wanted = wanted_of(database, person_id, motif_key)
        form = _form(database, wanted)
        refused = refusal_page(database, wanted) or _no_right(database, wanted, form)
        if refused:
            return refused
        if not form.is_submitted():
            return _page(wanted, form)
        slot = slot_of(form) if form.validate() else None
        if slot is None or not is_possible(database, wanted.scope, form, slot):
            return _page(wanted, form), 422
        known = queries.already(database, now(), slot, wanted.motif, wanted.concerned)
        if known is not None:
            return redirect(url_for("counter.appointment", appointment_id=known.id, fait="deja"), 303)
        return recap_page(database, wanted, slot, fresh_form(wanted, slot, form.reason.data))


def _no_right(database: Session, wanted: Wanted, form: OverbookForm) -> Page | None:
    words = None if form.where.choices else _("Personne ne reçoit pour ce motif là où vous avez ce droit.")
    if not wanted.may_overbook:
        words = REFUSALS[BookingRefusal.NO_RIGHT_TO_OVERBOOK]
    return (slots_page(database, wanted, str(words)), 409) if words else None


def _form(database: Session, wanted: Wanted) -> OverbookForm:
    form = OverbookForm()
    offer(database, form, wanted.scope, wanted.may_overbook_at)
    return form


def offer(database: Session, form: OverbookForm, scope: Scope, may_overbook_at: Callable[[int], bool]) -> None:
    """Gives a form the agents of a scope, each with the places where this right is held."""
    pairs = queries.receiving(database, scope.motif, paris_day(now()), scope.place_ids)
    places = queries.places(database, {place_id for _agent, place_id in pairs})
    agents = queries.agents(database, {agent_id for agent_id, _place in pairs})
    mine = scope.agent_ids
    form.where.choices = selectable(
        (f"{agent_id}{_BETWEEN}{place_id}", f"{name_of(agents[agent_id])}, {places[place_id].name}")
        for agent_id, place_id in sorted(pairs, key=lambda pair: (places[pair[1]].name, list(agents).index(pair[0])))
        if may_overbook_at(place_id) and (mine is None or agent_id in mine)
    )
    if len(form.where.choices) == 1 and not form.is_submitted():
        form.where.data = form.where.choices[0].value


def slot_of(form: OverbookForm) -> Slot:
    """The hour that was typed, with whom and where; of a valid form."""
    agent_id, _between, place_id = str(form.where.data).partition(_BETWEEN)
    assert form.hour.hour is not None  # noqa: S101 - of a valid form
    return Slot(at_wall_clock(form.day.data, form.hour.hour), int(agent_id), int(place_id))


def is_possible(database: Session, scope: Scope, form: OverbookForm, slot: Slot) -> bool:
    """Whether a right to overbook overrides what is in the way; what it does not is said beside its field."""
    if slot.starts_at <= now():
        form.hour.errors = [REFUSALS[BookingRefusal.PAST]]
    elif Obstacle.ABSENCE in queries.obstacles(database, now(), scope, slot):
        form.where.errors = [OBSTACLES[Obstacle.ABSENCE]]
    return not form.errors


def _page(wanted: Wanted, form: OverbookForm) -> str:
    revisitable_page()
    return render_template("counter/overbook.html", **about(wanted), form=form, form_has_errors=bool(form.errors))
