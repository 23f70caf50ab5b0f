"""The lines of a person's card, in words, as far as this agent may read them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.queries_waiting import wishes_of
from portal.booking.words import DEMO_ADDRESS, place_lines
from portal.clock import paris_day
from portal.desk import queries, queries_card
from portal.desk.forms_card import BAD, GOOD, OTHER_CALL, OUTCOMES, STANDINGS, STATUSES
from portal.desk.forms_words import STATE_WORDS
from portal.desk.rules import sees_reason
from portal.desk.rules_card import Missed, Standing, missed, says_subject, standing
from portal.desk.views_card_kept import kept_alerts
from portal.directory.models import Place
from portal.mandates.rules import holder_name
from portal.notifications.forms_words import ROUTES, kind_named
from portal.notifications.models import Message
from portal.notifications.names import half_day_names
from portal.notifications.post import PostalCalendar
from portal.notifications.queries_post import calendar_of
from portal.notifications.views_arrival import standing_line
from portal.people.models import Person, RouteState
from portal.people.queries_access import Duties, duties_of, families_of
from portal.web.access import url_if_open
from portal.web.i18n import language
from portal.web.request import now
from portal.words import capital, phone_words


@dataclass(frozen=True)
class Line:
    """An appointment as this agent may read it. `reason` is None where its neutral words stand instead."""

    id: int
    starts_at: datetime
    words: str
    reason: str | None
    where: str
    status: AppointmentStatus
    status_words: str
    names: str
    is_to_come: bool
    doors: Sequence[tuple[str, str]] = ()  # address and words of what may be done with it


@dataclass(frozen=True)
class Way:
    """A way to reach someone, and what is known of it. `lent`: written by somebody who acts for them."""

    label: str
    value: str
    state: RouteState
    words: str
    tel: str | None
    is_lent: bool
    note: str = ""


@dataclass(frozen=True)
class Said:
    """A message in words. `about`: the day and hour of the appointment that it tells."""

    what: str
    icon: str
    route: str
    at: datetime
    about: datetime | None
    words: str
    is_bad: bool
    is_good: bool


def lines_of(database: Session, found: Person) -> tuple[list[Line], list[Line], Missed]:
    """Appointments to come, soonest first; those of a year, latest first; and how many of them were missed."""
    duties = duties_of(database, g.agent.id, paris_day(now()))
    families, places = duties.families, _own_places(duties)
    lines = [
        _line(appointment, families, is_at_home=appointment.place_id in places)
        for appointment in queries.appointments_of(database, now(), found.id)
    ]
    past = [line for line in lines if not line.is_to_come]
    over = missed(line.status for line in past if line.starts_at <= now())
    return [line for line in reversed(lines) if line.is_to_come], past, over


def ways_of(found: Person) -> list[Way]:
    """Each way to reach someone, and what is known of it."""
    address = ", ".join(line for line in found.address if line)
    told = (
        ("mobile", _("Mobile"), phone_words(found.mobile or ""), found.mobile_state, found.mobile),
        ("landline", _("Téléphone fixe"), phone_words(found.landline or ""), RouteState.UNTRIED, found.landline),
        ("email", _("E-mail"), found.email or "", found.email_state, None),
        ("address", _("Adresse"), address, found.address_state, None),
    )
    return [
        Way(label, value, state, str(STATE_WORDS[state]), tel, name in found.lent_ways, _note(found, name))
        for name, label, value, state, tel in told
        if value
    ]


def said_to(database: Session, found: Person) -> list[Said]:
    """The messages and the letters of a year, the latest first."""
    post = calendar_of(database)
    return [_said(message, post, found) for message in queries_card.messages_of(database, now(), found.id)]


def tasks_for(database: Session, found: Person) -> list[tuple[str | None, str, datetime]]:
    """What a human has yet to say to them: where it is done, what, and until when it is worth it."""
    return [
        (
            url_if_open("calls.task", task_id=message.id),
            f"{kind_named(message.kind).to_agent}, {STANDINGS[standing(message, now())]}",
            message.expires_at,
        )
        for message in queries_card.tasks_of(database, found.id)
    ]


def calls_from(database: Session, found: Person) -> list[tuple[datetime, str, str]]:
    """The calls received: when, what about, how it ended."""
    families = families_of(database, g.agent.id, paris_day(now()))
    return [
        (call.at, _subject(call, families), call.partner or str(OUTCOMES.get(call.outcome, call.outcome)))
        for call in queries_card.calls_of(database, now(), found.id)
    ]


def wishes_for(database: Session, found: Person) -> list[tuple[str, str, datetime]]:
    """What they wait for: in which words, where, since when."""
    duties = duties_of(database, g.agent.id, paris_day(now()))
    families, places = duties.families, _own_places(duties)
    lines = []
    for wish in wishes_of(database, found.id):
        is_told = sees_reason(family=wish.motif.family, families=families, is_own=wish.created_by == g.agent.id)
        where = _where(wish.place, is_named=is_told or wish.place_id in places) if wish.place else None
        words = wish.motif.title if is_told else capital(wish.motif.neutral_words)
        lines.append((words, ", ".join(_of_wish(found, wish.person, where, wish.half_days or ())), wish.created_at))
    return lines


def alerts_of(database: Session, found: Person) -> list[tuple[str, str, str]]:
    """What to know before speaking: (kind of notice, title, one line)."""
    alerts = [
        (
            found.is_protected,
            "warning",
            _("Sous protection juridique"),
            _("Seul son représentant légal agit pour elle."),
        ),
        (
            found.wants_discretion,
            "warning",
            _("Messages discrets"),
            _("Ne dites ni le lieu ni le sujet à quelqu'un d'autre, ni sur un répondeur."),
        ),
        (found.wants_silence, "warning", _("Ne veut pas être contactée"), _("Aucun message ne part.")),
        (found.maybe_double, "info", _("Peut-être un double"), _("Une autre fiche lui ressemble.")),
    ]
    told = [(kind, str(title), str(line)) for is_so, kind, title, line in alerts if is_so]
    told += kept_alerts(database, found)
    return told + [_mandate_alert(mandate) for mandate in queries_card.mandates_in_force(database, now(), found.id)]


def _mandate_alert(mandate: Any) -> tuple[str, str, str]:
    until = mandate.ends_at
    return "info", _("%(name)s peut agir pour elle", name=holder_name(mandate)), _("Jusqu'au %(day)s", day=_day(until))


def _day(moment: datetime) -> str:
    return paris_day(moment).strftime("%d/%m/%Y")


def _line(appointment: Appointment, families: frozenset[str], *, is_at_home: bool) -> Line:
    motif = appointment.motif
    is_told = sees_reason(family=motif.family, families=families, is_own=appointment.agent_id == g.agent.id)
    people = [participation.person for participation in appointment.participations]
    is_to_come = appointment.status is AppointmentStatus.BOOKED and appointment.starts_at > now()
    return Line(
        id=appointment.id,
        starts_at=appointment.starts_at,
        words=capital(motif.neutral_words),
        reason=motif.title if is_told else None,
        where=_where(appointment.place, is_named=is_told or is_at_home),
        status=appointment.status,
        status_words=str(STATUSES[appointment.status]),
        names=", ".join(person.given_names for person in people if person.guardian_id),
        is_to_come=is_to_come,
        doors=_doors(appointment) if is_to_come else (),
    )


def _doors(appointment: Appointment) -> list[tuple[str, str]]:
    """What may be done of it: a seat keeps the hour of its workshop, and is given back there."""
    told = [("counter.appointment", _("Voir, redire"))]
    if appointment.workshop_id is None:
        told.append(("counter.move", _("Déplacer")))
    told.append(("counter.cancel", _("Annuler")))
    doors = [(url_if_open(endpoint, appointment_id=appointment.id), str(words)) for endpoint, words in told]
    return [(url, words) for url, words in doors if url]


def _own_places(duties: Duties) -> frozenset[int]:
    """The places where the agent works; none for who works everywhere, and at none in particular."""
    return duties.places(g.agent.roles) or frozenset()


def _where(place: Place, *, is_named: bool) -> str:
    """The place; its street and town alone where its name would tell why one goes there."""
    if is_named:
        return place.name
    return ", ".join(line for line in place_lines(place) if line != DEMO_ADDRESS)


def _note(found: Person, name: str) -> str:
    """What the person chose of a way, or what was checked of it."""
    if name == "mobile" and not found.wants_sms:
        return str(_("ne veut pas de SMS"))
    if name == "email" and not found.wants_email:
        return str(_("ne veut pas d'e-mails"))
    if name == "address" and found.address_confirmed_at:
        return str(_("vérifiée le %(day)s", day=_day(found.address_confirmed_at)))
    return ""


def _said(message: Message, post: PostalCalendar, found: Person) -> Said:
    where = standing(message, now())
    icon, route = ROUTES[message.route]
    about = message.context.get("starts_at") if message.subject == "appointment" else None
    return Said(
        what=str(kind_named(message.kind).to_agent),
        icon=icon,
        route=str(route),
        at=message.delivered_at or message.sent_at or message.due_at,
        about=datetime.fromisoformat(about) if about else None,
        words=standing_line(str(STANDINGS[where]), message, post, now(), person=found),
        is_bad=where in BAD,
        is_good=where in GOOD or where is Standing.POSTED,
    )


def _subject(call: queries_card.Call, families: frozenset[str]) -> str:
    is_own = call.agent_id == g.agent.id
    is_told = says_subject(motif_families=call.motif_families, families=families, is_own=is_own)
    return call.subject if call.subject and is_told else str(OTHER_CALL)


def _of_wish(found: Person, person: Person, place: str | None, half_days: Iterable[str]) -> Iterable[str]:
    if person.id != found.id:
        yield str(_("pour %(name)s", name=person.given_names))
    yield place or str(_("tous les lieux"))
    yield from half_day_names(half_days, language())
