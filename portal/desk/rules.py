"""Who may open the file of a person at a desk, what they read there, and what changed while they read. Pure."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.people.models import Person
from portal.people.services_preferences import Preferences
from portal.web.access import PARTNERS, Role

_FOLLOWERS = frozenset({Role.PROFESSIONNEL, Role.REFERENT})


# What pages show and agents change, by the names that messages give to a change; and the columns that hold it.
WATCHED = {
    "birth_name": "birth_name",
    "mobile": "mobile",
    "email": "email",
    "landline": "landline",
    "address": "address",
    "sms": "wants_sms",
    "emails": "wants_email",
    "paper": "wants_paper",
    "large_print": "wants_large_print",
    "discretion": "wants_discretion",
    "silence": "wants_silence",
    "language": "language",
}


class DeskFault(StrEnum):
    """Why an agent's act on a file is refused."""

    CHANGED = "changed"  # somebody has changed, since the page was shown, what the act rests on
    ASK_IF_SAFE = "ask_if_safe"  # they want discretion, and have not said that letters may come to this address
    NOTHING_TO_CHECK = "nothing_to_check"  # there is no address, mobile or e-mail to confirm


class Reading(StrEnum):
    """How much of a file an agent reads."""

    WELCOME = "welcome"  # a partner of level 1: the name and the appointments
    WHOLE = "whole"


class Document(StrEnum):
    """What proves an identity at a counter. Only the kind is kept, never a number or a copy."""

    IDENTITY_CARD = "carte"
    PASSPORT = "passeport"
    RESIDENCE_PERMIT = "titre"
    DRIVING_LICENCE = "permis"
    FAMILY_RECORD = "livret"

    @property
    def number(self) -> int:
        """Its place in this list: the journal keeps numbers only."""
        return list(Document).index(self) + 1


@dataclass(frozen=True)
class Link:
    """What ties an agent to a person today.

    `follows`: is their référent, or that of their guardian. `receives`: has, or had, an appointment with them or with
    a relative of theirs. `has_mandate`: the person's mandate to the agent's organisation is in force.
    `territories`: of the agent's desks; None: the whole Département. `of_person`: where they live or come.
    """

    roles: frozenset[str]
    follows: bool = False
    receives: bool = False
    has_mandate: bool = False
    territories: frozenset[int] | None = frozenset()
    of_person: frozenset[int] = frozenset()


def reading(link: Link) -> Reading | None:
    """What an agent reads of a person's file; None: for them it does not exist.

    A partner: the people who gave its organisation a mandate. A professionnel or a référent: those they receive or
    follow. An encadrant: those of their territories. An accueil: everyone, for every door is the right one, and whoever
    is not found at another house gets a second file; each reading is in the journal. Letters and settings open no file.
    """
    if link.roles & PARTNERS:
        whole = Role.PARTNER_SHARED in link.roles
        return (Reading.WHOLE if whole else Reading.WELCOME) if link.has_mandate else None
    is_theirs = bool(link.roles & _FOLLOWERS) and (link.follows or link.receives)
    is_near = Role.ENCADRANT in link.roles and _is_near(link)
    return Reading.WHOLE if is_theirs or is_near or Role.ACCUEIL in link.roles else None


def sees_reason(*, family: str, families: Collection[str], is_own: bool) -> bool:
    """Whether an agent reads what an appointment is about: their own, or of a family of files that is theirs.

    PMI, CPEF, social, insertion and autonomy files are separate (professional secrecy: article 226-13 of the Code
    pénal, article L. 411-3 of the Code de l'action sociale et des familles). Others read its neutral words.
    """
    return is_own or family in families


def shown(person: Person) -> str:
    """What a page says of the file it shows, so that a change made meanwhile is seen: a mark for each thing."""
    return ",".join(f"{name}={_mark(getattr(person, column))}" for name, column in WATCHED.items())


def changed_since(person: Person, marks: str) -> frozenset[str]:
    """The things that are no longer as the page of these marks showed them; all of them when the marks are no marks."""
    read = dict(part.split("=", 1) for part in marks.split(",") if "=" in part)
    return frozenset(name for name, column in WATCHED.items() if read.get(name) != _mark(getattr(person, column)))


def asks_if_safe(person: Person, address: Sequence[str]) -> bool:
    """Whether somebody discreet has yet to say that an address is safe: whoever they fear may open that letter box."""
    is_chosen = person.wants_discretion and person.letters_chosen_at is not None
    return any(address) and not (is_chosen and list(address) == person.address)


def brings_letters(person: Person, wanted: Preferences) -> bool:
    """Whether a change of a file brings letters to somebody discreet, at an address that they have not said to be safe.

    By choosing that everything comes by post, or the place that keeps their letters: letters are its only use. Not when
    it leaves all that as it was: nothing leaves for an address that was not chosen.
    """
    if not wanted.wants_discretion or not (wanted.wants_paper or wanted.kept_at is not None):
        return False
    if wanted.kept_at not in {None, person.letters_kept_at_id}:
        return True
    has_all_as_wanted = person.wants_paper or not wanted.wants_paper
    as_before = person.wants_discretion and has_all_as_wanted and list(wanted.address) == person.address
    return not as_before and asks_if_safe(person, wanted.address)


def _is_near(link: Link) -> bool:
    return link.territories is None or bool(link.territories & link.of_person)


def _mark(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:10]
