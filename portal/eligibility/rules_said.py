"""A condition in words, as its file writes it: for whoever checks a rule against its source. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.eligibility.rules_questions import Kind, Question


@dataclass(frozen=True)
class Said:
    """A part of a condition. `how`: "all", "any", "not", or "fact", which alone has `words` and a question."""

    how: str
    parts: tuple["Said", ...] = ()
    question: str = ""
    words: tuple[tuple[str, str], ...] = ()  # (how it is compared, with what): ("from", "18")


def said_condition(written: Any, questions: Mapping[str, Question]) -> Said:
    """The condition of a file that was checked, part by part."""
    if isinstance(written, list):
        return Said("all", tuple(said_condition(part, questions) for part in written))
    if "fact" in written:
        question = questions[written["fact"]]
        words = tuple((word, _shown(question, value)) for word, value in written.items() if word != "fact")
        return Said("fact", question=question.text, words=words)
    ((how, inner),) = written.items()
    parts = inner if how != "not" else [inner]
    return Said(how, tuple(said_condition(part, questions) for part in parts))


def questions_of(written: Any, questions: Mapping[str, Question]) -> list[str]:
    """The questions that a condition compares, and those on which they wait, in the order of the book."""
    named = set(_facts(written))
    for key in reversed(list(questions)):
        waits_for = questions[key].asked_if
        if key in named and waits_for is not None:
            named |= set(waits_for.facts())
    return [key for key in questions if key in named]


def _facts(written: Any) -> list[str]:
    if isinstance(written, list):
        return [fact for part in written for fact in _facts(part)]
    if "fact" in written:
        return [written["fact"]]
    return [fact for part in written.values() for fact in _facts(part)]


def _shown(question: Question, value: Any) -> str:
    keys = value if isinstance(value, list) else [value]
    if question.kind in {Kind.CHOICE, Kind.SEVERAL}:
        return ", ".join(choice.title for choice in question.choices if choice.key in keys)
    return ", ".join(map(str, keys))
