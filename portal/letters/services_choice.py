"""The garantie papier: chosen in one press wherever the person is, ended by their own word alone.

Never a condition of anything, and nothing else stops it: opening a space, giving an e-mail, two files made one, a load,
a letter that comes back.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.journal.services import Actor, ActorKind, record
from portal.letters.services_changes import before, tell_change
from portal.letters.services_chosen import tell_chosen
from portal.letters.services_moving import take_back, write_letters
from portal.people.mandates import hold_mandate
from portal.people.models import Person
from portal.people.services import file_held
from portal.people.services_preferences import change_preferences, preferences_of
from portal.refusal import Refused
from portal.web.access import Procedure


class How(StrEnum):
    """How the person said what they choose. Its number is what the journal keeps."""

    WEB = "web"  # at the screen themselves
    PHONE = "phone"
    COUNTER = "counter"
    SLIP = "slip"  # the slip of a letter, or a paper form
    LETTER = "letter"
    AGENT = "agent"  # with an agent who changed their file; never enough to end it

    @property
    def number(self) -> int:
        """From 1, in the order above."""
        return list(How).index(self) + 1


_SAID_TO_AN_AGENT = frozenset({How.PHONE, How.COUNTER, How.SLIP, How.LETTER})


class ChoiceFault(StrEnum):
    """Why the garantie papier is not chosen, or not ended."""

    NO_ADDRESS = "no_address"  # to write to someone, we need their address
    OWN_WORD = "own_word"  # ended by the person's own word alone
    DISCREET = "discreet"  # who wants discretion chooses letters alone: nobody who acts for them does


def choose_paper(  # noqa: PLR0913 - whose, by whom, how it was said
    session: Session,
    now: datetime,
    *,
    person_id: int,
    by: Actor,
    how: str,
    base_url: str,
    address: Sequence[str] = (),
    kept_at: int | None = None,
) -> bool:
    """Everything arrives by post from now on; False when that was so already, and nothing is said twice.

    `how`: a `How`. `address`: lines 2 to 6 of NF Z10-011, already checked, when the person gives one with it;
    `kept_at`: the place whose lines they are, which keeps letters for them. What waits to be told also leaves by letter
    where one arrives in time. The person is told by letter, and by the ways they have. A relative's choice is that of
    whoever answers for them. Journaled.
    Raises `Refused` (NO_ADDRESS, DISCREET, MandateFault) and `LookupError` when there is no such file.
    """
    person = _file(session, now, person_id, by)
    _refuse_choice(person, by)
    known, was = preferences_of(person), before(person)
    wanted = replace(known, wants_paper=True, address=tuple(address) or known.address, kept_at=kept_at)
    if not any(wanted.address):
        raise Refused(ChoiceFault.NO_ADDRESS)
    names = change_preferences(session, now, person=person, by=by, wanted=wanted)
    left = follow_choice(session, now, person=person, by=by, how=how, base_url=base_url, names=names)
    if any(was.address):
        tell_change(session, now, person, left, by=by, base_url=base_url, was=was)
    if person.letters_chosen_at is None and by.mandate_id is None:  # chosen before they asked for discretion
        person.letters_chosen_at = now
        session.flush()
        write_letters(session, now, person)
    return "paper" in names


def follow_choice(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    *,
    person: Person,
    by: Actor,
    how: str,
    base_url: str,
    names: frozenset[str],
    tells: bool = True,
) -> frozenset[str]:
    """What a choice just written brings with it: `names` are what `change_preferences` has changed.

    For whoever changes several preferences at once: it journals the choice, moves the letters, and tells it;
    not `tells`: the caller tells all at once. Gives the names that are still to be told.

    Ended by the person themselves, or by an agent who says how they heard it (`How`: phone, counter, slip, letter).
    Letters that wait are then taken back where another way tells the same; those already drawn leave, and who has no
    other way still gets letters. Raises `Refused` (OWN_WORD, DISCREET).
    """
    if "paper" not in names:
        return names
    chosen = person.wants_paper
    if chosen:
        _refuse_choice(person, by)
    else:
        _refuse_end(person, by, how)
    verb = "paper.chosen" if chosen else "paper.ended"
    record(
        session,
        now,
        actor=by,
        verb=verb,
        for_person_id=person.id,
        object_kind="person",
        object_id=person.id,
        how=How(how).number,
    )
    session.flush()
    if chosen:
        write_letters(session, now, person)
    else:
        take_back(session, person)
    if not tells:
        return names
    if chosen:
        tell_chosen(session, now, person, by=by, base_url=base_url)
    else:
        # By a last letter too: whoever never asked for the end must read of it.
        tell_change(session, now, person, {"paper"}, by=by, base_url=base_url, with_letter=True)
    return names - {"paper"}


def _refuse_choice(person: Person, by: Actor) -> None:
    """No letter would leave, and calls would take their place, where somebody may listen."""
    if person.wants_discretion and by.mandate_id is not None:
        raise Refused(ChoiceFault.DISCREET)


def _refuse_end(person: Person, by: Actor, how: str) -> None:
    is_own = by.kind is ActorKind.PERSON and by.id == person.id
    is_heard = by.is_agent and How(how) in _SAID_TO_AN_AGENT
    if by.mandate_id is not None or not (is_own or is_heard):
        raise Refused(ChoiceFault.OWN_WORD)


def _file(session: Session, now: datetime, person_id: int, by: Actor) -> Person:
    """The file whose letters these are, held; of whoever answers for a relative."""
    mandate = hold_mandate(session, now, by, Procedure.PREFERENCES)
    if mandate is not None and mandate.person_id != person_id:
        raise LookupError("the mandate is for somebody else")
    number = file_held(session, person_id)
    if number is None:
        raise LookupError("no such file")
    guardian = session.scalar(select(Person.guardian_id).where(Person.id == number))
    session.execute(select(Person.id).where(Person.id == (guardian or number)).with_for_update(key_share=True))
    return session.get_one(Person, guardian or number, populate_existing=True)
