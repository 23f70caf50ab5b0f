from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.figures.rules import PERIODS, SMALLEST, Counted, End, Lead, Tally, View, lead_of, tallied, total
from portal.figures.rules_chart import HEIGHT, WIDTH, chart

VIEWS = [View(days, on_paper) for days in PERIODS for on_paper in (False, True)]
YEAR = View(365)


def one(end: End, count: int, *, motif_id: int = 1, place_id: int = 1, **given) -> Counted:
    return Counted(motif_id, place_id, "sms", Lead.WEEK, end, count, **given)


def by_motif(counted, view=YEAR) -> dict[int, Tally]:
    return tallied(counted, lambda one: one.motif_id, view)


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
        [one(End.HONOURED, 6), one(End.MISSED, 3), one(End.IN_TIME, 1), one(End.BY_SERVICE, 50), one(End.NOT_NOTED, 7)],
        YEAR,
    )
    assert (tally.known, tally.share(End.HONOURED), tally.share(End.MISSED)) == (10, 60, 30)
    assert (tally.share(End.IN_TIME), tally.share(End.LATE), tally.of(End.NOT_NOTED)) == (10, 0, 7)


def test_a_half_is_rounded_up_and_nothing_has_no_share() -> None:
    assert Tally({End.MISSED: 1, End.HONOURED: 7}).share(End.MISSED) == 13
    assert Tally({End.NOT_NOTED: 9}).share(End.MISSED) is None


def test_a_group_of_fewer_than_five_is_hidden_and_so_is_the_next_one_that_would_give_it_away() -> None:
    alone = by_motif(
        [one(End.MISSED, 4, motif_id=1), one(End.HONOURED, 5, motif_id=2), one(End.HONOURED, 90, motif_id=3)]
    )
    assert [alone[number].is_hidden for number in (1, 2, 3)] == [True, True, False]
    two = by_motif(
        [one(End.MISSED, 4, motif_id=1), one(End.HONOURED, 2, motif_id=2), one(End.HONOURED, 90, motif_id=3)]
    )
    assert [two[number].is_hidden for number in (1, 2, 3)] == [True, True, False]
    assert total([one(End.HONOURED, 4)], YEAR).is_hidden
    assert not total([one(End.HONOURED, 5)], YEAR).is_hidden
    assert total([], YEAR).known == 0
    assert total([one(End.NOT_NOTED, 9)], YEAR).is_hidden


@given(st.lists(st.tuples(st.sampled_from(list(End)), st.integers(1, 9), st.integers(1, 6))))
def test_groups_lose_nobody(rows) -> None:
    counted = [one(end, count, place_id=place) for end, count, place in rows]
    assert (
        sum(tally.known for tally in tallied(counted, lambda one: one.place_id, YEAR).values())
        == total(counted, YEAR).known
    )


def test_two_small_groups_that_make_a_small_one_take_a_third_with_them() -> None:
    sizes = {1: 1, 2: 2, 3: 9, 4: 90}
    found = by_motif([one(End.HONOURED, size, motif_id=number) for number, size in sizes.items()])
    assert [found[number].is_hidden for number in sizes] == [True, True, True, False]


def test_a_period_and_a_choice_of_people_are_hidden_where_their_complement_is_of_a_few() -> None:
    month_and_more = [one(End.HONOURED, 40), one(End.HONOURED, 3, within=365)]
    assert [total(month_and_more, View(days)).is_hidden for days in PERIODS] == [False, True, True]
    nearly_all = [one(End.HONOURED, 30, is_on_paper=True), one(End.HONOURED, 2)]
    assert not total(nearly_all, YEAR).is_hidden
    assert total(nearly_all, View(365, on_paper=True)).is_hidden
    corner = [  # each side is of five people at least, but three are neither of this month nor on paper
        one(End.HONOURED, 9, is_on_paper=True),
        one(End.HONOURED, 6),
        one(End.HONOURED, 7, within=90, is_on_paper=True),
        one(End.HONOURED, 3, within=90),
    ]
    assert [total(corner, View(30, on_paper)).is_hidden for on_paper in (False, True)] == [False, True]


def published(counted) -> dict[View, dict[int, Tally]]:
    """The lines of each page that is shown at all."""
    return {view: by_motif(counted, view) for view in VIEWS if not total(counted, view).is_hidden}


@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.sampled_from(PERIODS), st.booleans(), st.integers(1, 12)),
        min_size=1,
        max_size=14,
    )
)
def test_no_subtraction_gives_a_group_of_a_few_people(rows) -> None:
    counted = [
        one(End.HONOURED, count, motif_id=motif, within=within, is_on_paper=is_on_paper)
        for motif, within, is_on_paper, count in rows
    ]
    pages = published(counted)
    keys = {row[0] for row in rows}

    def size(view, some) -> int:
        return sum(page.known for key, page in pages[view].items() if key in some)

    def hidden(view) -> set[int]:
        return {key for key in keys if key in pages[view] and pages[view][key].is_hidden}

    for view in pages:
        kept_back = set().union(
            *(hidden(one) for one in pages if one.days >= view.days and one.on_paper <= view.on_paper)
        )
        known = [{key} for key in keys - kept_back] + [kept_back]
        for some in known:
            assert size(view, some) not in range(1, SMALLEST)
            for wider in pages:
                if wider.days >= view.days and wider.on_paper <= view.on_paper:
                    assert size(wider, some) - size(view, some) not in range(1, SMALLEST)


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
