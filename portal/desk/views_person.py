"""A person's file, as an agent reads it: each reading is in the journal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.words import DEMO_ADDRESS, place_lines
from portal.clock import paris_day
from portal.desk import queries
from portal.desk.forms import IdentityForm, ShownForm
from portal.desk.forms_words import STATE_WORDS
from portal.desk.rules import Reading, sees_reason, shown
from portal.desk.views import bp
from portal.desk.views_shared import ACTORS, PERSON, READERS, file_or_404, note_reading
from portal.people.models import Person, RouteState
from portal.people.queries import cards_of
from portal.people.queries_access import families_of, places_of
from portal.web.access import allow, may_open
from portal.web.headers import personal_page
from portal.web.i18n import LANGUAGES
from portal.web.request import now, transaction
from portal.words import phone_words

Way = tuple[str, str, str]


@dataclass(frozen=True)
class Line:
    """An appointment as this agent may read it. `reason` is None where its neutral words stand instead."""

    starts_at: datetime
    words: str
    reason: str | None
    where: str
    status: AppointmentStatus
    names: str
    is_to_come: bool


@bp.get(PERSON)
@allow(*READERS)
def person(person_id: int) -> str:
    """Who they are, how they are reached, whom they look after, their appointments; and what may be done for them."""
    with transaction() as database:
        found, how_much = file_or_404(database, person_id)
        note_reading(database, person_id)
        return person_page(database, found, how_much)


def person_page(
    database: Session,
    found: Person,
    how_much: Reading,
    *,
    identity: IdentityForm | None = None,
    fault: str = "",
) -> str:
    """The file; with what is wrong with an act just asked for."""
    personal_page()
    identity = identity or IdentityForm(formdata=None)
    one_press = ShownForm(formdata=None)
    identity.shown.data = one_press.shown.data = shown(found)
    return render_template(
        "desk/person.html",
        person=found,
        lines=_lines(database, found),
        identity=identity,
        one_press=one_press,
        fault=fault,
        done=request.args.get("fait", ""),
        may_act=how_much is Reading.WHOLE and bool(g.agent.roles & set(ACTORS)),
        url_of_mandates=_url_of_mandates(found.id),
        form_has_errors=bool(identity.errors or fault),
        **(_whole(database, found) if how_much is Reading.WHOLE else {"is_whole": False}),
    )


def _whole(database: Session, found: Person) -> dict[str, Any]:
    """What a partner of level 1 does not read."""
    return {
        "is_whole": True,
        "ways": _ways(found),
        "language_words": LANGUAGES.get(found.language, LANGUAGES["fr"]),
        "relatives": queries.relatives_of(database, found.id),
        "cards": [_ways(card) for card in cards_of(database, found.id)],
    }


def _ways(found: Person) -> list[Way]:
    """Each way to reach someone, and what is known of it."""
    address = ", ".join(line for line in found.address if line)
    told = (
        (_("Mobile"), phone_words(found.mobile or ""), found.mobile_state),
        (_("E-mail"), found.email or "", found.email_state),
        (_("Téléphone fixe"), phone_words(found.landline or ""), RouteState.UNTRIED),
        (_("Adresse"), address, found.address_state),
    )
    return [(label, value, str(STATE_WORDS[state])) for label, value, state in told if value]


def _lines(database: Session, found: Person) -> list[Line]:
    day = paris_day(now())
    families = families_of(database, g.agent.id, day)
    places = places_of(database, g.agent.id, g.agent.roles, day)
    return [
        _line(appointment, families, is_at_home=places is not None and appointment.place_id in places)
        for appointment in queries.appointments_of(database, now(), found.id)
    ]


def _line(appointment: Appointment, families: frozenset[str], *, is_at_home: bool) -> Line:
    motif = appointment.motif
    is_own = appointment.agent_id == g.agent.id
    is_told = sees_reason(family=motif.family, families=families, is_own=is_own)
    people = [participation.person for participation in appointment.participations]
    return Line(
        starts_at=appointment.starts_at,
        words=motif.neutral_words,
        reason=motif.title if is_told else None,
        where=_where(appointment, is_named=is_told or is_at_home),
        status=appointment.status,
        names=", ".join(person.given_names for person in people if person.guardian_id),
        is_to_come=appointment.status is AppointmentStatus.BOOKED and appointment.starts_at > now(),
    )


def _where(appointment: Appointment, *, is_named: bool) -> str:
    """The place; its street and town alone where its name would tell why one goes there."""
    if is_named:
        return appointment.place.name
    return ", ".join(line for line in place_lines(appointment.place) if line != DEMO_ADDRESS)


def _url_of_mandates(person_id: int) -> str | None:
    return url_for("mandates.of_person", person_id=person_id) if may_open("mandates.of_person") else None
