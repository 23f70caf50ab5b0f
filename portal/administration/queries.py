"""Settings read: motifs, places, days, and whom a closed day touches."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.booking.models import Appointment, AppointmentStatus, Participation
from portal.clock import at_wall_clock
from portal.directory.models import Mds, Motif, Place, PlaceAttachment
from portal.directory.models_settings import DayException
from portal.directory.search_key import search_key


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


def places_by_mds(
    session: Session, place_ids: Collection[int] | None, day: date
) -> list[tuple[str | None, list[Place]]]:
    """The same under the name of the MDS that they answer to on that day, by name; None, at the end: to none."""
    answering = and_(PlaceAttachment.place_id == Place.id, PlaceAttachment.valid.contains(day))
    houses = select(Place.id, Mds.name).join(PlaceAttachment, answering).join(Mds, Mds.id == PlaceAttachment.mds_id)
    names = {row[0]: row[1] for row in session.execute(houses.order_by(Place.id))}
    found: dict[str | None, list[Place]] = {}
    for one in places(session, place_ids, day):
        found.setdefault(names.get(one.id), []).append(one)
    return sorted(found.items(), key=lambda house: (house[0] is None, search_key(house[0] or "")))


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


def touched_on(session: Session, now: datetime, day: date, place_id: int | None) -> Sequence[Appointment]:
    """The appointments to come of a day at a place (None: anywhere), soonest first: those that closing it would touch.

    A workshop counts once, without its seats. People, motifs and places are loaded.
    """
    since, until = at_wall_clock(day, time()), at_wall_clock(day + timedelta(days=1), time())
    chosen = select(Appointment).where(
        Appointment.status == AppointmentStatus.BOOKED,
        Appointment.workshop_id.is_(None),
        Appointment.starts_at > now,
        Appointment.starts_at >= since,
        Appointment.starts_at < until,
    )
    if place_id is not None:
        chosen = chosen.where(Appointment.place_id == place_id)
    people = selectinload(Appointment.participations).joinedload(Participation.person)
    chosen = chosen.options(joinedload(Appointment.motif), joinedload(Appointment.place), people)
    return session.scalars(chosen.order_by(Appointment.starts_at, Appointment.id)).all()


def _held(statement: Any, *, held: bool) -> Any:
    if not held:
        return statement
    return statement.with_for_update().execution_options(populate_existing=True)
