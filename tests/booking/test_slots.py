import itertools
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.booking.models import Recurrence
from portal.booking.slots import (
    Closed,
    Days,
    Pace,
    Slot,
    Window,
    agent_starts,
    as_slots,
    bearing,
    by_load,
    is_offered,
    merged,
    pace_of,
    stretches,
    window_of,
)
from portal.clock import PARIS, at_wall_clock
from portal.directory.models import BookedBy, Motif
from portal.holidays import is_holiday

ARRAS, LENS = 1, 2
ANY_TIME = Window(0, 1 << 40)


@dataclass(frozen=True)
class Rule:
    starts: time
    ends: time
    place_id: int = ARRAS
    id: int = 1
    weekdays: Collection[int] = range(7)
    recurrence: str = Recurrence.WEEKLY
    interval_weeks: int = 1
    nth_week: int | None = None
    first_day: date = date(2020, 1, 1)
    last_day: date | None = None
    skipped: Collection[date] = ()


def opening(starts, ends, place_id=ARRAS, **given):
    return Rule(time.fromisoformat(starts), time.fromisoformat(ends), place_id, **given)


def seconds(day, hour):
    return int(at_wall_clock(day, time.fromisoformat(hour)).timestamp())


def on(day, *hours):
    """Busy intervals of a day: on(day, "09:00-10:00")."""
    return [tuple(seconds(day, hour) for hour in interval.split("-")) for interval in hours]


def hours(found):
    """ "09:00" for each start at one place; "09:00@2" elsewhere."""
    return [
        f"{slot.starts_at.astimezone(PARIS):%H:%M}" + ("" if slot.place_id == ARRAS else f"@{slot.place_id}")
        for slot in as_slots(found, agent_id=1)
    ]


TUESDAY = date(2026, 11, 24)


def of_tuesday(openings, *busy, minutes=30, buffer=0, window=ANY_TIME):
    taken = sorted(on(TUESDAY, *busy))
    return hours(agent_starts(openings, taken, Pace(minutes * 60, buffer * 60), window, Days(TUESDAY, TUESDAY)))


MORNING = opening("09:00", "11:00")


def test_slots_start_with_the_opening_and_end_within_it():
    assert of_tuesday([MORNING]) == ["09:00", "09:30", "10:00", "10:30"]
    assert of_tuesday([MORNING], minutes=45) == ["09:00", "09:45"]
    assert of_tuesday([MORNING], minutes=120) == ["09:00"]
    assert of_tuesday([MORNING], minutes=121) == []


def test_the_step_is_the_duration_and_the_buffer():
    assert of_tuesday([MORNING], buffer=10) == ["09:00", "09:40", "10:20"]


def test_the_last_buffer_may_run_past_the_end_of_the_opening():
    assert of_tuesday([opening("09:00", "10:10")], buffer=10) == ["09:00", "09:40"]


def test_a_new_grid_begins_when_the_agent_is_free_again():
    assert of_tuesday([MORNING], "09:35-09:50") == ["09:00", "09:50", "10:20"]


def test_the_buffer_does_not_run_into_what_comes_next():
    assert of_tuesday([MORNING], "10:00-10:20", buffer=10) == ["09:00", "10:20"]
    assert of_tuesday([MORNING], "10:19-10:25", buffer=10) == ["09:00", "10:25"]
    assert of_tuesday([MORNING], "10:20-10:25", buffer=10) == ["09:00", "09:40", "10:25"]


def test_an_appointment_beyond_the_opening_still_bounds_its_last_buffer():
    assert of_tuesday([opening("09:00", "10:00")], "10:05-10:30", buffer=10) == ["09:00"]
    assert of_tuesday([opening("09:00", "09:30")], "09:35-10:30", buffer=10) == []
    assert of_tuesday([opening("09:00", "09:30")], "09:40-10:30", buffer=10) == ["09:00"]


def test_an_appointment_begun_before_the_opening_delays_its_grid():
    assert of_tuesday([MORNING], "08:00-09:10") == ["09:10", "09:40", "10:10"]


def test_busy_times_may_overlap_and_contain_each_other():
    assert of_tuesday([MORNING], "09:00-10:10", "09:20-09:40", "09:50-10:15") == ["10:15"]


