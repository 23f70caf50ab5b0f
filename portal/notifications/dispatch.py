"""The dispatcher: takes what is due, hands it over with no transaction open, and records what became of it.

A row is leased, not locked, while a provider is called: a worker that dies leaves a row that another takes when the
lease is over. Such a message may leave twice; none is lost.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, case, literal, or_, select, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from portal.clock import Clock, paris_day
from portal.database import Database, Instant
from portal.notifications.attempt import Left, Outcome, attempt
from portal.notifications.codes_out import SEALED
from portal.notifications.deadlines import read_by, with_deadlines_after
from portal.notifications.gateways import Gateways, PermanentFailure, TransientFailure
from portal.notifications.holding import free_ones
from portal.notifications.models import Message, Route, Status
from portal.notifications.outcomes import LEFT, left_values, record_failure
from portal.notifications.packing import SINGLE
from portal.notifications.post import PostalCalendar
from portal.notifications.queries_post import calendar_of

LEASE = timedelta(minutes=2)  # well over what a provider has to answer (10 s)
PATIENCE = 3  # transient failures in a row: the route then rests until the next pass, and holds nobody else up
_RECORD_TRIES = 6
_OVERTAKEN = (Status.WAITING, Status.QUEUED, Status.IN_RUN, Status.PRINTED, Status.OPEN)
_LONGEST_REST = 60.0  # seconds between two tries of a worker whose database is away

# Statements put together once: they are asked for each message.
_NOW = bindparam("now", type_=Instant())


def _leasing(*which: ColumnElement[bool]) -> Select[Message]:
    due = (
        select(Message.id)
        .where(
            or_(
                and_(Message.status == Status.WAITING, Message.due_at <= _NOW),
                and_(Message.status == Status.SENDING, Message.leased_until <= _NOW),
            ),
            Message.expires_at > _NOW,
            Message.route.not_in(bindparam("without", expanding=True)),
            *which,
        )
        .order_by(Message.due_at, Message.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    columns = Message.__table__.c
    until = bindparam("until", type_=Instant())
    taken = (
        update(Message)
        .where(Message.id == due.scalar_subquery())
        .values(status=Status.SENDING, leased_until=until, attempts=columns.attempts + 1)
        .returning(*columns)
        .cte("taken")
    )
    leased = aliased(Message, taken)
    whole = select(leased).outerjoin(leased.person).options(contains_eager(leased.person)).order_by(leased.id)
    return whole.execution_options(populate_existing=True)


_LEASE = _leasing()
# What has just left is no other worker's to take, were its lease over: it is asked of the rows as they were.
_LEFT_AND_LEASE = _leasing(Message.id != bindparam("message_id")).add_cte(LEFT.cte("left_now"))
_OVER = free_ones(
    Message.expires_at <= _NOW,
    or_(Message.status.in_(_OVERTAKEN), and_(Message.status == Status.SENDING, Message.leased_until <= _NOW)),
)
_UNSEALED = case(
    (Message.context.has_key(SEALED), Message.context.op("-")(literal(SEALED, Text))), else_=Message.context
)
_EXPIRE = (
    update(Message).where(Message.id == _OVER.c.id).values(status=Status.EXPIRED, leased_until=None, context=_UNSEALED)
)
_DROP = (
    update(Message)
    .where(Message.id == bindparam("message_id"), Message.status == Status.SENDING)
    .values(status=Status.WITHDRAWN, leased_until=None)
)

_WHOLE = (
    select(Message)
    .where(Message.id == bindparam("message_id"))
    .options(joinedload(Message.person))
    .order_by(Message.id)
    .with_for_update(of=Message)
)

log = logging.getLogger(__name__)


def send_due(database: Database, gateways: Gateways, clock: Clock, *, limit: int = 1000) -> int:
    """Does everything due now, at most `limit` messages, and gives how many. Several workers may run at once.

    What begins now or began before is expired first: nothing leaves after that. A route whose provider fails three
    times in a row is left for the next pass. The postal calendar is read anew at each pass: a strike entered since
    counts.
    """
    expire(database, clock())
    with database.transaction() as session:
        post = calendar_of(session)
    leased = lease_one(database, clock()) if limit else None
    one_pass = _Pass(database, gateways, clock, post)
    done = 0
    while leased is not None:
        done += 1
        leased = one_pass.handle(leased, has_next=done < limit)
    return done


def expire(database: Database, now: datetime) -> int:
    """Ends what is no longer useful: waiting rows, queued letters and open tasks of appointments that have begun.

    Those that somebody changes at this instant are left for the next pass: it waits for nobody. What was sealed in
    them is forgotten.
    """
    with database.at_once() as session:
        ended = session.connection().execute(_EXPIRE, {"now": now})
        return ended.rowcount


def lease_one(database: Database, now: datetime, *, without: Collection[Route] = ()) -> Message | None:
    """Takes the message due for the longest time, for two minutes, with its person; None when nothing is due.

    Rows that another worker holds are skipped; one whose lease is over is taken again.
    """
    with database.at_once() as session:
        return session.scalars(_LEASE, _lease_values(now, without)).one_or_none()


def _lease_values(now: datetime, without: Collection[Route]) -> dict[str, Any]:
    return {"now": now, "until": now + LEASE, "without": list(without)}


def run_worker(
    database: Database, gateways: Gateways, clock: Clock, stop: threading.Event, *, pause: float = 2.0
) -> None:
    """Sends what is due, again and again, until `stop` is set. A database that goes away is waited for."""
    rest = pause
    while not stop.is_set():
        try:
            send_due(database, gateways, clock)
            rest = pause
        except SQLAlchemyError as error:
            log.warning("database away: %s", type(error).__name__)
            rest = min(rest * 2, _LONGEST_REST)
        except Exception as error:  # noqa: BLE001 - one bad message must not stop the post of all the others
            # The stack may quote what a message says: its kind is enough to look for it.
            log.error("pass failed: %s", type(error).__name__)  # noqa: TRY400
            rest = min(rest * 2, _LONGEST_REST)
        stop.wait(rest)


@dataclass
class _Pass:
    """One pass of a worker: each message is handed over with no transaction open.

    What became of one is written, and the next one taken, together: half the way to the database and back.
    """

    database: Database
    gateways: Gateways
    clock: Clock
    post: PostalCalendar
    failing: Counter[Route] = field(default_factory=Counter)  # transient failures in a row

    def handle(self, leased: Message, *, has_next: bool) -> Message | None:
        """Does a message that was leased, and leases the next one where it is wanted."""
        now = self.clock()
        if leased.person and leased.person.wants_silence and leased.event["kind"] != SINGLE:
            return self._settle(lambda session: _drop(session, leased), has_next=has_next)
        # Kept with the row only if it leaves so: another route, or another day, may be in time for more deadlines.
        leased.context = with_deadlines_after(leased.context, read_by(leased.route, now, self.post))
        if leased.route is not Route.LETTER:
            outcome = attempt(leased, self.gateways)
        elif self.post.arrival(now) >= paris_day(leased.expires_at):
            outcome = PermanentFailure("too_late", refused=False)
        else:
            try:
                following = self._settle(lambda session: self._draw(session, now, leased), has_next=has_next)
            except (TransientFailure, PermanentFailure) as failure:
                outcome = failure
            except OperationalError:
                raise
            except Exception as fault:  # noqa: BLE001 - as in `attempt`
                outcome = TransientFailure(f"fault_{type(fault).__name__}")
            else:
                self.failing[Route.LETTER] = 0
                return following
        return self._record(leased, outcome, has_next=has_next)

    def _draw(self, session: Session, now: datetime, leased: Message) -> None:
        """Draws a letter and queues it, unless something overtook it."""
        message = session.scalars(_WHOLE, {"message_id": leased.id}).one()
        if message.status is not Status.SENDING or message.attempts != leased.attempts:
            return
        if message.context != leased.context:  # seldom: it is long to write
            message.context = leased.context
        with session.no_autoflush:  # written once, with what follows
            self.gateways.paper.draw(session, message, now)
        message.status, message.leased_until, message.last_error = Status.QUEUED, None, None

    def _record(self, leased: Message, outcome: Outcome, *, has_next: bool) -> Message | None:
        """Records an outcome, again if the database was just restarted: what left should not leave twice."""
        if not isinstance(outcome, Left):
            log.warning("message %d by %s: %s", leased.id, leased.route.value, outcome.code)
        is_transient = isinstance(outcome, TransientFailure)
        self.failing[leased.route] = self.failing[leased.route] + 1 if is_transient else 0
        for more in reversed(range(_RECORD_TRIES)):
            try:
                return self._written(leased, outcome, has_next=has_next)
            except OperationalError:
                if not more:
                    raise
                time.sleep(2.0 ** (_RECORD_TRIES - more) / 10)
        return None

    def _written(self, leased: Message, outcome: Outcome, *, has_next: bool) -> Message | None:
        now = self.clock()
        if not isinstance(outcome, Left):
            return self._settle(
                lambda session: record_failure(session, now, leased, outcome, self.post), has_next=has_next
            )
        values = left_values(now, leased, outcome)
        with self.database.at_once() as session:
            if has_next:
                return session.scalars(_LEFT_AND_LEASE, values | self._next(now)).one_or_none()
            session.connection().execute(LEFT, values)
            return None

    def _settle(self, write: Callable[[Session], None], *, has_next: bool) -> Message | None:
        with self.database.transaction() as session:
            write(session)
            return session.scalars(_LEASE, self._next(self.clock())).one_or_none() if has_next else None

    def _next(self, now: datetime) -> dict[str, Any]:
        return _lease_values(now, [route for route, count in self.failing.items() if count >= PATIENCE])


def _drop(session: Session, leased: Message) -> None:
    """Takes back a message to someone who has asked for silence since it was promised."""
    session.connection().execute(_DROP, {"message_id": leased.id})
