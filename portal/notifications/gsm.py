"""The alphabet of text messages (GSM 03.38, 7 bits): French is mapped to it rather than lost. Pure."""

import unicodedata

SEGMENT = 160  # septets: what one text message holds

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # each takes two septets
_MAPPED = str.maketrans(
    {
        "œ": "oe",
        "Œ": "OE",
        "«": '"',
        "»": '"',
        "“": '"',
        "”": '"',
        "„": '"',
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "`": "'",
        "´": "'",
        "–": "-",
        "—": "-",
        "‑": "-",
        "−": "-",
        "…": "...",
        "•": "-",
        "·": "-",
        "×": "x",
        "°": "o",
        "№": "no",
        "\t": " ",
        "\u00ad": "",
    }
)


def to_gsm(text: str) -> str:
    """The text in the GSM alphabet: ê becomes e, ç becomes c, œ becomes oe, « » become quotes, odd spaces a space.

    What has no likeness there becomes a question mark; invisible marks are dropped.
    """
    composed = unicodedata.normalize("NFC", text).translate(_MAPPED)
    return "".join(_nearest(character) for character in composed)


def septets(text: str) -> int:
    """How much of a segment the text takes. Raises ValueError for a character that the alphabet lacks."""
    total = 0
    for character in text:
        if character in _BASIC:
            total += 1
        elif character in _EXTENDED:
            total += 2
        else:
            raise ValueError(f"U+{ord(character):04X} is not in the GSM alphabet")
    return total


def fits(text: str) -> bool:
    """Whether the text is one segment."""
    return septets(text) <= SEGMENT


def _nearest(character: str) -> str:
    if character in _BASIC or character in _EXTENDED:
        return character
    if unicodedata.category(character) == "Zs":
        return " "
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    if plain and all(part in _BASIC or part in _EXTENDED for part in plain):
        return plain
    return "" if unicodedata.category(character) in {"Mn", "Me", "Cf", "Cc"} else "?"
