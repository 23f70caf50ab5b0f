"""Numbers printed on letters."""

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"  # 23: neither I, O nor Q, which look like others
_FIGURES = 7


def reference_of(number: int) -> str:
    """The reference of a letter: C, its number in seven figures or more, and a letter that checks them.

    One figure typed wrong, or two neighbours exchanged, give another letter (23 is prime).
    """
    return f"C{number:0{_FIGURES}}{_LETTERS[number % len(_LETTERS)]}"
