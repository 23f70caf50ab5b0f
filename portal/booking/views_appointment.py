"""One appointment, from a message or a letter: opened with its code and a birth date; seen, moved, cancelled."""

from datetime import datetime
from typing import Any

from flask import abort, render_template, request, session, url_for
from flask import redirect as leads
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.booking import asked, pages, queries, rules
from portal.booking.availability import Scope
from portal.booking.forms import BirthForm, CodeForm, HeldForm, SlotForm
from portal.booking.guard import open_with_fact
from portal.booking.ics import calendar_of
from portal.booking.models import Appointment
from portal.booking.rules_workshops import fixed_hour
from portal.booking.services import cancel as cancel_appointment
from portal.booking.services import move as move_appointment
from portal.booking.views import bp
from portal.booking.views_ended import ended_page, stop_here
from portal.booking.views_known import is_another_s, is_theirs, mark, subject
from portal.booking.views_limits import right_guess, spend_guess
from portal.booking.views_opened import is_open, keep_open
from portal.booking.views_shared import groups_of, lost_slot, still_open
from portal.booking.views_shut import birth_page, closed_page, over_page, shut_page
from portal.booking.words import tellings
from portal.clock import paris_day
from portal.codes import read_code
from portal.directory.models import Departement
from portal.journal.services import Actor
from portal.people.mandates import MandateFault
from portal.people.queries import referents_of
from portal.people.views_browser import actor
from portal.refusal import Refused
from portal.web.access import Role, allow
from portal.web.headers import personal_page
from portal.web.request import now, portal, transaction

Page = str | tuple[str, int] | Response


@bp.route("/r/", methods=["GET", "POST"])
@allow(Role.EVERYONE)
def find() -> Page:
    """Where a code is typed, in any way."""
    form = CodeForm()
    if form.validate_on_submit():
        return redirect(url_for("booking.appointment", code=read_code(form.code.data)), 303)
    return _find_page(form, 422 if form.errors else 200)


@bp.get("/r/<code>")
@allow(Role.EVERYONE)
def appointment(code: str) -> Page:
    """The appointment of a code: to those it is for, signed in or acted for; else once the birth date opened it."""
    personal_page()
    read = read_code(code)
    if read is None:
        return _unreadable()
    with transaction() as database:
        found = _open_here(database, read)
        if found is None:
            return closed_page(database, read)
        if rules.is_over(found, now()):
            return over_page(database)
        return _appointment_page(database, found, done=request.args.get("fait", ""))


@bp.post("/r/<code>")
@allow(Role.EVERYONE)
def open_appointment(code: str) -> Page:
    """Opens a code for whoever knows the birth date. Five wrong ones lock it for 15 minutes."""
    read = read_code(code)
    if read is None:
        return _unreadable()
    form = BirthForm(today=paris_day(now()))
    if not form.validate_on_submit():
        with transaction() as database:
            return birth_page(database, read, form), 422
    spend_guess()
    with transaction() as database:
        found = open_with_fact(database, now(), code=read, birth_date=form.birth_date.data)
        if isinstance(found, Refused):
            return shut_page(database, read, form, found)
    right_guess()
    keep_open(read, now())
    return redirect(url_for("booking.appointment", code=read), 303)


@bp.get("/r/<code>/deplacer")
@allow(Role.EVERYONE)
def move(code: str) -> Page:
    """The weeks of the same place, to take another hour."""
    personal_page()
    with transaction() as database:
        found = _opened(database, code)
        if rules.move_refusal(found, now(), by_agent=False):
            return redirect(url_for("booking.appointment", code=found.code))
        form = SlotForm()
        form.subject.data = mark()
        return _move_page(database, found, form)


@bp.post("/r/<code>/deplacer")
@allow(Role.EVERYONE, keeps_typed=True)
def confirm_move(code: str) -> Page:
    """Frees the old time and takes the new one, at once."""
    form = SlotForm()
    is_valid = form.validate_on_submit()
    starts_at = asked.instant(form.creneau.data, now())
    try:
        with transaction() as database:
            found = _posted(database, code, form)
            if not is_valid or starts_at is None:
                form.creneau.errors = form.creneau.errors or ([] if form.errors else [lost_slot()])
                return _move_page(database, found, form), 422
            move_appointment(database, now(), starts_at=starts_at, **_change_of(found))
    except Refused as refusal:
        return _ended(refusal) or _move_refused(code, form)
    return redirect(url_for("booking.appointment", code=code, fait="deplace"), 303)


@bp.get("/r/<code>/annuler")
@allow(Role.EVERYONE)
def ask_cancel(code: str) -> Page:
    """Asks before cancelling."""
    personal_page()
    with transaction() as database:
        found = _opened(database, code)
        if found.status in rules.CANCELLED or rules.cancel_refusal(found, now(), by_agent=False):
            return redirect(url_for("booking.appointment", code=found.code))
        form = HeldForm()
        form.subject.data = mark()
        return _cancel_page(found, form)


@bp.post("/r/<code>/annuler")
@allow(Role.EVERYONE, keeps_typed=True)
def cancel(code: str) -> Page:
    """Cancels, and frees the time for someone else."""
    form = HeldForm()
    is_valid = form.validate_on_submit()
    try:
        with transaction() as database:
            found = _posted(database, code, form)
            if not is_valid:
                return _cancel_page(found, form), 422
            cancel_appointment(database, now(), **_change_of(found))
    except Refused as refusal:
        return _ended(refusal) or redirect(url_for("booking.appointment", code=code, fait="trop-tard"), 303)
    return redirect(url_for("booking.appointment", code=code, fait="annule"), 303)


