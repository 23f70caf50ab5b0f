"""What the pages of workshops share: which workshop, what this agent may read and do of it, and its words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort, g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import Session

from portal.agenda.queries_agenda import viewer_of
from portal.agenda.queries_seats import Effect, effect_of
from portal.agenda.rules_agenda import Viewer
from portal.booking import queries_workshops
from portal.booking.models import AppointmentStatus
from portal.booking.queries_workshops import WorkshopSeats
from portal.booking.rules import CANCELLED
from portal.booking.rules_service import may_book
from portal.booking.rules_workshops import WorkshopFault
from portal.booking.services_status import may_note
from portal.desk.views_shared import hand
from portal.notifications.models import Route
from portal.people.models import Agent, Person
from portal.people.queries_access import Service
from portal.people.views_browser import services_of_agent
from portal.web.request import now

WORKSHOP = "/agents/ateliers/<int(max=2147483647):workshop_id>"

FAULTS = {
    WorkshopFault.FULL: _l("Cet atelier est complet."),
    WorkshopFault.OVER: _l("C'est trop tard pour cet atelier."),
    WorkshopFault.ALREADY: _l("Cette personne a déjà une place dans cet atelier."),
    WorkshopFault.LIMIT: _l("Cette personne a déjà toutes les places à venir que ce motif permet."),
    WorkshopFault.NOT_YOUR_SERVICE: _l("Cet atelier est d'un autre service, ou d'un autre lieu."),
    WorkshopFault.AGENT_TAKEN: _l("Cet agent a déjà un rendez-vous à cette heure. Choisissez une autre heure."),
    WorkshopFault.AGENT_AWAY: _l("Cet agent est absent à cette heure, ou il est parti. Choisissez-en un autre."),
    WorkshopFault.CANCELLED: _l("Cet atelier est annulé."),
    WorkshopFault.CHANGED: _l("Quelqu'un a changé cet atelier pendant ce temps."),
    WorkshopFault.CLOSED: _l("Ce jour est férié, ou le lieu ou le motif est fermé. Choisissez un autre jour."),
    WorkshopFault.WRONG_AGE: _l("Cet atelier ne convient pas à l'âge de la personne."),
    WorkshopFault.FEWER_SEATS: _l("Plus de personnes sont déjà inscrites. Écrivez un nombre plus grand."),
}

_BY_ROUTE: dict[Route, Callable[[int], str]] = {
    Route.SMS: lambda count: ngettext("%(num)s SMS", "%(num)s SMS", count),
    Route.EMAIL: lambda count: ngettext("%(num)s e-mail", "%(num)s e-mails", count),
    Route.LETTER: lambda count: ngettext("%(num)s lettre", "%(num)s lettres", count),
    Route.CALL: lambda count: ngettext("%(num)s appel à faire", "%(num)s appels à faire", count),
    Route.DESK: lambda count: ngettext(
        "%(num)s personne à prévenir sur place", "%(num)s personnes à prévenir sur place", count
    ),
}


@dataclass(frozen=True)
class Shown:
    """A workshop as this agent sees it. `may_run`: opens, changes and fills it; `may_name`: knows who comes."""

    seats: WorkshopSeats
    title: str
    agent_name: str
    is_off: bool
    has_begun: bool
    is_over: bool
    may_run: bool
    may_name: bool

    @property
    def id(self) -> int:
        """Its number."""
        return self.seats.workshop.id

    @property
    def starts_at(self) -> datetime:
        """When it begins."""
        return self.seats.workshop.appointment.starts_at

    @property
    def ends_at(self) -> datetime:
        """When it ends."""
        return self.seats.workshop.appointment.ends_at

    @property
    def place_name(self) -> str:
        """Where it is."""
        return self.seats.workshop.appointment.place.name

    @property
    def words(self) -> str:
        """How many seats are taken, out of how many."""
        if not self.seats.taken:
            return str(_("Aucune place prise sur %(seats)s", seats=self.seats.workshop.seats))
        taken = ngettext("%(num)s place prise", "%(num)s places prises", self.seats.taken)
        return str(_("%(taken)s sur %(seats)s", taken=taken, seats=self.seats.workshop.seats))

    @property
    def free_words(self) -> str:
        """How many are left."""
        if not self.seats.free:
            return str(_("Complet"))
        return str(ngettext("%(num)s place libre", "%(num)s places libres", self.seats.free))


def shown_of(database: Session, viewer: Viewer, services: Sequence[Service], found: WorkshopSeats) -> Shown:
    """A workshop, its appointment loaded, as this agent sees it.

    The title is what agents call it: who may neither read the reasons of its service nor book there reads the motif's
    neutral words.
    """
    held = found.workshop.appointment
    mine = may_book(services, family=held.motif.family, place_id=held.place_id)
    sees = mine or viewer.sees_reason(agent_id=held.agent_id, family=held.motif.family)
    return Shown(
        seats=found,
        title=found.workshop.title if sees else neutral(held.motif.neutral_words),
        agent_name=name_of(held.agent),
        is_off=held.status in CANCELLED,
        has_begun=held.starts_at <= now(),
        is_over=held.ends_at <= now(),
        may_run=mine,
        may_name=may_note(database, now(), held, hand()),
    )


def workshop_or_404(database: Session, workshop_id: int) -> Shown:
    """The workshop of an address, at a place of this agent or led by them; else 404."""
    found = queries_workshops.workshop(database, workshop_id)
    viewer = viewer_of(database, now(), g.agent)
    if found is None:
        abort(404)
    held = found.workshop.appointment
    if not viewer.is_near(held.place_id) and held.agent_id != viewer.agent_id:
        abort(404)
    return shown_of(database, viewer, services_of_agent(database), found)


def on_trial(database: Session, seat_ids: Sequence[int], change: Callable[[], object]) -> Effect:
    """What a change would tell, and to how many: it is made, counted, then undone. Raises what the change raises."""
    trial = database.begin_nested()
    try:
        change()
        database.flush()
        return effect_of(database, now(), seat_ids)
    finally:
        trial.rollback()


def effect_words(effect: Effect) -> list[str]:
    """What leaves, in words: "2 SMS", then "1 lettre"."""
    return [_BY_ROUTE[route](count) for route, count in effect.routes]


def fault_words(fault: object) -> str:
    """Why something is refused."""
    return str(FAULTS.get(fault, _("Cela ne peut pas se faire.")))  # type: ignore[call-overload]


def holds(status: AppointmentStatus) -> bool:
    """Whether a seat is still somebody's."""
    return status not in CANCELLED


def name_of(someone: Agent | Person) -> str:
    """Prénom Nom."""
    given = someone.given_names if isinstance(someone, Person) else someone.given_name
    return f"{given} {someone.family_name}"


def neutral(words: str) -> str:
    """Neutral words, as a title."""
    return words[:1].upper() + words[1:]
