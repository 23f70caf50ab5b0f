"""The people of the simulated year, and what does not work for some of them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from people import Somebody, crowd
from world import NOW, copy_rows

from portal.database import Database
from portal.letters.models import ReturnReason
from portal.people.keys import keys_of
from portal.people.rules import match_key

ON_PAPER = 0.35  # of people chose the garantie papier
BAD_ADDRESS = 0.04  # of addresses: half cannot be drawn, from half letters come back
RETURNS = (*[ReturnReason.UNKNOWN] * 4, *[ReturnReason.ACCESS] * 2, ReturnReason.REFUSED, ReturnReason.UNCLAIMED)

_COLUMNS = (  # noqa: SIM905
    "family_name given_names birth_date match_key search_keys mobile mobile_state email email_state landline address "
    "address_state language wants_paper wants_large_print wants_discretion wants_silence maybe_double created_at"
).split()


@dataclass
class People:
    """How many there are; who gets letters back, and why; mailboxes and numbers refused at once."""

    count: int = 0
    on_paper: int = 0
    undrawable: set[int] = field(default_factory=set)
    returns: dict[int, ReturnReason] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)


def fill(database: Database, count: int, seed: int) -> People:
    """Writes them by COPY; always the same ones for one seed."""
    people = People(count)
    copy_rows(database, "person", _COLUMNS, _rows(people, random.Random(seed)))  # noqa: S311 - a repeatable world
    return people


def address_of(dice: random.Random) -> list[str]:
    """Lines 2 to 6 of an address that can be drawn."""
    return ["", "", f"{dice.randint(1, 300)} rue de la Démonstration", "", f"62{dice.randrange(90):02}0 Essai-la-Ville"]


def _rows(people: People, dice: random.Random) -> Iterator[tuple[object, ...]]:
    for number, one in enumerate(crowd(people.count), start=1):
        yield _row(people, dice, number, one)


def _row(people: People, dice: random.Random, number: int, one: Somebody) -> tuple[object, ...]:
    wants_paper = dice.random() < ON_PAPER
    people.on_paper += wants_paper
    # Most of those on paper have neither mobile nor mailbox; the others have one of them at least.
    is_digital = not wants_paper or dice.random() < 0.4
    mobile = f"+336399{number:06}" if is_digital and dice.random() < 0.9 else None
    email = f"essai-{number}@exemple.fr" if is_digital and (mobile is None or dice.random() < 0.6) else None
    landline = f"+333530{number:05}" if dice.random() < (0.2 if is_digital else 0.7) else None
    address = address_of(dice) if wants_paper or dice.random() < 0.7 else []
    if address and dice.random() < BAD_ADDRESS:
        _spoil(people, dice, number, address)
    people.refused.update(way for way in (mobile, email) if way and dice.random() < 0.005)
    names = (one.family_name, one.given_names, one.birth_date)
    keys = keys_of(one.family_name, None, one.given_names, one.birth_date, (mobile, landline))
    ways = (mobile, "untried", email, "untried", landline, address, "untried")
    chose = ("fr", wants_paper, dice.random() < 0.05, dice.random() < 0.01, dice.random() < 0.003)
    return (*names, match_key(*names), keys, *ways, *chose, False, NOW)


def _spoil(people: People, dice: random.Random, number: int, address: list[str]) -> None:
    """Half lack what a letter needs, or are longer than a line; from the others letters come back."""
    if dice.random() < 0.5:
        people.undrawable.add(number)
        if dice.random() < 0.5:
            address[-1] = "Essai-la-Ville sans code postal, quelque part dans le bocage"
        else:
            address[2] = "300 bis ancienne route départementale de la Démonstration prolongée"
    else:
        people.returns[number] = dice.choice(RETURNS)
