"""Letters that a font or a sorting machine cannot read, as the plain ones that postmen read in their place."""

import unicodedata

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
    }
)


def unaccented(text: str) -> str:
    """The text without accents or joined letters: "Nœux-lès-Éperlecques" gives "Noeux-les-Eperlecques".

    Letters of other scripts stay as they are: the caller decides what to do with them.
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def kept_or_unaccented(text: str, kept: frozenset[str]) -> str:
    """Each character as it is if it is among `kept`, else without its accent."""
    if kept.issuperset(text):
        return text
    composed = unicodedata.normalize("NFC", text)
    return "".join(character if character in kept else unaccented(character) for character in composed)
