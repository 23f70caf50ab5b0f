"""Letters kept at a place for people who have no address at all: what the envelope says, and how long they wait. Pure.

Somebody's domiciliation (CCAS or association, line 2 "CHEZ") is a full address: it is typed as one. This is for those
who have none: the address of their file is then the place's own, under a line that says that they come for it.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from portal.directory.models import Place
from portal.letters.address import Communes, check_address
from portal.letters.folding import unaccented

KEPT = "A RETIRER"  # what line 3 begins with: printed, and read again from what was printed
KIND = "letter_waits"
WAITS = timedelta(days=30)  # from its arrival: ours to choose, as no law says how long such a letter waits

_SITE = "mds_site"  # the Département's own houses: partners' have agreed to nothing, and others' names tell why
# A name that says which service one goes to is never on an envelope, whatever kind the files give it.
_TELLING = re.compile(
    r"\b(PMI|MDPH|MDA|CPEF|RSA|ASE|CCAS|AUTONOMIE|HANDICAP\w*|MATERNEL\w*|ENFANCE|FAMIL\w*|SOCIAL\w*)\b"
)


class Kept(NamedTuple):
    """A letter that waits for somebody at a place: its key, whom it is for, since when, and for too long or not.

    `since`: the day when it is presumed to come. `is_by_hand`: somebody is to tell the same, or has told it.
    """

    letter_id: int
    reference: str
    name: str
    since: date
    place_id: int
    person_id: int | None
    is_long: bool
    is_by_hand: bool


def kept_lines(place: Place) -> list[str] | None:
    """Lines 2 to 6 of an envelope that waits at a place: "A RETIRER MDS LENS 1" as line 3, over its street and town.

    Line 2 stays free for a long name. None for a place whose lines would be no address or would tell why one goes
    there: a place of another kind than the Département's own sites, one without a street, or with a telling name.
    """
    name = _capitals(re.sub(r"\(.*?\)", " ", place.name))
    if place.kind != _SITE or not place.street or _TELLING.search(name):
        return None
    return ["", f"{KEPT} {name}", _capitals(place.street), "", _capitals(f"{place.postal_code} {place.city}")]


def keeps(place: Place, day: date, communes: Communes) -> bool:
    """Whether a place keeps letters on a day: open, and an envelope holds its lines as the post reads them."""
    lines = kept_lines(place)
    is_open = place.closed_on is None or place.closed_on > day
    return is_open and lines is not None and not check_address(lines, communes=communes)[1]


def line_of(printed: str | None) -> str | None:
    """The line of an envelope, as it was printed, that says where its letter waits; None when it says none."""
    return next((line for line in (printed or "").splitlines()[1:] if line.startswith(f"{KEPT} ")), None)


def name_of(printed: str | None) -> str:
    """Whom an envelope is for: the lines above the one that says where it waits."""
    lines = (printed or "").splitlines()
    line = line_of(printed)
    return " ".join(lines[: lines.index(line)] if line in lines else lines[:1])


def place_of(line: str, places: Iterable[Place]) -> int | None:
    """The place that the line of an envelope names; None when none of these bears that name."""
    return next((place.id for place in places if (lines := kept_lines(place)) is not None and lines[1] == line), None)


def waits_long(since: date, today: date) -> bool:
    """Whether a letter has waited for more than 30 days: the person is called once more, or it goes back."""
    return today - since > WAITS


def _capitals(text: str) -> str:
    return " ".join(re.sub(r"[^A-Z0-9]", " ", unaccented(text).upper()).split())
