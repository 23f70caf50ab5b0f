"""Whoever books, or opens an appointment, as someone the portal knows: signed in, or acting for them."""

from typing import cast
from zlib import crc32

from flask import g, session
from sqlalchemy.orm import Session

from portal.booking import queries
from portal.booking.models import Appointment
from portal.people.models import Person
from portal.sealing import Sealer
from portal.web.access import Procedure
from portal.web.request import portal
from portal.web.sessions import BrowserSession

_MARK = 16  # characters


def subject() -> int | None:
    """The file of the person signed in, or of the person acted for where the mandate names appointments; else None."""
    if g.acting:
        return cast("int", g.acting.person_id) if Procedure.APPOINTMENTS in g.acting.procedures else None
    return cast("int", g.person.id) if g.person else None


def acts_without_right() -> bool:
    """Whether somebody acts for a person here, under a mandate that says nothing of appointments."""
    return bool(g.acting) and subject() is None


def mark() -> str:
    """What a form says of whose it is; empty for a stranger's. It tells nothing of the person."""
    number = subject()
    if number is None:
        return ""
    text = f"{number} {'acted for' if g.acting else 'oneself'}"
    return Sealer(portal().settings.secret_key).hash("subject of a form", text)[:_MARK]


def is_another_s(posted: str | None) -> bool:
    """Whether a form was opened for somebody known who is no longer the one this browser books for."""
    return bool(posted) and posted != mark()


def file_of(database: Session, person_id: int) -> Person:
    """The file of someone known, with their guardian. It exists: they are signed in, or acted for."""
    found = queries.file(database, person_id)
    if found is None:
        raise LookupError("no such file")
    return found


def is_theirs(appointment: Appointment) -> bool:
    """Whether an appointment is of whoever is known here, or of a relative of theirs. It must be loaded whole."""
    number = subject()
    people = [participation.person for participation in appointment.participations]
    return number is not None and any(number in {person.id, person.guardian_id} for person in people)


def browser_number() -> int | None:
    """A number for this browser, the same in all its tabs; None before it has a session."""
    key = cast("BrowserSession", session).key
    return crc32(key.encode()) if key else None
