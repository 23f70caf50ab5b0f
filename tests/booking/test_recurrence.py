from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.booking.models import Recurrence
from portal.booking.recurrence import days_of, hours_of, instant, midnight_of
from portal.clock import PARIS


@dataclass(frozen=True)
class Rule:
    recurrence: str = Recurrence.WEEKLY
    weekdays: Collection[int] = (0,)
    interval_weeks: int = 1
    nth_week: int | None = None
    first_day: date = date(2026, 1, 5)  # a Monday
    last_day: date | None = None
    skipped: Collection[date] = ()
    starts: time = time(9)
    ends: time = time(12)


def texts(days):
    return [day.isoformat() for day in days]


def on_wall(hours):
    return [(instant(start).astimezone(PARIS), instant(end).astimezone(PARIS)) for start, end in hours]


def test_an_opening_that_happens_once_has_only_its_first_day():
    once = Rule(recurrence=Recurrence.ONCE, weekdays=(), first_day=date(2026, 11, 25))
    assert texts(days_of(once, date(2026, 1, 1), date(2027, 12, 31))) == ["2026-11-25"]
    assert days_of(once, date(2026, 11, 26), date(2027, 12, 31)) == []
    assert days_of(once, date(2026, 1, 1), date(2026, 11, 24)) == []
    assert texts(days_of(once, date(2026, 11, 25), date(2026, 11, 25))) == ["2026-11-25"]


def test_a_day_that_happens_once_can_be_skipped_or_closed_before_it():
    once = Rule(recurrence=Recurrence.ONCE, first_day=date(2026, 11, 25))
    year = date(2026, 1, 1), date(2026, 12, 31)
    assert days_of(replace(once, skipped=[date(2026, 11, 25)]), *year) == []
    assert days_of(replace(once, last_day=date(2026, 11, 24)), *year) == []


def test_a_weekly_opening_comes_on_its_weekdays_between_its_days_included():
    rule = Rule(weekdays=[4, 1], first_day=date(2026, 11, 24), last_day=date(2026, 12, 4))
    assert texts(days_of(rule, date(2026, 1, 1), date(2027, 1, 1))) == [
        "2026-11-24",
        "2026-11-27",
        "2026-12-01",
        "2026-12-04",
    ]


def test_every_second_week_is_counted_from_the_week_of_the_first_day():
    # The first day is a Wednesday: its week's Monday is past, its Friday is not.
    rule = Rule(weekdays=[0, 4], interval_weeks=2, first_day=date(2026, 11, 25))
    assert texts(days_of(rule, date(2026, 11, 1), date(2026, 12, 31))) == [
        "2026-11-27",
        "2026-12-07",
        "2026-12-11",
        "2026-12-21",
        "2026-12-25",
    ]


def test_a_monthly_opening_comes_on_the_nth_weekday():
    rule = Rule(recurrence=Recurrence.MONTHLY, weekdays=[2], nth_week=1)
    assert texts(days_of(rule, date(2026, 6, 4), date(2026, 10, 6))) == ["2026-07-01", "2026-08-05", "2026-09-02"]


def test_a_monthly_opening_comes_on_the_last_weekday_fourth_or_fifth():
    rule = Rule(recurrence=Recurrence.MONTHLY, weekdays=[3], nth_week=-1)
    assert texts(days_of(rule, date(2026, 9, 1), date(2026, 12, 31))) == [
        "2026-09-24",
        "2026-10-29",
        "2026-11-26",
        "2026-12-31",
    ]


def test_a_leap_day_is_a_day_like_another():
    monthly = Rule(recurrence=Recurrence.MONTHLY, weekdays=[1], nth_week=-1)
    assert texts(days_of(monthly, date(2028, 2, 1), date(2028, 2, 29))) == ["2028-02-29"]
    assert texts(days_of(Rule(weekdays=[1]), date(2028, 2, 28), date(2028, 3, 7))) == ["2028-02-29", "2028-03-07"]
    once = Rule(recurrence=Recurrence.ONCE, first_day=date(2028, 2, 29))
    assert texts(days_of(once, date(2028, 2, 1), date(2028, 3, 1))) == ["2028-02-29"]


def test_skipped_days_are_left_out():
    rule = Rule(skipped=[date(2026, 1, 12), date(2026, 1, 13)])
    assert texts(days_of(rule, date(2026, 1, 1), date(2026, 1, 26))) == ["2026-01-05", "2026-01-19", "2026-01-26"]


@pytest.mark.parametrize("recurrence", [Recurrence.WEEKLY, Recurrence.MONTHLY])
def test_an_opening_without_weekdays_or_week_never_happens(recurrence):
    year = date(2026, 1, 1), date(2026, 12, 31)
    assert days_of(Rule(recurrence=recurrence, weekdays=(), nth_week=1), *year) == []
    assert days_of(Rule(recurrence=Recurrence.MONTHLY, nth_week=None), *year) == []


