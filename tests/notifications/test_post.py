"""The postal calendar, day by day over ten years, against tables made in another way."""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import holidays as library
import pytest

from portal.clock import PARIS
from portal.holidays import REGIONS, is_holiday
from portal.notifications.post import LOOKED_AT, PostalCalendar

POST = PostalCalendar(is_holiday)
DAYS = [date(2026, 1, 1) + timedelta(days=number) for number in range(3653)]
A_DAY = timedelta(days=1)

# What the library counts beside the law: local customs.
_CUSTOMS = {"Vendredi saint", "Mi-Carême", "Fête de Victor Schoelcher"}
_LIBRARY = {
    "metropole": None,
    "alsace_moselle": "6AE",
    "guadeloupe": "971",
    "martinique": "972",
    "guyane": "973",
    "la_reunion": "974",
    "mayotte": "976",
    "saint_barthelemy": "BL",
    "saint_martin": "MF",
}


def days(text):
    """Days of a month, or from one to another: "2026-12-25", "2026-12-21/2026-12-26"."""
    first, _, last = text.partition("/")
    first, last = date.fromisoformat(first), date.fromisoformat(last or first)
    return frozenset(first + number * A_DAY for number in range((last - first).days + 1))


def wall(day, hour, zone=PARIS):
    return datetime.combine(date.fromisoformat(str(day)), time.fromisoformat(hour), tzinfo=zone).astimezone(UTC)


def slow_table(closed=frozenset(), stopped=frozenset(), region="metropole"):
    """For each day: when a letter of its morning is posted and arrives; walked one day at a time, from a library."""
    years, subdivision = range(2025, 2038), _LIBRARY[region]
    names = library.country_holidays("FR", subdiv=subdivision, years=years, expand=False, language="fr")
    off = {day for day, name in names.items() if region == "alsace_moselle" or name not in _CUSTOMS} | set(stopped)
    table = {}
    for day in DAYS:
        posted = day
        while posted.weekday() in {5, 6} or posted in off or posted in closed:
            posted += A_DAY
        arrives, left = posted, 3
        while left:
            arrives += A_DAY
            if arrives.weekday() != 6 and arrives not in off:
                left -= 1
        table[day] = (posted, arrives)
    return table


CLOSED = days("2026-05-15") | days("2027-07-12/2027-07-16") | days("2029-12-24/2030-01-01")
STRIKES = days("2026-11-23/2026-11-28") | days("2031-03-03/2031-03-05")


@pytest.mark.parametrize("region", REGIONS)
def test_ten_years_day_by_day_agree_with_a_slow_table_in_every_region(region):
    zone = REGIONS[region].zone
    post = PostalCalendar(partial(is_holiday, region=region), CLOSED, STRIKES, zone=zone)
    table = slow_table(CLOSED, STRIKES, region)

    for day, (posted, arrives) in table.items():
        morning, evening = wall(day, "16:29:59", zone), wall(day, "16:30", zone)
        assert (post.posting_day(morning), post.arrival(morning)) == (posted, arrives), day
        assert post.is_working_day(day) is (posted == day)
        after = table.get(day + A_DAY)
        assert after is None or (post.posting_day(evening), post.arrival(evening)) == after, day


def test_the_latest_posting_day_is_the_last_of_the_table_that_arrives_in_time():
    post = PostalCalendar(is_holiday, CLOSED, STRIKES)
    arrivals = dict(slow_table(CLOSED, STRIKES).values())
    posted_days = sorted(arrivals)
    at = -1

    for day in DAYS[60:]:
        while arrivals.get(posted_days[at + 1], date.max) <= day:
            at += 1
        assert post.latest_posting_day(day) == posted_days[at], day


@pytest.mark.parametrize("day", ["2026-03-27", "2026-03-30", "2026-10-23", "2026-10-26", "2026-11-24"])
def test_the_cut_off_is_half_past_four_on_the_wall_on_both_sides_of_a_clock_change(day):
    own, next_day = date.fromisoformat(day), POST.posting_day(wall(day, "16:31"))

    assert POST.posting_day(wall(day, "16:29")) == own
    assert POST.posting_day(wall(day, "16:30")) == next_day > own
    assert POST.last_cut_off(wall(day, "16:30")) == wall(day, "16:30") == POST.next_cut_off(wall(day, "16:29"))
    assert POST.last_cut_off(wall(day, "16:29")) < wall(day, "00:00")


def test_the_cut_off_moves_by_an_hour_in_the_world_when_the_clocks_do():
    hours = {day: POST.cut_off_of(date.fromisoformat(day)).hour for day in ("2026-03-27", "2026-03-30", "2026-10-26")}

    assert hours == {"2026-03-27": 15, "2026-03-30": 14, "2026-10-26": 15}


