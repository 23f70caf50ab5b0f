"""Questions, answers, what follows from them, the next one, the result, versions and counts: without a database."""

import json
from dataclasses import replace
from datetime import date

import pytest

from portal.eligibility.rules import Truth
from portal.eligibility.rules_counts import masked
from portal.eligibility.rules_kept import Change, Kept, changes, moved
from portal.eligibility.rules_questions import facts_of, said_of, urgencies_of, value_of
from portal.eligibility.rules_reading import book_of
from portal.eligibility.rules_rights import known, next_question, outcome
from portal.eligibility.rules_said import Said, questions_of, said_condition
from portal.eligibility.rules_words import entries_for

DAY = date(2026, 11, 23)
WHERE = {"62041": "artois"}


def choice(key, **more):
    return {"key": key, "title": key.title(), "said": f"Vous dites {key}.", "urgency": None, "alone": False} | more


def ask(key, kind="choice", **more):
    choices = [choice("yes"), choice("no")] if kind == "choice" else []
    return {
        "key": key,
        "kind": kind,
        "text": f"{key} ?",
        "why": "?",
        "icon": "house",
        "choice": choices,
        "said": "{value}",
    } | more


def right(key, when, **more):
    return {
        "key": key,
        "name": key,
        "nature": "facultative",
        "themes": ["home"],
        "short": "?",
        "decides": "?",
        "when": when,
    } | more


@pytest.fixture
def small():
    """A book of two themes, that shows each way a question is put."""
    definition = {
        "theme": [{"key": one, "title": one, "line": one, "icon": "house"} for one in ("home", "money")],
        "question": [
            ask("danger", opens=["home"], choice=[choice("no"), choice("yes", urgency="help")]),
            ask("age", "age", said="Vous avez {value} ans."),
            ask("commune", "commune", said="Vous vivez à {value}."),
            ask("kids", "several", choice=[choice("none", alone=True), choice("small"), choice("big", urgency="help")]),
            ask("rent"),
            ask("debt", "amount", high=9000, asked_if={"fact": "rent", "is": "yes"}, otherwise=0),
            ask("late", asked_if={"fact": "debt", "above": 100}, otherwise="no"),
            ask(
                "tonight",
                choice=[choice("yes"), choice("no", urgency="help")],
                asked_if={"fact": "rent", "is": "no"},
                otherwise="yes",
            ),
        ],
        "urgency": [{"key": "help", "title": "?", "text": "?", "helplines": ["17"], "motifs": []}],
        "entry": [
            {
                "key": "rent",
                "title": "Rent",
                "theme": "home",
                "words": ["loyer", "payer appart"],
                "given": {"rent": "yes"},
            },
            {"key": "hit", "title": "Hit", "theme": "home", "words": ["frapp"], "urgency": "help"},
        ],
        "right": [
            right(
                "fund",
                [{"fact": "debt", "above": 100}, {"fact": "age", "from": 18}],
                note=[{"text": "late", "when": {"fact": "late", "is": "yes"}}, {"text": "always"}],
            ),
            right("slow", {"fact": "late", "is": "yes"}, themes=["money"]),
            right("gone", [], valid_to="2026-11-22"),
            right("soon", [], valid_from="2026-11-24"),
            right("off", [], enabled=False),
            right(
                "wide",
                [
                    {"any": [{"fact": "rent", "is": "no"}, {"fact": "kids", "has": ["small"]}]},
                    {"any": [{"fact": "danger", "is": "yes"}, {"fact": "commune", "is": "artois"}]},
                ],
                themes=["wide"],
            ),
            right("roof", {"fact": "tonight", "is": "no"}, themes=["money"]),
            right("held", {"fact": "rent", "is": "yes"}, closed=True, not_in=["boulonnais"]),
        ],
    }
    return book_of(definition, "small", ["artois", "boulonnais"])


@pytest.mark.parametrize(
    ("key", "answer", "value"),
    [
        ("rent", "yes", "yes"),
        ("rent", "maybe", None),
        ("rent", "?", None),
        ("rent", "-", None),
        ("kids", "small big", ("big", "small")),
        ("kids", "small small", None),
        ("kids", "none small", None),
        ("kids", "tall", None),
        ("debt", "9000", 9000),
        ("debt", "9001", None),
        ("debt", "-5", None),
        ("age", "46", 46),
        ("age", "121", None),
        ("age", "1980-11-24", date(1980, 11, 24)),
        ("age", "1980-13-24", None),
        ("commune", "62041", "artois"),
        ("commune", "75056", None),
    ],
)
def test_an_answer_gives_a_value_or_none(small, key, answer, value):
    assert value_of(small.questions[key], answer, WHERE) == value


def test_what_makes_no_sense_has_its_own_value_whatever_was_answered(small):
    assert facts_of(small.questions, {"rent": "no", "debt": "500"}, WHERE, DAY) == {
        "rent": "no",
        "debt": 0,
        "late": "no",
    }
    assert facts_of(small.questions, {"rent": "yes", "debt": "500"}, WHERE, DAY) == {
        "rent": "yes",
        "debt": 500,
        "tonight": "yes",
    }
    assert facts_of(small.questions, {"debt": "500", "rent": "?"}, WHERE, DAY) == {"debt": 500}


