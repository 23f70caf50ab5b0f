"""Conditions in three values, and what each question could settle."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.eligibility.rules import All, Leaf, Not, Truth, age_between, any_of
from portal.eligibility.rules_questions import Choice, Kind, Question
from portal.eligibility.rules_reading import WrongConditionError, bounds_of, condition_of

DAY = date(2026, 11, 23)
YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN


def question(key, kind=Kind.CHOICE, *choices, **more):
    return Question(key, kind, "?", "?", "house", choices=tuple(Choice(one, one, one) for one in choices), **more)


QUESTIONS = {
    "age": question("age", Kind.AGE),
    "home": question("home", Kind.CHOICE, "owner", "tenant", "none"),
    "debt": question("debt", Kind.AMOUNT, low=0, high=10_000),
    "children": question("children", Kind.SEVERAL, "none", "small", "big"),
    "commune": question("commune", Kind.COMMUNE),
}
TERRITORIES = ["artois", "boulonnais"]


def read(written):
    return condition_of(written, QUESTIONS, TERRITORIES)


def truth(written, **facts):
    return read(written).see(facts, DAY).truth


@pytest.mark.parametrize(
    ("written", "facts", "expected"),
    [
        ({"fact": "age", "from": 18, "to": 25}, {"age": 17}, NO),
        ({"fact": "age", "from": 18, "to": 25}, {"age": 18}, YES),
        ({"fact": "age", "from": 18, "to": 25}, {"age": 25}, YES),
        ({"fact": "age", "from": 18, "to": 25}, {"age": 26}, NO),
        ({"fact": "age", "from": 18}, {}, UNKNOWN),
        ({"fact": "age", "from": 18}, {"age": date(2008, 11, 23)}, YES),  # eighteen today
        ({"fact": "age", "from": 18}, {"age": date(2008, 11, 24)}, NO),  # eighteen tomorrow
        ({"fact": "age", "from": 18, "on": "2026-12-31"}, {"age": date(2008, 11, 24)}, YES),
        ({"fact": "debt", "above": 4500}, {"debt": 4500}, NO),
        ({"fact": "debt", "above": 4500}, {"debt": 4501}, YES),
        ({"fact": "debt", "below": 4500}, {"debt": 4499}, YES),
        ({"fact": "debt", "below": 4500}, {"debt": 4500}, NO),
        ({"fact": "home", "is": "owner"}, {"home": "owner"}, YES),
        ({"fact": "home", "in": ["owner", "tenant"]}, {"home": "none"}, NO),
        ({"fact": "children", "has": ["small"]}, {"children": ("big", "small")}, YES),
        ({"fact": "children", "has": ["small"]}, {"children": ("none",)}, NO),
        ({"fact": "commune", "is": "artois"}, {"commune": "boulonnais"}, NO),
        ([{"fact": "debt", "from": 1}, {"fact": "age", "from": 18}], {"debt": 0}, NO),
        ([{"fact": "debt", "from": 1}, {"fact": "age", "from": 18}], {"debt": 1}, UNKNOWN),
        ({"any": [{"fact": "debt", "from": 1}, {"fact": "age", "from": 18}]}, {"debt": 1}, YES),
        ({"any": [{"fact": "debt", "from": 1}, {"fact": "age", "from": 18}]}, {"debt": 0}, UNKNOWN),
        ({"any": [{"fact": "debt", "from": 1}, {"fact": "age", "from": 18}]}, {"debt": 0, "age": 3}, NO),
        ({"not": {"fact": "home", "is": "owner"}}, {"home": "owner"}, NO),
        ({"not": {"fact": "home", "is": "owner"}}, {}, UNKNOWN),
        ({"all": [{"fact": "home", "is": "owner"}]}, {"home": "owner"}, YES),
        ([], {}, YES),
    ],
)
def test_a_condition_says_yes_no_or_not_known(written, facts, expected):
    assert truth(written, **facts) is expected


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("age", "is no condition"),
        ({}, "nothing"),
        ({"all": [], "any": []}, "all, any"),
        ({"all": []}, "take a list"),
        ({"some": [{"fact": "age", "from": 1}]}, "take a list"),
        ({"fact": "height", "from": 1}, "no question has this key"),
        ({"fact": "age"}, "is compared with"),
        ({"fact": "age", "is": 18}, "is compared with"),
        ({"fact": "age", "from": "18"}, "whole numbers"),
        ({"fact": "age", "on": "2026-09-01"}, "at least one"),
        ({"fact": "age", "from": 26, "to": 18}, "no number is within"),
        ({"fact": "home", "is": "castle"}, "has no answer castle"),
        ({"fact": "home", "in": "owner"}, "takes a list of texts"),
        ({"fact": "home", "in": []}, "has no answer"),
        ({"fact": "children", "has": ["tall"]}, "has no answer tall"),
        ({"fact": "commune", "is": "paris"}, "has no answer paris"),
    ],
)
def test_what_says_nothing_is_refused_with_its_reason(written, reason):
    with pytest.raises(WrongConditionError, match=reason):
        read(written)


def test_every_bound_is_named_by_the_number_that_is_still_inside():
    written = [{"any": [{"fact": "age", "from": 18, "below": 26}, {"not": {"fact": "debt", "above": 4500}}]}]
    assert bounds_of(written) == [("age", 18, True), ("age", 25, False), ("debt", 4501, True)]


def test_a_question_is_worth_what_its_answers_settle():
    owner, debt = {"fact": "home", "is": "owner"}, {"fact": "debt", "from": 1}
    alone = read(owner).see({}, DAY).chances["home"]
    assert (round(alone.yes, 2), round(alone.no, 2)) == (0.33, 0.67)
    both = read([owner, debt]).see({}, DAY).chances
    assert both["home"].yes == 0, "the other part stays open"
    assert both["home"].no == alone.no
    assert read([owner, debt]).see({"debt": 5}, DAY).chances["home"].yes == alone.yes
    turned = read({"not": owner}).see({}, DAY).chances["home"]
    assert (turned.yes, turned.no) == (alone.no, alone.yes)


def test_what_settled_a_condition_is_named():
    written = [{"fact": "home", "is": "owner"}, {"any": [{"fact": "debt", "from": 1}, {"fact": "age", "from": 60}]}]
    assert read(written).see({"home": "owner", "debt": 0, "age": 61}, DAY).because == ("home", "age")
    assert read(written).see({"home": "none", "debt": 5}, DAY).because == ("home",)
    assert list(read(written).facts()) == ["home", "debt", "age"]
    assert list(read({"not": written}).facts()) == ["home", "debt", "age"]


@pytest.mark.parametrize("value", ["18", ("18",)])
def test_an_age_is_a_number_or_a_birth_date(value):
    assert not age_between(0, None)(value, DAY)


FACTS = ["a", "b", "c", "d"]
LEAVES = st.builds(
    lambda fact, wanted: Leaf(fact, lambda value, _day: value == wanted, 0.5), st.sampled_from(FACTS), st.integers(0, 1)
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: any_of(*parts)),
    ),
    max_leaves=8,
)
HOUSEHOLDS = st.dictionaries(st.sampled_from(FACTS), st.integers(0, 1))


@given(CONDITIONS, HOUSEHOLDS, st.sampled_from(FACTS), st.integers(0, 1))
def test_one_answer_more_never_unsettles_what_is_settled(condition, facts, fact, value):
    before = condition.see(facts, DAY).truth
    after = condition.see({fact: value} | facts, DAY).truth
    assert before is UNKNOWN or after is before


@given(CONDITIONS, HOUSEHOLDS)
def test_only_a_question_still_open_is_worth_anything_and_only_while_nothing_is_settled(condition, facts):
    seen = condition.see(facts, DAY)
    assert (seen.truth is UNKNOWN) == bool(seen.chances)
    assert set(seen.chances).isdisjoint(facts)


@given(CONDITIONS, st.fixed_dictionaries(dict.fromkeys(FACTS, st.integers(0, 1))))
def test_whoever_answers_everything_gets_an_answer(condition, facts):
    assert condition.see(facts, DAY).truth is not UNKNOWN
