"""What the counter's views share: for whom, for which motif, with what right; slots as rows; who they are at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.booking.asked import slot_text
from portal.booking.availability import Scope, Slot
from portal.booking.rules_service import may_overbook
from portal.clock import paris_day
from portal.counter import queries
from portal.counter.forms_words import MODES
from portal.counter.rules import bookable_from, bookable_until, places_for, places_to_overbook
from portal.desk.queries import relatives_of
from portal.desk.views_shared import ACTORS, PERSON, file_or_404
from portal.directory import queries as directory
from portal.directory.models import BookedBy, Commune, Motif, Place
from portal.people.models import Agent, Person
from portal.people.queries import referents_of
from portal.people.queries_access import Service
from portal.people.views_browser import services_of_agent
from portal.web.access import Role
from portal.web.i18n import language
from portal.web.request import now
from portal.web.text import whole
from portal.words import day_words, hour_words, kilometres_words

BOOKERS = (*ACTORS, Role.ENCADRANT)
BOOK = f"{PERSON}/rendez-vous"
WISHED = f"{BOOK}/<motif_key>"
APPOINTMENT = "/agents/rendez-vous/<int(max=2147483647):appointment_id>"


@dataclass(frozen=True)
class Wanted:
    """Whom an agent books for, and what. `services`: what the agent may book; `places`: where, None for everywhere."""

    person: Person
    relatives: Sequence[Person]
    concerned: tuple[Person, ...]
    motif: Motif
    services: tuple[Service, ...]
    referents: frozenset[int] | None

    @property
    def places(self) -> frozenset[int] | None:
        """Where the agent may book this motif."""
        return places_for(self.services, self.motif.family)

    @property
    def is_mine(self) -> bool:
        """Whether the agent may book it at all."""
        return self.places != frozenset()

    @property
    def may_overbook(self) -> bool:
        """Whether the agent may take an hour that no slot gives, somewhere."""
        return places_to_overbook(self.services, self.motif.family) != frozenset()

    @property
    def relative_ids(self) -> tuple[int, ...]:
        """The relatives it is for; none when it is for the person."""
        return tuple(one.id for one in self.concerned if one.id != self.person.id)

    @property
    def told(self) -> Person:
        """Who gets the messages."""
        return self.person.guardian or self.person

    @property
    def scope(self) -> Scope:
        """Whose slots may be shown."""
        return Scope(self.motif, place_ids=self.places, agent_ids=self.referents, for_agent=True)

    def may_overbook_at(self, place_id: int) -> bool:
        """Whether the agent may do so there."""
        return may_overbook(self.services, family=self.motif.family, place_id=place_id)

    def url(self, endpoint: str, **arguments: Any) -> str:
        """The address of a page about this motif for these people."""
        given: dict[str, Any] = {
            "person_id": self.person.id,
            "motif_key": self.motif.key,
            "pour": self.relative_ids or None,
        }
        return url_for(f"counter.{endpoint}", **(given | arguments))


@dataclass(frozen=True)
class Row:
    """A slot, in words."""

    value: str
    hour: str
    place: str
    town: str
    agent: str
    job: str
    mode: str
    distance: str


def people_of(database: Session, person_id: int) -> tuple[Person, Sequence[Person]]:
    """The file of an address and its relatives; 404 when the agent may not read it."""
    person = file_or_404(database, person_id)[0]
    return person, relatives_of(database, person_id)


def motif_or_404(database: Session, key: str) -> Motif:
    """The motif of an address, closed ones and those that are only explained apart."""
    motif = directory.motif(database, key[:80], paris_day(now()))
    if motif is None or motif.booked_by is BookedBy.NOBODY:
        abort(404)
    return motif


def wanted_of(database: Session, person_id: int, motif_key: str) -> Wanted:
    """What an address asks for. A relative who is none (any more) is left out."""
    person, relatives = people_of(database, person_id)
    motif = motif_or_404(database, motif_key)
    ids = set(ids_asked("pour"))
    concerned = tuple(relative for relative in relatives if relative.id in ids) or (person,)
    day = paris_day(now())
    followers = referents_of(database, [one.id for one in concerned], day) if motif.with_referent else None
    referents = None if followers is None else frozenset(followers)
    return Wanted(person, relatives, concerned, motif, services_of_agent(database), referents)


def ids_asked(name: str) -> list[int]:
    """The numbers of an address or a form under one name; what is none is left out."""
    numbers = map(whole, request.values.getlist(name)[:20])
    return [number for number in numbers if number is not None]


def id_asked(name: str) -> int | None:
    """The first of them."""
    return next(iter(ids_asked(name)), None)


def name_of(person: Person | Agent) -> str:
    """Prénom Nom."""
    given = person.given_names if isinstance(person, Person) else person.given_name
    return f"{given} {person.family_name}"


def rows_by_day(
    database: Session, motif: Motif, slots: Sequence[Slot], home: Commune | None
) -> list[tuple[str, list[Row]]]:
    """Slots in words, under the words of their day."""
    agents = queries.agents(database, {slot.agent_id for slot in slots})
    places = queries.places(database, {slot.place_id for slot in slots})
    days: dict[str, list[Row]] = {}
    for slot in slots:
        place, agent = places[slot.place_id], agents[slot.agent_id]
        day = day_words(slot.starts_at, language())
        days.setdefault(day, []).append(_row(motif, slot, place, agent, home))
    return list(days.items())


def _row(motif: Motif, slot: Slot, place: Place, agent: Agent, home: Commune | None) -> Row:
    return Row(
        value=slot_text(slot),
        hour=hour_words(slot.starts_at, language()),
        place=place.name,
        town="" if place.city in place.name else place.city,
        agent=name_of(agent),
        job=agent.job,
        mode=str(MODES[motif.mode]),
        distance=kilometres_words(directory.distance_km(home, place), language()) if home else "",
    )


def deadline_note(motif: Motif, starts_at: datetime) -> str:
    """What residents do not see of an hour, in a few words; empty when the site shows it to them."""
    if motif.booked_by is BookedBy.AGENTS:
        return str(_("Les agents seuls réservent ce motif."))
    if starts_at < bookable_from(motif, now()):
        return str(_("Le site ne le propose plus : le délai est trop court."))
    if starts_at > bookable_until(motif, now()):
        return str(_("Le site ne le propose pas encore."))
    return ""
