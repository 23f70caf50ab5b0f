"""One example household before the whole book: what is said of every right, and why. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.eligibility.rules import Facts, Truth
from portal.eligibility.rules_questions import Answers, Question, facts_of, makes_sense_of, said_of
from portal.eligibility.rules_rights import Book, Finding, Right, outcome


@dataclass(frozen=True)
class Reason:
    """What led there: a question, and what was answered, in sentences; none when the question was not to be put."""

    question: str
    said: Sequence[str]


@dataclass(frozen=True)
class Tested:
    """What is said of one right."""

    right: Right
    because: Sequence[Reason]
    missing: Sequence[str]  # questions in words
    notes: Sequence[str]


@dataclass(frozen=True)
class Trial:
    """The three lists of a result; `aside`: the rights that it names in none of them, today and for this household."""

    perhaps: Sequence[Tested]
    unsure: Sequence[Tested]
    unlikely: Sequence[Tested]
    aside: Sequence[Right]


def trial_of(book: Book, answers: Answers, names: Mapping[str, str], day: date, theme: str = "") -> Trial:
    """What every right of the book says of a household, in all themes or in one.

    `answers`: as they are kept, but that the key of a territory stands for a commune; `names`: of the territories.
    """
    facts = facts_of(book.questions, answers, {key: key for key in names}, day)
    found = outcome(book, facts, day, book.themes)
    reasons = {key: _reason(question, answers, facts, names, day) for key, question in book.questions.items()}

    def tested(findings: Sequence[Finding]) -> list[Tested]:
        return [
            Tested(
                one.right,
                [reasons[key] for key in one.because],
                [book.questions[key].text for key in one.missing],
                one.notes,
            )
            for one in findings
            if not theme or theme in one.right.themes
        ]

    said = {one.right.key for one in (*found.perhaps, *found.unsure, *found.unlikely)}
    rest = [right for right in book.rights.values() if right.key not in said]
    return Trial(
        tested(found.perhaps),
        tested(found.unsure),
        tested(found.unlikely),
        [right for right in rest if not theme or theme in right.themes],
    )


def _reason(question: Question, answers: Answers, facts: Facts, names: Mapping[str, str], day: date) -> Reason:
    is_put = question.key in answers and makes_sense_of(question, facts, day) is not Truth.NO
    return Reason(question.text, said_of(question, answers[question.key], day, names) if is_put else [])
