"""Seats given to somebody: from their card or from the workshop, after a recap to read aloud."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.agenda.forms_workshops import EnrolForm
from portal.agenda.queries_agenda import viewer_of
from portal.agenda.rules_agenda import SEERS
from portal.agenda.views import bp
from portal.agenda.views_workshops import not_yours, workshop_page
from portal.agenda.views_workshops_shared import (
    WORKSHOP,
    Shown,
    fault_words,
    name_of,
    shown_of,
    workshop_or_404,
)
from portal.booking import queries_workshops
from portal.booking.rules_workshops import WorkshopFault, seat_refusal
from portal.booking.services_workshops import enrol
from portal.booking.told import foreseen
from portal.clock import paris_day
from portal.desk import queries as desk
from portal.desk.forms_search import EVERYWHERE, NEAR, SearchForm
from portal.desk.queries_search import MOST, found
from portal.desk.views_found import Row, note_search, rows_of, said_of
from portal.desk.views_shared import PERSON, file_or_404, hand, note_reading
from portal.desk.views_told import missing_of, reminders_of, ways_of
from portal.notifications.queries_post import calendar_of
from portal.people.models import Person
from portal.people.views_browser import services_of_agent
from portal.refusal import Refused
from portal.web.access import allow, may_open
from portal.web.headers import personal_page
from portal.web.request import now, portal, transaction
from portal.web.text import whole
from portal.web.throttle import Limit, spend

Page = str | tuple[str, int] | Response

_SEARCHES = Limit("people", 60, timedelta(minutes=1))  # the same as the desk's own


@dataclass(frozen=True)
class Offer:
    """A workshop offered to somebody. `seat_id`: the seat they have in it; `fault`: why they may get none."""

    shown: Shown
    seat_id: int | None
    fault: str
    is_full: bool
    motif_key: str


@bp.route(f"{WORKSHOP}/inscrire", methods=["GET", "POST"])
@allow(*SEERS)
def enrol_who(workshop_id: int) -> Page:
    """Whom to give a seat: the desk's own search, which leads back here."""
    personal_page()
    form = SearchForm(today=paris_day(now()))
    with transaction() as database:
        shown = workshop_or_404(database, workshop_id)
        if not shown.may_run:
            return not_yours(database, shown)
        if shown.is_off or shown.is_over or not shown.seats.free:
            fault = WorkshopFault.CANCELLED if shown.is_off else WorkshopFault.FULL if not shown.is_over else None
            return workshop_page(database, shown, fault=fault_words(fault or WorkshopFault.OVER)), 409
        rows: Sequence[Row] | None = None
        if form.is_submitted() and form.validate():
            spend(_SEARCHES, f"agent {g.agent.id}")
            rows = rows_of(database, found(database, now(), g.agent, form.sought, is_near_only=form.is_near_only))
            note_search(database, rows)
        page = render_template(
            "agenda/enrol_who.html",
            form=form,
            shown=shown,
            rows=None if rows is None else rows[:MOST],
            said="" if rows is None else said_of(rows),
            scope=NEAR if form.is_near_only else EVERYWHERE,
            may_make=may_open("desk.new"),
            form_has_errors=bool(form.errors),
        )
        return page, 422 if form.errors else 200


@bp.get(f"{PERSON}/ateliers")
@allow(*SEERS)
def enrol_for(person_id: int) -> Page:
    """The workshops to come for somebody; or, for one of them (`atelier`), the recap to read aloud."""
    with transaction() as database:
        person = file_or_404(database, person_id)[0]
        note_reading(database, person_id)
        asked = whole(request.args.get("atelier"))
        return _enrol_page(database, person) if asked is None else _recap(database, person, asked)


@bp.post(f"{PERSON}/ateliers")
@allow(*SEERS)
def enrolled(person_id: int) -> Page:
    """Gives the seat; pressed twice, it is given once."""
    form = EnrolForm()
    asked = whole(form.atelier.data)
    try:
        with transaction() as database:
            person = file_or_404(database, person_id)[0]
            if asked is None:
                return _enrol_page(database, person), 400
            shown = workshop_or_404(database, asked)
            known = queries_workshops.seat_of(database, asked, person_id)
            if known is not None:
                return redirect(_done(asked, known, "deja"), 303)
            if not form.validate():
                return _recap_page(database, person, shown, form), 422
            base_url = portal().settings.base_url
            made = enrol(database, now(), workshop_id=asked, person_id=person_id, by=hand(), base_url=base_url)
            return redirect(_done(asked, made.id, "inscrit"), 303)
    except Refused as refusal:
        with transaction() as database:
            person = file_or_404(database, person_id)[0]
            return _enrol_page(database, person, fault=fault_words(refusal.reason)), 409


def _enrol_page(database: Session, person: Person, *, fault: str = "") -> str:
    """The workshops to come that this agent may fill."""
    personal_page()
    viewer, services = viewer_of(database, now(), g.agent), services_of_agent(database)
    offers = []
    for one in queries_workshops.workshops_to_come(database, now()):
        shown = shown_of(database, viewer, services, one)
        if shown.may_run:
            offers.append(_offer(database, shown, person))
    return render_template(
        "agenda/enrol.html",
        person=person,
        name=name_of(person),
        offers=offers,
        fault=fault,
        can_wait=may_open("counter.wait"),
        form_has_errors=bool(fault),
    )


def _offer(database: Session, shown: Shown, person: Person) -> Offer:
    seat_id = queries_workshops.seat_of(database, shown.id, person.id)
    motif_id = shown.seats.workshop.appointment.motif_id
    to_come = queries_workshops.seats_to_come(database, now(), motif_id, person.id)
    refused = seat_refusal(shown.seats.workshop, person, now(), taken=shown.seats.taken, to_come=to_come)
    return Offer(
        shown,
        seat_id,
        fault_words(refused) if refused else "",
        refused is WorkshopFault.FULL,
        shown.seats.workshop.appointment.motif.key,
    )


def _recap(database: Session, person: Person, workshop_id: int) -> Page:
    shown = workshop_or_404(database, workshop_id)
    if not shown.may_run:
        return not_yours(database, shown)
    offer = _offer(database, shown, person)
    if offer.seat_id is not None:
        return redirect(_done(workshop_id, offer.seat_id, "deja"), 303)
    if offer.fault:
        return _enrol_page(database, person, fault=offer.fault), 409
    form = EnrolForm(formdata=None)
    form.atelier.data = str(workshop_id)
    return _recap_page(database, person, shown, form)


def _recap_page(database: Session, person: Person, shown: Shown, form: EnrolForm) -> str:
    """The workshop, and how the person will be told: to read aloud."""
    personal_page()
    held, telling = shown.seats.workshop.appointment, person.guardian or person
    post = calendar_of(database)
    told = foreseen(now(), person=telling, motif=held.motif, starts_at=held.starts_at, post=post)
    may_read = desk.reads_file(database, now(), g.agent, telling.id)
    return render_template(
        "agenda/enrol_recap.html",
        person=person,
        name=name_of(person),
        shown=shown,
        place=held.place,
        motif=held.motif,
        form=form,
        told_name=name_of(telling) if telling.id != person.id else "",
        ways=ways_of(told, telling, may_read=may_read),
        missing=missing_of(told, telling),
        reminders=reminders_of(told),
        url_of_change=url_for("desk.change", person_id=telling.id) if may_read and may_open("desk.change") else "",
        form_has_errors=bool(form.errors),
    )


def _done(workshop_id: int, seat_id: int, what: str) -> str:
    return url_for("agenda.seat", workshop_id=workshop_id, seat_id=seat_id, fait=what)
