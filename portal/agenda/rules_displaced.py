"""Whose appointments to come must be placed anew, and why; which slots several of them could take. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from portal.booking.models import CancelReason
from portal.booking.rules_closed import Closed
from portal.booking.slots import Slot
from portal.clock import paris_day
from portal.holidays import METROPOLE, is_holiday


class Why(StrEnum):
    """Why an appointment cannot stand as it is."""

    AWAY = "absent"
    AGENT = "compte"  # the agent's account is closed, suspended or expired
    PLACE = "lieu"  # closed that day, or for good
    MOTIF = "motif"


class Candidate(NamedTuple):
    """An appointment to come that may not stand. `is_away`: its agent is absent at some instant of it."""

    id: int
    starts_at: datetime
    place_id: int
    is_away: bool
    is_agent_active: bool
    suspended_at: datetime | None
    expires_on: date | None
    place_closed_on: date | None
    motif_closed_on: date | None
    is_overbooked: bool


def reasons(one: Candidate, closed: Closed, region: str = METROPOLE) -> tuple[Why, ...]:
    """Why it cannot stand; nothing when it can.

    `closed`: the days on which places are closed; `region`: whose holidays are among them. A public holiday over which
    staff has booked on purpose, with its reason, is no reason.
    """
    day = paris_day(one.starts_at)
    is_off = not one.is_agent_active or one.suspended_at is not None or _has_come(one.expires_on, day)
    is_on_purpose = one.is_overbooked and is_holiday(day, region)
    is_shut = day.toordinal() in closed.of(one.place_id) and not is_on_purpose
    found = {
        Why.AWAY: one.is_away,
        Why.AGENT: is_off,
        Why.PLACE: is_shut or _has_come(one.place_closed_on, day),
        Why.MOTIF: _has_come(one.motif_closed_on, day),
    }
    return tuple(why for why, holds in found.items() if holds)


def reason_of(why: Sequence[Why]) -> CancelReason:
    """What is proposed as the reason of a cancellation, for the first of these."""
    first = next(iter(why), Why.AWAY)
    return {Why.PLACE: CancelReason.PLACE_CLOSED, Why.MOTIF: CancelReason.WRONG_SUBJECT}.get(
        first, CancelReason.AGENT_AWAY
    )


def shared_out(wanted: Iterable[tuple[int, int, Sequence[Slot]]]) -> Mapping[int, Slot]:
    """The first slot that each could take without taking another's: by appointment; missing when none is left.

    `wanted`: each appointment with its length and buffer in seconds, and its slots, the best first. Those who come
    first choose first.
    """
    taken: list[tuple[int, float, float]] = []
    found: dict[int, Slot] = {}
    for number, length, slots in wanted:
        for slot in slots:
            start = slot.starts_at.timestamp()
            end = start + length
            if all(slot.agent_id != agent or ends <= start or end <= begins for agent, begins, ends in taken):
                taken.append((slot.agent_id, start, end))
                found[number] = slot
                break
    return found


def _has_come(closing: date | None, day: date) -> bool:
    return closing is not None and closing <= day
