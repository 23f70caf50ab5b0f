"""The lines of an envelope, as fields of a form."""

from typing import Any

from portal.booking.forms_words import ADDRESS_WORDS
from portal.letters.address import Communes, check_address, placed_lines

LINES = ("flat", "building", "street", "locality")  # lines 2 to 5 of the envelope


def checked_address(form: Any, communes: Communes) -> list[str] | None:
    """Lines 2 to 6 as the fields of LINES, `postcode` and `town` say them; empty when nothing was typed.

    None when something is wrong with them, which is then said beside its field.
    """
    typed = [getattr(form, name) for name in LINES]
    if any(field.errors for field in (*typed, form.postcode, form.town)):
        return None
    town = f"{form.postcode.data or ''} {form.town.data or ''}".strip()
    lines, faults = check_address([*(field.data or "" for field in typed), town], communes=communes)
    for fault in faults:
        field = typed[fault.line - 2] if fault.line < 6 else _line_6(form, fault.reason)
        field.errors = [*field.errors, ADDRESS_WORDS[fault.reason]]
    return None if faults else lines


def typed_address(address: list[str]) -> dict[str, str]:
    """A stored address, by the names of its fields."""
    if not any(address):
        return {}
    placed = placed_lines(address)
    postcode, _space, town = placed[4].partition(" ")
    return {**dict(zip(LINES, placed, strict=False)), "postcode": postcode, "town": town}


def _line_6(form: Any, reason: str) -> Any:
    return form.town if reason in {"town_missing", "town_mismatch", "too_long"} else form.postcode
