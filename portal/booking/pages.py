"""What the booking pages show, read in few queries: places with their next slot, a week, an appointment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.booking import asked
from portal.booking.availability import Scope, free_slots, merged, next_free
from portal.booking.models import Opening, opening_motif
from portal.booking.slots import Slot
from portal.clock import paris_day
from portal.directory import queries as directory
from portal.directory.communes import CommuneIndex
from portal.directory.models import BookedBy, Commune, Motif, Place
from portal.people.models import Agent
from portal.people.queries import referents_of

NEAREST = 6  # places shown first; the others are one press away
_LONGEST_SEARCH = 80  # characters: no commune needs more
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Call:
    """The number to call about a place, and when someone answers, as far as they are known."""

    phone: str | None
    hours: str | None


@dataclass(frozen=True)
class CommuneSearch:
    """What a search for a commune gave. `shown` is what stands in the field."""

    shown: str = ""
    found: Commune | None = None
    several: Sequence[Commune] = ()
    is_refused: bool = False


@dataclass(frozen=True)
class PlaceChoice:
    """A place that offers a motif. `distance` in kilometres, None when no commune was chosen."""

    place: Place
    phone: str | None
    next_free: datetime | None
    distance: float | None


@dataclass(frozen=True)
class PlacesPage:
    """The places of a motif. `asks_commune` is false when one's own référent decides where."""

    search: CommuneSearch
    choices: Sequence[PlaceChoice]
    asks_commune: bool
    offers_all: bool
    is_empty: bool


@dataclass(frozen=True)
class Week:
    """The free slots of one place from a Monday to the Sunday after; other weeks where a slot may be.

    `next_free`: the first slot of this place, in any week; `next_free_day` where it is another week.
    """

    monday: date
    days: Sequence[tuple[date, Sequence[datetime]]]
    previous: date | None
    next: date | None
    next_free: datetime | None
    next_free_day: date | None


@dataclass(frozen=True)
class Site:
    """The MDS site that receives today."""

    place: Place
    distance: float
    call: Call


class PostalNames:
    """The names and routing labels of the communes of a postcode, for the check of addresses."""

    def __init__(self, index: CommuneIndex) -> None:
        self._index = index

    def label_of(self, postal_code: str) -> frozenset[str]:
        """Both what people write and what the post writes; empty outside the Département."""
        communes = self._index.find(postal_code) if postal_code.isdigit() else []
        return frozenset(name for commune in communes for name in (commune.name, commune.postal_label))


def themes(session: Session, now: datetime) -> list[directory.ThemeMotifs]:
    """The themes and motifs that residents see: bookable, explained, or for those who have a letter."""
    return directory.themes(session, paris_day(now), booked_by=(BookedBy.EVERYONE, BookedBy.INVITED, BookedBy.NOBODY))


def search_commune(session: Session, text: str, insee: str) -> CommuneSearch:
    """The commune of an INSEE code, else those that `text` may mean. Bad characters mean nothing, and are not shown."""
    index = directory.commune_index(session)
    chosen = index.get(insee)
    if chosen is not None:
        return CommuneSearch(chosen.name, found=chosen)
    shown = "".join(sign for sign in text[:_LONGEST_SEARCH] if sign.isprintable()).strip()
    if not text.strip():
        return CommuneSearch()
    if not text.isprintable():
        return CommuneSearch(shown, is_refused=True)
    chosen = index.sure(text)
    if chosen is not None:
        return CommuneSearch(shown, found=chosen)
    # "Lille" looks like Lillers: what is only likely is asked, never taken.
    found = index.find(text)
    return CommuneSearch(shown, several=found, is_refused=not found)


def scope_of(session: Session, now: datetime, motif: Motif, person_id: int | None, *place_ids: int) -> Scope:
    """Whose slots a resident sees: all, or those of their own référent where the motif says so."""
    agents = None
    if motif.with_referent:
        agents = referents_of(session, [person_id], paris_day(now)) if person_id is not None else frozenset()
    return Scope(motif, place_ids=place_ids or None, agent_ids=agents)


