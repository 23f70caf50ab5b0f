"""The dispatcher: takes what is due, hands it over with no transaction open, and records what became of it.

A row is leased, not locked, while a provider is called: a worker that dies leaves a row that another takes when the
lease is over. Such a message may leave twice; none is lost.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Text, and_, bindparam, case, literal, or_, select, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import aliased, contains_eager, joinedload

from portal.clock import Clock
from portal.database import Database, Instant
from portal.notifications.attempt import Left, Outcome, attempt
from portal.notifications.codes_out import SEALED
from portal.notifications.deadlines import read_by, with_deadlines_after
from portal.notifications.gateways import Gateways, PermanentFailure, TransientFailure
from portal.notifications.holding import free_ones
from portal.notifications.models import Message, Route, Status
from portal.notifications.outcomes import record
from portal.notifications.packing import SINGLE
from portal.notifications.post import PostalCalendar
from portal.notifications.queries_post import calendar_of
from portal.notifications.rules_post import is_too_late
from portal.notifications.wanted import OwnPhone, as_wanted, own_phone, unsaid_in

LEASE = timedelta(minutes=2)  # well over what a provider has to answer (10 s)
PATIENCE = 3  # transient failures in a row: the route then rests until the next pass, and holds nobody else up
_RECORD_TRIES = 6
_OVERTAKEN = (Status.WAITING, Status.QUEUED, Status.IN_RUN, Status.PRINTED, Status.OPEN)
_LONGEST_REST = 60.0  # seconds between two tries of a worker whose database is away

_NOW = bindparam("now", type_=Instant())
_COLUMNS = Message.__table__.c
_DUE = (
    select(Message.id)
    .where(
        or_(
            and_(Message.status == Status.WAITING, Message.due_at <= _NOW),
            and_(Message.status == Status.SENDING, Message.leased_until <= _NOW),
        ),
        Message.expires_at > _NOW,
        Message.route.not_in(bindparam("without", expanding=True)),
    )
    .order_by(Message.due_at, Message.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_TAKEN = (
    update(Message)
    .where(Message.id == _DUE.scalar_subquery())
    .values(
        status=Status.SENDING,
        leased_until=bindparam("until", type_=Instant()),
        attempts=_COLUMNS.attempts + 1,
    )
    .returning(*_COLUMNS)
    .cte("taken")
)
_LEASED = aliased(Message, _TAKEN)
_LEASE = (
    select(_LEASED)
    .outerjoin(_LEASED.person)
    .options(contains_eager(_LEASED.person))
    .order_by(_LEASED.id)
    .execution_options(populate_existing=True)
)  # put together once: it is asked for each message

log = logging.getLogger(__name__)


def send_due(database: Database, gateways: Gateways, clock: Clock, *, limit: int = 1000) -> int:
    """Does everything due now, at most `limit` messages, and gives how many. Several workers may run at once.

    What begins now or began before is expired first: nothing leaves after that. A route whose provider fails three
    times in a row is left for the next pass. The postal calendar is read anew at each pass: a strike entered since
    counts.
    """
    expire(database, clock())
    with database.transaction() as session:
        post, phone = calendar_of(session), own_phone(session)
    failing: Counter[Route] = Counter()
    for done in range(limit):
        resting = [route for route, count in failing.items() if count >= PATIENCE]
        leased = lease_one(database, clock(), without=resting)
        if leased is None:
            return done
        outcome = _handle(database, gateways, clock, leased, post, phone)
        failing[leased.route] = failing[leased.route] + 1 if isinstance(outcome, TransientFailure) else 0
        if outcome is not None and not isinstance(outcome, Left):
            log.warning("message %d by %s: %s", leased.id, leased.route.value, outcome.code)
    return limit


def expire(database: Database, now: datetime) -> int:
    """Ends what is no longer useful: waiting rows, queued letters and open tasks of appointments that have begun.

    Those that somebody changes at this instant are left for the next pass: it waits for nobody. What was sealed in
    them is forgotten.
    """
    less = Message.context.op("-")(literal(SEALED, Text))
    said = case((Message.context.has_key(SEALED), less), else_=Message.context)
    is_useless = or_(
        Message.status.in_(_OVERTAKEN), and_(Message.status == Status.SENDING, Message.leased_until <= now)
    )
    free = free_ones(Message.expires_at <= now, is_useless)
    with database.transaction() as session:
        over = (
            update(Message)
            .where(Message.id == free.c.id)
            .values(status=Status.EXPIRED, leased_until=None, context=said)
            .returning(Message.id)
            .execution_options(synchronize_session=False)
        )
        return len(session.execute(over).all())


def lease_one(database: Database, now: datetime, *, without: Collection[Route] = ()) -> Message | None:
    """Takes the message due for the longest time, for two minutes, with its person; None when nothing is due.

    Rows that another worker holds are skipped; one whose lease is over is taken again.
    """
    asked = {"now": now, "until": now + LEASE, "without": list(without)}
    with database.at_once() as session:
        return session.scalars(_LEASE, asked).one_or_none()


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


def _handle(  # noqa: PLR0913, PLR0917 - a message, and what it leaves by
    database: Database,
    gateways: Gateways,
    clock: Clock,
    leased: Message,
    post: PostalCalendar,
    phone: OwnPhone | None,
) -> Outcome | None:
    now = clock()
    if leased.person and leased.person.wants_silence and leased.event["kind"] != SINGLE:
        _drop(database, leased)
        return None
    # Kept with the row only if it leaves so: another route, or another day, may be in time for more deadlines.
    reader = leased.person if leased.to is None else None  # else: to what was typed, in the words asked for
    said = as_wanted(leased.context, leased.subject, reader, phone)
    if any(said[name] != leased.context[name] for name in unsaid_in(said)):
        leased.calendar = None  # it names the place too
    leased.context = with_deadlines_after(said, read_by(leased.route, now, post))
    if leased.route is Route.LETTER:
        outcome = _draw(database, gateways, now, leased, post)
        if outcome is None:
            return None
    else:
        outcome = attempt(leased, gateways)
    _record(database, clock(), leased, outcome, post)
    return outcome


def _draw(
    database: Database, gateways: Gateways, now: datetime, leased: Message, post: PostalCalendar
) -> Outcome | None:
    """Draws a letter and queues it, in one transaction; None when that is done, or was overtaken."""
    if is_too_late(post.arrival(post.leaves_with(leased.due_at, now)), leased.expires_at, post):
        return PermanentFailure("too_late", refused=False)
    try:
        with database.transaction() as session:
            whole = [joinedload(Message.person)]
            message = session.get_one(Message, leased.id, options=whole, with_for_update={"of": Message})
            if message.status is not Status.SENDING or message.attempts != leased.attempts:
                return None
            if message.context != leased.context:  # seldom: it is long to write
                message.context = leased.context
            with session.no_autoflush:  # written once, with what follows
                gateways.paper.draw(session, message, now)
            message.status, message.leased_until, message.last_error = Status.QUEUED, None, None
    except (TransientFailure, PermanentFailure) as failure:
        return failure
    except OperationalError:
        raise
    except Exception as fault:  # noqa: BLE001 - as in `attempt`
        return TransientFailure(f"fault_{type(fault).__name__}")
    return None


def _drop(database: Database, leased: Message) -> None:
    """Takes back a message to someone who has asked for silence since it was promised."""
    with database.transaction() as session:
        session.execute(
            update(Message)
            .where(Message.id == leased.id, Message.status == Status.SENDING)
            .values(status=Status.WITHDRAWN, leased_until=None)
        )


def _record(database: Database, now: datetime, leased: Message, outcome: Outcome, post: PostalCalendar) -> None:
    """Records an outcome, again if the database was just restarted: a message that left should not leave twice."""
    opened = database.at_once if isinstance(outcome, Left) else database.transaction  # that it left is one statement
    for more in reversed(range(_RECORD_TRIES)):
        try:
            with opened() as session:
                record(session, now, leased, outcome, post)
        except OperationalError:
            if not more:
                raise
            time.sleep(2.0 ** (_RECORD_TRIES - more) / 10)
        else:
            return
