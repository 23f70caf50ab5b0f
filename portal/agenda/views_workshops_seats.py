"""A seat: whose it is, who was told and how; given back before the beginning."""

from typing import Any

from flask import abort, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.agenda.forms_workshops import LeaveForm
from portal.agenda.queries_seats import seat as seat_in
from portal.agenda.rules_agenda import SEERS
from portal.agenda.views import bp
from portal.agenda.views_words import ROUTE_WORDS
from portal.agenda.views_workshops import not_yours
from portal.agenda.views_workshops_shared import (
    WORKSHOP,
    Shown,
    effect_words,
    fault_words,
    holds,
    name_of,
    on_trial,
    workshop_or_404,
)
from portal.booking.models import Appointment, CancelReason
from portal.booking.rules import BookingRefusal
from portal.booking.rules_workshops import WorkshopFault
from portal.booking.services import cancel
from portal.booking.told import told_of
from portal.booking.words import tellings
from portal.desk import queries as desk
from portal.desk.views_shared import hand, note_reading
from portal.desk.views_told import missing_of, reminders_of, ways_of
from portal.refusal import Refused
from portal.web.access import allow, may_open
from portal.web.headers import personal_page
from portal.web.request import now, portal, transaction

Page = str | tuple[str, int] | Response

_SEAT = f"{WORKSHOP}/inscrits/<int(max=2147483647):seat_id>"


@bp.get(_SEAT)
@allow(*SEERS)
def seat(workshop_id: int, seat_id: int) -> Page:
    """A seat: whose, and who was told how."""
    with transaction() as database:
        shown, held = _seat_or_404(database, workshop_id, seat_id)
        person = held.participations[0].person
        note_reading(database, person.id)
        return _seat_page(database, shown, held)


@bp.route(f"{_SEAT}/retirer", methods=["GET", "POST"])
@allow(*SEERS)
def leave(workshop_id: int, seat_id: int) -> Page:
    """Takes a seat back before the beginning: by the person, or by the service; the person is told."""
    form = LeaveForm()
    try:
        with transaction() as database:
            shown, held = _seat_or_404(database, workshop_id, seat_id)
            if not shown.may_run:
                return not_yours(database, shown)
            if not holds(held.status) or shown.has_begun:
                return _seat_page(database, shown, held, fault=fault_words(WorkshopFault.OVER)), 409
            if not form.is_submitted() or not form.validate():
                return _leave_page(database, shown, held, form)
            cancel(database, now(), sequence=form.seen, **_leaving(held, form.chosen))
    except Refused as refusal:
        is_change = refusal.reason is BookingRefusal.CHANGED
        words = fault_words(WorkshopFault.CHANGED if is_change else refusal.reason)
        with transaction() as database:
            return _seat_page(database, *_seat_or_404(database, workshop_id, seat_id), fault=words), 409
    return redirect(url_for("agenda.workshop", workshop_id=workshop_id, fait="retire"), 303)


def _leaving(held: Appointment, reason: CancelReason) -> dict[str, Any]:
    return {
        "appointment_id": held.id,
        "base_url": portal().settings.base_url,
        "by": hand(),
        "reason": reason,
        "by_person": reason is CancelReason.PERSON_ASKED,
    }


def _leave_page(database: Session, shown: Shown, held: Appointment, form: LeaveForm) -> Page:
    personal_page()
    if not form.sequence.data:
        form.sequence.data = str(held.sequence)
    effect = on_trial(database, [held.id], lambda: cancel(database, now(), **_leaving(held, CancelReason.PERSON_ASKED)))
    shown, held = _seat_or_404(database, shown.id, held.id)
    page = render_template(
        "agenda/leave.html",
        form=form,
        shown=shown,
        seat=held,
        name=name_of(held.participations[0].person),
        routes=effect_words(effect),
        form_has_errors=bool(form.errors),
    )
    return page, 422 if form.errors else 200


def _seat_or_404(database: Session, workshop_id: int, seat_id: int) -> tuple[Shown, Appointment]:
    """A seat whose person this agent reads the file of, or whom they know as coming; else 404."""
    shown = workshop_or_404(database, workshop_id)
    held = seat_in(database, workshop_id, seat_id)
    if held is None:
        abort(404)
    person_id = held.participations[0].person_id
    if not shown.may_name and not desk.reads_file(database, now(), g.agent, person_id):
        abort(404)
    return shown, held


def _seat_page(database: Session, shown: Shown, held: Appointment, *, fault: str = "") -> str:
    personal_page()
    person = held.participations[0].person
    telling = tellings(held)[0].person
    told = told_of(database, now(), held)
    may_read = desk.reads_file(database, now(), g.agent, telling.id)
    is_new = request.args.get("fait") == "inscrit" and holds(held.status) and not fault
    may_open_card = desk.reads_file(database, now(), g.agent, person.id)
    return render_template(
        "agenda/seat.html",
        shown=shown,
        seat=held,
        name=name_of(person),
        url_of_card=url_for("desk.person", person_id=person.id) if may_open_card else "",
        url_of_detail=url_for("counter.appointment", appointment_id=held.id)
        if may_open_card and may_open("counter.appointment")
        else "",
        is_held=holds(held.status),
        told_name=name_of(telling) if telling.id != person.id else "",
        ways=ways_of(told, telling, may_read=may_read) if is_new else [],
        routes=[str(ROUTE_WORDS[route]) for route in told.now],
        missing=missing_of(told, telling) if holds(held.status) else [],
        reminders=reminders_of(told),
        done=request.args.get("fait", "") if not fault else "",
        fault=fault,
        form_has_errors=bool(fault),
    )