def test_answers_are_said_again(small):
    names = {"62041": "Arras"}
    said = {
        ("rent", "yes"): ["Vous dites yes."],
        ("kids", "small big"): ["Vous dites small.", "Vous dites big."],
        ("age", "1980-11-24"): ["Vous avez 45 ans."],
        ("age", "46"): ["Vous avez 46 ans."],
        ("commune", "62041"): ["Vous vivez à Arras."],
        ("debt", "?"): [],
    }
    for (key, answer), sentences in said.items():
        assert said_of(small.questions[key], answer, DAY, names) == sentences


def test_what_is_urgent_is_seen_in_one_answer_or_among_several(small):
    assert urgencies_of(small.questions["danger"], "yes") == ["help"]
    assert urgencies_of(small.questions["danger"], "no") == []
    assert urgencies_of(small.questions["kids"], "small big") == ["help"]


def test_a_danger_is_asked_first_then_what_settles_most_then_what_waits_for_it(small):
    def path(answers, themes=("home",)):
        asked = next_question(small, answers, known(small, answers, WHERE, DAY), DAY, themes)
        return asked.key if asked else None

    assert path({}) == "danger"
    assert path({"danger": "no"}) == "rent"  # the debt waits for it
    assert path({"danger": "no", "rent": "yes"}) in {"debt", "commune"}
    assert path({"danger": "no", "rent": "no"}) is None
    assert path({"danger": "no", "rent": "?", "commune": "?", "age": "?"}) is None
    assert path({}, ["money"]) == "rent"  # two steps before what is asked
    assert path({"rent": "yes", "debt": "500"}, ["money"]) == "late"
    assert path({"rent": "no"}, ["money"]) == "tonight"
    assert path({}, ["wide"]) == "danger", "no answer settles it alone, and yet it is asked"


def test_a_result_says_perhaps_unsure_or_unlikely_and_why(small):
    def said(answers, themes=("home",), day=DAY):
        return outcome(small, known(small, answers, WHERE, day), day, themes)

    found = said({"rent": "yes", "debt": "500", "age": "30", "late": "yes", "commune": "62041"})
    assert [one.right.key for one in found.perhaps] == ["fund", "slow", "held"], "another theme shows once it is sure"
    assert found.perhaps[0].because == ("age", "debt")
    assert found.perhaps[0].notes == ("late", "always")
    found = said({"rent": "yes", "debt": "500"})
    assert [(one.right.key, one.missing, one.notes) for one in found.unsure] == [("fund", ("age",), ("always",))]
    found = said({"rent": "no"})
    assert [one.right.key for one in found.unlikely] == ["fund"], "closed to newcomers: shown to nobody else"
    assert [one.right.key for one in said({}, day=date(2026, 11, 24)).perhaps] == ["soon"]
    assert [one.right.key for one in said({}, day=date(2026, 11, 22)).perhaps] == ["gone"]


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("Je ne peux plus payer mon LOYER", ["rent"]),
        ("payer l'appartement", ["rent"]),
        ("il me frappe pour le loyer", ["hit", "rent"]),  # what is urgent comes first
        ("bonjour", []),
        ("", []),
        ("x" * 500 + " loyer", []),
    ],
)
def test_own_words_lead_to_what_they_name(small, words, keys):
    assert [entry.key for entry in entries_for(small, words)] == keys


def test_what_is_kept_is_read_again_and_compared(small):
    before = Kept({"rent": "yes", "gone": "yes"}, wants="Un jardin")
    now = Kept({"rent": "no", "debt": "5"})
    assert Kept.read(before.text()) == before
    assert Kept.read(json.dumps(json.loads(before.text()) | {"later": "?"})) == before, "sealed by another release"
    with pytest.raises(TypeError):
        Kept.read("[]")
    assert changes(small, before.answers, now.answers) == [Change("rent", "yes", "no"), Change("debt", None, "5")]
    sure = outcome(small, {"late": "yes"}, DAY, ["money"])
    none = outcome(small, {"late": "no"}, DAY, ["money"])
    assert moved(none, sure) == {"new": ("slow",), "gone": ()}
    assert moved(sure, none) == {"new": (), "gone": ("slow",)}


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"a": 5, "b": 60}, {"a": 5, "b": 60}),
        ({"a": 4, "b": 60, "c": 9}, {"a": None, "b": 60, "c": None}),  # else the total gives 4 away
        ({"a": 2, "b": 2, "c": 9}, {"a": None, "b": None, "c": None}),  # together they are 4
        ({"a": 4, "b": 4, "c": 9}, {"a": None, "b": None, "c": 9}),
        ({"a": 1}, {"a": None}),
        ({}, {}),
    ],
)
def test_a_small_group_is_not_shown_nor_given_away(counts, shown):
    assert masked(counts) == shown


def test_a_condition_is_said_part_by_part(small):
    written = [
        {"any": [{"fact": "rent", "is": "yes"}, {"not": {"fact": "kids", "has": ["small", "big"]}}]},
        {"fact": "late", "is": "no"},
    ]
    said = said_condition(written, small.questions)
    assert (said.how, said.parts[0].how, said.parts[0].parts[1].how) == ("all", "any", "not")
    assert said.parts[0].parts[1].parts == (Said("fact", question="kids ?", words=(("has", "Small, Big"),)),)
    assert said_condition({"fact": "debt", "above": 100}, small.questions).words == (("above", "100"),)
    assert questions_of(written, small.questions) == ["kids", "rent", "debt", "late"]


def test_a_book_holds_what_a_rule_is_checked_by(small):
    assert small.rights["soon"].valid_from == date(2026, 11, 24)
    assert not replace(small.rights["fund"], is_enabled=False).holds_on(DAY)
    assert ~Truth.UNKNOWN is Truth.UNKNOWN
