"""An appointment for a calendar (RFC 5545). It says when and where, and nothing of whom or what for. Pure."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from portal.booking.models import Appointment
from portal.booking.rules import CANCELLED
from portal.booking.words import PLAIN_WORDS, place_lines
from portal.directory.models import Departement, Mode

PRODUCT = "-//La Bonne Porte//Rendez-vous//FR"

_LONGEST = 75  # octets of a line
_CONTINUES, _CONTINUED = 0b1100_0000, 0b1000_0000  # how an octet in the middle of a UTF-8 character begins
_BREAK, _ESCAPED_BREAK = re.compile(r"\r\n|\r|\n"), r"\\n"

_WHERE = {Mode.PHONE: "Par téléphone", Mode.HOME: "À votre domicile", Mode.VIDEO: "Par vidéo"}


def calendar_of(appointment: Appointment, *, departement: Departement, base_url: str, is_hidden: bool = False) -> str:
    """The .ics of an appointment as it stands: PUBLISH, or CANCEL once it is cancelled.

    `is_hidden`: for someone who wants discretion; then it says the hour alone.

    UID never changes and holds no secret; SEQUENCE is the appointment's own, and rises with each change. Times are
    in UTC, so that every calendar shows the right hour without a table of time zones. Lines end with CRLF and are
    folded at 75 octets. The motif and the place must be loaded.
    """
    cancelled = appointment.status in CANCELLED
    changed = _instant(appointment.changed_at)
    help_line = _help((None if is_hidden else appointment.place.phone) or departement.phone)
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"METHOD:{'CANCEL' if cancelled else 'PUBLISH'}",
        "BEGIN:VEVENT",
        _text("SUMMARY", _capital(PLAIN_WORDS if is_hidden else appointment.motif.neutral_words)),
        f"DTSTART:{_instant(appointment.starts_at)}",
        f"DTEND:{_instant(appointment.ends_at)}",
        f"DTSTAMP:{changed}",
        _text("UID", f"rendez-vous-{appointment.id}@{urlsplit(base_url).hostname}"),
        f"SEQUENCE:{appointment.sequence}",
        "CLASS:PRIVATE",
        *([] if help_line is None else [_text("DESCRIPTION", help_line)]),
        f"LAST-MODIFIED:{changed}",
        *([] if is_hidden else [_text("LOCATION", _location(appointment))]),
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _text(name: str, value: str) -> str:
    """A property of type TEXT (RFC 5545, 3.3.11): what has a meaning of its own in a line is escaped."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return f"{name}:{_BREAK.sub(_ESCAPED_BREAK, escaped)}"


def _folded(line: str) -> str:
    """The line in pieces of 75 octets at most (RFC 5545, 3.1), no character cut in two, nor what is escaped."""
    octets = line.encode()
    pieces, begins, ends = [], 0, _LONGEST
    while len(octets) > ends:
        while octets[ends] & _CONTINUES == _CONTINUED:
            ends -= 1
        piece = octets[begins:ends]
        ends -= (len(piece) - len(piece.rstrip(b"\\"))) % 2
        pieces.append(octets[begins:ends].decode())
        begins, ends = ends, ends + _LONGEST - 1  # the space that begins the next piece counts
    return "\r\n ".join([*pieces, octets[begins:].decode()])


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _location(appointment: Appointment) -> str:
    place = appointment.place
    elsewhere = _WHERE.get(appointment.motif.mode)
    return elsewhere or ", ".join([place.name, *place_lines(place)])


def _help(phone: str | None) -> str | None:
    return None if phone is None else f"Pour changer ou annuler\u00a0: {phone}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
