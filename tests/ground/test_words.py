from datetime import UTC, date, datetime, time

import pytest

from portal import words

NB = "\u00a0"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 24), f"mardi{NB}24{NB}novembre 2026"),
        (date(2026, 3, 1), f"dimanche{NB}1er{NB}mars 2026"),
        # 23:30 UTC is already the next day in France.
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), f"mardi{NB}24{NB}novembre 2026"),
    ],
)
def test_a_day_is_said_in_full_with_its_weekday_and_its_year(day, said):
    assert words.day_words(day) == said


def test_an_english_day_has_no_ordinal():
    assert words.day_words(date(2026, 3, 1), "en") == f"Sunday{NB}1{NB}March 2026"


def test_the_hour_is_that_of_a_clock_on_a_wall_in_france():
    assert words.hour_words(datetime(2026, 7, 1, 8, 30, tzinfo=UTC)) == f"10{NB}h{NB}30"
    assert words.hour_words(datetime(2026, 12, 1, 8, 0, tzinfo=UTC)) == f"9{NB}h"
    assert words.hour_words(time(9, 5), "en") == "9:05"


def test_a_phone_number_is_said_by_pairs_and_a_short_or_foreign_one_as_it_is():
    assert words.phone_words("+33353010062") == NB.join(["03", "53", "01", "00", "62"])
    assert words.phone_words("03.53.01.00.62") == NB.join(["03", "53", "01", "00", "62"])
    assert words.phone_words("08 05 16 00 75") == NB.join(["0", "805", "160", "075"])
    assert words.phone_words("3919") == "3919"
    assert words.phone_words("+3212345678") == "+3212345678"


@pytest.mark.parametrize(("kilometres", "said"), [(0.4, "moins de 1"), (1.02, "1"), (3.44, "3,4"), (12.6, "13")])
def test_a_distance_is_said_as_people_say_it(kilometres, said):
    assert words.kilometres_words(kilometres) == f"{said}{NB}km"


def test_a_number_that_is_dialled_from_abroad_too():
    assert words.tel_link("03 53 01 00 62") == "tel:+33353010062"
    assert words.tel_link("115") == "tel:115"
    assert words.tel_link("+3212345678") == "tel:+3212345678"
