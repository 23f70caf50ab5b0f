"""An appointment moved to an hour chosen by hand, for those who may: what it runs over is said before it counts."""

from flask import render_template
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.booking.asked import slot_text
from portal.booking.availability import Slot
from portal.booking.models import Appointment
from portal.booking.rules import BookingRefusal
from portal.booking.rules_service import may_overbook
from portal.counter import queries
from portal.counter.forms import MoveForm, MoveOverbookForm
from portal.counter.forms_words import OBSTACLES, REFUSALS
from portal.counter.rules import places_to_overbook
from portal.counter.views import bp
from portal.counter.views_appointment import appointment_or_404, hold, words_of
from portal.counter.views_change import closed_page, move_page, scope_of
from portal.counter.views_confirm import parties
from portal.counter.views_overbook import is_possible, offer, slot_of
from portal.counter.views_shared import APPOINTMENT, BOOKERS
from portal.desk.views_shared import note_reading
from portal.people.views_browser import services_of_agent
from portal.web.access import allow
from portal.web.headers import personal_page, revisitable_page
from portal.web.request import now, transaction

Page = str | tuple[str, int] | Response


@bp.route(f"{APPOINTMENT}/deplacer/autre-heure", methods=["GET", "POST"])
@allow(*BOOKERS)
def move_overbook(appointment_id: int) -> Page:
    """The form of an hour without a slot; sent, what it runs over, with the button that moves. Nothing moves here."""
    with transaction() as database:
        found = appointment_or_404(database, appointment_id)
        form = MoveOverbookForm()
        refused = closed_page(database, found) or _no_right(database, found, form)
        if refused:
            return refused
        if not form.is_submitted():
            note_reading(database, found.participations[0].person_id)
            hold(form, found)
            return _page(database, found, form)
        slot = slot_of(form) if form.validate() else None
        if slot is None or not is_possible(database, scope_of(database, found), form, slot):
            return _page(database, found, form), 422
        return _sure_page(database, found, form, slot)


def _no_right(database: Session, found: Appointment, form: MoveOverbookForm) -> Page | None:
    services, family = services_of_agent(database), found.motif.family
    offer(database, form, scope_of(database, found), lambda at: may_overbook(services, family=family, place_id=at))
    words = None if form.where.choices else _("Personne ne reçoit pour ce motif là où vous avez ce droit.")
    if places_to_overbook(services, family) == frozenset():
        words = REFUSALS[BookingRefusal.NO_RIGHT_TO_OVERBOOK]
    return (move_page(database, found, MoveForm(formdata=None), str(words)), 409) if words else None


def _page(database: Session, found: Appointment, form: MoveOverbookForm) -> str:
    revisitable_page()
    return render_template(
        "counter/move_overbook.html", **words_of(database, found), form=form, form_has_errors=bool(form.errors)
    )


def _sure_page(database: Session, found: Appointment, form: MoveOverbookForm, slot: Slot) -> str:
    """The old hour and the new one, and what the new one runs over; the page that it had shown is kept."""
    personal_page()
    met = queries.obstacles(database, now(), scope_of(database, found), slot)
    return render_template(
        "counter/move_sure.html",
        **words_of(database, found),
        to=parties(database, slot),
        starts_at=slot.starts_at,
        creneau=slot_text(slot),
        obstacles=[str(OBSTACLES[one]) for one in met],
        form=form,
    )