def places_page(session: Session, now: datetime, scope: Scope, search: CommuneSearch, *, show_all: bool) -> PlacesPage:
    """The places that offer the motif of `scope`: the nearest first when a commune is chosen, else by name."""
    asks_commune = not scope.motif.with_referent
    listed = bool(search.found or show_all or not asks_commune)
    places = directory.places(session, paris_day(now), ids=_offering(session, now, scope))
    free = next_free(session, now, scope) if listed else {}
    phone = call_for(session, None).phone
    choices = [
        PlaceChoice(
            place,
            place.phone or phone,
            free.get(place.id),
            directory.distance_km(search.found, place) if search.found else None,
        )
        for place in places
    ]
    choices.sort(key=lambda choice: (choice.distance or 0.0, choice.place.name, choice.place.id))
    shown = choices if show_all or not asks_commune else choices[:NEAREST]
    return PlacesPage(
        search=search,
        choices=shown if listed else (),
        asks_commune=asks_commune,
        offers_all=bool(choices) and asks_commune and (not listed or len(shown) < len(choices)),
        is_empty=not choices,
    )


def week(session: Session, now: datetime, scope: Scope, wanted: date | None) -> Week:
    """The week of a day at the one place of `scope`, or the first week with a free slot when no day is wanted."""
    horizon = scope.motif.horizon_days
    earliest = min(next_free(session, now, scope).values(), default=None)
    first = None if earliest is None else paris_day(earliest)
    monday = asked.week(wanted or first or paris_day(now), now, horizon)
    slots = merged(free_slots(session, now, scope, monday, monday + _WEEK - timedelta(days=1))) if first else []
    previous, following = asked.around(monday, now, horizon)
    is_elsewhere = first is not None and asked.monday_of(first) != monday
    return Week(monday, by_day(slots), previous, following, earliest, first if is_elsewhere else None)


def by_day(slots: Iterable[Slot]) -> list[tuple[date, list[datetime]]]:
    """The starts of slots, grouped by day in France, in order."""
    starts = sorted(slot.starts_at for slot in slots)
    return [(day, list(hours)) for day, hours in groupby(starts, key=paris_day)]


def call_for(session: Session, place: Place | None) -> Call:
    """The number of a place, or the Département's when it has none."""
    if place is not None and place.phone:
        return Call(place.phone, None)
    departement = directory.departement(session)
    return Call(departement.phone, departement.phone_hours) if departement else Call(None, None)


def site_of_today(session: Session, now: datetime, commune: Commune) -> Site | None:
    """Where to go today in an emergency: the nearest MDS site, and its number."""
    place = directory.nearest_site(session, paris_day(now), commune.lat, commune.lon)
    if place is None:
        return None
    return Site(place, directory.distance_km(commune, place), call_for(session, place))


def offers(session: Session, now: datetime, scope: Scope, place_id: int) -> bool:
    """Whether a place receives for the motif of `scope` at all."""
    return place_id in _offering(session, now, scope)


def _offering(session: Session, now: datetime, scope: Scope) -> set[int]:
    statement = (
        select(Opening.place_id)
        .distinct()
        .join(opening_motif, opening_motif.c.opening_id == Opening.id)
        .join(Agent, Agent.id == Opening.agent_id)
        .where(
            opening_motif.c.motif_id == scope.motif.id,
            Agent.is_active,
            or_(Opening.last_day.is_(None), Opening.last_day >= paris_day(now)),
        )
        .order_by(Opening.place_id)
    )
    if scope.place_ids is not None:
        statement = statement.where(Opening.place_id.in_(scope.place_ids))
    if scope.agent_ids is not None:
        statement = statement.where(Opening.agent_id.in_(scope.agent_ids))
    return set(session.scalars(statement))
