"""From who comes to the confirmation: one form, shown, reviewed, confirmed; refused without losing a word."""

from datetime import datetime
from typing import Any

from flask import abort, g, render_template, request, session, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.booking import asked, pages, queries
from portal.booking.forms_known import KnownForm
from portal.booking.forms_who import ME
from portal.booking.models import AppointmentStatus
from portal.booking.rules import BookingRefusal, cancel_until, move_until
from portal.booking.services import book
from portal.booking.told import foreseen, told_of
from portal.booking.views import bp
from portal.booking.views_ended import ended_page, stop_here, without_right
from portal.booking.views_forms import Details, form_for, is_accepted, own, request_of
from portal.booking.views_known import acts_without_right, is_another_s, is_theirs, mark
from portal.booking.views_opened import keep_open
from portal.booking.views_review import known_parts, review_of, tells_nobody
from portal.booking.views_shared import (
    Choice,
    choice_of,
    groups_of,
    lost_slot,
    pass_of,
    short_address,
    still_open,
    week_page,
)
from portal.codes import read_code
from portal.journal.services import VISITOR
from portal.notifications.queries_post import calendar_of
from portal.people.mandates import MandateFault
from portal.people.views_browser import actor
from portal.refusal import Refused
from portal.web.access import Procedure, Role, allow
from portal.web.headers import personal_page, revisitable_page
from portal.web.request import now, portal, transaction

Page = str | tuple[str, int] | Response

_REMEMBERED = 20  # appointments of one browser


@bp.get("/rendez-vous/<motif_key>/<place_key>/vous")
@allow(Role.EVERYONE)
def details(motif_key: str, place_key: str) -> Page:
    """Who comes, and how to tell them; for a slot that is free."""
    with transaction() as database:
        choice = choice_of(database, motif_key, place_key)
        if acts_without_right():
            return without_right(database)
        typed = request.args.get("creneau")
        starts_at = asked.instant(typed, now())
        if starts_at is None:
            return week_page(database, choice, lost_slot() if typed else _("Choisissez un créneau.")), 400
        if not choice.is_free(database, starts_at):
            return week_page(database, choice, lost_slot()), 409
        form = _form(database, choice)
        form.creneau.data = asked.written(starts_at)
        form.subject.data = mark() if isinstance(form, KnownForm) else ""
        if choice.invitation:
            form.concerned.data = ME
        return _details_page(database, choice, form, starts_at)


@bp.post("/rendez-vous/<motif_key>/<place_key>/vous")
@allow(Role.EVERYONE, keeps_typed=True)
def correct(motif_key: str, place_key: str) -> Page:
    """Back from the review, with all that was typed."""
    with transaction() as database:
        choice, form, starts_at = _posted(database, motif_key, place_key)
        if starts_at is None:
            return week_page(database, choice, lost_slot()), 400
        return _details_page(database, choice, form, starts_at)


@bp.post("/rendez-vous/<motif_key>/<place_key>/verifier")
@allow(Role.EVERYONE, keeps_typed=True)
def review(motif_key: str, place_key: str) -> Page:
    """Everything that was said, to read again before it counts."""
    with transaction() as database:
        choice, form, starts_at = _posted(database, motif_key, place_key)
        if starts_at is None:
            return week_page(database, choice, lost_slot()), 400
        if not is_accepted(form, choice, starts_at):
            return _details_page(database, choice, form, starts_at), 422
        if choice.is_free(database, starts_at):
            return _review_page(database, choice, form, starts_at)
        known = own(database, choice, form, starts_at)
        if known is not None:  # Back from the confirmation: this very hour is theirs
            return redirect(url_for("booking.confirmation", code=known.code), 303)
        return _taken_page(database, choice, form, starts_at)


@bp.post("/rendez-vous/<motif_key>/<place_key>/confirmer")
@allow(Role.EVERYONE, keeps_typed=True)
def confirm(motif_key: str, place_key: str) -> Page:
    """Makes the appointment: one, however often it is pressed."""
    try:
        with transaction() as database:
            choice, form, starts_at = _posted(database, motif_key, place_key)
            if starts_at is None:
                return _taken_page(database, choice, form, None)
            if not is_accepted(form, choice, starts_at):
                page = _review_page if form.is_kept_page_only else _details_page
                return page(database, choice, form, starts_at), 422
            by = actor() if isinstance(form, KnownForm) else VISITOR
            wanted = request_of(choice, form, starts_at)
            appointment = book(database, now(), request=wanted, base_url=portal().settings.base_url, by=by)
    except Refused as refusal:
        return _refused(motif_key, place_key, refusal)
    if by == VISITOR:  # others open it as who they are, for as long as they are
        session["booked"] = [*session.get("booked", []), appointment.id][-_REMEMBERED:]
        keep_open(appointment.code, now())
    return redirect(url_for("booking.confirmation", code=appointment.code), 303)


@bp.get("/rendez-vous/<motif_key>/<place_key>/verifier")
@bp.get("/rendez-vous/<motif_key>/<place_key>/confirmer")
@allow(Role.EVERYONE)
def start_again(motif_key: str, place_key: str) -> Response:
    """These pages answer a form alone: a reload or a bookmark leads back to the week."""
    return redirect(url_for("booking.week", motif_key=motif_key, place_key=place_key))