@bp.get("/r/<code>/agenda.ics")
@allow(Role.EVERYONE)
def calendar(code: str) -> Response:
    """The appointment for a calendar."""
    personal_page()
    with transaction() as database:
        found = _opened(database, code)
        departement = database.get_one(Departement, 1)
        text = calendar_of(
            found,
            departement=departement,
            base_url=portal().settings.base_url,
            is_hidden=any(telling.person.wants_discretion for telling in tellings(found)),
        )
    response = Response(text, mimetype="text/calendar")
    response.headers["Content-Disposition"] = "attachment; filename=rendez-vous.ics"
    return response


def _open_here(database: Session, code: str) -> Appointment | None:
    """The appointment of a code, as `read_code` gives it, when this browser opened it or it is of whoever is known."""
    by_code = is_open(code, now())
    if not by_code and subject() is None:
        return None
    found = queries.appointment_by_code(database, code)
    return found if found is not None and (by_code or is_theirs(found)) else None


def _opened(database: Session, code: str) -> Appointment:
    """The appointment that is open here; else the page that asks the birth date answers instead."""
    read = read_code(code)
    found = _open_here(database, read) if read else None
    if found is None:
        abort(leads(url_for("booking.appointment", code=code), 303))
    return found


def _posted(database: Session, code: str, form: HeldForm) -> Appointment:
    """The same, for a form; when it was opened for somebody else, the page that says so answers instead."""
    if is_another_s(form.subject.data):
        abort(ended_page(database))
    return _opened(database, code)


def _ended(refusal: Refused) -> Response | None:
    """The page that says that a mandate ended meanwhile, if that is why."""
    if not isinstance(refusal.reason, MandateFault):
        return None
    stop_here()
    with transaction() as database:
        return ended_page(database)


def _change_of(found: Appointment) -> dict[str, Any]:
    """What moving and cancelling both need: what, who (known, or proven by the birth date), and where links lead."""
    person = found.participations[0].person
    by = actor() if is_theirs(found) else Actor.person(person.guardian_id or person.id)
    return {"appointment_id": found.id, "base_url": portal().settings.base_url, "by": by}


def _find_page(form: CodeForm, status: int) -> Page:
    return render_template("booking/find.html", form=form, form_has_errors=bool(form.errors)), status


def _unreadable() -> Page:
    form = CodeForm(formdata=None)
    form.code.errors = [_("Ce code n'est pas complet. Un code a 8 lettres ou chiffres. Exemple : K7M2-9XQ4")]
    return _find_page(form, 404)


def _appointment_page(database: Session, found: Appointment, *, done: str) -> str:
    fixed = fixed_hour(found)
    return render_template(
        "booking/appointment.html",
        appointment=found,
        call=pages.call_for(database, found.place),
        cancel_until=still_open(rules.cancel_until(found.starts_at, found.motif)),
        move_until=None if fixed else still_open(rules.move_until(found.starts_at, found.motif)),
        fixed=fixed,
        is_cancelled=found.status in rules.CANCELLED,
        is_past=found.starts_at <= now(),
        is_own=found.id in session.get("booked", []),
        offers_paper=_offers_paper(found),
        done=done,
    )


def _offers_paper(found: Appointment) -> bool:
    """Whether the page leads to the choice of letters for everything: nothing says who reads it over a shoulder.

    The code and a birth date are not enough to choose it: they sign in, or say it by telephone.
    """
    readers = [telling.person for telling in tellings(found)]
    return not any(reader.wants_paper or reader.wants_discretion for reader in readers)


def _move_page(database: Session, found: Appointment, form: SlotForm) -> str:
    ids = [participation.person_id for participation in found.participations]
    agents = referents_of(database, ids, paris_day(now())) if found.motif.with_referent else None
    scope = Scope(found.motif, place_ids=[found.place_id], agent_ids=agents, ignoring=found.id)
    wanted = asked.day(request.args.get("semaine"))
    shown = pages.week(database, now(), scope, wanted)
    return render_template(
        "booking/move.html",
        appointment=found,
        call=pages.call_for(database, found.place),
        week=shown,
        groups=groups_of(_without(found.starts_at, shown.days)),
        url_of_week=lambda monday: url_for("booking.move", code=found.code, semaine=monday.isoformat()),
        form=form,
        form_has_errors=bool(form.errors),
    )


def _without(starts_at: datetime, days: Any) -> Any:
    # The hour it already has is no move.
    kept = [(day, [start for start in starts if start != starts_at]) for day, starts in days]
    return [(day, starts) for day, starts in kept if starts]


def _move_refused(code: str, form: SlotForm) -> Page:
    with transaction() as database:
        found = _opened(database, code)
        if rules.move_refusal(found, now(), by_agent=False):
            return redirect(url_for("booking.appointment", code=found.code, fait="trop-tard"), 303)
        form.creneau.errors = [lost_slot()]
        return _move_page(database, found, form), 409


def _cancel_page(found: Appointment, form: HeldForm) -> str:
    return render_template("booking/cancel.html", appointment=found, form=form, form_has_errors=bool(form.errors))
