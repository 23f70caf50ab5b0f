"""Limits on what may be tried: counters in the database, so that they hold across processes and machines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network
from math import ceil

from flask import request
from sqlalchemy import case, delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.exceptions import TooManyRequests

from portal.database import Base
from portal.sealing import Sealer
from portal.web.request import now, portal, transaction


class Spent(Base):
    """How much of a limit somebody has used in the present window. `key` holds a keyed hash: no address, no number."""

    __tablename__ = "spent"

    key: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]


@dataclass(frozen=True)
class Limit:
    """At most `most` times in each `window`, counted from the first. `name` parts one counter from another.

    `is_open`: when the database does not answer, the page is shown all the same (reading public pages).
    """

    name: str
    most: int
    window: timedelta
    is_open: bool = False


def spend(limit: Limit, who: str) -> None:
    """Counts one more for `who` (a number, a mailbox, an IP address), whatever becomes of the request.

    Raises `TooManyRequests` (429), which says how many seconds to wait, once the limit is passed; what the database
    raises when it does not answer, unless the limit is open. In a transaction of its own: call it before another.
    """
    key = key_of(limit, who, Sealer(portal().settings.secret_key))
    try:
        with transaction() as session:
            wait = count(session, now(), limit, key)
    except SQLAlchemyError:
        if limit.is_open:
            return
        raise
    if wait is not None:
        raise TooManyRequests(retry_after=max(1, ceil(wait.total_seconds())))


def give_back(limit: Limit, who: str) -> None:
    """Counts one less for `who`: what was spent before looking, when only what fails is limited."""
    key = key_of(limit, who, Sealer(portal().settings.secret_key))
    with transaction() as session:
        session.execute(update(Spent).where(Spent.key == key, Spent.count > 0).values(count=Spent.count - 1))


def key_of(limit: Limit, who: str, sealer: Sealer) -> str:
    """The name of a counter, which tells nobody who is counted."""
    return f"{limit.name}:{sealer.hash('spent', who)[:32]}"


def count(session: Session, now: datetime, limit: Limit, *keys: str) -> timedelta | None:
    """Counts one more for each key; how long to wait when that is too many for any, else None.

    Counts made at once wait for each other; the keys differ.
    """
    is_over = Spent.until <= now
    rows = [{"key": key, "since": now, "until": now + limit.window, "count": 1} for key in sorted(keys)]
    counted = (
        insert(Spent)
        .values(rows)
        .on_conflict_do_update(
            index_elements=[Spent.key],
            set_={
                "count": case((is_over, 1), else_=func.least(Spent.count + 1, limit.most + 1)),
                "since": case((is_over, now), else_=Spent.since),
                "until": case((is_over, now + limit.window), else_=Spent.until),
            },
        )
        .returning(Spent.count, Spent.until)
    )
    waits = [until - now for used, until in session.execute(counted) if used > limit.most]
    return max(waits, default=None)


def first_times(session: Session, now: datetime, keys: Iterable[str], *, remembered: timedelta) -> set[str]:
    """Those of these keys that nobody named before; they are remembered for so long, and what they name nowhere.

    Of two requests that name one at once, one is first: the other waits for it. Does not commit.
    """
    rows = [{"key": key, "since": now, "until": now + remembered, "count": 1} for key in sorted(set(keys))]
    if not rows:
        return set()
    named = insert(Spent).values(rows).on_conflict_do_nothing(index_elements=[Spent.key]).returning(Spent.key)
    return set(session.scalars(named))


def visitor_address() -> str:
    """The IP address of this request, as the one proxy in front says it; of IPv6, the half that a line is given."""
    said = request.remote_addr or "unknown"
    try:
        address = ip_address(said)
    except ValueError:
        return said
    if isinstance(address, IPv4Address):
        return said
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False).network_address)


def forget_spent(session: Session, now: datetime) -> int:
    """Removes counters whose window is over; gives how many. Part of the upkeep."""
    return int(session.execute(delete(Spent).where(Spent.until <= now)).rowcount)  # type: ignore[attr-defined]
