"""The demonstration's world: the Pas-de-Calais, and invented agents, openings and residents laid over it."""

import tomllib
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from portal.booking.models import Invitation
from portal.clock import paris_day
from portal.codes import new_code
from portal.database import Database
from portal.directory.models import Motif, Place
from portal.files.folder import Folder
from portal.files.report import FilesError, Report
from portal.files.row import Row
from portal.letters.rules_kept import kept_lines
from portal.loading import load
from portal.paths import DATA
from portal.people.contacts import Contact, parse_email, parse_phone
from portal.people.models import Agent, Person, Referent
from portal.people.rules import Identity, match_key
from portal.people.services import find_or_create, find_or_create_relative

REAL, INVENTED = DATA / "pas-de-calais", DATA / "demo"

_INVITED_FOR = timedelta(days=60)


def seed(database: Database, now: datetime) -> Report:
    """Loads the real directory with the invented overlay, then the invented residents; all or nothing.

    Safe to repeat: what is there is left as it is, except invitations that have ended, which run again.
    """
    with database.transaction() as session:
        report = load(session, [REAL, INVENTED], paris_day(now))
        folder = Folder(INVENTED)
        people: dict[str, Person] = {}
        for row in folder.tables("people.toml", {"person": "key"})["person"]:
            key = row.key("key")
            people[key] = file_of(session, now, row, people)
        if folder.faults:
            raise FilesError(folder.faults)
        report.tally("people").same = len(people)
    return report


def invented_people() -> dict[str, str]:
    """The key of each invented resident, by what tells them from those who try the demonstration: names, birth date."""
    people = tomllib.loads((INVENTED / "people.toml").read_text(encoding="utf-8"))["person"]
    return {match_key(one["family_name"], one["given_names"], one["birth_date"]): one["key"] for one in people}


def file_of(session: Session, now: datetime, row: Row, known: dict[str, Person]) -> Person:
    """The file of an invented person as a table says it, made if it is not there; `known` holds their guardian."""
    identity = Identity(row.text("family_name"), row.text("given_names"), row.day("birth_date"))
    guardian = known.get(row.optional_text("guardian") or "")
    contact = _contact(row)
    person = session.scalars(
        select(Person)
        .where(Person.match_key == identity.key, Person.card_of_id.is_(None))
        .where(Person.guardian_id == (guardian.id if guardian else None))
        .order_by(Person.id)
        .limit(1)
    ).first()
    if person is None and guardian is not None:
        person = find_or_create_relative(session, now, identity=identity, guardian=guardian)
    elif person is None:
        person = find_or_create(session, now, identity=identity, contact=contact)
    referent = row.optional_text("referent")
    if referent:
        _follow(session, now, person, referent)
    for motif in row.texts("invitations"):
        _invite(session, now, person, motif)
    _keep(session, now, person, row.optional_text("letters_kept_at"))
    row.finish()
    return person


def _contact(row: Row) -> Contact:
    mobile, landline, email = (row.optional_text(key) for key in ("mobile", "landline", "email"))
    return Contact(
        mobile=parse_phone(mobile).e164 if mobile else None,
        email=parse_email(email) if email else None,
        landline=parse_phone(landline).e164 if landline else None,
        address=tuple(row.texts("address")),
        wants_paper=row.flag("wants_paper"),
        wants_large_print=row.flag("wants_large_print"),
    )


def _follow(session: Session, now: datetime, person: Person, agent_key: str) -> None:
    followed = select(Referent.id).where(Referent.person_id == person.id).order_by(Referent.id).limit(1)
    if session.scalars(followed).first() is None:
        agent = session.scalars(select(Agent).where(Agent.key == agent_key)).one()
        session.add(Referent(person_id=person.id, agent_id=agent.id, valid=Range(paris_day(now), None)))


def _keep(session: Session, now: datetime, person: Person, place_key: str | None) -> None:
    """Their letters are kept at a place, for they have no address."""
    place = session.scalars(select(Place).where(Place.key == place_key)).one_or_none()
    if place is None or person.address:
        return
    person.address = kept_lines(place) or []
    person.letters_kept_at_id, person.letters_chosen_at = place.id, now
    session.flush()


def _invite(session: Session, now: datetime, person: Person, motif_key: str) -> None:
    motif = session.scalars(select(Motif).where(Motif.key == motif_key)).one()
    invitation = session.scalars(
        select(Invitation)
        .where(Invitation.person_id == person.id, Invitation.motif_id == motif.id)
        .order_by(Invitation.id)
        .limit(1)
    ).first()
    last_day = paris_day(now) + _INVITED_FOR
    if invitation is None:
        session.add(Invitation(code=new_code(), person_id=person.id, motif_id=motif.id, last_day=last_day))
    elif invitation.last_day < paris_day(now):
        invitation.last_day = last_day
    session.flush()
