"""Openings changed: what would be written, and who may write it. Pure: days are arguments."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from enum import StrEnum

from portal.booking.models import Recurrence
from portal.booking.recurrence import days_of
from portal.web.access import Role

_DAY, _YEAR = timedelta(days=1), timedelta(days=366)
_WRITERS = frozenset({Role.PROFESSIONNEL, Role.REFERENT, Role.ENCADRANT})


class OpeningFault(StrEnum):
    """Why a change of openings or absences is refused."""

    CHANGED = "changed"  # somebody else changed it since the page was shown
    NOT_YOURS = "not_yours"  # another agent's, at a place where this one does not lead
    NOT_THERE = "not_there"  # it does not happen on that day
    PAST = "past"  # what has happened stays as it was
    NOTHING = "nothing"  # the week holds nothing to copy


@dataclass(frozen=True)
class Draft:
    """An opening as it is, or as it would be; `booking.slots` reads it. `id` 0: not written yet."""

    id: int
    place_id: int
    recurrence: Recurrence
    weekdays: tuple[int, ...]
    interval_weeks: int
    nth_week: int | None
    first_day: date
    last_day: date | None
    starts: time
    ends: time
    skipped: tuple[date, ...]
    motif_ids: frozenset[int]

    def happens_on(self, day: date) -> bool:
        """Whether it happens that day."""
        return bool(days_of(self, day, day))


@dataclass(frozen=True)
class Plan:
    """What would be written. `ends`: the last day of openings that are there (before their first: they never happen).

    `skips`: by opening, a day on which it no longer happens.
    """

    ends: Mapping[int, date] = field(default_factory=dict)
    skips: Mapping[int, date] = field(default_factory=dict)
    added: tuple[Draft, ...] = ()

    @property
    def changed_ids(self) -> frozenset[int]:
        """The openings that would no longer be as they are."""
        return frozenset({*self.ends, *self.skips})


@dataclass(frozen=True)
class Authority:
    """What an agent may write of somebody's openings and absences. `places`: where; None: everywhere."""

    places: frozenset[int] | None = frozenset()

    @property
    def is_any(self) -> bool:
        """Whether they may write anything at all; absences, which are everywhere, go with it."""
        return self.places is None or bool(self.places)

    def covers(self, place_id: int) -> bool:
        """Whether they may write an opening at this place."""
        return self.places is None or place_id in self.places


def authority(
    roles: Collection[str], *, is_own: bool, led: frozenset[int] | None, of_agent: frozenset[int] | None
) -> Authority:
    """Who writes openings: whoever receives, their own; an encadrant, those at the places they lead; an admin, all.

    A welcome desk writes none. `led`: the places that the writer leads; `of_agent`: where the agent works (None:
    everywhere).
    """
    if Role.ADMIN in roles:
        return Authority(None)
    if is_own and _WRITERS.intersection(roles):
        return Authority(of_agent)
    if Role.ENCADRANT not in roles:
        return Authority()
    if led is None:
        return Authority(of_agent)
    return Authority(led if of_agent is None else led & of_agent)


def change_from(old: Draft, new: Draft, day: date) -> Plan:
    """The old opening ends on the eve of `day`; the new one begins then, without the days to come that were skipped.

    Weeks are counted anew from that day. One that happens once happens: its only day was asked for by name.
    """
    begun = replace(new, id=0, first_day=day, skipped=())
    is_once = begun.recurrence is Recurrence.ONCE
    skipped = () if is_once else tuple(one for one in old.skipped if one >= day and begun.happens_on(one))
    return Plan(ends={old.id: day - _DAY}, added=(replace(begun, skipped=skipped),))


def change_once(old: Draft, day: date, new: Draft | None, stand_in: Draft | None = None) -> Plan:
    """On one day alone: it does not happen, or (`new`) happens otherwise.

    `stand_in`: what was written for that day instead of it already, which goes, unless it is what is wanted.
    """
    added = () if new is None else (once(new, day),)
    if stand_in is None:
        return Plan(skips={old.id: day}, added=added)
    if added == (replace(stand_in, id=0),):
        return Plan(added=added)
    return Plan(ends={stand_in.id: day - _DAY}, added=added)


