"""What a person chose: how they are told, in which language, where letters go. Changed by them, or with them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.journal.services import Actor, ActorKind, record
from portal.people.models import Person, RouteState
from portal.refusal import Refused

VERB = "preferences.changed"

# How a column is called in the journal and in the message that tells the person.
_CHOICES = {
    "wants_sms": "sms",
    "wants_email": "emails",
    "wants_paper": "paper",
    "wants_large_print": "large_print",
    "wants_discretion": "discretion",
    "wants_silence": "silence",
    "language": "language",
    "landline": "landline",
}


class PreferenceFault(StrEnum):
    """Why preferences are not changed."""

    DISCRETION = "discretion"  # ended by the person alone: not by somebody who acts for them


@dataclass(frozen=True)
class Preferences:
    """All that a person may change of their file without a proof. `landline` is E.164.

    `address` holds lines 2 to 6 of NF Z10-011, already checked, or nothing. A mobile and an e-mail are not here: they
    are proved first. `kept_at`: the place whose own lines a new `address` is, where letters are kept for somebody who
    has no address at all; it says nothing of an address that stays.
    """

    wants_sms: bool
    wants_email: bool
    wants_paper: bool
    wants_large_print: bool
    wants_discretion: bool
    wants_silence: bool
    language: str
    landline: str | None
    address: tuple[str, ...]
    kept_at: int | None = None


def preferences_of(person: Person) -> Preferences:
    """What a file says today: change it with `dataclasses.replace`, so that nothing else is written."""
    chosen = {column: getattr(person, column) for column in _CHOICES}
    return Preferences(**chosen, address=tuple(person.address))


def change_preferences(
    session: Session, now: datetime, *, person: Person, by: Actor, wanted: Preferences
) -> frozenset[str]:
    """Writes what differs, and gives its names; none when all was so already.

    The names: sms, emails, paper, large_print, discretion, silence, language, landline, address. A new address has yet
    to prove that it works, and is no longer one that an agent has confirmed. The place that keeps their letters, chosen
    again after one has come back, has yet to prove it too: in the journal, as the address, but no change to be told.
    One line of the journal, with the names alone. When somebody else than the person changed it, the caller tells them.

    Raises `Refused` (DISCRETION) when somebody acting for the person, under a mandate, would end their discretion: what
    the person hides may be hidden from them. The person can, or an agent of the service whom they ask.
    """
    # Its row alone: read again with what was joined to it, it cannot be locked.
    session.execute(select(Person.id).where(Person.id == person.id).with_for_update(key_share=True))
    session.refresh(person)
    if by.mandate_id is not None and person.wants_discretion and not wanted.wants_discretion:
        raise Refused(PreferenceFault.DISCRETION)
    changed = {column for column in _CHOICES if getattr(person, column) != getattr(wanted, column)}
    for column in changed:
        setattr(person, column, getattr(wanted, column))
    names = {_CHOICES[column] for column in changed}
    is_moved = wanted.address != tuple(person.address) or wanted.kept_at not in {None, person.letters_kept_at_id}
    is_right_again = not is_moved and wanted.kept_at is not None and person.address_state is RouteState.DOUBTFUL
    _note_letters(now, person, by, wanted, is_moved=is_moved, is_paper="paper" in names)
    if is_moved:
        person.address, person.address_state = list(wanted.address), RouteState.UNTRIED
        person.address_confirmed_at = None
        person.letters_kept_at_id = wanted.kept_at
        note_hand(person, "address", by)
        names.add("address")
    told = frozenset(names)
    if is_right_again:
        person.address_state = RouteState.UNTRIED
        names.add("address")
    if names:
        note_change(session, now, person=person, by=by, names=names)
    return told


def _note_letters(  # noqa: PLR0913 - whose, by whom, and what of it is new
    now: datetime, person: Person, by: Actor, wanted: Preferences, *, is_moved: bool, is_paper: bool
) -> None:
    """Remembers that letters were chosen for the address of the file.

    Not by somebody acting for the person: they would read what the person keeps for themselves. An address that comes
    after is no longer the one that was chosen. An agent who writes for somebody discreet asks them first, whatever the
    address is.
    """
    is_chosen = (is_moved or is_paper) and wanted.wants_paper and any(wanted.address)
    # Whoever chooses a place that keeps their letters says that letters may come there: it is its only use.
    is_own_place = wanted.kept_at is not None and by.kind is ActorKind.PERSON
    if (is_chosen or is_own_place) and by.mandate_id is None:
        person.letters_chosen_at = now
    elif is_moved:
        person.letters_chosen_at = None


def note_hand(person: Person, way: str, by: Actor) -> None:
    """Remembers whether a way (mobile, email, address) was last written by somebody acting for the person.

    Such a way opens nothing: see `Person.lent_ways`.
    """
    others = [one for one in person.lent_ways if one != way]
    person.lent_ways = [*others, way] if by.mandate_id is not None else others


def note_change(session: Session, now: datetime, *, person: Person, by: Actor, names: set[str]) -> None:
    """One line of the journal: which preferences changed, never what they were or are."""
    flags: dict[str, Any] = dict.fromkeys(sorted(names), 1)
    record(session, now, actor=by, verb=VERB, for_person_id=person.id, **flags)
