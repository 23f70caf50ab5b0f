"""From the tables of the files to conditions, questions and rights that can be evaluated. Pure.

A condition, in a file, is a list (all of it holds) or one of:

    { fact = "age", from = 18, to = 25 }          both included; `on = 2026-09-01` for the age on that day
    { fact = "rent_debt_amount", above = 4500 }   not included; also `below`
    { fact = "home", is = "owner" }               or `in = ["owner", "tenant"]`
    { fact = "children", has = ["under3"] }       one of these is among what was ticked
    { all = […] }   { any = […] }   { not = {…} }
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from portal.eligibility.rules import All, Condition, Leaf, Not, Truth, Value, age_between, any_of
from portal.eligibility.rules_questions import OLDEST, Choice, Kind, Question
from portal.eligibility.rules_rights import (
    Book,
    Case,
    Entry,
    Link,
    Nature,
    Note,
    Right,
    Source,
    Theme,
    Urgency,
)

_BOUNDS = ("from", "to", "above", "below")
_OF_KIND = {
    Kind.CHOICE: {"is", "in"},
    Kind.COMMUNE: {"is", "in"},
    Kind.SEVERAL: {"has"},
    Kind.NUMBER: set(_BOUNDS),
    Kind.AMOUNT: set(_BOUNDS),
    Kind.AGE: {*_BOUNDS, "on"},
}
_SAMPLES = 200  # of the numbers that one may answer, to see how many meet a bound
_ON = date.min  # no day: the samples of ages are whole years


class WrongConditionError(Exception):
    """A condition that says nothing that can be evaluated; its text says why."""


def condition_of(written: Any, questions: Mapping[str, Question], territories: Collection[str]) -> Condition:
    """The condition that a file wrote. Raises WrongConditionError."""
    if isinstance(written, list):
        return _all_of([condition_of(part, questions, territories) for part in written])
    if not isinstance(written, dict):
        raise WrongConditionError(f"{written!r} is no condition: a list, or a table such as {{ fact = … }}")
    if "fact" in written:
        return _leaf(written, questions, territories)
    if len(written) != 1:
        raise WrongConditionError(f"a table with {', '.join(sorted(written)) or 'nothing'}: one of fact, all, any, not")
    ((word, inner),) = written.items()
    if word == "not":
        return Not(condition_of(inner, questions, territories))
    if word not in {"all", "any"} or not isinstance(inner, list) or not inner:
        raise WrongConditionError(f'"{word}": all and any take a list of conditions, not takes one')
    parts = [condition_of(part, questions, territories) for part in inner]
    return _all_of(parts) if word == "all" else any_of(*parts)


def bounds_of(written: Any) -> list[tuple[str, int, bool]]:
    """Every bound of a condition that `condition_of` took: its fact, a whole number, whether it is the lower bound.

    The number is still inside: "above 4500" is 4501.
    """
    if isinstance(written, list):
        return [bound for part in written for bound in bounds_of(part)]
    if "fact" not in written:
        return [bound for part in written.values() for bound in bounds_of(part)]
    steps = {"from": (0, True), "above": (1, True), "to": (0, False), "below": (-1, False)}
    return [(written["fact"], written[word] + step, low) for word, (step, low) in steps.items() if word in written]


def book_of(definition: Mapping[str, Any], digest: str, territories: Collection[str]) -> Book:
    """The book that a definition describes: the tables of the files, dates as ISO text. It was checked when loaded."""
    questions: dict[str, Question] = {}
    for table in definition["question"]:
        questions[table["key"]] = question_of(table, questions, territories)
    return Book(
        digest=digest,
        themes={table["key"]: Theme(**table) for table in definition["theme"]},
        questions=questions,
        rights={table["key"]: right_of(table, questions, territories) for table in definition["right"]},
        urgencies={table["key"]: _urgency(table) for table in definition["urgency"]},
        entries={table["key"]: _entry(table) for table in definition["entry"]},
    )


def question_of(table: Mapping[str, Any], earlier: Mapping[str, Question], territories: Collection[str]) -> Question:
    """One question. Raises WrongConditionError when its `asked_if` names what does not come before it."""
    asked_if = table.get("asked_if")
    otherwise = table.get("otherwise")
    return Question(
        key=table["key"],
        kind=Kind(table["kind"]),
        text=table["text"],
        why=table["why"],
        icon=table["icon"],
        help=table.get("help", ""),
        choices=tuple(Choice(**choice) for choice in table.get("choice", [])),
        low=table.get("low", 0),
        high=table.get("high", 0),
        said=table.get("said", ""),
        asked_if=None if asked_if is None else condition_of(asked_if, earlier, territories),
        otherwise=tuple(otherwise) if isinstance(otherwise, list) else otherwise,
        opens=frozenset(table.get("opens", [])),
        is_private=table.get("private", False),
    )


def right_of(table: Mapping[str, Any], questions: Mapping[str, Question], territories: Collection[str]) -> Right:
    """One right. Raises WrongConditionError."""
    return Right(
        key=table["key"],
        name=table["name"],
        nature=Nature(table["nature"]),
        themes=tuple(table["themes"]),
        short=table["short"],
        decides=table["decides"],
        bring=tuple(table.get("bring", [])),
        takes=table.get("takes", ""),
        when=_within(table, condition_of(table["when"], questions, territories)),
        notes=tuple(
            Note(note["text"], condition_of(note.get("when", []), questions, territories))
            for note in table.get("note", [])
        ),
        motifs=tuple(table.get("motifs", [])),
        partners=tuple(table.get("partners", [])),
        links=tuple(Link(**link) for link in table.get("link", [])),
        page=table.get("page", ""),
        form=table.get("form", ""),
        sources=tuple(Source(**source) for source in table.get("source", [])),
        cases=tuple(_case(case) for case in table.get("case", [])),
        valid_from=_day(table.get("valid_from")),
        valid_to=_day(table.get("valid_to")),
        is_enabled=table.get("enabled", True),
        is_closed=table.get("closed", False),
        checked_on=_day(table.get("checked_on")),
        checked_by=table.get("checked_by", ""),
    )


def _all_of(parts: Sequence[Condition]) -> Condition:
    """One that stands alone is itself: nothing is looked at twice."""
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _within(table: Mapping[str, Any], when: Condition) -> Condition:
    """The condition, in the territories where the right exists."""
    outside = frozenset(table.get("not_in", []))
    return All((Leaf("commune", lambda value, _day: value not in outside, 0.8), when)) if outside else when


def _leaf(written: Mapping[str, Any], questions: Mapping[str, Question], territories: Collection[str]) -> Leaf:
    question = questions.get(written["fact"])
    if question is None:
        raise WrongConditionError(f'"{written["fact"]}": no question has this key, or it comes later in the file')
    words = written.keys() - {"fact"}
    if not words or not words <= _OF_KIND[question.kind]:
        expected = ", ".join(sorted(_OF_KIND[question.kind]))
        raise WrongConditionError(
            f'"{question.key}" is compared with {expected}, not {", ".join(sorted(words)) or "…"}'
        )
    if question.kind in {Kind.CHOICE, Kind.COMMUNE}:
        return _among(written, question, territories)
    if question.kind is Kind.SEVERAL:
        return _ticked(written, question)
    return _measured(written, question)


def _among(written: Mapping[str, Any], question: Question, territories: Collection[str]) -> Leaf:
    wanted = frozenset(_texts(written, "in") if "in" in written else [written["is"]])
    offered = territories if question.kind is Kind.COMMUNE else [choice.key for choice in question.choices]
    _refuse_unknown(wanted, offered, question)
    return Leaf(question.key, lambda value, _day: value in wanted, len(wanted) / len(offered))


def _ticked(written: Mapping[str, Any], question: Question) -> Leaf:
    wanted = frozenset(_texts(written, "has"))
    _refuse_unknown(wanted, [choice.key for choice in question.choices], question)

    def holds(value: Value, _day: date) -> bool:
        return isinstance(value, tuple) and not wanted.isdisjoint(value)

    return Leaf(question.key, holds, 1 - 0.5 ** len(wanted))


def _measured(written: Mapping[str, Any], question: Question) -> Leaf:
    numbers = {word: written[word] for word in _BOUNDS if word in written}
    if not numbers or any(isinstance(number, bool) or not isinstance(number, int) for number in numbers.values()):
        raise WrongConditionError(f'"{question.key}": bounds are whole numbers, and there is at least one')
    lows = [number for _fact, number, is_low in bounds_of(written) if is_low]
    highs = [number for _fact, number, is_low in bounds_of(written) if not is_low]
    low, high = max(lows, default=None), min(highs, default=None)
    if low is not None and high is not None and low > high:
        raise WrongConditionError(f'"{question.key}": no number is within these bounds')
    holds = age_between(low, high, _day(written.get("on")))
    top = OLDEST if question.kind is Kind.AGE else question.high
    samples = range(question.low, top + 1, max(1, (top - question.low) // _SAMPLES))
    return Leaf(question.key, holds, sum(holds(sample, _ON) for sample in samples) / len(samples))


def _refuse_unknown(wanted: Collection[str], offered: Collection[str], question: Question) -> None:
    unknown = sorted(str(key) for key in wanted if key not in offered)
    if unknown or not wanted:
        raise WrongConditionError(f'"{question.key}" has no answer {", ".join(unknown) or "…"}')


def _texts(written: Mapping[str, Any], word: str) -> list[str]:
    texts = written[word]
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise WrongConditionError(f'"{word}" takes a list of texts')
    return texts


def answer_of(value: Any) -> str:
    """A value as an answer is kept: `["under3", "from6"]` is "under3 from6"."""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _case(table: Mapping[str, Any]) -> Case:
    given = {fact: answer_of(value) for fact, value in table.get("given", {}).items()}
    return Case(given, Truth(table["expect"]))


def _urgency(table: Mapping[str, Any]) -> Urgency:
    lists = {name: tuple(table.get(name, [])) for name in ("helplines", "partners", "motifs")}
    return Urgency(table["key"], table["title"], table["text"], **lists, is_hidden=table.get("hidden", False))


def _entry(table: Mapping[str, Any]) -> Entry:
    words = tuple(tuple(group.split()) for group in table["words"])
    return Entry(table["key"], table["title"], table["theme"], words, table.get("given", {}), table.get("urgency"))


def plain(value: Any) -> Any:
    """The same value with its dates as ISO text, as JSON can hold it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
