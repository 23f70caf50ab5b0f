"""Booking through the service, and fifty people who confirm one slot at once.

The reference of the first is the very same SQL statements, with the same values, sent by psycopg alone over a
connection that is already open, committed too. That of the second is fifty bare INSERTs of the appointment's row.
"""

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any
from uuid import uuid4

import psycopg
from front import BASE_URL
from measure import Measure, median
from sqlalchemy import event, select
from world import NOW, Town, build, plain, server

from portal.booking.availability import Scope, free_slots
from portal.booking.rules import BookingRefusal, BookingRequest
from portal.booking.services import book
from portal.clock import paris_day
from portal.database import Database
from portal.directory.models import Motif, Place
from portal.people.contacts import Contact
from portal.people.rules import Identity
from portal.refusal import Refused

RATE_ROUNDS, RATE_GOAL = 150, 0.5
CROWD, RACE_ROUNDS, BARE_ROUNDS = 50, 200, 20
_MADE = ("message", "journal_line", "participation", "appointment", "person")  # children first
_NUMBERED = ("message", "journal_line", "appointment", "person")

_BARE_INSERT = (
    "INSERT INTO appointment (code, request_key, motif_id, place_id, agent_id, starts_at, ends_at, busy_until,"
    " created_at, changed_at, status, sequence) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'booked', 0)"
)

Said = tuple[str, Any]
Starts = list[datetime]


