"""What a person changes of their own file. Whoever acts for them does it under a mandate that is checked here."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.booking.rewording import SAID, hush_cards, say_anew
from portal.directory.models import Departement
from portal.identity.rules import LetterFault
from portal.identity.services_contacts import change_contact, take_out_contact
from portal.identity.services_letters import send_activation
from portal.journal.services import Actor, record
from portal.letters.services_changes import before, tell_change
from portal.letters.services_choice import How, follow_choice
from portal.people.mandates import hold_mandate
from portal.people.models import Person
from portal.people.models_credentials import CredentialKind
from portal.people.queries_merges import is_file
from portal.people.rules import Identity
from portal.people.services import find_or_create_relative
from portal.people.services_preferences import change_preferences, preferences_of
from portal.refusal import Refused
from portal.sealing import Sealer
from portal.space.queries import person_to_change
from portal.web.access import Procedure

MOST_RELATIVES = 20


class SpaceRefusal(StrEnum):
    """Why a person's space does not do what was asked."""

    TOO_MANY_RELATIVES = "too_many_relatives"


def save_preferences(
    session: Session, now: datetime, *, person_id: int, by: Actor, base_url: str, **wanted: Any
) -> frozenset[str]:
    """Writes the preferences given (names of `Preferences`), and gives the names of what changed.

    The person is told of what somebody else changed. What waits to be told is written anew in the language, the print
    and the discretion that they now choose. The garantie papier goes as `letters.services_choice` says.
    Raises `Refused` (MandateFault, ChoiceFault).
    """
    hold_mandate(session, now, by, Procedure.PREFERENCES)
    person = person_to_change(session, person_id)
    asked, was = replace(preferences_of(person), **wanted), before(person)
    names = change_preferences(session, now, person=person, by=by, wanted=asked)
    cards = hush_cards(session, person) if SAID & names else []
    left = follow_choice(session, now, person=person, by=by, how=How.WEB, base_url=base_url, names=names)
    if SAID & names:
        say_anew(session, now, person, cards, base_url=base_url)
    tell_change(session, now, person, left, by=by, base_url=base_url, was=was)
    return names


def remove_way(  # noqa: PLR0913 - a way, whose, by whom, and whether its holder hears of it
    session: Session,
    now: datetime,
    *,
    person_id: int,
    kind: CredentialKind,
    by: Actor,
    base_url: str,
    is_strange: bool = False,
    browser: str | None = None,
) -> None:
    """Takes the mobile or the e-mail out of a file, as `take_out_contact` says. Nothing when there is none.

    `is_strange`: the person says that it was never theirs. What waits to leave by it goes round by other routes when
    its time comes. Raises `Refused` (MandateFault).
    """
    hold_mandate(session, now, by, Procedure.PREFERENCES)
    person = person_to_change(session, person_id)
    was_there = take_out_contact(
        session,
        now,
        person=person,
        kind=kind,
        by=by,
        departement=_departement(session),
        base_url=base_url,
        browser=browser,
        is_strange=is_strange,
    )
    if was_there:
        tell_change(session, now, person, {kind.value}, by=by, base_url=base_url)


def replace_way(  # noqa: PLR0913 - a way, whose, by whom
    session: Session,
    now: datetime,
    *,
    person_id: int,
    kind: CredentialKind,
    value: str,
    by: Actor,
    is_vouched: bool,
    base_url: str,
    browser: str | None = None,
) -> None:
    """Writes a mobile or an e-mail that was just proved; the one it replaces is told, and so is the person of help.

    What the replaced one opened ends, as `change_contact` says. Raises `Refused` (MandateFault).
    """
    hold_mandate(session, now, by, Procedure.PREFERENCES)
    person = person_to_change(session, person_id)
    change_contact(
        session,
        now,
        person=person,
        kind=kind,
        value=value,
        by=by,
        is_vouched=is_vouched,
        departement=_departement(session),
        base_url=base_url,
        browser=browser,
    )
    tell_change(session, now, person, {kind.value}, by=by, base_url=base_url)


def add_relative(session: Session, now: datetime, *, person_id: int, by: Actor, identity: Identity) -> Person:
    """The file of a child or of someone looked after, under this person: the one they have, or a new one.

    Raises `Refused` (IdentityFault, MandateFault, SpaceRefusal).
    """
    hold_mandate(session, now, by, Procedure.APPOINTMENTS)
    guardian = person_to_change(session, person_id)
    count = select(func.count()).select_from(Person).where(Person.guardian_id == person_id, is_file())
    known = session.scalar(count) or 0
    relative = find_or_create_relative(session, now, identity=identity, guardian=guardian)
    if (session.scalar(count) or 0) > max(known, MOST_RELATIVES):
        raise Refused(SpaceRefusal.TOO_MANY_RELATIVES)
    record(
        session,
        now,
        actor=by,
        verb="relative.added",
        for_person_id=person_id,
        object_kind="person",
        object_id=relative.id,
    )
    return relative


def send_opening_letter(  # noqa: PLR0913 - to whom, by whom
    session: Session, now: datetime, *, person_id: int, by: Actor, sealer: Sealer, base_url: str
) -> None:
    """Sends the letter whose code opens everything, to the address that an agent has confirmed.

    The caller limits how many are asked for. Raises `Refused` (LetterFault) when there is no such address.
    """
    person = person_to_change(session, person_id)
    if person.address_confirmed_at is None:
        raise Refused(LetterFault.NO_ADDRESS)
    departement = _departement(session)
    send_activation(session, now, person=person, sealer=sealer, departement=departement, base_url=base_url, by=by)


def _departement(session: Session) -> Departement:
    return session.get_one(Departement, 1)
