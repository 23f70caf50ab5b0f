"""Why a letter stays: an address that whoever prints can put right, or a person whom somebody else must check. Pure."""

from enum import StrEnum

from portal.letters.address import AddressFault

BY_NAME = ("name_missing", "name_too_long", "name_bad_character")
_NAME_LINE = 1


class Check(StrEnum):
    """What is to be checked of a person before a letter may leave. No print room can: it sees no file."""

    NAME = "name"  # no envelope holds it
    DISCREET = "discreet"  # they alone say where letters may come
    DOUBLE = "double"  # another file looks the same: its address may be the right one


class CheckFault(StrEnum):
    """Why nobody is asked to check."""

    DONE = "done"  # nothing keeps the letter back for the person any more


class AnswerFault(StrEnum):
    """Why it is not noted that somebody was answered in another way."""

    DONE = "done"  # it waits for no answer any more


def code_of(fault: AddressFault) -> str:
    """What a message remembers of an envelope that cannot be printed: whether the name is at fault, or the address."""
    reason = fault.reason.value.removeprefix("name_")
    return f"name_{reason}" if fault.line == _NAME_LINE else f"address_{fault.reason.value}"


def check_of(code: str | None, *, is_to_file: bool, is_hidden: bool, maybe_double: bool) -> Check | None:
    """What is to be checked of the person of a blocked letter; None when its address alone is at fault.

    `code`: why it failed. `is_to_file`: it goes to the address of the file. `is_hidden`: the person wants discretion,
    and chose no address for letters.
    """
    if code in BY_NAME:
        return Check.NAME
    if not is_to_file:
        return None
    if is_hidden:
        return Check.DISCREET
    return Check.DOUBLE if maybe_double else None
