"""Openings: who may write them, what a change makes of them, what it does to slots and to people."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from portal.agenda.rules_openings import (
    Authority,
    Draft,
    Plan,
    after,
    authority,
    change_from,
    change_once,
    copy_week,
    end_from,
    is_done,
    mark_of,
    mark_of_plan,
    next_days,
    once,
)
from portal.agenda.rules_openings_effect import Effect, Look, Situation, Taken, effect
from portal.booking.models import Recurrence
from portal.booking.rules_closed import Closed
from portal.booking.slots import Days, Pace, Window
from tests.world import at

TODAY = date(2026, 11, 23)
MONDAYS = Draft(
    id=5,
    place_id=1,
    recurrence=Recurrence.WEEKLY,
    weekdays=(0,),
    interval_weeks=1,
    nth_week=None,
    first_day=date(2026, 1, 5),
    last_day=None,
    starts=time(9),
    ends=time(12),
    skipped=(date(2026, 12, 21),),
    motif_ids=frozenset({3}),
)


def seconds(day: str, hour: str) -> int:
    return int(at(day, hour).timestamp())


LOOK = Look(
    days=Days(TODAY, TODAY + timedelta(weeks=8)),
    window=Window(seconds("2026-11-23", "09:02"), seconds("2027-01-18", "23:59")),
    paces={3: Pace(3600, 0)},
    closed=Closed(),
)


@pytest.mark.parametrize(
    ("roles", "is_own", "led", "of_agent", "places"),
    [
        ({"admin"}, False, frozenset(), frozenset(), None),
        ({"professionnel"}, True, frozenset(), frozenset({1}), frozenset({1})),
        ({"professionnel"}, False, frozenset(), frozenset({1}), frozenset()),
        ({"accueil"}, True, frozenset(), frozenset({1}), frozenset()),
        ({"encadrant"}, False, frozenset({1, 2}), frozenset({2, 3}), frozenset({2})),
        ({"encadrant"}, False, frozenset({1, 2}), None, frozenset({1, 2})),
        ({"encadrant"}, False, None, frozenset({2}), frozenset({2})),
        ({"encadrant"}, True, frozenset({1}), None, None),
    ],
)
def test_who_writes_openings(roles, is_own, led, of_agent, places) -> None:
    found = authority(roles, is_own=is_own, led=led, of_agent=of_agent)
    assert found == Authority(places)
    assert found.is_any is (places is None or bool(places))
    assert found.covers(2) is (places is None or 2 in places)


def test_changing_all_ends_the_old_on_the_eve_and_keeps_the_days_skipped() -> None:
    day = date(2026, 12, 14)
    plan = change_from(MONDAYS, replace(MONDAYS, starts=time(14), ends=time(17)), day)
    old, new = after([MONDAYS], plan)
    assert (old.last_day, new.first_day, new.id) == (date(2026, 12, 13), day, 6)
    assert new.skipped == (date(2026, 12, 21),)
    assert next_days(new, TODAY, count=2) == [day, date(2026, 12, 28)]
    assert plan.changed_ids == {5}


def test_an_opening_that_ends_before_it_begins_never_happens() -> None:
    assert after([MONDAYS], end_from(MONDAYS, date(2026, 1, 5))) == ()
    ends_soon = replace(MONDAYS, last_day=date(2026, 6, 1))
    assert after([ends_soon], end_from(ends_soon, date(2026, 12, 1)))[0].last_day == date(2026, 6, 1)


def test_one_day_is_taken_out_or_happens_otherwise() -> None:
    day = date(2026, 11, 30)
    (left,) = after([MONDAYS], change_once(MONDAYS, day, None))
    assert not left.happens_on(day)
    _left, added = after([MONDAYS], change_once(MONDAYS, day, replace(MONDAYS, starts=time(10))))
    assert (added.recurrence, added.first_day, added.last_day, added.starts) == (Recurrence.ONCE, day, day, time(10))


def test_a_week_is_copied_without_doubling_what_is_there() -> None:
    fortnight = replace(MONDAYS, id=6, weekdays=(1,), interval_weeks=2, first_day=date(2026, 11, 24))
    plan = copy_week([MONDAYS, fortnight], date(2026, 11, 25), date(2026, 12, 4))
    assert plan.added == (once(fortnight, date(2026, 12, 1)),)
    assert copy_week(after([MONDAYS, fortnight], plan), date(2026, 11, 25), date(2026, 12, 4)).added == ()


def test_what_is_done_already_is_known() -> None:
    for plan in (
        change_from(MONDAYS, replace(MONDAYS, starts=time(8)), date(2026, 12, 7)),
        change_once(MONDAYS, date(2026, 12, 7), None),
        end_from(MONDAYS, date(2026, 1, 1)),
        Plan(added=(once(MONDAYS, date(2026, 12, 8)),)),
    ):
        assert not is_done([MONDAYS], plan)
        assert is_done(after([MONDAYS], plan), plan)
    never = replace(MONDAYS, last_day=MONDAYS.first_day, skipped=(MONDAYS.first_day,))
    assert is_done([never], end_from(MONDAYS, date(2026, 1, 1)))


def test_marks_tell_what_was_shown() -> None:
    other = replace(MONDAYS, motif_ids=frozenset({3, 4}))
    assert mark_of(MONDAYS) != mark_of(other)
    assert mark_of_plan(Plan(added=(MONDAYS,)), [1]) != mark_of_plan(Plan(added=(other,)), [1])
    assert mark_of_plan(Plan(), [1]) != mark_of_plan(Plan(), [2])


def test_the_effect_counts_slots_and_whom_it_touches() -> None:
    booked = (
        Taken(11, 1, 3, seconds("2026-11-30", "09:00"), seconds("2026-11-30", "10:00")),
        Taken(12, 1, 3, seconds("2026-12-07", "09:00"), seconds("2026-12-07", "10:00")),
        Taken(13, 1, 3, seconds("2026-12-08", "09:00"), seconds("2026-12-08", "10:00")),  # outside every opening
    )
    held = tuple((one.start, one.end) for one in booked)
    look = replace(LOOK, booked=booked, held=held)
    before = Situation((MONDAYS,))
    ended = Situation(after([MONDAYS], end_from(MONDAYS, date(2026, 12, 7))))
    found = effect(before, ended, look)
    # Six Mondays from 7 December on, one of them skipped, three hours each; nine o'clock on the 7th was taken.
    assert found == Effect(lost={3: 17}, touched=(12,))
    away = Situation((MONDAYS,), ((seconds("2026-11-30", "00:00"), seconds("2026-12-09", "00:00")),))
    assert effect(before, away, look) == Effect(lost={3: 4}, touched=(11, 12, 13))
    assert effect(away, before, look).gained == {3: 4}
    assert effect(away, away, look).touched == ()
    assert effect(before, before, LOOK) == Effect()


def test_an_agent_wanted_at_two_places_is_said() -> None:
    there = replace(MONDAYS, id=0, place_id=2, starts=time(11), ends=time(13))
    apart = replace(there, weekdays=(1,))
    for added, count in ((there, 1), (apart, 0), (replace(there, place_id=1), 0)):
        later = after([MONDAYS], Plan(added=(added,)))
        found = effect(Situation((MONDAYS,)), Situation(later), LOOK).clashes
        assert len(found) == count
    assert (
        effect(Situation((MONDAYS,)), Situation(after([MONDAYS], Plan(added=(there,)))), LOOK).clashes[0].day == TODAY
    )
