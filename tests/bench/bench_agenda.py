"""The week of twenty agents, as an encadrant of their place reads it: a thousand appointments with names.

The reference is the very same SELECTs, with the same values, sent by psycopg alone over a connection that is already
open.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from flask.testing import FlaskClient
from front import browser, page
from measure import Measure, median, p95, timed_together
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import Range
from world import NOW, Town, build, plain, server

from portal.clock import paris_day
from portal.database import Database
from portal.people.models import Agent
from portal.people.models_access import Assignment

GOAL, ROUNDS = 100, 60  # ms at the 95th percentile
AGENTS, A_DAY, DAYS = 20, 10, 5  # appointments of each agent each day, half an hour each
PLACE = 64  # where nobody of the town receives
_FIRST = 1_000  # the first number of the agents, people and appointments made here

Query = tuple[str, Any]


def measures() -> list[Measure]:
    """The whole request at its 95th percentile, and its median beside the bare statements."""
    with server() as database:
        town = build(database)
        _fill(database, town)
        with browser(database, NOW) as client:
            _enter(client, _leader(database))
            address = f"/agents/agenda/semaine?qui=lieu-{PLACE}"
            shown = page(client, address).count(b"Camille Demo")
            if shown != AGENTS * A_DAY * DAYS:
                raise RuntimeError(f"{shown} appointments, where there are {AGENTS * A_DAY * DAYS}")
            queries = _said(database, lambda: page(client, address))
            with plain(database) as connection:
                rows = _fetched(connection, queries)
                whole, bare = timed_together(
                    lambda: page(client, address), lambda: _fetched(connection, queries), rounds=ROUNDS
                )
    ratio = p95(whole) / p95(bare)
    what = f"agenda, week of {AGENTS} agents, {AGENTS * A_DAY * DAYS} appointments: whole request, p95"
    return [
        Measure(what, p95(whole), "ms", p95(bare), ratio, f"≤ {GOAL} ms", p95(whole) <= GOAL),
        Measure(
            f"  median, beside {len(queries)} statements and {rows} rows fetched bare",
            median(whole),
            "ms",
            median(bare),
            median(whole) / median(bare),
            "(shown)",
            ok=True,
        ),
    ]


def _fill(database: Database, town: Town) -> None:
    """Twenty agents at one place, all their hours taken by somebody with a name."""
    with plain(database) as connection:
        _copy(connection, "agent", "id key given_name family_name job", _agents())
        _copy(
            connection,
            "opening",
            "agent_id place_id recurrence weekdays interval_weeks first_day starts ends skipped",
            (
                (_FIRST + n, PLACE, "weekly", [0, 1, 2, 3, 4], 1, date(2026, 1, 5), "08:00", "18:00", "{}")
                for n in range(AGENTS)
            ),
        )
        motif = connection.execute("SELECT id FROM motif WHERE key = %s", [town.motif_key]).fetchone()
        columns = (
            "id family_name given_names birth_date match_key mobile mobile_state email_state address address_state "
            "wants_paper wants_large_print wants_silence language maybe_double created_at"
        )
        _copy(connection, "person", columns, _people())
        columns = (
            "id code request_key motif_id place_id agent_id starts_at ends_at busy_until status sequence created_at "
            "changed_at"
        )
        _copy(connection, "appointment", columns, _appointments(motif[0] if motif else 0))
        numbers = range(AGENTS * A_DAY * DAYS)
        given = ((_FIRST * 100 + n, _FIRST + n) for n in numbers)
        _copy(connection, "participation", "appointment_id person_id", given)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def _agents() -> Iterator[tuple[object, ...]]:
    for number in range(AGENTS):
        yield _FIRST + number, f"de-la-semaine-{number}", "Alix", f"Essai-{number:02}", "assistante sociale"


def _people() -> Iterator[tuple[object, ...]]:
    states = ("works", "untried", "{}", "untried")
    for number in range(AGENTS * A_DAY * DAYS):
        name = f"Demo-{number:04}"
        told = (name, "Camille", date(1980, 2, 29), f"camille {name}", "+33639980012")
        yield _FIRST + number, *told, *states, number % 10 == 0, False, False, "fr", False, NOW


def _appointments(motif_id: int) -> Iterator[tuple[object, ...]]:
    monday = paris_day(NOW) - timedelta(days=paris_day(NOW).weekday())
    for number in range(AGENTS * A_DAY * DAYS):
        agent, rest = divmod(number, A_DAY * DAYS)
        day, slot = divmod(rest, A_DAY)
        starts = datetime.combine(monday, NOW.timetz()).replace(hour=7, minute=0) + timedelta(
            days=day, minutes=45 * slot
        )
        ends = starts + timedelta(minutes=30)
        where = (motif_id, PLACE, _FIRST + agent)
        one = _FIRST * 100 + number
        yield one, f"W{number:07}", UUID(int=one), *where, starts, ends, ends, "booked", 0, NOW, NOW


def _copy(connection: psycopg.Connection[Any], table: str, columns: str, rows: Iterator[tuple[object, ...]]) -> None:
    with connection.cursor().copy(f"COPY {table} ({', '.join(columns.split())}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _leader(database: Database) -> int:
    """An encadrant of the place."""
    with database.transaction() as session:
        agent = Agent(key="encadrant-du-lieu", given_name="Sasha", family_name="Essai", job="responsable")
        session.add(agent)
        session.flush()
        always = Range(date(2020, 1, 1), None)
        session.add(Assignment(agent_id=agent.id, role="encadrant", place_id=PLACE, valid=always, families=[]))
        return agent.id


def _enter(client: FlaskClient, agent_id: int) -> None:
    with client.session_transaction(base_url="https://localhost") as session:
        session["agent_id"] = agent_id
        session["idle_minutes"] = 20


def _said(database: Database, action: Any) -> list[Query]:
    """The SELECTs that a request sends, with their parameters."""
    said: list[Query] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            said.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        action()
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return said


def _fetched(connection: psycopg.Connection[Any], queries: Sequence[Query]) -> int:
    rows = sum(len(connection.execute(statement, parameters).fetchall()) for statement, parameters in queries)
    connection.rollback()
    return rows
