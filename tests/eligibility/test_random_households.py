"""Households drawn at random: no order of answers changes a result, no answer more unsettles one, each path ends."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.eligibility.rules import Truth
from portal.eligibility.rules_questions import OLDEST, SILENT, Kind, makes_sense_of
from portal.eligibility.rules_rights import known, next_question, outcome
from tests.eligibility.conftest import TODAY

TERRITORIES = {"62041": "arrageois", "62160": "boulonnais"}
THEMES = ("famille", "logement", "sante", "budget", "mobilite", "emploi")
LONGEST = 20  # questions of a theme

drawn = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def an_answer(question):
    """One that its page takes, silence among them."""
    if question.kind is Kind.CHOICE:
        said = st.sampled_from([choice.key for choice in question.choices])
    elif question.kind is Kind.SEVERAL:
        together = [choice.key for choice in question.choices if not choice.alone]
        said = st.lists(st.sampled_from(together), min_size=1, unique=True).map(" ".join)
        said |= st.sampled_from([choice.key for choice in question.choices if choice.alone] or together)
    elif question.kind is Kind.COMMUNE:
        said = st.sampled_from([*TERRITORIES, "75056"])
    elif question.kind is Kind.AGE:
        said = st.integers(0, OLDEST).map(str) | st.dates(max_value=TODAY).map(str)
    else:
        said = st.integers(question.low, question.high).map(str)
    return said | st.sampled_from(sorted(SILENT))


def a_household(data, book):
    """Answers to any questions, in any order: what follows from them may contradict some."""
    keys = data.draw(st.lists(st.sampled_from(list(book.questions)), unique=True))
    return {key: data.draw(an_answer(book.questions[key]), label=key) for key in keys}


def facts_of(book, answers):
    return known(book, answers, TERRITORIES, TODAY)


def truths(book, answers):
    found = outcome(book, facts_of(book, answers), TODAY, THEMES)
    groups = ((Truth.YES, found.perhaps), (Truth.UNKNOWN, found.unsure), (Truth.NO, found.unlikely))
    for truth, findings in groups:
        assert {finding.truth for finding in findings} <= {truth}
    return {one.right.key: truth for truth, findings in groups for one in findings if not one.right.is_closed}


@drawn
@given(st.data())
def test_the_order_of_the_answers_changes_nothing(book, data):
    answers = a_household(data, book)
    turned = dict(data.draw(st.permutations(list(answers.items()))))
    assert facts_of(book, answers) == facts_of(book, turned)
    assert truths(book, answers) == truths(book, turned)


@drawn
@given(st.data())
def test_an_answer_more_never_unsettles_what_is_settled(book, data):
    answers = a_household(data, book)
    before, facts_before = truths(book, answers), facts_of(book, answers)
    open_questions = [key for key in book.questions if key not in answers]
    if not open_questions:
        return
    key = data.draw(st.sampled_from(open_questions))
    more = answers | {key: data.draw(an_answer(book.questions[key]), label=key)}
    if not facts_before.items() <= facts_of(book, more).items():
        return  # it takes another answer back: no rent to pay without a rent
    after = truths(book, more)
    assert {one: truth for one, truth in before.items() if truth is not Truth.UNKNOWN and after[one] is not truth} == {}


def is_out_of_reach(book, key, answers, facts):
    """Whether a fact stays unknown: nobody said it, or whether to ask it was not said."""
    if key in answers:
        return True
    question = book.questions[key]
    if makes_sense_of(question, facts, TODAY) is not Truth.UNKNOWN:
        return False
    waits_for = question.asked_if.see(facts, TODAY).chances
    return all(is_out_of_reach(book, one, answers, facts) for one in waits_for)


@pytest.mark.parametrize("theme", THEMES)
@settings(drawn, max_examples=40)
@given(data=st.data())
def test_each_path_ends_with_every_right_settled_or_what_is_missing_left_unsaid(book, theme, data):
    answers = {}
    while (asked := next_question(book, answers, facts_of(book, answers), TODAY, [theme])) is not None:
        assert asked.key not in answers
        answers[asked.key] = data.draw(an_answer(asked), label=asked.key)
        assert len(answers) <= LONGEST, list(answers)
    facts = facts_of(book, answers)
    for finding in outcome(book, facts, TODAY, [theme]).unsure:
        assert finding.missing
        assert all(is_out_of_reach(book, key, answers, facts) for key in finding.missing), finding.right.key
