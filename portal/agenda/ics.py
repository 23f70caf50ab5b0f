"""An agent's calendar feed (RFC 5545). It lives on telephones that get lost. Pure.

It never says a service nor a motif, never a family name in full, never a number nor a home address.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event
from icalendar.enums import CLASS, STATUS

from portal.agenda.queries_booked import Guest
from portal.agenda.rules_agenda import Booked
from portal.booking.ics import PRODUCT
from portal.booking.rules import CANCELLED
from portal.booking.words import place_lines
from portal.directory.models import Mode, Place

REFRESH = timedelta(minutes=30)  # how often a calendar is asked to read it again

_WHERE = {Mode.PHONE: "Par téléphone", Mode.HOME: "À domicile", Mode.VIDEO: "Par vidéo"}


@dataclass(frozen=True)
class Feed:
    """What a feed holds. `absences`: (number, beginning, end), or none when they are not asked for."""

    events: Sequence[tuple[Booked, Place]]
    guests: Mapping[int, Sequence[Guest]]
    absences: Iterable[tuple[int, datetime, datetime]]
    is_discreet: bool
    base_url: str


def calendar_of(feed: Feed) -> bytes:
    """The feed as it stands. The same content makes the same bytes.

    UID never changes and holds no secret; SEQUENCE rises with each change. Times are in UTC, so that every calendar
    shows the right hour without a table of time zones.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "La Bonne Porte")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT30M")
    for booked, place in feed.events:
        calendar.add_component(_event(feed, booked, place))
    for number, begins, ends in feed.absences:
        calendar.add_component(_absence(feed, number, begins, ends))
    text: bytes = calendar.to_ical()
    return text


def title_of(booked: Booked, guests: Sequence[Guest], *, is_discreet: bool) -> str:
    """What a telephone may show: "Occupé"; or the neutral words, a first name and an initial.

    Nobody is named who asked for discretion, or who comes for a discreet motif.
    """
    if is_discreet:
        return "Occupé"
    words = "Atelier" if booked.workshop_id is not None else booked.neutral_words
    words = words[:1].upper() + words[1:]
    names = [_short(guest) for guest in guests if not (guest.wants_discretion or booked.is_discreet)]
    return f"{words}\u00a0: {', '.join(names)}" if names else words


def _event(feed: Feed, booked: Booked, place: Place) -> Event:
    is_cancelled = booked.status in CANCELLED
    changed = booked.changed_at.astimezone(UTC)
    return Event.new(
        uid=f"agenda-{booked.id}@{_host(feed)}",
        sequence=booked.sequence,
        stamp=changed,
        last_modified=changed,
        start=booked.starts_at.astimezone(UTC),
        end=booked.ends_at.astimezone(UTC),
        summary=title_of(booked, feed.guests.get(booked.id, ()), is_discreet=feed.is_discreet),
        location=_location(booked, place),
        classification=CLASS.PRIVATE,
        status=STATUS.CANCELLED if is_cancelled else STATUS.CONFIRMED,
    )


def _absence(feed: Feed, number: int, begins: datetime, ends: datetime) -> Event:
    return Event.new(
        uid=f"absence-{number}@{_host(feed)}",
        stamp=begins.astimezone(UTC),
        start=begins.astimezone(UTC),
        end=ends.astimezone(UTC),
        summary="Absence",
        classification=CLASS.PRIVATE,
        status=STATUS.CONFIRMED,
    )


def _location(booked: Booked, place: Place) -> str:
    """The street and the town; never the place's name, which may say why one goes there."""
    return _WHERE.get(booked.mode) or ", ".join(place_lines(place))


def _short(guest: Guest) -> str:
    """Prénom N."""
    first = guest.given_names.split(" ")[0]
    return f"{first} {guest.family_name[:1].upper()}."


def _host(feed: Feed) -> str:
    return urlsplit(feed.base_url).hostname or "portail"