def test_openings_that_touch_or_overlap_at_one_place_are_one():
    assert of_tuesday([MORNING, opening("10:00", "11:45", id=2)], minutes=50) == ["09:00", "09:50", "10:40"]
    assert of_tuesday([MORNING, opening("11:00", "11:45", id=2)], minutes=50) == ["09:00", "09:50", "10:40"]
    assert of_tuesday([MORNING, opening("09:00", "11:00", id=2)], minutes=60) == ["09:00", "10:00"]


def test_where_two_places_overlap_the_agent_goes_to_the_one_that_starts_later_and_comes_back():
    there = opening("09:30", "10:00", LENS, id=2)
    assert of_tuesday([MORNING, there]) == ["09:00", "09:30@2", "10:00", "10:30"]
    assert of_tuesday([there, MORNING]) == ["09:00", "09:30@2", "10:00", "10:30"]


def test_of_two_openings_that_start_together_the_shorter_then_the_newer_has_the_time():
    assert of_tuesday([MORNING, opening("09:00", "09:30", LENS, id=2)]) == ["09:00@2", "09:30", "10:00", "10:30"]
    assert of_tuesday([opening("09:00", "11:00", LENS, id=2), MORNING], minutes=60) == ["09:00@2", "10:00@2"]


def test_a_buffer_does_not_run_into_the_opening_at_the_next_place():
    next_place = opening("10:10", "11:00", LENS, id=2)
    assert of_tuesday([opening("09:00", "10:10"), next_place], buffer=10) == ["09:00", "10:10@2"]


def test_a_buffer_does_not_run_into_the_first_opening_of_the_day_after():
    late, early = opening("22:00", "23:59"), opening("00:00", "01:00", id=2)
    assert of_tuesday([late], minutes=60, buffer=61) == ["22:00"]
    assert of_tuesday([late, early], minutes=60, buffer=60) == ["00:00", "22:00"]
    assert of_tuesday([late, early], minutes=60, buffer=61) == ["00:00"]


def test_on_the_eve_of_a_holiday_no_opening_follows():
    openings = opening("22:00", "23:59"), opening("00:00", "01:00", id=2)
    eve = date(2026, 11, 10)
    assert hours(agent_starts(openings, [], Pace(3600, 3660), ANY_TIME, Days(eve, eve))) == ["00:00", "22:00"]


def test_public_holidays_have_no_slots():
    days = Days(date(2026, 11, 10), date(2026, 11, 12))
    found = as_slots(agent_starts([MORNING], [], Pace(3600, 0), ANY_TIME, days), 1)
    assert {slot.starts_at.astimezone(PARIS).day for slot in found} == {10, 12}


@pytest.mark.parametrize(("day", "offset"), [("2026-03-29", 2), ("2026-10-25", 1), ("2028-02-29", 1)])
def test_hours_on_the_wall_stay_across_clock_changes_and_leap_days(day, offset):
    day = date.fromisoformat(day)
    first, *_ = as_slots(agent_starts([MORNING], [], Pace(1800, 0), ANY_TIME, Days(day, day)), 1)
    assert first.starts_at == datetime.combine(day, time(9 - offset), UTC)


def test_the_night_of_the_change_has_the_length_it_really_has():
    night = opening("01:00", "04:00")
    spring, autumn = (Days(day, day) for day in (date(2026, 3, 29), date(2026, 10, 25)))
    assert len(list(agent_starts([night], [], Pace(3600, 0), ANY_TIME, spring))) == 2
    assert len(list(agent_starts([night], [], Pace(3600, 0), ANY_TIME, autumn))) == 4


# What a motif allows, and when


def motif(**given):
    return Motif(
        **{
            "minutes": 30,
            "buffer_minutes": 10,
            "notice_minutes": 120,
            "horizon_days": 30,
            "booked_by": BookedBy.EVERYONE,
            "with_referent": False,
        }
        | given
    )


def seen_at(now, *, for_agent=False, **given):
    """Whether the slot of Tuesday at 10:00 is seen by someone who looks at `now`."""
    window = window_of(motif(**given), now, for_agent=for_agent)
    return "10:00" in of_tuesday([MORNING], window=window)


TEN = at_wall_clock(TUESDAY, time(10))
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)


def test_the_minimum_notice_is_exact_to_the_minute():
    assert seen_at(TEN - 2 * HOUR)
    assert seen_at(TEN - 2 * HOUR + timedelta(seconds=59))
    assert not seen_at(TEN - 2 * HOUR + MINUTE)


