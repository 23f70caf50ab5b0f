"""A name as everybody types it: no accent, case, hyphen or apostrophe, and "Saint" in full. Pure."""

import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
_WORDS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "s": "sur", "lez": "les"}


def search_key(name: str) -> str:
    """Small letters and figures in words parted by one space: "Nœux-lès-Étangs" gives "noeux les etangs".

    "St" and "Ste" are written in full; "lez" and "lès" are "les"; "s/" is "sur".
    """
    unaccented = unicodedata.normalize("NFKD", name.casefold().translate(_LIGATURES))
    kept = "".join(sign for sign in unaccented if not unicodedata.combining(sign))
    words = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in kept).split()
    return " ".join(_WORDS.get(word, word) for word in words)
