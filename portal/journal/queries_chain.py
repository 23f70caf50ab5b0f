"""Reads the chain of the journal from end to end, and says where it does not hold. Changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from sqlalchemy import RowMapping, Table, select
from sqlalchemy.orm import Session

from portal.journal.models import JournalClosing, JournalLine, JournalLink
from portal.journal.rules_chain import COLUMNS, START, link_hash

LATE = timedelta(minutes=5)  # without a worker that seals
SHOWN = 20  # faults told of; one that removed a million lines need not be told a million times
_AT_A_TIME = 2_000  # rows in memory

_LINES = cast(Table, JournalLine.__table__)
_LINKS = cast(Table, JournalLink.__table__)


class ChainFault(StrEnum):
    """What does not hold."""

    CHANGED = "changed"  # the line, or its hash, is not what was sealed
    REMOVED = "removed"  # the line is gone, its hash is there
    GAP = "gap"  # hashes before this line's are gone, or came from elsewhere
    UNSEALED = "unsealed"  # for more than five minutes: the worker does not run


@dataclass(frozen=True)
class Fault:
    """Where the chain does not hold: at which line."""

    kind: ChainFault
    line_id: int


@dataclass(frozen=True)
class Head:
    """The last of the chain: how many lines were sealed since ever, and the hash that holds them all."""

    position: int
    hash: str


@dataclass(frozen=True)
class Checked:
    """What the check found. `lines`: those sealed that are still kept. `faults`: the first 20."""

    lines: int
    head: Head
    faults: list[Fault]

    @property
    def broken(self) -> list[Fault]:
        """The faults that no waiting mends."""
        return [fault for fault in self.faults if fault.kind is not ChainFault.UNSEALED]


def head_of(session: Session) -> Head:
    """Where the chain goes on from: its last link, else the last closing, else its start."""
    for model in (JournalLink, JournalClosing):
        last = session.execute(select(model.position, model.hash).order_by(model.position.desc()).limit(1))
        if (found := last.one_or_none()) is not None:
            return Head(found.position, found.hash)
    return Head(0, START)


def check(session: Session, now: datetime) -> Checked:
    """Goes through the chain from its last closing, with few rows in memory, however long it is.

    Whoever can rewrite all of it, or cut its end, leaves a chain that holds: its head, noted elsewhere, tells.
    """
    closing = session.execute(
        select(JournalClosing.position, JournalClosing.hash).order_by(JournalClosing.position.desc()).limit(1)
    ).one_or_none()
    head = Head(0, START) if closing is None else Head(closing.position, closing.hash)
    faults: list[Fault] = []
    lines = 0
    for row in _chain(session):
        lines += 1
        if len(faults) < SHOWN and (kind := _fault_of(head, row)) is not None:
            faults.append(Fault(kind, row["line_id"]))
        head = Head(row["position"], row["hash"])
    faults += _late(session, now, SHOWN - len(faults))
    return Checked(lines, head, faults)


def _chain(session: Session) -> Iterator[RowMapping]:
    held = [_LINES.c[name] for name in COLUMNS]
    rows = (
        select(_LINKS.c.position, _LINKS.c.line_id, _LINKS.c.hash, *held)
        .outerjoin(_LINES, _LINES.c.id == _LINKS.c.line_id)
        .order_by(_LINKS.c.position)
    )
    return iter(session.execute(rows, execution_options={"yield_per": _AT_A_TIME}).mappings())


def _fault_of(before: Head, row: RowMapping) -> ChainFault | None:
    if row["position"] != before.position + 1:
        return ChainFault.GAP
    if row["id"] is None:
        return ChainFault.REMOVED
    return None if link_hash(before.hash, row) == row["hash"] else ChainFault.CHANGED


def _late(session: Session, now: datetime, most: int) -> list[Fault]:
    is_sealed = select(_LINKS.c.line_id).where(_LINKS.c.line_id == _LINES.c.id).exists()
    late = select(_LINES.c.id).where(_LINES.c.at < now - LATE, ~is_sealed).order_by(_LINES.c.id).limit(most)
    return [Fault(ChainFault.UNSEALED, line_id) for line_id in session.scalars(late)]
