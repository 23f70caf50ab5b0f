"""Who waits for what, and the first slot that would suit each."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import Session, joinedload

from portal.booking.availability import Scope, free_slots
from portal.booking.models_waiting import Wish
from portal.booking.rules_waiting import first_fit
from portal.booking.slots import Slot
from portal.clock import paris_day
from portal.directory.models import Motif
from portal.notifications.queries_post import calendar_of
from portal.notifications.ways import first_day_known, may_be_called
from portal.people.models import Person, Referent
from portal.people.queries_access import Service

PAGE_SIZE = 50
_LAST_PAGE = 10_000
_LOOKS = (28, 84)  # days looked at for a slot: most wishes are answered in the first


@dataclass(frozen=True)
class WishLine:
    """A wish, and the first free slot that suits it now; None when there is none in the next twelve weeks.

    `by_phone`: no letter would say it in time, which is how they are told: somebody calls them.
    """

    wish: Wish
    slot: Slot | None
    by_phone: bool = False


@dataclass(frozen=True)
class Waiting:
    """Fifty wishes at most, those who have waited longest first; `number` of the page, from 1."""

    lines: list[WishLine]
    number: int
    has_next: bool


def wish(session: Session, wish_id: int) -> Wish | None:
    """A wish with its person, motif and place; read again from the database."""
    return session.scalars(_whole().where(Wish.id == wish_id)).one_or_none()


def wishes_of(session: Session, person_id: int) -> list[Wish]:
    """The open wishes of a person and of their relatives, each with its person, motif and place, the oldest first."""
    statement = (
        _whole()
        .join(Person, Person.id == Wish.person_id)
        .where(Wish.ended_at.is_(None), or_(Person.id == person_id, Person.guardian_id == person_id))
    )
    return list(session.scalars(statement.order_by(Wish.created_at, Wish.id)))


def open_wishes(
    session: Session,
    now: datetime,
    *,
    place_ids: Collection[int] | None = None,
    services: Collection[Service] | None = None,
    page: int = 1,
) -> Waiting:
    """A page of those who wait for one of these places, or for any; each with the first slot that suits them.

    `services` (those of an agent, `services_of`): only what the agent books; a wish for any place may then be answered
    at every place where they do. None: everything. A page out of reach is empty. Few statements, whatever the number.
    """
    number = min(max(page, 1), _LAST_PAGE)
    today = paris_day(now)
    statement = _whole().where(Wish.ended_at.is_(None), or_(Wish.last_day.is_(None), Wish.last_day >= today))
    if place_ids is not None:
        statement = statement.where(or_(Wish.place_id.is_(None), Wish.place_id.in_(place_ids)))
    if services is not None:
        statement = statement.join(Motif, Motif.id == Wish.motif_id).where(or_(false(), *map(_booked_by, services)))
    ordered = statement.order_by(Wish.created_at, Wish.id).offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)
    found = session.scalars(ordered).all()
    shown = list(found[:PAGE_SIZE])
    slots = first_slots(session, now, shown, services=services)
    known = _known(session, now, shown)
    lines = [WishLine(one, slot := slots.get(one.id), _is_before(slot, known.get(one.id))) for one in shown]
    return Waiting(lines, number, len(found) > PAGE_SIZE)


def first_slots(
    session: Session, now: datetime, wishes: Collection[Wish], *, services: Collection[Service] | None = None
) -> dict[int, Slot]:
    """The first free slot that suits each of these wishes, by wish: within twelve weeks, or of its first day.

    Whoever is told by letter alone, and cannot be called, has one that a letter which leaves now tells in time. Their
    motifs and people must be loaded, and who answers for those.
    """
    known = _known(session, now, wishes)
    by_letter = {one.id: known[one.id] for one in wishes if one.id in known and not may_be_called(_reader(one))}
    by_motif: dict[int, list[Wish]] = defaultdict(list)
    for one in wishes:
        by_motif[one.motif_id].append(one)
    referents = _referents(session, paris_day(now), [one for one in wishes if one.motif.with_referent])
    found: dict[int, Slot] = {}
    for alike in by_motif.values():
        found |= _first_of_motif(session, now, alike, services, referents, by_letter)
    return found


def _reader(one: Wish) -> Person:
    return one.person.guardian or one.person


def _known(session: Session, now: datetime, wishes: Collection[Wish]) -> dict[int, date]:
    """The first day of which a letter tells in time, by wish; those whom nothing but a letter tells alone."""
    if not wishes:
        return {}
    post = calendar_of(session)
    days = {one.id: first_day_known(_reader(one), now, post) for one in wishes}
    return {number: day for number, day in days.items() if day is not None}


def _is_before(slot: Slot | None, day: date | None) -> bool:
    return slot is not None and day is not None and paris_day(slot.starts_at) < day


def _first_of_motif(  # noqa: PLR0913, PLR0917 - what was read of the wishes
    session: Session,
    now: datetime,
    wishes: list[Wish],
    services: Collection[Service] | None,
    referents: dict[int, frozenset[int]],
    by_letter: dict[int, date],
) -> dict[int, Slot]:
    today = paris_day(now)
    found: dict[int, Slot] = {}
    for days in _LOOKS:
        left = [one for one in wishes if one.id not in found]
        if not left:
            break
        first = max(today, min(one.first_day for one in left))
        last = max(today, *(one.first_day for one in left)) + timedelta(days=days - 1)
        scope = Scope(left[0].motif, place_ids=_places(left, services), for_agent=True)
        slots = free_slots(session, now, scope, first, last)
        for one in left:
            followed = referents.get(one.person_id, frozenset()) if one.motif.with_referent else None
            known = by_letter.get(one.id)
            in_time = slots if known is None else [slot for slot in slots if not _is_before(slot, known)]
            slot = first_fit(one, in_time, services=services, referents=followed)
            if slot is not None:
                found[one.id] = slot
    return found


def _places(wishes: Iterable[Wish], services: Collection[Service] | None) -> frozenset[int] | None:
    """The places where slots are looked for; None: everywhere."""
    wanted = {one.place_id for one in wishes}
    if None not in wanted:
        return frozenset(place_id for place_id in wanted if place_id is not None)
    if services is None or any(service.place_ids is None for service in services):
        return None
    return frozenset().union(*(service.place_ids or () for service in services))


def _booked_by(service: Service) -> ColumnElement[bool]:
    of_family = true() if service.families is None else Motif.family.in_(service.families)
    there = true() if service.place_ids is None else Wish.place_id.in_(service.place_ids)
    return and_(of_family, or_(Wish.place_id.is_(None), there))


def _referents(session: Session, day: date, wishes: Collection[Wish]) -> dict[int, frozenset[int]]:
    """The agents who follow each of these people, themselves or through their guardian."""
    followed = {one.person_id: {one.person_id, one.person.guardian_id} for one in wishes}
    ids = {number for numbers in followed.values() for number in numbers if number is not None}
    if not ids:
        return {}
    rows = session.execute(
        select(Referent.person_id, Referent.agent_id)
        .where(Referent.person_id.in_(ids), Referent.valid.contains(day))
        .order_by(Referent.person_id, Referent.agent_id)
    ).all()
    return {
        person_id: frozenset(row.agent_id for row in rows if row.person_id in numbers)
        for person_id, numbers in followed.items()
    }


def _whole() -> Select[Wish]:
    return (
        select(Wish)
        .options(
            joinedload(Wish.person, innerjoin=True).joinedload(Person.guardian),
            joinedload(Wish.motif, innerjoin=True),
            joinedload(Wish.place),
            joinedload(Wish.created_by_agent),
        )
        .execution_options(populate_existing=True)
    )
