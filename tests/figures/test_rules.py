from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.figures.rules import Counted, End, Lead, Tally, lead_of, tallied, total
from portal.figures.rules_chart import HEIGHT, WIDTH, chart


def one(end: End, count: int, *, motif_id: int = 1, place_id: int = 1) -> Counted:
    return Counted(motif_id, place_id, "sms", Lead.WEEK, end, count)


@pytest.mark.parametrize(
    ("days", "lead"),
    [
        (0, "day"),
        (1, "day"),
        (2, "week"),
        (7, "week"),
        (8, "fortnight"),
        (14, "fortnight"),
        (15, "month"),
        (30, "month"),
        (31, "longer"),
    ],
)
def test_a_lead_time_falls_in_its_group(days, lead) -> None:
    assert lead_of(days) == lead


def test_shares_are_of_what_people_did_and_neither_of_what_the_service_cancelled_nor_of_what_nobody_noted() -> None:
    tally = total(
        [one(End.HONOURED, 6), one(End.MISSED, 3), one(End.IN_TIME, 1), one(End.BY_SERVICE, 50), one(End.NOT_NOTED, 7)]
    )
    assert (tally.known, tally.share(End.HONOURED), tally.share(End.MISSED)) == (10, 60, 30)
    assert (tally.share(End.IN_TIME), tally.share(End.LATE), tally.of(End.NOT_NOTED)) == (10, 0, 7)


def test_a_half_is_rounded_up_and_nothing_has_no_share() -> None:
    assert Tally({End.MISSED: 1, End.HONOURED: 7}).share(End.MISSED) == 13
    assert Tally({End.NOT_NOTED: 9}).share(End.MISSED) is None


def test_a_group_of_fewer_than_five_is_hidden_and_so_is_the_next_one_that_would_give_it_away() -> None:
    alone = tallied(
        [one(End.MISSED, 4, motif_id=1), one(End.HONOURED, 5, motif_id=2), one(End.HONOURED, 90, motif_id=3)],
        lambda one: one.motif_id,
    )
    assert [alone[number].is_hidden for number in (1, 2, 3)] == [True, True, False]
    two = tallied(
        [one(End.MISSED, 4, motif_id=1), one(End.HONOURED, 2, motif_id=2), one(End.HONOURED, 90, motif_id=3)],
        lambda one: one.motif_id,
    )
    assert [two[number].is_hidden for number in (1, 2, 3)] == [True, True, False]
    assert total([one(End.HONOURED, 4)]).is_hidden
    assert not total([one(End.HONOURED, 5)]).is_hidden
    assert total([]).known == 0


@given(st.lists(st.tuples(st.sampled_from(list(End)), st.integers(1, 9), st.integers(1, 6))))
def test_groups_lose_nobody(rows) -> None:
    counted = [one(end, count, place_id=place) for end, count, place in rows]
    assert sum(tally.known for tally in tallied(counted, lambda one: one.place_id).values()) == total(counted).known


def test_a_day_without_a_slot_leaves_a_gap_in_the_chart() -> None:
    first = date(2026, 9, 1)
    waited = {first: 4, first + timedelta(days=1): 6, first + timedelta(days=2): None, first + timedelta(days=3): 2}
    drawn = chart(waited, first, first + timedelta(days=30))
    assert (len(drawn.lines), len(drawn.dots)) == (1, 1)
    assert [tick.value for tick in drawn.rows] == [0, 2, 4, 6]
    assert [tick.value for tick in drawn.columns] == [date(2026, 9, 7)]


@given(st.dictionaries(st.integers(0, 90), st.none() | st.integers(0, 400), max_size=91))
def test_everything_drawn_is_inside_the_drawing(days) -> None:
    first = date(2026, 9, 1)
    drawn = chart(
        {first + timedelta(days=number): value for number, value in days.items()}, first, first + timedelta(days=90)
    )
    points = [tuple(map(float, point.split(","))) for line in drawn.lines for point in line.split()]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in [*points, *drawn.dots])
    assert 2 <= len(drawn.rows) <= 6
