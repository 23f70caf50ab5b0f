"""Numbers printed on letters, and read back from what somebody types or a scanner sends."""

import re
from itertools import product

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"  # 23: neither I, O nor Q, which look like others
_FIGURES = 7
_MOST_FIGURES = 18  # what the database holds
_AS_FIGURES = str.maketrans("OIL", "011")


def reference_of(number: int, drawing: int = 1) -> str:
    """The reference of a letter: C, its number in seven figures or more, and a letter that checks them.

    One figure typed wrong, or two neighbours exchanged, give another letter (23 is prime). Drawn anew for another
    address, it bears one letter more: B, C … (ValueError beyond the 23rd).
    """
    again = "" if drawing == 1 else _LETTERS[drawing - 1 : drawing]
    if drawing > 1 and not again:
        raise ValueError("a letter is not drawn so often")
    return f"C{number:0{_FIGURES}}{_LETTERS[number % len(_LETTERS)]}{again}"


def key_of(text: str) -> str | None:
    """The reference that a typed or scanned key names ("c0000123k", "C0000123K-1-2"); None when it names none.

    Lower case, blanks and hyphens do not count, nor O for 0, I or L for 1 among the figures; what is the reference of a
    letter as it stands is that one.
    """
    plain = re.sub(r"[\s\u00a0-]", "", text).upper()
    for signs, figures in product(("0-9", "0-9OIL"), range(_FIGURES, _MOST_FIGURES + 1)):
        found = re.fullmatch(rf"C([{signs}]{{{figures}}})([A-Z])([A-Z]?)(?:[0-9]{{2}})?", plain)
        if found is None:
            continue
        number = int(found[1].translate(_AS_FIGURES))
        reference = reference_of(number)
        if reference == f"C{number:0{_FIGURES}}{found[2]}":
            return reference + found[3]
    return None