def measures() -> list[Measure]:
    """The rate of the service beside that of its bare statements; the crowd's outcome, and its pace."""
    with server() as database:
        town = build(database)
        motif, place = _one(database, Motif, town.motif_key), _one(database, Place, town.place_key)
        starts = _starts_with_one_agent(database, motif, place)
        many = Database(database.url, pool_size=CROWD // 2)
        try:
            return [_rate(database, town, motif, place, starts), *_races(many, motif, place, starts)]
        finally:
            many.close()


def _rate(database: Database, town: Town, motif: Motif, place: Place, starts: Starts) -> Measure:
    through, bare = [], []
    with plain(database) as connection, _listening(database) as said:
        before = _highest(connection)
        for number in range(RATE_ROUNDS):
            wish = _wish(motif, place, starts[number % len(starts)], number)
            said.clear()
            through.append(_milliseconds(lambda: _confirm(database, wish)))  # noqa: B023 - at once
            _undo(connection, before)
            bare.append(_milliseconds(lambda: _send(connection, said)))
            _undo(connection, before)
    value, reference = 1000 / median(through), 1000 / median(bare)
    return Measure(
        f"booking through the service, beside {len(said)} statements bare, {town.counts['appointment']} appointments",
        value,
        "/s",
        reference,
        value / reference,
        f"≥ {RATE_GOAL} ×",
        value / reference >= RATE_GOAL,
    )


def _races(database: Database, motif: Motif, place: Place, starts: Starts) -> list[Measure]:
    clean, took, bare, ends = 0, [], [], Counter[object]()
    with plain(database) as connection, ThreadPoolExecutor(CROWD) as crowd:
        before = _highest(connection)
        for number in range(RACE_ROUNDS):
            start = starts[number % len(starts)]
            act = partial(_wanted, database, motif, place, start)
            outcome, elapsed = _all_at_once(crowd, act)
            took.append(elapsed)
            made = connection.execute("SELECT count(*) FROM appointment WHERE id > %s", [before["appointment"]])
            clean += made.fetchone() == (1,) and outcome == {"booked": 1, BookingRefusal.SLOT_TAKEN: CROWD - 1}
            _undo(connection, before)
        deadlocks = _deadlocks(connection)
        for number in range(BARE_ROUNDS):
            start = starts[number % len(starts)]
            row = _row(motif, place, _agent_of(database, motif, place, start), start)
            outcome, elapsed = _all_at_once(crowd, partial(_insert, database, row))
            bare.append(elapsed)
            ends += outcome
            _undo(connection, before)
    return [
        Measure(
            f"{CROWD} at once on one slot: rounds with one appointment and {CROWD - 1} refusals; {deadlocks} deadlocks",
            clean,
            "rounds",
            RACE_ROUNDS,
            clean / RACE_ROUNDS,
            f"{RACE_ROUNDS}, no deadlock",
            clean == RACE_ROUNDS and not deadlocks,
        ),
        Measure(
            f"  a round, beside {CROWD} bare INSERTs ({ends['deadlock']} deadlocks in {BARE_ROUNDS} rounds)",
            median(took),
            "ms",
            median(bare),
            median(took) / median(bare),
            "(shown)",
            ok=True,
        ),
    ]


def _wanted(database: Database, motif: Motif, place: Place, start: datetime, person: int) -> object:
    try:
        _confirm(database, _wish(motif, place, start, person))
    except Refused as refused:
        return refused.reason
    return "booked"


def _row(motif: Motif, place: Place, agent_id: int, start: datetime) -> tuple[Any, ...]:
    end = start + timedelta(minutes=motif.minutes)
    busy_until = end + timedelta(minutes=motif.buffer_minutes)
    return (motif.id, place.id, agent_id, start, end, busy_until, NOW, NOW)


def _insert(database: Database, row: tuple[Any, ...], person: int) -> object:
    raw = database.engine.raw_connection()
    try:
        raw.cursor().execute(_BARE_INSERT, (f"B{person}", uuid4(), *row))
        raw.commit()
    except psycopg.errors.ExclusionViolation:
        return "taken"
    except (psycopg.errors.DeadlockDetected, psycopg.errors.QueryCanceled):
        return "deadlock"  # seen by the server, or waited out
    finally:
        raw.close()  # back to the pool, which rolls back
    return "booked"


def _all_at_once(crowd: ThreadPoolExecutor, act: Callable[[int], object]) -> tuple[Counter[object], float]:
    """What each of the crowd comes to, and the milliseconds until the last one knows."""
    together = Barrier(CROWD)

    def one(person: int) -> object:
        together.wait()
        return act(person)

    begun = time.perf_counter()
    outcome = Counter(crowd.map(one, range(CROWD)))
    return outcome, (time.perf_counter() - begun) * 1000


def _deadlocks(connection: psycopg.Connection[Any]) -> int:
    connection.rollback()
    time.sleep(2)  # the server publishes its counts about once a second
    found = connection.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").fetchone()
    return int(found[0]) if found else 0


def _wish(motif: Motif, place: Place, start: datetime, person: int) -> BookingRequest:
    return BookingRequest(
        key=uuid4(),
        motif_id=motif.id,
        place_id=place.id,
        starts_at=start,
        booker=Identity("Essai", "Alix", date(1950, 1, 1) + timedelta(days=person)),
        contact=Contact(mobile=f"+3363998{person:04}", email=f"essai{person}@exemple.fr"),
    )


def _confirm(database: Database, wish: BookingRequest) -> None:
    with database.transaction() as session:
        book(session, NOW, request=wish, base_url=BASE_URL)


def _starts_with_one_agent(database: Database, motif: Motif, place: Place) -> Starts:
    """The starts at which one agent alone is free: one appointment fits, not two."""
    first = paris_day(NOW)
    with database.transaction() as session:
        slots = free_slots(session, NOW, Scope(motif, place_ids=[place.id]), first, first + timedelta(days=120))
    found = sorted(start for start, agents in Counter(slot.starts_at for slot in slots).items() if agents == 1)
    if not found:
        raise RuntimeError("no slot to fight for")
    return found


def _agent_of(database: Database, motif: Motif, place: Place, start: datetime) -> int:
    day = paris_day(start)
    with database.transaction() as session:
        slots = free_slots(session, NOW, Scope(motif, place_ids=[place.id]), day, day)
    return next(slot.agent_id for slot in slots if slot.starts_at == start)


@contextmanager
def _listening(database: Database) -> Iterator[list[Said]]:
    """The statements sent meanwhile, with their values."""
    said: list[Said] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        said.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def _send(connection: psycopg.Connection[Any], said: Sequence[Said]) -> None:
    for statement, parameters in said:
        answer = connection.execute(statement, parameters)
        if answer.description:
            answer.fetchall()
    connection.commit()


def _highest(connection: psycopg.Connection[Any]) -> dict[str, int]:
    query = "SELECT coalesce(max(id), 0) FROM "
    found = {table: connection.execute(query + table).fetchone() for table in _NUMBERED}
    connection.rollback()
    return {table: row[0] for table, row in found.items() if row}


def _undo(connection: psycopg.Connection[Any], before: dict[str, int]) -> None:
    """Removes what was made since, and gives the same numbers again: the bare statements name them."""
    connection.execute("SET LOCAL session_replication_role = replica")  # the journal's trigger refuses DELETE
    for table in _MADE:
        column = "appointment_id" if table == "participation" else "id"
        since = before["appointment" if table == "participation" else table]
        connection.execute(f"DELETE FROM {table} WHERE {column} > %s", [since])  # noqa: S608 - our own names
    for table in _NUMBERED:
        connection.execute(f"SELECT setval('{table}_id_seq', %s, false)", [before[table] + 1])
    connection.commit()


def _milliseconds(act: Callable[[], object]) -> float:
    gc.collect(1)
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def _one(database: Database, model: Any, key: str) -> Any:
    with database.transaction() as session:
        return session.scalars(select(model).where(model.key == key)).one()
