"""Who changed which setting, and when, as far as whoever reads answers for it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from portal.administration.rules import Kind
from portal.booking.models import Opening
from portal.directory.models import Motif, Place
from portal.directory.models_settings import SettingChange
from portal.people.models import Agent

PAGE = 50  # changes


@dataclass(frozen=True)
class Reach:
    """Whose changes are read: those of these places, and of the agents who work there; not their roles elsewhere."""

    place_ids: frozenset[int]
    house_ids: frozenset[int]  # the MDS of these places
    agent_ids: frozenset[int]


@dataclass(frozen=True)
class Changed:
    """One change, with the name of what it is of and of whoever made it. `what` is empty for a day of every place."""

    change: SettingChange
    what: str
    who: str


def history(
    session: Session,
    *,
    kind: Kind | None = None,
    object_id: int | None = None,
    page: int = 1,
    reach: Reach | None = None,
) -> tuple[list[Changed], bool]:
    """A page of changes, the latest first, and whether older ones follow. `page` counts from 1.

    `reach`: only what concerns these places, and motifs, which are the same everywhere; None: all.
    """
    chosen = select(SettingChange)
    if kind is not None:
        chosen = chosen.where(SettingChange.kind == kind)
    if object_id is not None:
        chosen = chosen.where(SettingChange.object_id == object_id)
    if reach is not None:
        chosen = chosen.where(_within(reach))
    ordered = chosen.order_by(SettingChange.changed_at.desc(), SettingChange.id.desc())
    rows = session.scalars(ordered.offset((max(page, 1) - 1) * PAGE).limit(PAGE + 1)).all()
    return _named(session, rows[:PAGE]), len(rows) > PAGE


def _within(reach: Reach) -> ColumnElement[bool]:
    openings = select(Opening.id).where(Opening.place_id.in_(reach.place_ids))
    of_place, of_house, of_agent = _said("place_id"), _said("mds_id"), _said("agent_id")
    return or_(
        SettingChange.kind == Kind.MOTIF,
        and_(SettingChange.kind == Kind.PLACE, SettingChange.object_id.in_(reach.place_ids)),
        and_(SettingChange.kind == Kind.DAY, or_(of_place.is_(None), of_place.in_(reach.place_ids))),
        and_(SettingChange.kind == Kind.OPENING, SettingChange.object_id.in_(openings)),
        and_(SettingChange.kind == Kind.ABSENCE, of_agent.in_(reach.agent_ids)),
        and_(
            SettingChange.kind == Kind.AGENT,
            SettingChange.object_id.in_(reach.agent_ids),
            or_(of_place.is_(None), of_place.in_(reach.place_ids)),
            or_(of_house.is_(None), of_house.in_(reach.house_ids)),
        ),
    )


def _said(name: str) -> ColumnElement[int | None]:
    """What a change says of a thing, before or after: a number."""
    return cast(func.coalesce(SettingChange.before[name].astext, SettingChange.after[name].astext), BigInteger)


def _named(session: Session, rows: Sequence[SettingChange]) -> list[Changed]:
    openings = _openings(session, _ids(rows, Kind.OPENING))
    away = [one for one in map(_agent_of, rows) if one]
    known = {row.agent_id for row in rows} | {one for _place, one in openings.values()} | {*away}
    agents = _agents(session, known | _ids(rows, Kind.AGENT))
    places = _titles(session, Place.id, Place.name)
    motifs = _titles(session, Motif.id, Motif.title)
    return [Changed(row, _what(row, motifs, places, agents, openings), agents.get(row.agent_id, "")) for row in rows]


def _what(
    row: SettingChange,
    motifs: Mapping[int, str],
    places: Mapping[int, str],
    agents: Mapping[int, str],
    openings: Mapping[int, tuple[int, int]],
) -> str:
    if row.kind == Kind.MOTIF:
        return motifs.get(row.object_id, "")
    if row.kind == Kind.PLACE:
        return places.get(row.object_id, "")
    if row.kind == Kind.DAY:
        return places.get(_value(row, "place_id"), "")
    if row.kind == Kind.ABSENCE:
        return agents.get(_agent_of(row), "")
    if row.kind == Kind.AGENT:
        return agents.get(row.object_id, "")
    place_id, agent_id = openings.get(row.object_id, (0, 0))
    return ", ".join(name for name in (agents.get(agent_id), places.get(place_id)) if name)


def _value(row: SettingChange, name: str) -> int:
    return (row.after or row.before or {}).get(name) or 0


def _agent_of(row: SettingChange) -> int:
    return _value(row, "agent_id") if row.kind == Kind.ABSENCE else 0


def _ids(rows: Iterable[SettingChange], kind: Kind) -> set[int]:
    return {row.object_id for row in rows if row.kind == kind}


def _openings(session: Session, ids: Collection[int]) -> dict[int, tuple[int, int]]:
    chosen = select(Opening.id, Opening.place_id, Opening.agent_id).where(Opening.id.in_(ids)).order_by(Opening.id)
    return {number: (place_id, agent_id) for number, place_id, agent_id in session.execute(chosen)}


def _agents(session: Session, ids: Collection[int]) -> dict[int, str]:
    rows = session.execute(
        select(Agent.id, Agent.given_name, Agent.family_name).where(Agent.id.in_(ids)).order_by(Agent.id)
    )
    return {number: f"{given} {family}" for number, given, family in rows}


def _titles(session: Session, number: Any, title: Any) -> dict[int, str]:
    return {row[0]: row[1] for row in session.execute(select(number, title).order_by(number))}
