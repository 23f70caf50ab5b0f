"""What the directory holds on a given day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from math import asin, cos, radians, sin, sqrt
from typing import Protocol

from sqlalchemy import BigInteger, ColumnElement, func, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from portal.directory.communes import CommuneIndex
from portal.directory.models import (
    BookedBy,
    Commune,
    CommuneAttachment,
    Departement,
    Helpline,
    Mds,
    Motif,
    Place,
    PlaceAttachment,
    Territory,
    Theme,
)

__all__ = [
    "CommuneIndex",
    "ThemeMotifs",
    "commune_index",
    "departement",
    "distance_km",
    "helplines",
    "mds_of",
    "motif",
    "nearest_site",
    "place",
    "places",
    "territory_of",
    "themes",
]

SHOWN = (BookedBy.EVERYONE, BookedBy.NOBODY)  # to every resident; `nobody` is explained, never booked

_EARTH_KM = 6371.0088  # mean radius, IUGG
_KEPT_INDEXES = 4

_indexes: dict[tuple[object, ...], CommuneIndex] = {}


class Position(Protocol):
    """Something with a latitude and a longitude, in degrees (WGS 84)."""

    @property
    def lat(self) -> float:
        """Degrees north."""

    @property
    def lon(self) -> float:
        """Degrees east."""


@dataclass(frozen=True)
class ThemeMotifs:
    """A theme and its motifs, in the order of the Département's file."""

    theme: Theme
    motifs: Sequence[Motif]


def departement(session: Session) -> Departement | None:
    """The Département, or None before anything was loaded."""
    return session.get(Departement, 1)


def helplines(session: Session) -> Sequence[Helpline]:
    """The emergency numbers, in the order in which to show them."""
    return session.scalars(select(Helpline).order_by(Helpline.position, Helpline.id)).all()


def themes(session: Session, day: date, booked_by: Collection[BookedBy] = SHOWN) -> list[ThemeMotifs]:
    """The themes that have a motif to show on `day`, each with those; `booked_by` says which motifs to show.

    Those for invited people and those for agents are left out unless asked for.
    """
    shown: dict[int, list[Motif]] = {}
    rows = session.scalars(
        select(Motif)
        .join(Motif.theme)
        .where(_open(Motif.closed_on, day), Motif.booked_by.in_(booked_by))
        .options(joinedload(Motif.theme))
        .order_by(Theme.position, Motif.position, Motif.id)
    )
    for row in rows:
        shown.setdefault(row.theme_id, []).append(row)
    return [ThemeMotifs(motifs[0].theme, tuple(motifs)) for motifs in shown.values()]


def motif(session: Session, key: str, day: date) -> Motif | None:
    """The motif with this key, its theme loaded, unless it is closed on `day`."""
    query = select(Motif).where(Motif.key == key, _open(Motif.closed_on, day)).options(joinedload(Motif.theme))
    return session.scalars(query).one_or_none()


def place(session: Session, key: str, day: date) -> Place | None:
    """The place with this key, unless it is closed on `day`."""
    return session.scalars(select(Place).where(Place.key == key, _open(Place.closed_on, day))).one_or_none()


def places(
    session: Session, day: date, *, ids: Collection[int] | None = None, kinds: Collection[str] | None = None
) -> Sequence[Place]:
    """The places open on `day`, by name, in one query; only those of `ids` or of `kinds` where given."""
    query = select(Place).where(_open(Place.closed_on, day)).order_by(Place.name, Place.id)
    if ids is not None:
        query = query.where(Place.id.in_(ids))
    if kinds is not None:
        query = query.where(Place.kind.in_(kinds))
    return session.scalars(query).all()


def nearest_site(session: Session, day: date, lat: float, lon: float) -> Place | None:
    """The MDS site nearest to a point, as the crow flies; one that says its same-day hours before one that does not.

    None when no site is open on `day`.
    """
    sites = places(session, day, kinds=["mds_site"])
    return min(
        sites,
        key=lambda site: (site.urgent_hours is None, _km(lat, lon, site.lat, site.lon), site.key),
        default=None,
    )


def mds_of(session: Session, place_id: int, day: date) -> Mds | None:
    """The MDS a place answers to on `day`, past or future."""
    return session.scalars(
        select(Mds)
        .join(PlaceAttachment, PlaceAttachment.mds_id == Mds.id)
        .where(PlaceAttachment.place_id == place_id, PlaceAttachment.valid.contains(day))
    ).one_or_none()


def territory_of(session: Session, insee: str, day: date) -> Territory | None:
    """The territory a commune is in on `day`, past or future."""
    return session.scalars(
        select(Territory)
        .join(CommuneAttachment, CommuneAttachment.territory_id == Territory.id)
        .where(CommuneAttachment.insee == insee, CommuneAttachment.valid.contains(day))
    ).one_or_none()


def commune_index(session: Session) -> CommuneIndex:
    """The communes in memory, made again only after a load has changed them.

    Each row carries the number of the transaction that wrote it: while their count and the newest of these numbers
    stay the same, so do the communes. A rolled-back load leaves nothing behind, its number being used once.
    """
    newest = func.max(literal_column("commune.xmin::text::bigint", BigInteger))
    count, number = session.execute(select(func.count(), newest).select_from(Commune)).one()
    mark = (session.get_bind().engine.url, count, number)
    index = _indexes.get(mark)
    if index is None:
        columns = select(*Commune.__table__.columns).where(Commune.gone_on.is_(None)).order_by(Commune.insee)
        # Objects of no session: they outlive the one that read them, and serve every thread.
        index = CommuneIndex(Commune(**row) for row in session.execute(columns).mappings())
        while len(_indexes) >= _KEPT_INDEXES:
            _indexes.pop(next(iter(_indexes)), None)
        _indexes[mark] = index
    return index


def distance_km(one: Position, other: Position) -> float:
    """The distance as the crow flies, in kilometres (haversine on a sphere: right to about 0.5 %)."""
    return _km(one.lat, one.lon, other.lat, other.lon)


def _km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    north, east = radians(other_lat - lat) / 2, radians(other_lon - lon) / 2
    chord = sin(north) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(east) ** 2
    return 2 * _EARTH_KM * asin(sqrt(min(1.0, chord)))


def _open(closed_on: InstrumentedAttribute[date | None], day: date) -> ColumnElement[bool]:
    return or_(closed_on.is_(None), closed_on > day)
