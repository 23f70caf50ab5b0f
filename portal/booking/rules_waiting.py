"""The waiting list: which slot fits a wish. Pure: `now` is an argument."""

from collections.abc import Collection, Iterable
from datetime import date, time, timedelta
from enum import StrEnum

from portal.booking.models_waiting import Wish
from portal.booking.rules_service import may_book
from portal.booking.slots import Slot
from portal.clock import paris
from portal.directory.models import BookedBy, Motif
from portal.people.queries_access import Service

NOON = time(12)
WEEKDAYS = ("lun", "mar", "mer", "jeu", "ven")
HALVES = ("matin", "apres")
FURTHEST = timedelta(days=366)  # ahead, for the first day: nothing is foreseen after it


class WishFault(StrEnum):
    """Why somebody cannot be put on a waiting list."""

    NOT_YOUR_SERVICE = "not_your_service"
    NOT_BOOKABLE = "not_bookable"  # a motif that is only explained, or closed
    OVER = "over"  # the last day that suits is past
    TOO_FAR = "too_far"  # the first day is more than a year away
    NEVER = "never"  # neither mornings nor afternoons, or a last day before the first


def wish_refusal(  # noqa: PLR0913 - a wish's own parts
    motif: Motif, *, first_day: date, last_day: date | None, mornings: bool, afternoons: bool, today: date
) -> WishFault | None:
    """Why a wish makes no sense today, or None."""
    if is_closed(motif, today):
        return WishFault.NOT_BOOKABLE
    if not (mornings or afternoons) or (last_day is not None and last_day < first_day):
        return WishFault.NEVER
    if first_day > today + FURTHEST:
        return WishFault.TOO_FAR
    return WishFault.OVER if last_day is not None and last_day < today else None


def is_closed(motif: Motif, today: date) -> bool:
    """Whether nobody books a motif any more: it has no list."""
    return motif.booked_by is BookedBy.NOBODY or (motif.closed_on is not None and motif.closed_on <= today)


def books_family(services: Iterable[Service], family: str) -> bool:
    """Whether an agent books motifs of this family at some place."""
    return any(service.families is None or family in service.families for service in services)


def fits(wish: Wish, slot: Slot, *, referents: Collection[int] | None = None) -> bool:
    """Whether a slot of the wish's motif is what the person waits for.

    Its place, its days (both included), the half of the day, cut at noon in France, and the half-days of the week when
    some were ticked. `referents`: the only agents
    who may receive them; None: any.
    """
    wall = paris(slot.starts_at)
    is_half = wish.mornings if wall.time() < NOON else wish.afternoons
    is_ticked = not wish.half_days or half_day_of(slot) in wish.half_days
    is_day = wish.first_day <= wall.date() and (wish.last_day is None or wall.date() <= wish.last_day)
    is_place = wish.place_id is None or wish.place_id == slot.place_id
    return is_half and is_ticked and is_day and is_place and (referents is None or slot.agent_id in referents)


def half_day_of(slot: Slot) -> str:
    """The half-day of a slot, by the clock on the wall: "lun-matin"; of a week-end, one that nobody ticks."""
    wall = paris(slot.starts_at)
    day = WEEKDAYS[wall.weekday()] if wall.weekday() < len(WEEKDAYS) else "we"
    return f"{day}-{HALVES[wall.time() >= NOON]}"


def first_fit(
    wish: Wish,
    slots: Iterable[Slot],
    *,
    services: Collection[Service] | None = None,
    referents: Collection[int] | None = None,
) -> Slot | None:
    """The first of these slots, in their order, that fits a wish and that these services book (None: any).

    The wish's motif must be loaded.
    """
    family = wish.motif.family
    return next(
        (
            slot
            for slot in slots
            if fits(wish, slot, referents=referents)
            and (services is None or may_book(services, family=family, place_id=slot.place_id))
        ),
        None,
    )