def happens(rule, day):
    """What the rule says, in the plainest way."""
    if day < rule.first_day or (rule.last_day and day > rule.last_day) or day in rule.skipped:
        return False
    if rule.recurrence == Recurrence.ONCE:
        return day == rule.first_day
    if day.weekday() not in rule.weekdays:
        return False
    if rule.recurrence == Recurrence.WEEKLY:
        week, first_week = day.isocalendar()[:2], rule.first_day
        weeks = 0
        while first_week.isocalendar()[:2] != week:
            first_week, weeks = first_week + timedelta(days=7), weeks + 1
        return weeks % rule.interval_weeks == 0
    if rule.nth_week == -1:
        return (day + timedelta(days=7)).month != day.month
    return (day.day + 6) // 7 == rule.nth_week


days = st.dates(date(2023, 12, 1), date(2028, 3, 31))
rules = st.builds(
    Rule,
    recurrence=st.sampled_from(list(Recurrence)),
    weekdays=st.lists(st.integers(0, 6), max_size=4),
    interval_weeks=st.integers(1, 6),
    nth_week=st.sampled_from([1, 2, 3, 4, -1]),
    first_day=days,
    last_day=st.none() | days,
    skipped=st.lists(days, max_size=5),
)


@given(rules, days, st.integers(0, 120))
def test_the_days_are_those_of_the_rule_and_no_other(rule, first, length):
    asked = [first + timedelta(days=n) for n in range(length + 1)]
    assert days_of(rule, first, asked[-1]) == [day for day in asked if happens(rule, day)]


@given(rules, days, st.integers(0, 90), st.integers(0, 90))
def test_looking_at_a_part_of_the_days_changes_nothing_to_them(rule, first, some, more):
    middle = first + timedelta(days=some)
    last = middle + timedelta(days=more + 1)
    parts = days_of(rule, first, middle) + days_of(rule, middle + timedelta(days=1), last)
    assert parts == days_of(rule, first, last)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 28), date(2026, 10, 26)])
def test_hours_are_those_of_a_wall_clock_around_both_changes(day):
    daily = Rule(weekdays=range(7))
    (hours,) = on_wall(hours_of(daily, day, day))
    assert hours == (datetime.combine(day, time(9), PARIS), datetime.combine(day, time(12), PARIS))
    assert (hours[1] - hours[0]) == timedelta(hours=3)


def test_nine_o_clock_is_an_hour_earlier_in_universal_time_in_summer():
    daily = Rule(weekdays=range(7))
    found = {instant(start) for start, _ in hours_of(daily, date(2026, 3, 28), date(2026, 3, 29))}
    assert found == {datetime(2026, 3, 28, 8, tzinfo=UTC), datetime(2026, 3, 29, 7, tzinfo=UTC)}


def test_hours_that_spring_skips_are_no_time_and_those_that_autumn_repeats_are_longer():
    night = Rule(weekdays=range(7), starts=time(2), ends=time(3))
    assert hours_of(night, date(2026, 3, 29), date(2026, 3, 29)) == []
    ((start, end),) = hours_of(night, date(2026, 10, 25), date(2026, 10, 25))
    assert end - start == 2 * 3600
    evening = Rule(weekdays=range(7), starts=time(0), ends=time(23, 59))
    ((start, end),) = hours_of(evening, date(2026, 3, 29), date(2026, 3, 29))
    assert end - start == 23 * 3600 - 60


def test_closed_and_skipped_days_have_no_hours():
    daily = Rule(weekdays=range(7), skipped=[date(2026, 11, 10)])
    closed = {date(2026, 11, 11).toordinal()}
    found = on_wall(hours_of(daily, date(2026, 11, 9), date(2026, 11, 12), closed))
    assert texts(start.date() for start, _ in found) == ["2026-11-09", "2026-11-12"]


@given(st.dates(date(1996, 11, 1), date(2090, 12, 31)), st.times(), st.times())
def test_hours_agree_with_the_calendar_of_any_day(day, starts, ends):
    starts, ends = starts.replace(microsecond=0), ends.replace(microsecond=0)
    found = hours_of(Rule(weekdays=range(7), first_day=day, starts=starts, ends=ends), day, day)
    start, end = (datetime.combine(day, hour, PARIS).timestamp() for hour in (starts, ends))
    assert found == ([(start, end)] if start < end else [])
    assert instant(midnight_of(day)).astimezone(PARIS).replace(tzinfo=None) == datetime.combine(day, time(0))
