"""Settings read: motifs, places, days, and their history."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.administration.rules import Kind
from portal.booking.models import Appointment, AppointmentStatus
from portal.clock import at_wall_clock
from portal.directory.models import Motif, Place
from portal.directory.models_settings import DayException, SettingChange
from portal.people.models import Agent

PAGE = 50  # changes


@dataclass(frozen=True)
class Changed:
    """One change, with the name of what it is of and of whoever made it."""

    change: SettingChange
    what: str
    who: str


def motifs(session: Session) -> Sequence[Motif]:
    """All of them with their theme, in the order of the site."""
    return session.scalars(select(Motif).options(joinedload(Motif.theme)).order_by(Motif.position, Motif.id)).all()


def motif(session: Session, motif_id: int, *, held: bool = False) -> Motif | None:
    """One; `held`: nobody else changes it until the transaction ends."""
    return session.scalars(_held(select(Motif).where(Motif.id == motif_id), held=held)).one_or_none()


def places(session: Session, place_ids: Collection[int] | None, day: date) -> Sequence[Place]:
    """Those of these that are open, by name; None: all."""
    chosen = select(Place).where(or_(Place.closed_on.is_(None), Place.closed_on > day))
    if place_ids is not None:
        chosen = chosen.where(Place.id.in_(place_ids))
    return session.scalars(chosen.order_by(Place.name, Place.id)).all()


def place(session: Session, place_id: int, *, held: bool = False) -> Place | None:
    """One; `held` as for a motif."""
    return session.scalars(_held(select(Place).where(Place.id == place_id), held=held)).one_or_none()


def days_to_come(
    session: Session, day: date, place_ids: Collection[int] | None
) -> list[tuple[DayException, str | None]]:
    """The days written from `day` on, each with the name of its place; those of every place come with any places."""
    chosen = (
        select(DayException, Place.name)
        .join(Place, Place.id == DayException.place_id, isouter=True)
        .where(DayException.day >= day)
        .order_by(DayException.day, DayException.id)
    )
    if place_ids is not None:
        chosen = chosen.where(or_(DayException.place_id.is_(None), DayException.place_id.in_(place_ids)))
    return [(one, name) for one, name in session.execute(chosen)]


def day(session: Session, exception_id: int) -> DayException | None:
    """One."""
    return session.get(DayException, exception_id)


def booked_on(session: Session, day: date, place_id: int | None) -> int:
    """How many appointments stand on a day at a place (None: anywhere): those that closing it would touch."""
    since, until = at_wall_clock(day, time()), at_wall_clock(day + timedelta(days=1), time())
    chosen = select(func.count()).where(
        Appointment.status == AppointmentStatus.BOOKED, Appointment.starts_at >= since, Appointment.starts_at < until
    )
    if place_id is not None:
        chosen = chosen.where(Appointment.place_id == place_id)
    return session.scalar(chosen) or 0


def history(
    session: Session, *, kind: Kind | None = None, object_id: int | None = None, page: int = 1
) -> tuple[list[Changed], bool]:
    """A page of changes, the latest first, and whether older ones follow. `page` counts from 1."""
    chosen = select(SettingChange)
    if kind is not None:
        chosen = chosen.where(SettingChange.kind == kind)
    if object_id is not None:
        chosen = chosen.where(SettingChange.object_id == object_id)
    ordered = chosen.order_by(SettingChange.changed_at.desc(), SettingChange.id.desc())
    rows = session.scalars(ordered.offset((max(page, 1) - 1) * PAGE).limit(PAGE + 1)).all()
    who = _names_of_agents(session, {row.agent_id for row in rows})
    what = {
        Kind.MOTIF: _titles(session, Motif.id, Motif.title),
        Kind.PLACE: _titles(session, Place.id, Place.name),
    }
    listed = [
        Changed(row, what.get(Kind(row.kind), {}).get(row.object_id, ""), who.get(row.agent_id, ""))
        if row.kind in set(Kind)
        else Changed(row, "", who.get(row.agent_id, ""))
        for row in rows[:PAGE]
    ]
    return listed, len(rows) > PAGE


def _names_of_agents(session: Session, ids: Collection[int]) -> dict[int, str]:
    rows = session.execute(
        select(Agent.id, Agent.given_name, Agent.family_name).where(Agent.id.in_(ids)).order_by(Agent.id)
    )
    return {number: f"{given} {family}" for number, given, family in rows}


def _titles(session: Session, number: Any, title: Any) -> dict[int, str]:
    return {row[0]: row[1] for row in session.execute(select(number, title).order_by(number))}


def _held(statement: Any, *, held: bool) -> Any:
    if not held:
        return statement
    return statement.with_for_update().execution_options(populate_existing=True)
