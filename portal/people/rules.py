"""Who is who: names compared as people write them, and what an identity must hold. Pure."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from portal.people.contacts import Contact
from portal.people.keys import plain
from portal.people.models import Person, RouteState

NAME_LENGTH = 100  # characters, for each of the two names
OLDEST_YEARS = 125  # no one has lived longer (122 years, Jeanne Calment)

_SIGNS = frozenset(" -'’.·\u00a0\u2010\u2011")


class IdentityFault(StrEnum):
    """What is wrong with a name or a birth date as typed."""

    NAME_MISSING = "name_missing"
    NAME_TOO_LONG = "name_too_long"
    NAME_CHARACTERS = "name_characters"  # figures, pictures, or letters that no French civil document holds
    BIRTH_IN_FUTURE = "birth_in_future"
    BIRTH_TOO_OLD = "birth_too_old"


@dataclass(frozen=True)
class Identity:
    """Who someone says they are."""

    family_name: str
    given_names: str
    birth_date: date

    @property
    def key(self) -> str:
        """What two writings of the same identity share: see `match_key`."""
        return match_key(self.family_name, self.given_names, self.birth_date)


def match_key(family_name: str, given_names: str, birth_date: date) -> str:
    """The same text for all the ways one person's names are written, with their birth date.

    Accents, case, hyphens, apostrophes and spaces do not count, nor does the field in which each name was typed:
    "Lefèvre | Anne-Marie", "LEFEVRE | Anne Marie" and "anne marie | lefevre" are one.
    """
    first, second = sorted((plain(family_name), plain(given_names)))
    return f"{first}|{second}|{birth_date.isoformat()}"


def tidy(name: str) -> str:
    """A name as it is kept: spaces single, none around."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def written_as(someone: "Identity | Person") -> tuple[str, str]:
    """The family name and the given names, as someone or their file writes them."""
    return tidy(someone.family_name), tidy(someone.given_names)


def name_fault(name: str) -> IdentityFault | None:
    """What is wrong with one name, or None.

    Latin letters, spaces, hyphens, apostrophes and full stops, as in French civil documents (circulaire du
    23 juillet 2014 relative à l'état civil); at most 100 characters.
    """
    kept = tidy(name)
    if len(name) > NAME_LENGTH:
        return IdentityFault.NAME_TOO_LONG
    if not kept:
        return IdentityFault.NAME_MISSING
    if not all(_may_be_in_a_name(sign) for sign in kept) or not plain(kept):
        return IdentityFault.NAME_CHARACTERS
    return None


def birth_fault(birth_date: date, today: date) -> IdentityFault | None:
    """What is wrong with a birth date, or None. `today` is the day in France."""
    if birth_date > today:
        return IdentityFault.BIRTH_IN_FUTURE
    if today.year - birth_date.year > OLDEST_YEARS:
        return IdentityFault.BIRTH_TOO_OLD
    return None


def identity_fault(identity: Identity, today: date) -> IdentityFault | None:
    """The first thing wrong with an identity, or None: see `name_fault` and `birth_fault`."""
    names = (identity.family_name, identity.given_names)
    return next(filter(None, map(name_fault, names)), None) or birth_fault(identity.birth_date, today)


def age_on(birth_date: date, day: date) -> int:
    """Whole years lived on `day`; someone born on 29 February is a year older on 1 March of common years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def shares_contact(person: Person, contact: Contact) -> bool:
    """True when the mobile or the e-mail of a file is the one typed.

    One that has failed identifies nobody; nor does one that somebody acting for the person wrote.
    """
    same_mobile = contact.mobile is not None and contact.mobile == person.mobile
    same_email = contact.email is not None and contact.email.casefold() == (person.email or "").casefold()
    return (same_mobile and person.mobile_state is not RouteState.FAILED and "mobile" not in person.lent_ways) or (
        same_email and person.email_state is not RouteState.FAILED and "email" not in person.lent_ways
    )


def file_to_join(candidates: Iterable[Person], key: str, contact: Contact) -> Person | None:
    """Among the files given, the one an identity joins: same key, and a mobile or e-mail in common.

    A file already suspected to be a double is joined last; then the oldest one.
    """
    fitting = [
        person
        for person in candidates
        if person.guardian_id is None and person.match_key == key and shares_contact(person, contact)
    ]
    return min(fitting, key=lambda person: (person.maybe_double, person.id), default=None)


def identity_of(person: Person) -> Identity:
    """Who a file says that its person is."""
    return Identity(person.family_name, person.given_names, person.birth_date)


def contact_of(person: Person) -> Contact:
    """How a file says its person is reached."""
    return Contact(
        mobile=person.mobile,
        email=person.email,
        landline=person.landline,
        address=tuple(person.address),
        wants_paper=person.wants_paper,
        wants_large_print=person.wants_large_print,
        wants_silence=person.wants_silence,
        language=person.language,
    )


def ways(contact: Contact) -> frozenset[object]:
    """The numbers, the mailbox and the address of a contact."""
    given = (contact.mobile, contact.email and contact.email.lower(), contact.landline, contact.address)
    return frozenset(way for way in given if way)


def completed(known: Contact, given: Contact) -> Contact:
    """What a file says, with what its own person has just given in its place; paper and large print once chosen stay.

    Only for someone who has proved who they are: what comes out may be another's otherwise.
    """
    return replace(
        known,
        mobile=given.mobile or known.mobile,
        email=given.email or known.email,
        landline=given.landline or known.landline,
        address=given.address or known.address,
        wants_paper=given.wants_paper or known.wants_paper,
        wants_large_print=given.wants_large_print or known.wants_large_print,
        wants_silence=given.wants_silence,
        language=given.language,
    )


def _may_be_in_a_name(sign: str) -> bool:
    if sign in _SIGNS:
        return True
    return unicodedata.category(sign)[0] in "LM" and (sign.isascii() or _is_latin(sign))


def _is_latin(sign: str) -> bool:
    name = unicodedata.name(sign, "")
    return name.startswith(("LATIN ", "COMBINING ", "MODIFIER LETTER "))
