"""What an agent does to a person's file: checks it with them, or changes it for them. Journaled; the person is told.

Each act says what its page showed (`shown`, from `rules.shown`): when somebody has changed it meanwhile the act is
refused, and nothing is lost silently.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.rewording import SAID, hold_cards, hush_cards, say_anew
from portal.desk import queries
from portal.desk.rules import DeskFault, Document, brings_letters, changed_since
from portal.directory.models import Departement
from portal.identity.services_contacts import change_contact, prove, take_out_contact
from portal.journal.services import Actor, record
from portal.letters.services_changes import before, tell_change
from portal.letters.services_choice import How, follow_choice
from portal.mandates.services import Voice, end_for_protected
from portal.people.models import Person
from portal.people.models_credentials import CredentialKind
from portal.people.services_preferences import Preferences, change_preferences, note_change, note_hand
from portal.refusal import Refused


@dataclass(frozen=True)
class Wanted:
    """What a file is to say.

    `birth_name`: None when it is the family name. `mobile` in E.164. `vouched`: what the agent has checked with the
    person. `paper_said`: how they said that the garantie papier begins or ends. `is_safe`: asked, somebody discreet has
    said that letters may come to this address.
    """

    mobile: str | None
    email: str | None
    preferences: Preferences
    birth_name: str | None = None
    vouched: frozenset[CredentialKind] = frozenset()
    paper_said: How = How.AGENT
    is_safe: bool = False


def see_identity(  # noqa: PLR0913 - whose, by whom, and what was checked
    session: Session,
    now: datetime,
    *,
    person_id: int,
    by: Actor,
    document: Document,
    checked: Collection[CredentialKind],
    shown: str,
) -> None:
    """Notes that an identity document was seen, of which the kind alone is kept.

    The mobile and the e-mail of `checked` (the person showed that they are theirs) open the space at the level
    `known`. Raises `Refused` (DeskFault): CHANGED when one of them is no longer the one shown, NOTHING_TO_CHECK when
    the file has none.
    """
    person = _held(session, person_id)
    _refuse_if_changed(person, shown, {kind.value for kind in checked})
    person.identity_seen_at, person.identity_seen_by = now, by.id
    for kind in sorted(checked):
        value = getattr(person, kind.value)
        if value is None:
            raise Refused(DeskFault.NOTHING_TO_CHECK)
        prove(session, now, person_id=person_id, kind=kind, value=value, is_vouched=True)
        note_hand(person, kind.value, by)
    _note(session, now, by, "identity.seen", person_id, document=document.number, checked=len(checked))


def confirm_address(session: Session, now: datetime, *, person_id: int, by: Actor, shown: str) -> None:
    """Notes that the address was checked with the person: a letter that opens their space wholly may go there.

    Raises `Refused` (DeskFault).
    """
    person = _held(session, person_id)
    _refuse_if_changed(person, shown, {"address"})
    if not person.address or person.letters_kept_at_id is not None:  # a place's: its letters vouch for nobody
        raise Refused(DeskFault.NOTHING_TO_CHECK)
    person.address_confirmed_at = now
    note_hand(person, "address", by)
    _note(session, now, by, "address.confirmed", person_id)


def mark_protected(  # noqa: PLR0913 - whose, by whom, and the words of the messages
    session: Session, now: datetime, *, person_id: int, by: Actor, is_protected: bool, base_url: str
) -> None:
    """Notes whether the person is under a legal protection of adults (Code civil, article 425 and following).

    Someone else may then act for them as their legal representative alone: what they had given to others ends.
    """
    person = _held(session, person_id)
    if person.is_protected == is_protected:
        return
    person.is_protected = is_protected
    _note(session, now, by, "protection.marked" if is_protected else "protection.removed", person_id)
    if is_protected:
        voice = Voice(session.get_one(Departement, 1), base_url)
        end_for_protected(session, now, person_id=person_id, by=by, voice=voice)


def change_file(  # noqa: PLR0913 - whose, by whom, what, and the words of the messages
    session: Session, now: datetime, *, person_id: int, by: Actor, wanted: Wanted, shown: str, base_url: str
) -> frozenset[str]:
    """Writes in a file what the person asked an agent to write, and gives the names of what changed.

    The person is told by every route they now choose (`tell_change` says what their old address hears); a mobile or an
    e-mail that is replaced or taken out is told too, and opens the space no more. What waits to be told is written anew
    where it would say more than they now want, or in another language. Raises `Refused` (CHANGED) when
    anything is no longer as it was shown, (ASK_IF_SAFE) when letters would come to somebody discreet at an address that
    they have not said to be safe, (ChoiceFault) when the garantie papier would end without the person's word.
    """
    person = _held(session, person_id)
    _refuse_if_changed(person, shown, changed_since(person, shown))
    is_new_place = brings_letters(person, wanted.preferences)
    if is_new_place and not wanted.is_safe:
        raise Refused(DeskFault.ASK_IF_SAFE)
    departement, was = session.get_one(Departement, 1), before(person)
    changed = set(change_preferences(session, now, person=person, by=by, wanted=wanted.preferences))
    if SAID & changed:
        hold_cards(session, person)
    person.letters_chosen_at = now if is_new_place else person.letters_chosen_at
    changed |= _change_birth_name(session, now, person, wanted.birth_name, by=by)
    for kind, value in ((CredentialKind.MOBILE, wanted.mobile), (CredentialKind.EMAIL, wanted.email)):
        if value == getattr(person, kind.value):
            continue
        changed.add(kind.value)
        if value is None:
            take_out_contact(session, now, person=person, kind=kind, by=by, departement=departement, base_url=base_url)
            continue
        change_contact(
            session,
            now,
            person=person,
            kind=kind,
            value=value,
            by=by,
            is_vouched=kind in wanted.vouched,
            is_proved=False,  # said to an agent: the first message tells whether it works
            departement=departement,
            base_url=base_url,
        )
    cards = hush_cards(session, person) if SAID & changed else []
    told = follow_choice(
        session, now, person=person, by=by, how=wanted.paper_said, base_url=base_url, names=frozenset(changed)
    )
    if SAID & changed:
        say_anew(session, now, person, cards, base_url=base_url)
    tell_change(session, now, person, told, by=by, base_url=base_url, was=was)
    return frozenset(changed)


def _change_birth_name(session: Session, now: datetime, person: Person, name: str | None, *, by: Actor) -> set[str]:
    if name == person.birth_name:
        return set()
    person.birth_name = name
    note_change(session, now, person=person, by=by, names={"birth_name"})
    return {"birth_name"}


def _held(session: Session, person_id: int) -> Person:
    person = queries.file(session, person_id, held=True)
    if person is None:  # merged into another at this instant: the page shows which
        raise Refused(DeskFault.CHANGED)
    return person


def _refuse_if_changed(person: Person, shown: str, names: Collection[str]) -> None:
    if changed_since(person, shown) & set(names):
        raise Refused(DeskFault.CHANGED)


def _note(session: Session, now: datetime, by: Actor, verb: str, person_id: int, **ids: int) -> None:
    record(
        session,
        now,
        actor=by,
        verb=verb,
        for_person_id=person_id,
        object_kind="person",
        object_id=person_id,
        **ids,
    )