@bp.get("/rendez-vous/confirmation/<code>")
@allow(Role.EVERYONE)
def confirmation(code: str) -> Page:
    """What was booked, for the browser that booked it, or whoever it is for; others are asked the birth date."""
    personal_page()
    with transaction() as database:
        read = read_code(code)
        appointment = queries.appointment_by_code(database, read) if read else None
        is_own = appointment is not None and (appointment.id in session.get("booked", []) or is_theirs(appointment))
        if appointment is None or not is_own or appointment.status is not AppointmentStatus.BOOKED:
            return redirect(url_for("booking.appointment", code=code))
        return render_template(
            "booking/confirmation.html",
            appointment=appointment,
            call=pages.call_for(database, appointment.place),
            told=told_of(database, now(), appointment),
            cancel_until=still_open(cancel_until(appointment.starts_at, appointment.motif)),
            move_until=still_open(move_until(appointment.starts_at, appointment.motif)),
            short_address=short_address(),
        )


def _form(database: Session, choice: Choice) -> Details:
    return form_for(database, choice, g.acting.name if g.acting else None)


def _posted(database: Session, motif_key: str, place_key: str) -> tuple[Choice, Details, datetime | None]:
    """What a form sent; when it was somebody else's to fill in, the page that says so answers instead."""
    if is_another_s(request.form.get("subject")):
        abort(ended_page(database, url_for("booking.details", motif_key=motif_key, place_key=place_key)))
    choice = choice_of(database, motif_key, place_key)
    form = _form(database, choice)
    return choice, form, asked.instant(form.creneau.data, now())


def _refused(motif_key: str, place_key: str, refusal: Refused) -> Page:
    """The page that says why the appointment could not be made; nothing typed is lost."""
    if isinstance(refusal.reason, MandateFault):
        stop_here()
    with transaction() as database:
        choice, form, starts_at = _posted(database, motif_key, place_key)
        if starts_at is None or refusal.reason in {BookingRefusal.SLOT_TAKEN, BookingRefusal.PAST}:
            return _taken_page(database, choice, form, starts_at)
        if refusal.reason == BookingRefusal.LIMIT_REACHED:
            is_known = isinstance(form, KnownForm)
            return render_template("booking/limit.html", motif=choice.motif, call=choice.call, is_known=is_known), 409
        if refusal.reason in {BookingRefusal.CLOSED, BookingRefusal.NOT_BOOKABLE}:
            return render_template("booking/closed.html", motif=choice.motif, call=choice.call, **choice.urls), 409
        form.validate()
        field = form.concerned if isinstance(form, KnownForm) else form.birth_date
        field.errors = [_("Vérifiez les noms et la date de naissance.")]
        return _details_page(database, choice, form, starts_at), 422


def _details_page(database: Session, choice: Choice, form: Details, starts_at: datetime) -> str:
    revisitable_page()
    is_known = isinstance(form, KnownForm)
    return render_template(
        "booking/details_known.html" if is_known else "booking/details.html",
        motif=choice.motif,
        place=choice.place,
        starts_at=starts_at,
        form=form,
        pass_kept=pass_of(choice),
        form_has_errors=bool(form.errors),
        **(_known_words(database, choice, form, starts_at) if isinstance(form, KnownForm) else {}),
        **choice.urls,
    )


def _review_page(database: Session, choice: Choice, form: Details, starts_at: datetime) -> str:
    revisitable_page()
    return render_template(
        "booking/review.html",
        parts=review_of(choice.motif, choice.place, starts_at, form),
        **(_told_words(database, choice, form, starts_at) if isinstance(form, KnownForm) else {"told": None}),
        nobody_told=not isinstance(form, KnownForm) and tells_nobody(form) and not choice.motif.discreet,
        is_discreet=choice.motif.discreet,
        form=form,
        pass_kept=pass_of(choice),
        form_has_errors=bool(form.errors),
        **choice.urls,
    )


def _known_words(database: Session, choice: Choice, form: KnownForm, starts_at: datetime) -> dict[str, Any]:
    """What is known, shown to be confirmed and never asked again."""
    may_change = not g.acting or Procedure.PREFERENCES in g.acting.procedures
    return {
        "parts": known_parts(form, may_read_ways=may_change),
        **_told_words(database, choice, form, starts_at),
        "acted_for": form.acted_for,
        "may_change": may_change,
    }


def _told_words(database: Session, choice: Choice, form: KnownForm, starts_at: datetime) -> dict[str, Any]:
    file = form.person.guardian or form.person
    post = calendar_of(database)
    told = foreseen(now(), person=file, motif=choice.motif, starts_at=starts_at, post=post)
    return {"told": told, "is_hidden": file.wants_discretion}


def _taken_page(database: Session, choice: Choice, form: Details, lost: datetime | None) -> Page:
    """The lost race: said, with everything kept, and the nearest free slots to take instead."""
    if lost is None:
        form.creneau.errors = [_("Choisissez un créneau.")]
    revisitable_page()
    near = queries.nearest_slots(database, now(), choice.scope, max(lost or now(), now()))
    page = render_template(
        "booking/taken.html",
        motif=choice.motif,
        place=choice.place,
        call=choice.call,
        lost=lost,
        groups=groups_of(pages.by_day(near)),
        form=form,
        pass_kept=pass_of(choice),
        form_has_errors=lost is None,
        **choice.urls,
    )
    return page, 409 if lost else 400
