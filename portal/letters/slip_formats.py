"""The two papers of a counter, an A5 sheet and a ticket of 80 mm, each in normal and in large print."""

from dataclasses import dataclass, replace
from enum import StrEnum

from portal.letters.pieces import Type


class Paper(StrEnum):
    """What the counter's printer holds."""

    A5 = "a5"
    TICKET = "ticket"


@dataclass(frozen=True)
class Format:
    """A size of paper (millimetres; no height: as tall as needed) and its types. `omitted`: sections left out."""

    width: float
    height: float | None
    margin: float
    mark: float
    qr: float
    head: Type
    body: Type
    heading: Type
    title: Type
    day: Type
    hour: Type
    where: Type
    code: Type
    omitted: frozenset[str] = frozenset()

    @property
    def measure(self) -> float:
        """The width that words may take, in millimetres."""
        return self.width - 2 * self.margin


_A5 = Format(
    width=148.0,
    height=210.0,
    margin=11.0,
    mark=12.0,
    qr=24.0,
    head=Type(12, 14.5),
    body=Type(12, 14.8),
    heading=Type(13, 16.5),
    title=Type(15, 18),
    day=Type(22, 26),
    hour=Type(44, 47),
    where=Type(16, 19.5),
    code=Type(20, 24),
)
_A5_LARGE = replace(
    _A5,
    margin=9.0,
    body=Type(16, 18.6),
    heading=Type(16, 20),
    title=Type(16, 20),
    day=Type(25, 29),
    hour=Type(48, 50),
    where=Type(19, 22.5),
    code=Type(22, 26),
)
# The same words a little closer, where that saves the second side.
_A5_TIGHT = replace(
    _A5,
    margin=9.0,
    mark=10.0,
    body=Type(12, 13.8),
    heading=Type(12, 15),
    day=Type(20, 23),
    hour=Type(36, 38),
    where=Type(14, 16.5),
    code=Type(18, 21),
)
_TICKET = Format(
    width=80.0,
    height=None,
    margin=5.0,
    mark=8.0,
    qr=22.0,
    head=Type(10.5, 12.5),
    body=Type(10.5, 13),
    heading=Type(11.5, 14.5),
    title=Type(11.5, 14.5),
    day=Type(17, 20.5),
    hour=Type(38, 41),
    where=Type(13, 16),
    code=Type(15, 18.5),
    omitted=frozenset({"come"}),
)
_TICKET_LARGE = replace(
    _TICKET,
    body=Type(16, 19.5),
    heading=Type(16, 20),
    title=Type(16, 20),
    day=Type(20, 24.5),
    hour=Type(46, 50),
    where=Type(18, 22),
    code=Type(19, 23),
)
_FORMATS = {
    (Paper.A5, False): (_A5, _A5_TIGHT),
    (Paper.A5, True): (_A5_LARGE,),
    (Paper.TICKET, False): (_TICKET,),
    (Paper.TICKET, True): (_TICKET_LARGE,),
}


def formats_of(paper: Paper, *, large_print: bool) -> tuple[Format, ...]:
    """How a slip may be set on this paper, the airiest first."""
    return _FORMATS[paper, large_print]