def end_from(old: Draft, day: date) -> Plan:
    """It happens no more from `day` on."""
    return Plan(ends={old.id: day - _DAY})


def once(draft: Draft, day: date) -> Draft:
    """The same hours on one day."""
    return replace(
        draft,
        id=0,
        recurrence=Recurrence.ONCE,
        weekdays=(),
        interval_weeks=1,
        nth_week=None,
        first_day=day,
        last_day=day,
        skipped=(),
    )


def copy_week(current: Sequence[Draft], source: date, target: date) -> Plan:
    """All that happens in the week of `source`, on the same weekdays of the week of `target`; what is there stays.

    What already happens there (same place, same hours, the same motifs or more) is not doubled.
    """
    from_monday, to_monday = monday_of(source), monday_of(target)
    wanted = [
        once(draft, to_monday + (day - from_monday))
        for draft in current
        for day in days_of(draft, from_monday, from_monday + 6 * _DAY)
    ]
    new = dict.fromkeys(one for one in wanted if not any(_gives(draft, one) for draft in current))
    return Plan(added=tuple(sorted(new, key=lambda one: (one.first_day, one.starts, one.place_id))))


def next_days(draft: Draft, today: date, *, count: int = 5) -> list[date]:
    """The first days on which it happens, from `today` on; fewer when it ends, or comes less often than yearly."""
    return days_of(draft, today, max(today, draft.first_day) + _YEAR)[:count]


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def after(current: Iterable[Draft], plan: Plan) -> tuple[Draft, ...]:
    """The openings as they would be. Those added are the newest."""
    known = list(current)
    left = [changed for draft in known if (changed := _changed(draft, plan)) is not None]
    newest = max((draft.id for draft in known), default=0)
    return (*left, *(replace(one, id=newest + rank) for rank, one in enumerate(plan.added, 1)))


def is_done(current: Sequence[Draft], plan: Plan) -> bool:
    """Whether all of a plan is there already: the button was pressed twice."""
    by_id = {draft.id: draft for draft in current}
    is_ended = all(_ends_by(by_id.get(number), day) for number, day in plan.ends.items())
    is_skipped = all(number in by_id and day in by_id[number].skipped for number, day in plan.skips.items())
    known = {replace(draft, id=0) for draft in current}
    return is_ended and is_skipped and known.issuperset(plan.added)


def mark_of(draft: Draft) -> str:
    """What a page showed of an opening, so that a change made meanwhile is seen."""
    shown = replace(draft, motif_ids=frozenset())
    return _digest(f"{shown!r}{sorted(draft.motif_ids)}")


def mark_of_plan(plan: Plan, touched: Iterable[int]) -> str:
    """What a page showed of an effect: what would be written, and whom it touches."""
    added = [(replace(one, motif_ids=frozenset()), sorted(one.motif_ids)) for one in plan.added]
    return _digest(f"{sorted(plan.ends.items())}{sorted(plan.skips.items())}{added}{sorted(touched)}")


def _changed(draft: Draft, plan: Plan) -> Draft | None:
    if (last := plan.ends.get(draft.id)) is not None:
        if last < draft.first_day:
            return None
        draft = replace(draft, last_day=last if draft.last_day is None else min(last, draft.last_day))
    if (day := plan.skips.get(draft.id)) is not None:
        draft = replace(draft, skipped=tuple(sorted({*draft.skipped, day})))
    return draft


def _ends_by(draft: Draft | None, day: date) -> bool:
    """Whether an opening no longer happens after a day; one that is not there any more does not."""
    if draft is None:
        return True
    is_never = draft.last_day == draft.first_day and draft.first_day in draft.skipped
    return is_never or (draft.last_day is not None and draft.last_day <= day)


def _gives(draft: Draft, wanted: Draft) -> bool:
    same_hours = (draft.place_id, draft.starts, draft.ends) == (wanted.place_id, wanted.starts, wanted.ends)
    return same_hours and wanted.motif_ids <= draft.motif_ids and draft.happens_on(wanted.first_day)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