def test_the_horizon_is_exact_to_the_minute():
    assert seen_at(TEN - 30 * DAY)
    assert not seen_at(TEN - 30 * DAY - MINUTE)
    assert not seen_at(TEN - 30 * DAY - timedelta(seconds=1))


def test_agents_are_bound_by_neither():
    assert seen_at(TEN - MINUTE, for_agent=True)
    assert seen_at(TEN - 300 * DAY, for_agent=True)


@pytest.mark.parametrize("for_agent", [True, False])
def test_nobody_sees_what_has_begun(for_agent):
    assert seen_at(TEN - timedelta(microseconds=1), for_agent=for_agent, notice_minutes=0)
    assert not seen_at(TEN, for_agent=for_agent, notice_minutes=0)
    assert not seen_at(TEN + MINUTE, for_agent=for_agent, notice_minutes=0)


def test_an_opening_already_begun_keeps_its_grid():
    now = at_wall_clock(TUESDAY, time(9, 2))
    views = [
        of_tuesday([MORNING], window=window_of(motif(notice_minutes=0), now + n * MINUTE, for_agent=False))
        for n in (0, 5)
    ]
    assert views == [["09:30", "10:00", "10:30"]] * 2


def test_who_may_see_slots_of_a_motif():
    def offered(*, for_agent=False, agents=None, **given):
        return is_offered(motif(**given), agents, for_agent=for_agent)

    assert offered()
    assert offered(booked_by=BookedBy.INVITED)
    assert not offered(booked_by=BookedBy.AGENTS)
    assert offered(booked_by=BookedBy.AGENTS, for_agent=True)
    assert not offered(booked_by=BookedBy.NOBODY)
    assert not offered(booked_by=BookedBy.NOBODY, for_agent=True)
    assert not offered(with_referent=True)
    assert offered(with_referent=True, agents=[3])
    assert offered(with_referent=True, for_agent=True)


def test_the_pace_is_in_seconds():
    assert pace_of(motif(minutes=20, buffer_minutes=5)) == Pace(1200, 300)


def test_the_same_hour_of_several_agents_at_a_place_is_shown_once():
    ten, eleven = TEN, TEN + HOUR
    slots = [Slot(eleven, 1, ARRAS), Slot(ten, 2, ARRAS), Slot(ten, 1, ARRAS), Slot(ten, 3, LENS)]
    assert merged(slots) == [Slot(ten, 1, ARRAS), Slot(ten, 3, LENS), Slot(eleven, 1, ARRAS)]


def test_the_least_loaded_agent_comes_first_then_the_lowest_number():
    assert by_load([4, 3, 2, 1, 1], {1: 2, 2: 1, 3: 1}) == [4, 2, 3, 1]


# Properties, over days that include both clock changes, a leap day and holidays

SPECIAL = ["2024-02-28", "2026-03-27", "2026-05-13", "2026-10-24", "2026-11-10", "2026-12-24", "2028-02-28"]
first_days = st.sampled_from([date.fromisoformat(day) for day in SPECIAL])
clock_hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 5, 15, 20, 30, 45]))
paces = st.builds(
    Pace, st.sampled_from([300, 900, 1800, 2700, 5400]), st.sampled_from([0, 0, 300, 600, 1500, 4 * 3600])
)


@st.composite
def situations(draw):
    """An agent's openings, busy times and pace, over three days."""
    first = draw(first_days)
    days = Days(first, first + timedelta(days=2))
    openings = []
    for number in range(draw(st.integers(1, 5))):
        starts, ends = sorted([draw(clock_hours), draw(clock_hours)])
        if starts < ends:
            place_id = draw(st.sampled_from([ARRAS, LENS]))
            weekdays = draw(st.sets(st.integers(0, 6), min_size=3))
            openings.append(Rule(starts, ends, place_id, number, weekdays))
    since = bearing(days, Pace(0, 0))[0] // 60
    busy = draw(
        st.lists(
            st.tuples(st.integers(-60, 4 * 1440), st.sampled_from([1, 7, 20, 30, 40, 95, 600])).map(
                lambda pair: ((since + pair[0]) * 60, (since + pair[0] + pair[1]) * 60)
            ),
            max_size=12,
        )
    )
    return openings, sorted(busy), draw(paces), days


