"""What messages about an appointment may say: every word that varies, as JSON. Pure.

Whoever renders a message reads nothing else, and never the title of the motif.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.booking.models import Appointment, Participation
from portal.booking.rules import cancel_until, move_until
from portal.clock import paris
from portal.codes import shown
from portal.directory.models import BookedBy, Departement, Mode, Motif, Place
from portal.people.models import Person

DEMO_ADDRESS = "adresse de démonstration"
PLAIN_WORDS = "rendez-vous"  # for someone whose messages others may read

_AN_AGENT = {"fr": "un agent du Département", "en": "an agent of the Département"}


@dataclass(frozen=True)
class Hand:
    """Who acts for the person. `name`: of an organisation or a relative; None: an agent of the Département."""

    name: str | None

    def words(self, language: str) -> str:
        """Who acts, as messages and letters say it."""
        return self.name or _AN_AGENT.get(language, _AN_AGENT["fr"])


@dataclass(frozen=True)
class Telling:
    """One person to tell. `concerned`: the relatives it is for; empty when it is for the person told."""

    person: Person
    concerned: tuple[Participation, ...]


def context_of(  # noqa: PLR0913 - the parts of one message
    appointment: Appointment,
    telling: Telling,
    *,
    now: datetime,
    departement: Departement,
    base_url: str,
    cancelled_by: str | None = None,
    old_starts_at: datetime | None = None,
    old_place: str | None = None,
    acted_by: Hand | None = None,
) -> dict[str, Any]:
    """The context of a message: the keys that templates know, JSON values only.

    To someone who wants discretion it tells the day, the hour and the code, and neither the place nor the subject.
    `acted_by` is among the keys only when somebody acted for the person, `old_place` only when the place has changed;
    `old_starts_at` is null when the hour has not.

    Instants are ISO 8601 with the offset of France. `cancel_until` and `move_until` are null once it is no longer
    possible online, and always for a discreet motif; nobody but staff moves what staff alone books. The appointment's
    motif and place must be loaded.
    """
    motif, place, person = appointment.motif, appointment.place, telling.person
    is_hidden = person.wants_discretion
    can_change = cancelled_by is None and not motif.discreet
    # A seat has the hour of its workshop.
    can_move = can_change and motif.booked_by is not BookedBy.AGENTS and appointment.workshop_id is None
    return {
        "code": shown(appointment.code),
        "link": link_to(appointment, base_url),
        "starts_at": _iso(appointment.starts_at),
        "ends_at": _iso(appointment.ends_at),
        **(_nowhere(motif) if is_hidden else _where(motif, place)),
        "words": PLAIN_WORDS if is_hidden else motif.neutral_words,
        "names": [participation.full_name for participation in telling.concerned],
        "bring": [] if is_hidden else list(motif.bring),
        "before": None if is_hidden else motif.before,
        "after": None if is_hidden else motif.after,
        "cancel_until": _still(cancel_until(appointment.starts_at, motif), now) if can_change else None,
        "move_until": _still(move_until(appointment.starts_at, motif), now) if can_move else None,
        **_phone(None if is_hidden else place.phone, departement),
        "departement": departement.author,
        "return_address": list(departement.return_address),
        "cancelled_by": cancelled_by,
        "old_starts_at": None if old_starts_at in {None, appointment.starts_at} else _iso(old_starts_at),
        "recipient_name": full_name(person),
        "language": person.language,
        "large_print": person.wants_large_print,
        "demo": departement.is_demo,
        **({"acted_by": acted_by.words(person.language)} if acted_by else {}),
        **({"old_place": "" if is_hidden else old_place} if old_place is not None else {}),
    }


def tellings(appointment: Appointment) -> list[Telling]:
    """Who is told of an appointment: the guardian of relatives, once, naming them; other people themselves.

    Participations, their people and guardians must be loaded, and `told`: the card of whoever booked, if there is one,
    takes the place of their file.
    """
    concerned: dict[int, list[Participation]] = {}
    told: dict[int, Person] = {}
    card = appointment.told
    for participation in appointment.participations:
        person = participation.person
        file = person.guardian or person
        told[file.id] = card if card is not None and card.card_of_id == file.id else file
        concerned.setdefault(file.id, []).extend([participation] if file is not person else [])
    return [Telling(person, tuple(concerned[number])) for number, person in told.items()]


def full_name(person: Person) -> str:
    """Prénom Nom: the order of a letter's first line."""
    return f"{person.given_names} {person.family_name}"


def link_to(appointment: Appointment, base_url: str) -> str:
    """The address that opens the appointment, short enough for an SMS and a letter."""
    return f"{base_url}/r/{appointment.code}"


def place_lines(place: Place) -> list[str]:
    """Where to go: the street when it is known, the postcode and the town; last, that the address is invented."""
    lines = (place.street, f"{place.postal_code} {place.city}", DEMO_ADDRESS if place.is_demo_address else None)
    return [line for line in lines if line]


def _where(motif: Motif, place: Place) -> dict[str, Any]:
    goes_there = motif.mode is Mode.PLACE
    return {
        "mode": motif.mode.value,
        "place_name": place.name,
        "place_lines": place_lines(place) if goes_there else [],
        "place_phone": place.phone,
        "step_free": place.step_free if goes_there else None,
        "directions": place.directions if goes_there else None,
    }


def _nowhere(motif: Motif) -> dict[str, Any]:
    return {
        "mode": motif.mode.value,
        "place_name": "",
        "place_lines": [],
        "place_phone": None,
        "step_free": None,
        "directions": None,
    }


def _phone(of_place: str | None, departement: Departement) -> dict[str, Any]:
    hours = None if of_place else departement.phone_hours
    return {"phone": of_place or departement.phone, "phone_hours": hours}


def _iso(moment: datetime) -> str:
    return paris(moment).isoformat()


def _still(deadline: datetime, now: datetime) -> str | None:
    return _iso(deadline) if now <= deadline else None
