"""Seals the journal: new lines, in order, into a chain of hashes. And drops whole months past their retention.

Writing a line never waits for this: lines are sealed after they are committed, by one worker at a time.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Table,
    Text,
    column,
    delete,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from portal.journal.models import JournalClosing, JournalLine, JournalLink
from portal.journal.queries_chain import Head, check, head_of
from portal.journal.rules_chain import COLUMNS, link_hash
from portal.locks import Lock, hold

BATCH = 5_000  # lines of one transaction
RECENT = 50_000  # lines sealed last: one that is committed late is looked for among their numbers

log = logging.getLogger(__name__)

_LINES = cast(Table, JournalLine.__table__)
_LINKS = cast(Table, JournalLink.__table__)


class ChainBrokenError(Exception):
    """The journal was tampered with: nothing is dropped from it before somebody has looked."""


@dataclass(frozen=True)
class Dropped:
    """What a drop removed: how many lines, and the hash of the last, which is kept. `hash` is None without any."""

    lines: int
    hash: str | None


def seal(session: Session, *, is_whole: bool = False, most: int = BATCH, recent: int = RECENT) -> int:
    """Seals lines in order of their numbers, `most` at most; gives how many. Fewer than that: none is left.

    Only committed lines are seen; one committed late, with a lower number, is sealed by the next pass. `is_whole` looks
    for such lines in the whole journal, otherwise among the `recent` sealed last. Two workers wait for each other.
    """
    hold(session, Lock.JOURNAL, 0)
    head = head_of(session)
    unsealed = _unsealed(0 if is_whole else _floor(session, head, recent)).order_by(_LINES.c.id).limit(most)
    links: list[tuple[int, int, str]] = []
    for line in session.execute(unsealed).mappings():
        head = Head(head.position + 1, link_hash(head.hash, line))
        links.append((head.position, line["id"], head.hash))
    if links:
        _add(session, links)
        log.info("journal sealed up to %s: %s", head.position, head.hash)  # kept elsewhere, it dates what was sealed
    return len(links)


def drop_before(session: Session, cut: datetime, now: datetime) -> Dropped:
    """Removes the lines at the start of the chain that are all older than `cut`, and keeps the hash of the last.

    What is not yet sealed, and what stands behind a younger line, stays for the next time. For the owner of the
    database alone: the triggers that refuse are off inside this transaction, in which writing waits. Raises
    ChainBrokenError, and drops nothing, when the chain does not hold; ProgrammingError for another login.
    """
    session.execute(text("SET LOCAL statement_timeout = 0"))
    hold(session, Lock.JOURNAL, 0)
    if check(session, now).broken:
        raise ChainBrokenError
    last = _last_before(session, cut)
    if last is None:
        return Dropped(0, None)
    _switch_triggers(session, on=False)
    gone = select(JournalLink.line_id).where(JournalLink.position <= last.position)
    lines = session.execute(delete(_LINES).where(_LINES.c.id.in_(gone))).rowcount  # type: ignore[attr-defined]
    session.execute(delete(_LINKS).where(_LINKS.c.position <= last.position))
    closing = {"position": last.position, "before": cut, "lines": lines, "hash": last.hash, "dropped_at": now}
    session.execute(insert(JournalClosing).values(closing))
    _switch_triggers(session, on=True)
    return Dropped(lines, last.hash)


def _floor(session: Session, head: Head, recent: int) -> int:
    found = session.scalar(select(JournalLink.line_id).where(JournalLink.position == head.position - recent))
    return found or 0


def _unsealed(floor: int) -> Select[Any]:
    is_sealed = select(_LINKS.c.line_id).where(_LINKS.c.line_id == _LINES.c.id).exists()
    return select(*(_LINES.c[name] for name in COLUMNS)).where(_LINES.c.id > floor, ~is_sealed)


def _add(session: Session, links: Sequence[tuple[int, int, str]]) -> None:
    kinds = {"position": BigInteger, "line_id": BigInteger, "hash": Text}
    columns = zip(kinds.values(), zip(*links, strict=True), strict=True)
    arrays: list[ColumnElement[Any]] = [literal(list(values), ARRAY(kind)) for kind, values in columns]
    rows = func.unnest(*arrays).table_valued(*(column(name, kind) for name, kind in kinds.items())).render_derived()
    session.execute(insert(_LINKS).from_select(list(kinds), select(rows)))


def _last_before(session: Session, cut: datetime) -> Head | None:
    """The last link of those before the first line that is not older than `cut`."""
    young = (
        select(func.min(JournalLink.position))
        .join(JournalLine, JournalLine.id == JournalLink.line_id)
        .where(JournalLine.at >= cut)
    )
    first_kept = session.scalar(young)
    links = select(JournalLink.position, JournalLink.hash).order_by(JournalLink.position.desc()).limit(1)
    if first_kept is not None:
        links = links.where(JournalLink.position < first_kept)
    found = session.execute(links).one_or_none()
    return None if found is None else Head(found.position, found.hash)


def _switch_triggers(session: Session, *, on: bool) -> None:
    for name in ("journal_line", "journal_link"):
        session.execute(text(f"ALTER TABLE {name} {'ENABLE' if on else 'DISABLE'} TRIGGER {name}_stays"))
