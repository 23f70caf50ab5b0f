"""A domain refusal: the rule names it, the web layer finds the words."""

from enum import StrEnum


class Refused(Exception):  # noqa: N818 - what happened, and no fault of the program
    """Something a person asked for cannot be done. `reason` is the name that the web layer turns into a sentence."""

    def __init__(self, reason: StrEnum) -> None:
        super().__init__(reason.value)
        self.reason = reason
