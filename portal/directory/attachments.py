"""Dated attachments made equal to what the files say, with as few changes as can be."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from portal.directory.models import CommuneAttachment, PlaceAttachment
from portal.directory.timeline import Stretch, retold
from portal.files.report import Tally


@dataclass(frozen=True)
class Kind:
    """A table of attachments: the columns of what is attached, and of what it is attached to."""

    model: type[Any]
    thing: str
    owner: str


OF_PLACES = Kind(PlaceAttachment, "place_id", "mds_id")
OF_COMMUNES = Kind(CommuneAttachment, "insee", "territory_id")


@dataclass(frozen=True)
class Attached:
    """Who owns something today, the dated steps to come, and the other columns of its rows."""

    owner: int
    steps: Sequence[tuple[date, int]]
    columns: Mapping[str, Any]


def tell_attachments(session: Session, kind: Kind, wanted: Mapping[Any, Attached], today: date, tally: Tally) -> None:
    """Brings the rows of `kind` to the attachments wanted; a thing not wanted belongs to nobody from `today`."""
    told: dict[Any, dict[Stretch, Any]] = defaultdict(dict)
    for row in session.scalars(select(kind.model).order_by(kind.model.id)):
        stretch = Stretch(getattr(row, kind.owner), row.valid.lower, row.valid.upper)
        told[getattr(row, kind.thing)][stretch] = row
    added: list[Any] = []
    for name in sorted({*told, *wanted}):
        attached = wanted.get(name)
        before = sorted(told[name], key=lambda stretch: stretch.start or date.min)
        after = _after(before, attached, today)
        if after == before:
            tally.same += 1
            continue
        tally.changed += bool(before)
        tally.added += not before
        for stretch in set(before) - set(after):
            session.delete(told[name][stretch])
        columns = attached.columns if attached else _other_columns(told[name], kind)
        added += [
            kind.model(
                **{kind.thing: name, kind.owner: stretch.owner, "valid": Range(stretch.start, stretch.end), **columns}
            )
            for stretch in after
            if stretch not in told[name]
        ]
    session.flush()  # the old stretches leave before the new ones come: two may not hold on the same day
    session.add_all(added)
    session.flush()


def _after(before: list[Stretch], attached: Attached | None, today: date) -> list[Stretch]:
    if attached is None:
        return retold(before, None, (), today)
    return retold(before, attached.owner, attached.steps, today)


def _other_columns(rows: Mapping[Stretch, Any], kind: Kind) -> dict[str, Any]:
    row = next(iter(rows.values()))
    known = {"id", "valid", kind.thing, kind.owner}
    return {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key not in known}
