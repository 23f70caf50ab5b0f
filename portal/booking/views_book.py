"""From who comes to the confirmation: one form, shown, reviewed, confirmed; refused without losing a word."""

from datetime import datetime
from uuid import UUID, uuid5

from flask import render_template, request, session, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.booking import asked, pages, queries
from portal.booking.forms import ME, DetailsForm
from portal.booking.forms_words import PHONE_NEEDED
from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.rules import BookingRefusal, BookingRequest, cancel_until, is_right_age, move_until
from portal.booking.services import book
from portal.booking.told import told_of
from portal.booking.views import bp
from portal.booking.views_opened import keep_open
from portal.booking.views_review import review_of, tells_nobody
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
from portal.clock import paris_day
from portal.codes import read_code
from portal.directory import queries as directory
from portal.directory.models import Mode
from portal.refusal import Refused
from portal.web.access import Role, allow
from portal.web.headers import personal_page, revisitable_page
from portal.web.request import now, portal, transaction

Page = str | tuple[str, int] | Response

_CHILD = 18  # years: a motif for people under this age is never for whoever books
_REMEMBERED = 20  # appointments of one browser


@bp.get("/rendez-vous/<motif_key>/<place_key>/vous")
@allow(Role.EVERYONE)
def details(motif_key: str, place_key: str) -> Page:
    """Who comes, and how to tell them; for a slot that is free."""
    with transaction() as database:
        choice = choice_of(database, motif_key, place_key)
        typed = request.args.get("creneau")
        starts_at = asked.instant(typed, now())
        if starts_at is None:
            return week_page(database, choice, lost_slot() if typed else _("Choisissez un créneau.")), 400
        if not choice.is_free(database, starts_at):
            return week_page(database, choice, lost_slot()), 409
        form = _form(database, choice)
        form.creneau.data = asked.written(starts_at)
        if choice.invitation:
            form.concerned.data = ME
        return _details_page(choice, form, starts_at)


@bp.post("/rendez-vous/<motif_key>/<place_key>/vous")
@allow(Role.EVERYONE)
def correct(motif_key: str, place_key: str) -> Page:
    """Back from the review, with all that was typed."""
    with transaction() as database:
        choice, form, starts_at = _posted(database, motif_key, place_key)
        if starts_at is None:
            return week_page(database, choice, lost_slot()), 400
        return _details_page(choice, form, starts_at)


@bp.post("/rendez-vous/<motif_key>/<place_key>/verifier")
@allow(Role.EVERYONE)
def review(motif_key: str, place_key: str) -> Page:
    """Everything that was said, to read again before it counts."""
    with transaction() as database:
        choice, form, starts_at = _posted(database, motif_key, place_key)
        if starts_at is None:
            return week_page(database, choice, lost_slot()), 400
        if not _is_accepted(form, choice, starts_at):
            return _details_page(choice, form, starts_at), 422
        if choice.is_free(database, starts_at):
            return _review_page(choice, form, starts_at)
        own = _own(database, choice, form, starts_at)
        if own is not None:  # Back from the confirmation: this very hour is theirs
            return redirect(url_for("booking.confirmation", code=own.code), 303)
        return _taken_page(database, choice, form, starts_at)


@bp.post("/rendez-vous/<motif_key>/<place_key>/confirmer")
@allow(Role.EVERYONE)
def confirm(motif_key: str, place_key: str) -> Page:
    """Makes the appointment: one, however often it is pressed."""
    try:
        with transaction() as database:
            choice, form, starts_at = _posted(database, motif_key, place_key)
            if starts_at is None:
                return _taken_page(database, choice, form, None)
            if not _is_accepted(form, choice, starts_at):
                page = _review_page if form.is_kept_page_only else _details_page
                return page(choice, form, starts_at), 422
            wanted = _request(choice, form, starts_at)
            appointment = book(database, now(), request=wanted, base_url=portal().settings.base_url)
    except Refused as refusal:
        return _refused(motif_key, place_key, refusal)
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
    """What was booked, for the browser that booked it alone; others are asked the birth date."""
    personal_page()
    with transaction() as database:
        read = read_code(code)
        appointment = queries.appointment_by_code(database, read) if read else None
        is_own = appointment is not None and appointment.id in session.get("booked", [])
        if appointment is None or not is_own or appointment.status is not AppointmentStatus.BOOKED:
            return redirect(url_for("booking.appointment", code=code))
        return render_template(
            "booking/confirmation.html",
            appointment=appointment,
            call=pages.call_for(database, appointment.place),
            told=told_of(database, appointment),
            cancel_until=still_open(cancel_until(appointment.starts_at, appointment.motif)),
            move_until=still_open(move_until(appointment.starts_at, appointment.motif)),
            short_address=short_address(),
        )


