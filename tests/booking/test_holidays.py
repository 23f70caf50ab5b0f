from datetime import date, timedelta

import holidays as library
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.holidays import holidays_of, is_holiday


def test_2027_has_the_eleven_of_the_code_du_travail():
    assert sorted(day.isoformat()[5:] for day in holidays_of(2027)) == [
        "01-01",
        "03-29",  # Easter Monday
        "05-01",
        "05-06",  # Ascension
        "05-08",
        "05-17",  # Whit Monday
        "07-14",
        "08-15",
        "11-01",
        "11-11",
        "12-25",
    ]


def test_ascension_on_another_holiday_makes_ten():
    assert len(holidays_of(2008)) == 10
    assert is_holiday(date(2008, 5, 1))


@pytest.mark.parametrize("year", range(1982, 2101))
def test_every_year_agrees_with_an_independent_table(year):
    theirs = set(library.France(years=year, expand=False))
    if year in {2005, 2006, 2007}:
        # A day of work then, by custom (journée de solidarité); the law never took it off the list.
        theirs.add(next(day for day in holidays_of(year) if day not in theirs and day.month in {5, 6}))
    assert holidays_of(year) == theirs


@given(st.integers(1583, 9999))
def test_any_year_has_its_moving_days_on_their_weekdays(year):
    moving = [day for day in holidays_of(year) if 3 <= day.month <= 6 and (day.month, day.day) not in {(5, 1), (5, 8)}]
    assert len(holidays_of(year)) in {10, 11}
    assert sorted(day.weekday() for day in moving) in ([0, 0, 3], [0, 0])
    mondays = sorted(day for day in moving if day.weekday() == 0)
    assert mondays[1] - mondays[0] == timedelta(days=49)


def test_a_year_without_such_holidays_is_refused():
    with pytest.raises(ValueError, match="1582"):
        holidays_of(1582)
