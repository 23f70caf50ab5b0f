"""What no page of slots can do without: the same rows of agents' agendas, fetched by psycopg alone."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import event

from portal.database import Database

_APPOINTMENTS = """
SELECT agent_id, starts_at, busy_until FROM appointment
WHERE agent_id = ANY(%s) AND status IN ('booked', 'seen', 'noshow') AND starts_at BETWEEN %s AND %s AND busy_until > %s
ORDER BY agent_id, starts_at, busy_until"""
_ABSENCES = """
SELECT agent_id, starts_at, ends_at FROM absence
WHERE agent_id = ANY(%s) AND starts_at < %s AND ends_at > %s ORDER BY agent_id, starts_at, ends_at"""

Query = tuple[str, Any]


def said(database: Database, action: Callable[[], object]) -> list[Query]:
    """The statements that an action sends, with their parameters."""
    noted: list[Query] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        noted.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        action()
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return noted


def bare_of(statements: Sequence[Query]) -> list[Query]:
    """The plainest statements that read the same rows: same agents, same days; openings as they are."""
    queries: list[Query] = []
    for statement, parameters in statements:
        values = list(parameters.values())
        agents = next((value for value in values if isinstance(value, list)), [])
        moments = sorted(value for value in values if isinstance(value, datetime))
        if "FROM appointment" in statement:  # and from absence, in the same one
            reaching, since, until = moments
            queries.append((_APPOINTMENTS, (agents, reaching, until, since)))
            queries.append((_ABSENCES, (agents, until, since)))
        else:
            queries.append((statement, parameters))
    return queries


def fetched(connection: psycopg.Connection[Any], queries: Sequence[Query]) -> int:
    """How many rows the statements give, read and left."""
    rows = sum(len(connection.execute(statement, parameters).fetchall()) for statement, parameters in queries)
    connection.rollback()
    return rows