def _form(database: Session, choice: Choice) -> DetailsForm:
    limit = choice.motif.max_age_years
    return DetailsForm(
        today=paris_day(now()),
        communes=pages.PostalNames(directory.commune_index(database)),
        for_a_child=limit is not None and limit <= _CHILD,
    )


def _posted(database: Session, motif_key: str, place_key: str) -> tuple[Choice, DetailsForm, datetime | None]:
    """What a form sent: the motif and place of its address, its answers, and its hour (None when it is none)."""
    choice = choice_of(database, motif_key, place_key)
    form = _form(database, choice)
    return choice, form, asked.instant(form.creneau.data, now())


def _is_accepted(form: DetailsForm, choice: Choice, starts_at: datetime) -> bool:
    """Whether the form is whole, and the right people come."""
    if not form.validate_on_submit():
        return False
    born = form.concerned_identity or form.identity
    if not is_right_age(choice.motif, born.birth_date, starts_at):
        form.refuse_age(choice.motif.max_age_years)
    if choice.invitation and choice.invitation.person.birth_date != form.birth_date.data:
        form.birth_date.errors = [_("Écrivez la date de naissance de la personne qui a reçu la lettre.")]
    if choice.motif.mode is Mode.PHONE and not (form.contact.mobile or form.contact.landline):
        form.mobile.errors = [PHONE_NEEDED]
    if choice.motif.mode is Mode.HOME and not form.contact.address:
        form.street.errors = [_("Nous venons chez vous : écrivez votre adresse. Exemple : 12 rue de la Paix")]
    return not form.errors


def _request(choice: Choice, form: DetailsForm, starts_at: datetime) -> BookingRequest:
    return BookingRequest(
        key=_key(choice, form, starts_at),
        motif_id=choice.motif.id,
        place_id=choice.place.id,
        starts_at=starts_at,
        booker=form.identity,
        contact=form.contact,
        relatives=(form.concerned_identity,) if form.concerned_identity else (),
        known_appointment_ids=frozenset(session.get("booked", [])),
        invitation_code=choice.invitation.code if choice.invitation else None,
    )


def _key(choice: Choice, form: DetailsForm, starts_at: datetime) -> UUID:
    """One per form and what it asks for: Back, then another hour or another child, is another request."""
    people = [identity.key for identity in (form.identity, form.concerned_identity) if identity]
    return uuid5(form.key, "\n".join([choice.motif.key, choice.place.key, asked.written(starts_at), *people]))


def _own(database: Session, choice: Choice, form: DetailsForm, starts_at: datetime) -> Appointment | None:
    """What this browser has already booked: this motif, here, at this hour, for the same person."""
    wanted = (choice.motif.id, choice.place.id, starts_at, [(form.concerned_identity or form.identity).key])
    for known in queries.appointments_among(database, session.get("booked", [])):
        people = [participation.person.match_key for participation in known.participations]
        is_same = (known.motif_id, known.place_id, known.starts_at, people) == wanted
        if is_same and known.status is AppointmentStatus.BOOKED:
            return known
    return None


def _refused(motif_key: str, place_key: str, refusal: Refused) -> Page:
    """The page that says why the appointment could not be made; nothing typed is lost."""
    with transaction() as database:
        choice, form, starts_at = _posted(database, motif_key, place_key)
        if starts_at is None or refusal.reason in {BookingRefusal.SLOT_TAKEN, BookingRefusal.PAST}:
            return _taken_page(database, choice, form, starts_at)
        if refusal.reason == BookingRefusal.LIMIT_REACHED:
            return render_template("booking/limit.html", motif=choice.motif, call=choice.call), 409
        if refusal.reason in {BookingRefusal.CLOSED, BookingRefusal.NOT_BOOKABLE}:
            return render_template("booking/closed.html", motif=choice.motif, call=choice.call, **choice.urls), 409
        form.validate()
        form.birth_date.errors = [_("Vérifiez les noms et la date de naissance.")]
        return _details_page(choice, form, starts_at), 422


def _details_page(choice: Choice, form: DetailsForm, starts_at: datetime) -> str:
    revisitable_page()
    return render_template(
        "booking/details.html",
        motif=choice.motif,
        place=choice.place,
        starts_at=starts_at,
        form=form,
        pass_kept=pass_of(choice),
        form_has_errors=bool(form.errors),
        **choice.urls,
    )


def _review_page(choice: Choice, form: DetailsForm, starts_at: datetime) -> str:
    revisitable_page()
    return render_template(
        "booking/review.html",
        parts=review_of(choice.motif, choice.place, starts_at, form),
        nobody_told=tells_nobody(form) and not choice.motif.discreet,
        is_discreet=choice.motif.discreet,
        form=form,
        pass_kept=pass_of(choice),
        form_has_errors=bool(form.errors),
        **choice.urls,
    )


def _taken_page(database: Session, choice: Choice, form: DetailsForm, lost: datetime | None) -> Page:
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
