"""An appointment for a calendar (RFC 5545). It says when and where, and nothing of whom or what for. Pure."""

from datetime import UTC
from urllib.parse import urlsplit

from icalendar import Calendar, Event
from icalendar.enums import CLASS, STATUS

from portal.booking.models import Appointment
from portal.booking.rules import CANCELLED
from portal.booking.words import PLAIN_WORDS, place_lines
from portal.directory.models import Departement, Mode

PRODUCT = "-//La Bonne Porte//Rendez-vous//FR"

_WHERE = {Mode.PHONE: "Par téléphone", Mode.HOME: "À votre domicile", Mode.VIDEO: "Par vidéo"}


def calendar_of(appointment: Appointment, *, departement: Departement, base_url: str, is_hidden: bool = False) -> str:
    """The .ics of an appointment as it stands: PUBLISH, or CANCEL once it is cancelled.

    `is_hidden`: for someone who wants discretion; then it says the hour alone.

    UID never changes and holds no secret; SEQUENCE is the appointment's own, and rises with each change. Times are
    in UTC, so that every calendar shows the right hour without a table of time zones. Lines end with CRLF and are
    folded at 75 octets. The motif and the place must be loaded.
    """
    cancelled = appointment.status in CANCELLED
    event = Event.new(
        uid=f"rendez-vous-{appointment.id}@{urlsplit(base_url).hostname}",
        sequence=appointment.sequence,
        stamp=appointment.changed_at.astimezone(UTC),
        last_modified=appointment.changed_at.astimezone(UTC),
        start=appointment.starts_at.astimezone(UTC),
        end=appointment.ends_at.astimezone(UTC),
        summary=_capital(PLAIN_WORDS if is_hidden else appointment.motif.neutral_words),
        location=None if is_hidden else _location(appointment),
        description=_help((None if is_hidden else appointment.place.phone) or departement.phone),
        classification=CLASS.PRIVATE,
        status=STATUS.CANCELLED if cancelled else STATUS.CONFIRMED,
    )
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text.decode()


def _location(appointment: Appointment) -> str:
    place = appointment.place
    elsewhere = _WHERE.get(appointment.motif.mode)
    return elsewhere or ", ".join([place.name, *place_lines(place)])


def _help(phone: str | None) -> str | None:
    return None if phone is None else f"Pour changer ou annuler\u00a0: {phone}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