def test_a_cut_off_in_an_hour_that_a_clock_change_skips_or_repeats_is_one_instant():
    # France's clocks change on Sundays; Cairo's fall back on a Thursday at midnight (29 October 2026).
    cairo = PostalCalendar(is_holiday, cut_off=time(23, 30), zone=ZoneInfo("Africa/Cairo"))
    first = datetime(2026, 10, 29, 20, 30, tzinfo=UTC)

    assert PostalCalendar(is_holiday, cut_off=time(2, 30)).cut_off_of(date(2026, 3, 29)).minute == 30
    assert cairo.cut_off_of(date(2026, 10, 29)) == first == cairo.last_cut_off(first)
    assert cairo.posting_day(first - timedelta(minutes=1)) == date(2026, 10, 29)
    assert cairo.posting_day(first + timedelta(minutes=40)) == date(2026, 10, 30)  # the second 23:10


@pytest.mark.parametrize("region", ["guadeloupe", "guyane", "la_reunion", "mayotte"])
def test_far_away_the_cut_off_is_that_of_the_clocks_there(region):
    zone = REGIONS[region].zone
    post = PostalCalendar(partial(is_holiday, region=region), zone=zone)

    assert zone != PARIS
    assert post.posting_day(wall("2026-11-24", "16:29", zone)) == date(2026, 11, 24)
    assert post.posting_day(wall("2026-11-24", "16:30", zone)) == date(2026, 11, 25)
    assert post.last_cut_off(wall("2026-11-24", "16:30", zone)) == wall("2026-11-24", "16:30", zone)


@pytest.mark.parametrize(
    ("what", "closed", "stopped", "queued", "posted", "arrives"),
    [
        ("a bridge", "2026-05-15", None, "2026-05-13 17:00", "2026-05-18", "2026-05-21"),
        ("a bridge: letters on their way arrive", "2026-05-15", None, "2026-05-13 09:00", "2026-05-13", "2026-05-18"),
        ("a strike of a week", None, "2026-11-23/2026-11-28", "2026-11-20 17:00", "2026-11-30", "2026-12-03"),
        ("a strike holds letters up", None, "2026-11-23/2026-11-28", "2026-11-19 09:00", "2026-11-19", "2026-11-30"),
        ("Christmas", None, None, "2026-12-24 16:29", "2026-12-24", "2026-12-29"),
        ("Christmas, the room closed", "2026-12-24/2026-12-31", None, "2026-12-23 16:30", "2027-01-04", "2027-01-07"),
        ("two holidays in a week", None, None, "2026-05-07 12:00", "2026-05-07", "2026-05-12"),
    ],
)
def test_bridges_strikes_and_christmas(what, closed, stopped, queued, posted, arrives):
    post = PostalCalendar(
        is_holiday, days(closed) if closed else frozenset(), days(stopped) if stopped else frozenset()
    )
    now = wall(*queued.split())

    assert (post.posting_day(now).isoformat(), post.arrival(now).isoformat()) == (posted, arrives), what


def test_each_day_has_one_thing_that_holds():
    post = PostalCalendar(is_holiday, days("2026-12-21/2026-12-26"), days("2026-12-22"))
    held = [post.holds(day).value for day in sorted(days("2026-12-20/2026-12-28"))]

    assert held == ["sunday", "closed", "stopped", "closed", "closed", "holiday", "delivered", "sunday", "posted"]


@pytest.mark.parametrize(
    "post", [PostalCalendar(lambda _day: True), PostalCalendar(is_holiday, stopped=frozenset(DAYS))]
)
def test_a_post_that_never_leaves_answers_all_the_same_a_day_too_far_for_anything(post):
    now, far = wall("2027-11-23", "09:00"), timedelta(days=LOOKED_AT)

    assert post.posting_day(now) - now.date() == far
    assert post.arrival(now) - now.date() == 2 * far
    assert now.date() - post.latest_posting_day(now.date()) == far
    assert now - post.last_cut_off(now) >= far - A_DAY
    assert post.arrival_of_posting(now.date()) - now.date() == far


def test_alsace_and_moselle_have_two_holidays_more():
    assert not is_holiday(date(2027, 3, 26))
    assert is_holiday(date(2027, 3, 26), "alsace_moselle")
    assert is_holiday(date(2026, 12, 26), "alsace_moselle")
    assert {region.zone for name, region in REGIONS.items() if "a" in name} >= {PARIS, ZoneInfo("America/Marigot")}
    with pytest.raises(KeyError):
        is_holiday(date(2026, 1, 1), "atlantide")
