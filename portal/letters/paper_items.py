"""What a paper form asks and says, in words: each kind of thing that a part of it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Write:
    """Something to write: a box under its label; `value`: it is known already, and printed. `rows`: its height."""

    name: str
    label: str
    value: str = ""
    rows: int = 1


@dataclass(frozen=True)
class Beside:
    """Several things to write, side by side."""

    writes: Sequence[Write]


@dataclass(frozen=True)
class Option:
    """A box to tick. `value`: letters and figures alone."""

    value: str
    label: str
    is_ticked: bool = False


@dataclass(frozen=True)
class Choose:
    """Boxes under a question: one alone, or as many as one wants. `columns`: at most."""

    name: str
    question: str
    options: Sequence[Option]
    is_one: bool
    columns: int = 1
    is_on_line: bool = False  # the boxes stand at the right of the question
    asked: str = ""  # what a screen reader says before each box, where the question is not in `question`


@dataclass(frozen=True)
class Grid:
    """Boxes in rows and columns. `columns` and `rows`: the name in the field, and the words."""

    name: str
    question: str
    columns: Sequence[tuple[str, str]]
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Say:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Sign:
    """Boxes to sign in, each with what to write there."""

    labels: Sequence[str]


Item = Write | Beside | Choose | Grid | Say | Sign


@dataclass(frozen=True)
class Part:
    """A part of the form under its title."""

    title: str
    items: Sequence[Item]