def computed(situation, window=ANY_TIME):
    openings, busy, pace, days = situation
    return list(agent_starts(openings, busy, pace, window, days))


def plainly(situation):
    """The same answer in the plainest way: a line of minutes, each with its place, if the agent is free."""
    openings, busy, pace, days = situation
    here = {}
    for n in range((days.last - days.first).days + 2):
        day = days.first + timedelta(days=n)
        for rule in openings:
            if day.weekday() in rule.weekdays and not is_holiday(day):
                start, end = (int(at_wall_clock(day, hour).timestamp()) // 60 for hour in (rule.starts, rule.ends))
                for minute in range(start, end):
                    here[minute] = max(here.get(minute, (0, 0, 0, 0)), (start, -end, rule.id, rule.place_id))
    taken = {minute for start, end in busy for minute in range(start // 60, end // 60)}
    free = {minute: owner[3] for minute, owner in here.items() if minute not in taken}
    duration, buffer = pace.duration // 60, pace.buffer // 60
    ends = bearing(days, Pace(0, 0))[1] // 60
    found, follows = [], -1
    for minute in sorted(free):
        if free.get(minute - 1) != free[minute]:
            follows = minute  # a free interval begins
        if minute != follows:
            continue
        follows += duration + buffer
        fits = all(free.get(m) == free[minute] for m in range(minute, minute + duration))
        close = next(m for m in range(minute, minute + 10_000) if free.get(m) != free[minute])
        rest = range(max(close, minute + duration), minute + duration + buffer)
        if fits and not any(m in taken or m in here for m in rest) and minute < ends:
            found.append((minute * 60, free[minute]))
    return found


@given(situations())
def test_slots_are_those_that_the_plainest_reading_finds(situation):
    assert computed(situation) == plainly(situation)


@given(situations())
def test_slots_never_overlap_each_other_buffers_included(situation):
    found, pace = [start for start, _ in computed(situation)], situation[2]
    assert all(later - sooner >= sum(pace) for sooner, later in itertools.pairwise(found))


@given(situations())
def test_every_slot_can_be_inserted_beside_what_is_there(situation):
    _, busy, pace, _ = situation
    for start, _ in computed(situation):
        assert all(end <= start or start + sum(pace) <= begin for begin, end in busy)


@given(situations())
def test_no_slot_is_outside_an_opening_of_its_place(situation):
    openings, _, pace, days = situation
    for place_id in (ARRAS, LENS):
        own = stretches([rule for rule in openings if rule.place_id == place_id], days.first, days.last, Closed())
        for start, at in computed(situation):
            assert at != place_id or any(s.start <= start and start + pace.duration <= s.end for s in own)


@given(situations(), st.randoms(use_true_random=False))
def test_taking_a_slot_takes_that_one_and_no_other(situation, random):
    openings, busy, pace, days = situation
    found = computed(situation)
    assume(found)
    chosen = random.choice(found)
    taken = sorted([*busy, (chosen[0], chosen[0] + sum(pace))])
    assert computed((openings, taken, pace, days)) == [slot for slot in found if slot != chosen]


@given(situations(), st.integers(0, 5 * 1440), st.integers(0, 3 * 1440))
def test_the_window_hides_slots_and_moves_none(situation, begins, length):
    since = bearing(situation[3], Pace(0, 0))[0]
    window = Window(since + begins * 60, since + (begins + length) * 60)
    shown = [slot for slot in computed(situation) if window.earliest <= slot[0] <= window.latest]
    assert computed(situation, window) == shown


@given(situations(), st.integers(0, 5 * 1440))
def test_a_minute_later_the_same_slots_are_there_but_those_now_too_soon(situation, minutes):
    now = datetime.fromtimestamp(bearing(situation[3], Pace(0, 0))[0] + minutes * 60, UTC)
    views = [computed(situation, window_of(motif(), now + n * MINUTE, for_agent=False)) for n in (0, 1)]
    latest = int((now + 2 * HOUR).timestamp())
    assert [slot for slot in views[0] if slot[0] > latest] == views[1]


@given(situations())
def test_looking_at_fewer_days_changes_nothing_to_them(situation):
    openings, busy, pace, days = situation
    middle = days.first + timedelta(days=1)
    parts = [computed((openings, busy, pace, part)) for part in (Days(days.first, days.first), Days(middle, days.last))]
    assert parts[0] + parts[1] == computed(situation)
