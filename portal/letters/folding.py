"""Letters that a font or a sorting machine cannot read, as the plain ones that postmen read in their place."""

import re
import unicodedata
from functools import cache

# Letters that Unicode does not decompose, as French and its neighbours write them without the sign.
_PLAIN = str.maketrans(
    {
        "œ": "oe",
        "Œ": "OE",
        "æ": "ae",
        "Æ": "AE",
        "ß": "ss",
        "ẞ": "SS",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "Th",
        "ħ": "h",
        "Ħ": "H",
        "ı": "i",
        "ŋ": "n",
        "Ŋ": "N",
        "ŧ": "t",
        "Ŧ": "T",
        "ə": "e",
        "Ə": "E",
        "‘": "'",
        "’": "'",
        "ʼ": "'",
        "–": "-",
        "—": "-",
        "‑": "-",
        "«": '"',
        "»": '"',
        "“": '"',
        "”": '"',
        "…": "...",
        "№": "No",
        **dict.fromkeys("\u00ad\u200c\u200d", ""),  # where a word may be parted or joined: nothing to see
    }
)
_LATIN = re.compile(r"LATIN (CAPITAL|SMALL) LETTER (?:OPEN |REVERSED |TURNED )?([A-Z])(?: WITH .*)?")


def unaccented(text: str) -> str:
    """The text without accents or joined letters: "Nœux-lès-Éperlecques" gives "Noeux-les-Eperlecques".

    Letters of other scripts stay as they are: the caller decides what to do with them.
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    letters = (character for character in decomposed if not unicodedata.combining(character))
    return "".join(letter if letter.isascii() else _without_hook(letter) for letter in letters)


def kept_or_unaccented(text: str, kept: frozenset[str], others: frozenset[str]) -> str:
    """Each character as it is if it is among `kept`, else without its accent; as it is if only `others` have it."""
    if kept.issuperset(text):
        return text
    composed = unicodedata.normalize("NFC", text)
    return "".join(character if character in kept else _plain(character, kept, others) for character in composed)


def _plain(character: str, kept: frozenset[str], others: frozenset[str]) -> str:
    plain = unaccented(character)
    return character if character in others and not kept.issuperset(plain) else plain


@cache
def _without_hook(letter: str) -> str:
    """A Latin letter that Unicode does not take apart as its plain one: "ɓ" gives "b", "Ɛ" gives "E"."""
    found = _LATIN.fullmatch(unicodedata.name(letter, ""))
    if found is None:
        return letter
    return found[2] if found[1] == "CAPITAL" else found[2].lower()
