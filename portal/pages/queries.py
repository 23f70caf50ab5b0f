"""What the pages of places show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.booking.models import Opening, opening_motif
from portal.booking.pages import Call, CommuneSearch, call_for
from portal.clock import paris_day
from portal.directory import queries as directory
from portal.directory.models import BookedBy, Mds, Motif, Place, PlaceAttachment, Territory
from portal.people.models import Agent


@dataclass(frozen=True)
class HelpLine:
    """Who answers on every page: the Département's name, its number and its hours, as far as they are known."""

    departement: str
    phone: str | None
    hours: str | None


@dataclass(frozen=True)
class PlaceRow:
    """A place of the list. `distance` in kilometres as the crow flies, None when no commune was chosen."""

    place: Place
    distance: float | None


@dataclass(frozen=True)
class Group:
    """Places under one heading: a territory, or None for a single list by distance."""

    territory: str | None
    rows: Sequence[PlaceRow]


@dataclass(frozen=True)
class PlaceSheet:
    """All that is known of one place today: who answers, its territory, and what can be booked there online."""

    place: Place
    call: Call
    territory: str | None
    motifs: Sequence[Motif]


def help_line(session: Session) -> HelpLine | None:
    """The Département's number; None before its directory is loaded."""
    departement = directory.departement(session)
    return HelpLine(departement.name, departement.phone, departement.phone_hours) if departement else None


def groups(session: Session, now: datetime, search: CommuneSearch) -> list[Group]:
    """All open places: nearest first when a commune is chosen, else by territory and by name."""
    day = paris_day(now)
    places = directory.places(session, day)
    if search.found is not None:
        rows = [PlaceRow(place, directory.distance_km(search.found, place)) for place in places]
        rows.sort(key=lambda row: (row.distance or 0.0, row.place.name, row.place.id))
        return [Group(None, rows)]
    return _by_territory(places, _territories(session, day))


def place_sheet(session: Session, now: datetime, key: str) -> PlaceSheet | None:
    """One place open today, by the key in its address; None when there is none."""
    day = paris_day(now)
    place = directory.place(session, key, day)
    if place is None:
        return None
    territory = _territories(session, day, place.id).get(place.id)
    return PlaceSheet(place, call_for(session, place), territory, _bookable_motifs(session, day, place.id))


def _by_territory(places: Iterable[Place], territories: dict[int, str]) -> list[Group]:
    by_name: dict[str, list[PlaceRow]] = {}
    for place in sorted(places, key=lambda place: (place.city, place.name, place.id)):
        by_name.setdefault(territories.get(place.id, ""), []).append(PlaceRow(place, None))
    return [Group(name or None, by_name[name]) for name in sorted(by_name)]


def _territories(session: Session, day: date, place_id: int | None = None) -> dict[int, str]:
    statement = (
        select(PlaceAttachment.place_id, Territory.name)
        .join(Mds, Mds.id == PlaceAttachment.mds_id)
        .join(Territory, Territory.id == Mds.territory_id)
        .where(PlaceAttachment.valid.contains(day))
        .order_by(PlaceAttachment.place_id)
    )
    if place_id is not None:
        statement = statement.where(PlaceAttachment.place_id == place_id)
    return dict(iter(session.execute(statement)))


def _bookable_motifs(session: Session, day: date, place_id: int) -> list[Motif]:
    """Those that anyone may book there. Whether an hour is free is for the booking page to say."""
    statement = (
        select(Motif)
        .where(
            Motif.booked_by == BookedBy.EVERYONE,
            or_(Motif.closed_on.is_(None), Motif.closed_on > day),
            Motif.id.in_(
                select(opening_motif.c.motif_id)
                .join(Opening, Opening.id == opening_motif.c.opening_id)
                .join(Agent, Agent.id == Opening.agent_id)
                .where(
                    Opening.place_id == place_id,
                    Agent.is_active,
                    or_(Opening.last_day.is_(None), Opening.last_day >= day),
                )
            ),
        )
        .order_by(Motif.position, Motif.id)
    )
    return list(session.scalars(statement))
