"""Paper forms: their codes, what is printed of a file, which half-days were ticked. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from portal.booking.rules_waiting import HALVES, WEEKDAYS, half_day_of
from portal.booking.slots import Slot
from portal.clock import paris
from portal.desk.rules import asks_if_safe
from portal.directory.models import Departement
from portal.paper.models import FormKind
from portal.people.models import Person
from portal.web.access import Role

SUBJECT = "paper_form"  # of a message that carries one
SAYS = "wants_another"  # the answer of a slip that cancels
CHOOSES = "paper"  # and of one that chooses the garantie papier
STANDS = "stands_for_blank"  # in what is known of a form: it stands for a blank one that came back filled in
SUBJECT_OF_WISH = "subject"  # in what is printed on a wish: the motif, in words
PLACE_OF_WISH = "place"  # and where, when it goes with a list of the hours that are free there
VERSION = 1  # of the blank forms: another wording that asks for something else has another number, and code
HALF_DAYS = tuple(f"{day}-{half}" for day in WEEKDAYS for half in HALVES)

# Those given out; a cancellation slip stands at the foot of an appointment's letter, and bears the appointment's code.
GIVEN = (FormKind.WISH, FormKind.CHOICES, FormKind.ADDRESS, FormKind.MANDATE)

# A blank form taken from a shelf or the site: everyone's bears the same code, and opens nobody's file.
BLANK_CODES = {
    FormKind.WISH: "RDV00001",
    FormKind.CHOICES: "CH0X0001",
    FormKind.ADDRESS: "ADRS0001",
    FormKind.MANDATE: "MAND0001",
}
# How each is called in an address.
KEYS = {
    FormKind.WISH: "rendez-vous",
    FormKind.CHOICES: "choix",
    FormKind.ADDRESS: "adresse",
    FormKind.MANDATE: "mandat",
}

_FRONT = frozenset({Role.ACCUEIL, Role.PROFESSIONNEL, Role.REFERENT})
# Who enters what. The print room writes down addresses, choices and slips that it reads in its post: it neither books,
# nor judges a signature. A mandate is written down by those who may write one at their desk.
ENTERED_BY = {
    FormKind.WISH: _FRONT | {Role.ENCADRANT},
    FormKind.CHOICES: _FRONT | {Role.COURRIER},
    FormKind.ADDRESS: _FRONT | {Role.COURRIER},
    FormKind.MANDATE: _FRONT,
    FormKind.CANCELLATION: _FRONT | {Role.ENCADRANT, Role.COURRIER},
}


class PaperFault(StrEnum):
    """Why a form is not entered."""

    ENTERED = "entered"  # once already: what was entered stands
    CHANGED = "changed"  # the file is no longer as the page showed it
    NO_FILE = "no_file"  # a blank form that nobody was named for, or a file that is gone
    NO_ADDRESS = "no_address"  # everything by post, and nowhere to send it
    NOTHING = "nothing"  # nothing was ticked
    NOT_THERE = "not_there"  # a wish for a place where its motif is not given
    OVER = "over"  # the appointment has begun
    CANCELLED = "cancelled"  # it was cancelled already, by another way
    RELATIVE = "relative"  # somebody else answers for them since the form was given
    ASK_IF_SAFE = "ask_if_safe"  # letters would come to somebody discreet where they have not said that they may


class PostFault(StrEnum):
    """Why a form is not sent by post."""

    NO_ADDRESS = "no_address"
    DOUBTFUL = "doubtful"  # a letter came back from there
    DISCREET = "discreet"  # they did not choose the address for letters
    SILENCE = "silence"  # they asked not to be written to


def may_enter(roles: Collection[str], kind: FormKind) -> bool:
    """Whether somebody of these roles enters forms of a kind."""
    return bool(ENTERED_BY[kind] & set(roles))


def has_to_ask(reader: Person, address: Sequence[str], said: Sequence[str]) -> bool:
    """Whether a paper that asks for letters to an address waits until its person, who is discreet, was asked.

    A desk asks the same (`desk.rules.asks_if_safe`): whoever they fear may have kept the paper, and open the letter
    box. `said`: the lines of the address that they have said to be safe, as the page showed them; none otherwise.
    """
    return reader.wants_discretion and asks_if_safe(reader, address) and list(said) != list(address)


def blank_kind(code: str) -> FormKind | None:
    """The kind of a blank form, by its code."""
    return next((kind for kind, blank in BLANK_CODES.items() if blank == code), None)


def is_half_said(kind: FormKind, answers: Mapping[str, Any] | None) -> bool:
    """Whether a slip that was entered says nothing of the appointment: another letter's slip may still cancel it."""
    return kind is FormKind.CANCELLATION and CHOOSES in (answers or {}) and SAYS not in (answers or {})


def kind_of(key: str) -> FormKind | None:
    """The kind that an address names."""
    return next((kind for kind, named in KEYS.items() if named == key), None)


def reference_of(kind: FormKind, number: int | None) -> str:
    """What a form is called: "F0000012"; a blank one, "F-RDV0-1"."""
    return f"F-{BLANK_CODES[kind][:4]}-{VERSION}" if number is None else f"F{number:07}"


def known_of(person: Person | None, departement: Departement, *, language: str) -> dict[str, Any]:
    """What is printed on a form: JSON values. It is kept, so that the same form can be printed again.

    `language` is for a blank one; a person's form is in their language, a relative's in that of whoever answers for
    them (loaded with them). To someone discreet neither address nor numbers are printed: the paper lies about.
    """
    reader = person.guardian if person and person.guardian_id else person
    known: dict[str, Any] = {
        "departement": departement.author,
        "return_address": list(departement.return_address),
        "phone": departement.phone,
        "phone_hours": departement.phone_hours,
        "language": reader.language if reader else language,
        "large_print": reader.wants_large_print if reader else False,
    }
    if person is None:
        return known
    hides = person.wants_discretion or bool(reader and reader.wants_discretion)
    return known | {
        "asks_address": person.guardian_id is None and not any(person.address),
        "name": f"{person.given_names} {person.family_name}",
        "birth_date": person.birth_date.isoformat(),
        "address": [] if hides else list(person.address),
        "phones": [] if hides else [phone for phone in (person.mobile, person.landline) if phone],
        "choices": {
            "sms": person.wants_sms,
            "emails": person.wants_email,
            "paper": person.wants_paper,
            "large_print": person.wants_large_print,
        },
    }


def hushed(known: Mapping[str, Any]) -> dict[str, Any]:
    """What is printed on a form, without what is not printed for somebody discreet."""
    return {**known, **{name: [] for name in ("address", "phones") if name in known}}


def half_days_in(slots: Iterable[Slot], ticked: Collection[str], first_day: date) -> list[Slot]:
    """Those of these slots that fall in a half-day that was ticked, from a day on, in their order."""
    return [slot for slot in slots if paris(slot.starts_at).date() >= first_day and half_day_of(slot) in ticked]


def ordered(ticked: Collection[str]) -> list[str]:
    """Half-days in the order of the week; what is none is left out."""
    return [one for one in HALF_DAYS if one in ticked]


def narrowed(ticked: Collection[str]) -> list[str]:
    """The same, where they say something: none when all of them suit."""
    return ordered(ticked) if set(HALF_DAYS) - set(ticked) else []


def has_half(ticked: Collection[str], half: str) -> bool:
    """Whether a morning (or an afternoon) was ticked."""
    return any(one.endswith(f"-{half}") for one in ticked)
