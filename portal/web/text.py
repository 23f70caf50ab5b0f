"""Text as people type it: made clean, or refused with a name."""

import unicodedata
from enum import StrEnum
from uuid import UUID

# Invisible characters that change the direction of what follows: a name typed with them would rewrite its neighbours.
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


WIDEST = 2_147_483_647  # the largest number that a row has


class TextFault(StrEnum):
    """Why a line of text is refused."""

    TOO_LONG = "too_long"
    BAD_CHARACTER = "bad_character"


def clean(text: str) -> str:
    """The text in composed Unicode, without blanks at its ends, each run of blanks as one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def printable(text: str) -> str:
    """The text without the characters that no page may hold: NUL, other controls, halves of pairs."""
    return "".join(character for character in text if unicodedata.category(character) not in {"Cc", "Cs", "Cn"})


def whole(text: str | None, most: int = WIDEST) -> int | None:
    """The whole number that a browser sent, in the figures 0 to 9 alone; None for what is none, or above `most`."""
    if text is None or not (text.isascii() and text.isdecimal()) or len(text) > len(str(most)):
        return None
    number = int(text)
    return number if number <= most else None


def key_of(text: str | None) -> UUID | None:
    """The key of a page that a browser sent back; None for what is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def fault_of(text: str, longest: int) -> TextFault | None:
    """Names what is wrong with one line of plain text, if anything.

    Refused: control characters (NUL among them), direction marks, private or unassigned characters, and pictures
    (emoji): none can be printed on a letter.
    """
    if len(text) > longest:
        return TextFault.TOO_LONG
    for character in text:
        category = unicodedata.category(character)
        if character in _DIRECTION or category in {"Cc", "Cf", "Cn", "Co", "Cs", "So", "Zl", "Zp"}:
            # The zero-width joiner and non-joiner belong to some languages' spelling, and print as nothing.
            if character in "\u200c\u200d\u00ad":
                continue
            if character in "°№":
                continue
            return TextFault.BAD_CHARACTER
    return None
