"""The questions of the pre-diagnostic, the answers they take, and the facts that answers make. Pure.

A question that has been put and that nobody could or would answer leaves its fact unknown; it is not put again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.eligibility.rules import Condition, Facts, Truth, Value
from portal.people.rules import age_on

DONT_KNOW = "?"  # « je ne sais pas »
RATHER_NOT = "-"  # « je préfère ne pas répondre »
SILENT = frozenset({DONT_KNOW, RATHER_NOT})
OLDEST = 120  # years

# What was answered, by question, as it is kept: a choice, choices parted by a space, whole figures, a day in ISO
# letters, the INSEE number of a commune; or one of SILENT.
Answers = Mapping[str, str]

_FIGURES = re.compile(r"\d{1,9}")


class Kind(StrEnum):
    """How a question is answered."""

    CHOICE = "choice"  # one of its choices
    SEVERAL = "several"  # any of its choices; one marked `alone` excludes the others
    NUMBER = "number"  # a whole number from `low` to `high`
    AMOUNT = "amount"  # whole euros, from `low` to `high`
    AGE = "age"  # a birth date, or an age in whole years
    COMMUNE = "commune"  # its fact is the territory of the commune


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer offered. `said`: the sentence that repeats it to the person.

    `urgency`: what it means must be done now, if anything.
    """

    key: str
    title: str
    said: str
    urgency: str | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a page of its own.

    `asked_if`: it makes sense only then; when not, its fact is `otherwise`. `opens`: the themes that begin with it.
    `is_private`: about health or violence; no count of it is ever kept.
    """

    key: str
    kind: Kind
    text: str
    why: str
    icon: str
    help: str = ""
    choices: tuple[Choice, ...] = ()
    low: int = 0
    high: int = 0
    said: str = ""  # of a number: "Vous devez {value} € de loyer."
    asked_if: Condition | None = None
    otherwise: Value | None = None
    opens: frozenset[str] = frozenset()
    is_private: bool = False

    @property
    def may_be_urgent(self) -> bool:
        """Whether one of its answers stops everything."""
        return any(choice.urgency for choice in self.choices)

    @property
    def is_private_danger(self) -> bool:
        """Whether it asks of a danger that others at home may not know of."""
        return self.is_private and self.may_be_urgent

    def choice(self, key: str) -> Choice | None:
        """The choice of this key."""
        return next((one for one in self.choices if one.key == key), None)


def value_of(question: Question, answer: str, territories: Mapping[str, str]) -> Value | None:
    """The value that an answer gives to its fact; None when it gives none, or is none of those offered.

    `territories`: that of each commune, by INSEE number.
    """
    if answer in SILENT:
        return None
    if question.kind is Kind.CHOICE:
        return answer if question.choice(answer) else None
    if question.kind is Kind.SEVERAL:
        return _several(question, answer)
    if question.kind is Kind.COMMUNE:
        return territories.get(answer)
    if question.kind is Kind.AGE and not _FIGURES.fullmatch(answer):
        return _day(answer)
    high = OLDEST if question.kind is Kind.AGE else question.high
    is_figure = _FIGURES.fullmatch(answer) and question.low <= int(answer) <= high
    return int(answer) if is_figure else None


def facts_of(
    questions: Mapping[str, Question], answers: Answers, territories: Mapping[str, str], day: date
) -> dict[str, Value]:
    """What is known: the answers that say something, and what follows from them for questions that make no sense.

    The same whatever the order of the answers. `questions` is in an order in which each question's `asked_if` names
    earlier ones alone: the reader of the files holds to it.
    """
    facts: dict[str, Value] = {}
    for key, question in questions.items():
        makes_sense = makes_sense_of(question, facts, day)
        if makes_sense is Truth.NO:
            if question.otherwise is not None:
                facts[key] = question.otherwise
        elif (answer := answers.get(key)) is not None:
            value = value_of(question, answer, territories)
            if value is not None:
                facts[key] = value
    return facts


def makes_sense_of(question: Question, facts: Facts, day: date) -> Truth:
    """Whether a question is to be put to this person: yes, no, or it depends on what is not known yet."""
    return question.asked_if.see(facts, day).truth if question.asked_if else Truth.YES


def urgencies_of(question: Question, answer: str) -> list[str]:
    """What must be done now, by what was just answered."""
    kept = answer.split(" ") if question.kind is Kind.SEVERAL else [answer]
    return [choice.urgency for choice in question.choices if choice.key in kept and choice.urgency]


def said_of(question: Question, answer: str, day: date, names: Mapping[str, str]) -> list[str]:
    """An answer in sentences, as the person would read them back; none for silence.

    `names`: of the communes, by INSEE number.
    """
    if answer in SILENT:
        return []
    if question.choices:
        kept = answer.split(" ") if question.kind is Kind.SEVERAL else [answer]
        return [choice.said for choice in question.choices if choice.key in kept]
    if question.kind is Kind.AGE and (born := _day(answer)):
        return [question.said.format(value=age_on(born, day))]
    return [question.said.format(value=names.get(answer, answer))]


def _several(question: Question, answer: str) -> tuple[str, ...] | None:
    kept = tuple(answer.split(" "))
    chosen = [question.choice(key) for key in kept]
    if len(set(kept)) < len(kept) or not all(chosen) or (len(kept) > 1 and any(one and one.alone for one in chosen)):
        return None
    return tuple(sorted(kept))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
