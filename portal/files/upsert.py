"""Rows of a table made equal to what the files say, by a stable key."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database import Base
from portal.files.report import Tally

Kept = TypeVar("Kept", bound=Base)


def upsert(
    session: Session, model: type[Kept], key: str, wanted: Mapping[Any, Mapping[str, Any]], tally: Tally
) -> tuple[dict[Any, Kept], list[Kept]]:
    """Adds the rows of `wanted` that are not there and changes those that differ; counts each once in `tally`.

    `key` is the attribute that tells rows apart; rows without one are left alone. Gives the wanted rows by key, with
    their ids, and the others: what becomes of those is the caller's to say. What an agent wrote on screen stays.
    """
    column = getattr(model, key)
    there = {getattr(row, key): row for row in session.scalars(select(model).order_by(column)) if getattr(row, key)}
    for name, values in wanted.items():
        row = there.get(name)
        if row is None:
            there[name] = row = model(**{key: name, **values})
            session.add(row)
            tally.added += 1
        elif differing := _differing(row, values):
            for field, value in differing.items():
                setattr(row, field, value)
            tally.changed += 1
        else:
            tally.same += 1
    session.flush()
    return {name: there[name] for name in wanted}, [row for name, row in there.items() if name not in wanted]


def _differing(row: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the file says otherwise, save what was last written on screen (`edited`, where a table has it)."""
    kept = getattr(row, "edited", ())
    return {field: value for field, value in values.items() if field not in kept and getattr(row, field) != value}


def close(rows: Iterable[Any], field: str, day: date, tally: Tally) -> None:
    """Gives `day` to `field` in the rows that have none yet: they end then. Counts them."""
    for row in rows:
        if getattr(row, field) is None:
            setattr(row, field, day)
            tally.closed += 1
