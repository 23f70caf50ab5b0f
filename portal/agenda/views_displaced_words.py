"""Appointments to place anew, in words: why, how the person is told, and what an act came to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import g, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.agenda.queries_agenda import viewer_of
from portal.agenda.queries_booked import guests_of
from portal.agenda.queries_displaced import Displaced, Reach
from portal.agenda.queries_one import many
from portal.agenda.rules_agenda import SEERS, Viewer
from portal.agenda.rules_displaced import Why
from portal.agenda.views_lines import Line, Writer
from portal.agenda.views_words import ROUTE_WORDS
from portal.booking.models import Appointment, CancelReason
from portal.booking.queries import appointments_among
from portal.booking.rules import BookingRefusal
from portal.booking.slots import Slot
from portal.booking.told import foreseen
from portal.booking.words import tellings
from portal.directory.models import Place
from portal.notifications.post import PostalCalendar
from portal.notifications.queries_post import calendar_of
from portal.people.models import Agent
from portal.web.access import Role
from portal.web.i18n import language
from portal.web.request import now
from portal.words import day_words, hour_words

WHY_WORDS = {
    Why.AWAY: _l("L'agent est absent"),
    Why.AGENT: _l("Le compte de l'agent est fermé"),
    Why.PLACE: _l("Le lieu est fermé"),
    Why.MOTIF: _l("Le motif est fermé"),
}
REASON_WORDS = {
    CancelReason.AGENT_AWAY: _l("L'agent est absent"),
    CancelReason.PLACE_CLOSED: _l("Le lieu est fermé"),
    CancelReason.WRONG_SUBJECT: _l("Un autre service doit recevoir la personne"),
    CancelReason.PERSON_ASKED: _l("La personne ne peut pas venir, ou ne veut plus"),
    CancelReason.MISTAKE: _l("Pris par erreur, ou en double"),
}
_REFUSALS = {
    BookingRefusal.CHANGED: _l("Ce rendez-vous a changé entre-temps. Regardez-le."),
    BookingRefusal.SLOT_TAKEN: _l("Ce créneau vient d'être pris."),
    BookingRefusal.AGENT_TAKEN: _l("Cet agent n'est plus libre à cette heure."),
    BookingRefusal.NOT_YOUR_SERVICE: _l("Ce rendez-vous est d'un autre service."),
    BookingRefusal.PAST: _l("L'heure de ce rendez-vous est passée."),
    BookingRefusal.ALREADY_CANCELLED: _l("Ce rendez-vous est déjà annulé."),
    BookingRefusal.CLOSED: _l("Le lieu ou le motif est fermé ce jour-là."),
}


@dataclass(frozen=True)
class Row:
    """One of them in words. `told`: how each person to tell is reached; `url`: where it is placed anew."""

    line: Line
    agent: str
    why: Sequence[str]
    told: Sequence[str]
    url: str
    tick: str


def reach_of(viewer: Viewer) -> Reach:
    """Before whom the list comes: an admin sees all of it, without names; others, theirs and that of their desk."""
    is_admin = Role.ADMIN in g.agent.roles
    return Reach(viewer.agent_id, None if is_admin else viewer.desk)


def rows(database: Session, viewer: Viewer, listed: Sequence[Displaced]) -> list[Row]:
    """They in words, in their order; names and reasons as far as the viewer reads them."""
    ids = [one.id for one in listed]
    booked = {one.id: one for one in many(database, ids)}
    whole = {one.id: one for one in appointments_among(database, ids)}
    writer = Writer(viewer, guests_of(database, viewer, list(booked.values())), now())
    post = calendar_of(database)
    return [_row(writer.booked(booked[one.id]), whole[one.id], one.why, post) for one in listed if one.id in booked]


def slot_words(slot: Slot, places: Mapping[int, Place], agents: Mapping[int, Agent]) -> str:
    """A slot: "mardi 24 novembre 2026, 10 h 30, MDS d'Arras, Camille Essai"."""
    place, agent = places[slot.place_id], agents[slot.agent_id]
    when = f"{day_words(slot.starts_at, language())}, {hour_words(slot.starts_at, language())}"
    return f"{when}, {place.name}, {agent.given_name} {agent.family_name}"


def refusal_words(reason: object) -> str:
    """Why an act was refused."""
    words = _REFUSALS.get(reason) if isinstance(reason, BookingRefusal) else None
    return str(words or _("Cela ne peut pas être fait. Regardez ce rendez-vous."))


def viewer_now(database: Session) -> Viewer:
    """What the signed-in agent may look at."""
    return viewer_of(database, now(), g.agent)


def _row(line: Line, appointment: Appointment, why: Iterable[Why], post: PostalCalendar) -> Row:
    agent = appointment.agent
    is_workshop = line.booked is not None and line.booked.workshop_id is not None
    can_act = line.is_known and not is_workshop and bool(g.agent.roles & set(SEERS))
    return Row(
        line,
        f"{agent.given_name} {agent.family_name}",
        [str(WHY_WORDS[one]) for one in why],
        [] if is_workshop or not line.is_known else told_words(appointment, post),
        url_for("agenda.displaced_one", appointment_id=appointment.id) if can_act else "",
        f"{appointment.id}:{appointment.sequence}" if can_act else "",
    )


def told_words(appointment: Appointment, post: PostalCalendar) -> list[str]:
    """How each of those to tell would hear of a change in time, before the hour that no longer holds."""
    said = []
    for telling in tellings(appointment):
        starts_at = appointment.starts_at
        told = foreseen(now(), person=telling.person, motif=appointment.motif, starts_at=starts_at, post=post)
        words = ", ".join(str(ROUTE_WORDS[route]) for route in told.now)
        if told.letter_arrives is not None:
            words = _("%(routes)s (arrive le %(day)s)", routes=words, day=day_words(told.letter_arrives, language()))
        said.append(words or str(_("aucun message : prévenez la personne")))
    return list(dict.fromkeys(said))
