"""The form of whoever books, a stranger or someone known: shown, read, checked, and made a request."""

from datetime import datetime
from uuid import UUID, uuid5

from flask import request, session
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.booking import asked, pages, queries
from portal.booking.forms import DetailsForm
from portal.booking.forms_known import KnownForm
from portal.booking.forms_words import NO_PHONE_IN_FILE, PHONE_NEEDED
from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.rules import BookingRequest, is_right_age
from portal.booking.views_known import browser_number, file_of
from portal.booking.views_shared import Choice
from portal.clock import paris_day
from portal.directory import queries as directory
from portal.directory.models import Mode
from portal.people.rules import Identity, contact_of, identity_of
from portal.web.request import now

_CHILD = 18  # years: a motif for people under this age is never for whoever books

Details = DetailsForm | KnownForm


def form_for(database: Session, choice: Choice, acted_for: str | None) -> Details:
    """The form to fill in. A stranger's that was begun before signing in is read to its end."""
    is_begun_as_stranger = request.method == "POST" and not request.form.get("subject")
    if choice.known_id is None or is_begun_as_stranger:
        return DetailsForm(
            today=paris_day(now()),
            communes=pages.PostalNames(directory.commune_index(database)),
            for_a_child=_is_for_children(choice),
        )
    return KnownForm(
        today=paris_day(now()),
        person=file_of(database, choice.known_id),
        relatives=queries.relatives_among(database, choice.known_id),
        for_a_child=_is_for_children(choice),
        acted_for=acted_for,
    )


def is_accepted(form: Details, choice: Choice, starts_at: datetime) -> bool:
    """Whether the form is whole, and the right people come."""
    if not form.validate_on_submit():
        return False
    if not is_right_age(choice.motif, form.concerned_identity.birth_date, starts_at):
        form.refuse_age(choice.motif.max_age_years)
    if isinstance(form, KnownForm):
        _check_file(form, choice)
    else:
        _check_details(form, choice)
    return not form.errors


def request_of(choice: Choice, form: Details, starts_at: datetime) -> BookingRequest:
    """What a valid form asks for."""
    return BookingRequest(
        key=_key(choice, form, starts_at),
        motif_id=choice.motif.id,
        place_id=choice.place.id,
        starts_at=starts_at,
        booker=_booker(form),
        contact=contact_of(form.person) if isinstance(form, KnownForm) else form.contact,
        relatives=(form.new_relative,) if form.new_relative else (),
        known_appointment_ids=frozenset(session.get("booked", [])),
        invitation_code=choice.invitation.code if choice.invitation else None,
        person_id=form.person.id if isinstance(form, KnownForm) else None,
        relative_ids=(form.relative.id,) if isinstance(form, KnownForm) and form.relative else (),
        browser=browser_number(),
    )


def own(database: Session, choice: Choice, form: Details, starts_at: datetime) -> Appointment | None:
    """What they have already booked: this motif, here, at this hour, for the same person."""
    wanted = (choice.motif.id, choice.place.id, starts_at, [form.concerned_identity.key])
    if isinstance(form, KnownForm):
        theirs = queries.appointments_to_come(database, now(), form.person.id)
    else:
        theirs = queries.appointments_among(database, session.get("booked", []))
    for known in theirs:
        people = [participation.person.match_key for participation in known.participations]
        is_same = (known.motif_id, known.place_id, known.starts_at, people) == wanted
        if is_same and known.status is AppointmentStatus.BOOKED:
            return known
    return None


def lacks_phone(form: KnownForm) -> bool:
    """Whether nobody can call whoever answers for the person: neither number is in their file."""
    file = form.person.guardian or form.person
    return not (file.mobile or file.landline)


def _is_for_children(choice: Choice) -> bool:
    limit = choice.motif.max_age_years
    return limit is not None and limit <= _CHILD


def _check_file(form: KnownForm, choice: Choice) -> None:
    if choice.motif.mode is Mode.PHONE and lacks_phone(form):
        form.concerned.errors = [NO_PHONE_IN_FILE]
    if choice.motif.mode is Mode.HOME and not (form.person.guardian or form.person).address:
        form.concerned.errors = [_("Nous venons chez vous : il faut d'abord une adresse dans vos préférences.")]


def _check_details(form: DetailsForm, choice: Choice) -> None:
    if choice.invitation and choice.invitation.person.birth_date != form.birth_date.data:
        form.birth_date.errors = [_("Écrivez la date de naissance de la personne qui a reçu la lettre.")]
    if choice.motif.mode is Mode.PHONE and not (form.contact.mobile or form.contact.landline):
        form.mobile.errors = [PHONE_NEEDED]
    if choice.motif.mode is Mode.HOME and not form.contact.address:
        form.street.errors = [_("Nous venons chez vous : écrivez votre adresse. Exemple : 12 rue de la Paix")]


def _booker(form: Details) -> Identity:
    if isinstance(form, KnownForm):
        return identity_of(form.person)
    return form.identity


def _key(choice: Choice, form: Details, starts_at: datetime) -> UUID:
    """One per form and what it asks for: Back, then another hour or another child, is another request."""
    return uuid5(form.key, "\n".join([choice.motif.key, choice.place.key, asked.written(starts_at), *form.keys]))
