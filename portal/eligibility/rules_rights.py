"""Rights as data: their conditions, words and sources; what a household may ask for; the next best question. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from portal.eligibility.rules import Chance, Condition, Facts, Seen, Truth, Value
from portal.eligibility.rules_questions import Answers, Question, facts_of, makes_sense_of


class Nature(StrEnum):
    """What a right is, which decides how the page may name it: facultative aids are never called rights."""

    SERVICE = "service"  # a place, a person, a listening ear: open to whoever comes
    FACULTATIVE = "facultative"  # an aid that somebody may grant
    LEGAL = "legal"  # provided by law, granted by a decision of the Département or the MDPH
    NATIONAL = "national"  # granted by the State, the CAF, the Assurance maladie …: to look into with their simulator


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from: the document, its date as printed, the place in it."""

    document: str
    dated: str
    place: str


@dataclass(frozen=True, slots=True)
class Link:
    """An official page elsewhere."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Note:
    """A point of attention, shown when its condition holds."""

    text: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Case:
    """An example household and what the rule must say of it."""

    given: Answers
    expect: Truth


@dataclass(frozen=True, slots=True)
class Right:
    """One thing that a person may ask for. Its words are easy French; none promises."""

    key: str
    name: str
    nature: Nature
    themes: tuple[str, ...]
    short: str
    decides: str
    bring: tuple[str, ...]
    takes: str  # how long it takes, when a source says so
    when: Condition
    notes: tuple[Note, ...]
    motifs: tuple[str, ...]  # what to book
    partners: tuple[str, ...]  # whom to call
    links: tuple[Link, ...]
    page: str  # of this site, or nothing
    form: str  # a paper form of ours to send back, or nothing
    sources: tuple[Source, ...]
    cases: tuple[Case, ...]
    valid_from: date | None = None
    valid_to: date | None = None  # its last day
    is_enabled: bool = True
    is_closed: bool = False  # to newcomers: shown to those whom it concerns, and to nobody else
    checked_on: date | None = None
    checked_by: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether the rule is in force on a day."""
        starts = self.valid_from is None or self.valid_from <= day
        return self.is_enabled and starts and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Theme:
    """One of the six doors of the pre-diagnostic."""

    key: str
    title: str
    line: str
    icon: str


@dataclass(frozen=True, slots=True)
class Urgency:
    """What stops the questions: the words, the numbers to call now, who else answers, what to book."""

    key: str
    title: str
    text: str
    helplines: tuple[str, ...]
    partners: tuple[str, ...]
    motifs: tuple[str, ...]
    is_hidden: bool  # whoever is watched must be able to leave at once, and no trace may name it


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that people say in their own words, and where it leads."""

    key: str
    title: str
    theme: str
    words: tuple[tuple[str, ...], ...]  # beginnings of words: each group holds when all of its beginnings are found
    given: Mapping[str, str]  # answers that the words give already
    urgency: str | None


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that the files of a Département say, ready to be asked. `digest` names this version of it."""

    digest: str
    themes: Mapping[str, Theme]
    questions: Mapping[str, Question]
    rights: Mapping[str, Right]
    urgencies: Mapping[str, Urgency]
    entries: Mapping[str, Entry]


class Finding(NamedTuple):
    """What the answers say of one right."""

    right: Right
    truth: Truth
    because: tuple[str, ...]  # the questions whose answers led there, in the order of the files
    missing: tuple[str, ...]  # the questions whose answers are missing, the most telling first
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What the answers say of every right of some themes: perhaps, something is missing, probably not."""

    perhaps: tuple[Finding, ...]
    unsure: tuple[Finding, ...]
    unlikely: tuple[Finding, ...]


def known(book: Book, answers: Answers, territories: Mapping[str, str], day: date) -> dict[str, Value]:
    """The facts that the answers make; see `facts_of`."""
    return facts_of(book.questions, answers, territories, day)


def seen_of(book: Book, facts: Facts, day: date) -> dict[str, Seen]:
    """Each right in force on a day, beside what is known: seen once, for the result and for the next question."""
    return {key: right.when.see(facts, day) for key, right in book.rights.items() if right.holds_on(day)}


def outcome(
    book: Book, facts: Facts, day: date, themes: Collection[str], *, seen: Mapping[str, Seen] | None = None
) -> Outcome:
    """What may be asked for. A right of another theme shows only when the answers already say perhaps.

    `seen`: of these facts on this day, where somebody looked already (see `seen_of`).
    """
    order, wanted = {key: rank for rank, key in enumerate(book.questions)}, set(themes)
    seen = seen_of(book, facts, day) if seen is None else seen
    asked_keys = {key for key in seen if not wanted.isdisjoint(book.rights[key].themes)}
    findings = [
        _finding(order, book.rights[key], one, facts, day)
        for key, one in seen.items()
        if one.truth is Truth.YES or key in asked_keys
    ]
    asked = [one for one in findings if one.right.key in asked_keys]
    open_to_all = [one for one in asked if not one.right.is_closed]
    return Outcome(
        perhaps=tuple(one for one in findings if one.truth is Truth.YES),
        unsure=tuple(one for one in open_to_all if one.truth is Truth.UNKNOWN),
        unlikely=tuple(one for one in open_to_all if one.truth is Truth.NO),
    )


def next_question(  # noqa: PLR0913 - who, when, what for, and what was seen already
    book: Book,
    answers: Answers,
    facts: Facts,
    day: date,
    themes: Collection[str],
    *,
    seen: Mapping[str, Seen] | None = None,
) -> Question | None:
    """The question to put now, or None when no answer can change anything any more. `seen`: as for `outcome`.

    First those that open a theme (a danger is seen before an aid), in the order of the files; then one that may show
    that something is urgent, once an answer called for it; then the one whose answer is likely to settle most rights of
    the themes, the first of the files when several do.
    """
    wanted = set(themes)
    for question in book.questions.values():
        if question.key not in answers and not question.opens.isdisjoint(wanted):
            return question
    seen = seen_of(book, facts, day) if seen is None else seen
    put = _put_first(book, facts, day, _scores(book, seen, wanted))
    open_questions = [key for key in book.questions if key not in answers and key in put]
    for key in open_questions:
        waited_for = book.questions[key].asked_if
        if waited_for and book.questions[key].may_be_urgent and waited_for.see(facts, day).truth is Truth.YES:
            return book.questions[key]
    best = max(open_questions, key=lambda key: put[key], default=None)
    return book.questions[best] if best else None


def _scores(book: Book, seen: Mapping[str, Seen], themes: set[str]) -> dict[str, float]:
    """What the answer to each question is likely to settle, of the rights of some themes."""
    scores: dict[str, float] = {}
    for key, one in seen.items():
        if one.chances and not themes.isdisjoint(book.rights[key].themes):
            for fact, (no, yes) in one.chances.items():
                scores[fact] = scores.get(fact, 0) + no + yes
    return scores


def _put_first(book: Book, facts: Facts, day: date, scores: Mapping[str, float]) -> dict[str, float]:
    """What each question that makes sense is worth: its own score, and that of the questions that wait for it."""
    put = dict(scores)
    for key, question in reversed(list(book.questions.items())):  # those that a question waits for stand before it
        worth = put.get(key)
        if worth is not None and question.asked_if and makes_sense_of(question, facts, day) is Truth.UNKNOWN:
            del put[key]
            for fact in question.asked_if.see(facts, day).chances:
                put[fact] = put.get(fact, 0) + worth
    return put


def _finding(order: Mapping[str, int], right: Right, seen: Seen, facts: Facts, day: date) -> Finding:
    """`order`: the rank of each question in the files."""
    truth, chances, because = seen
    if len(because) > 1:
        because = tuple(sorted(set(because), key=order.__getitem__))
    missing = _most_telling_first(chances) if chances else ()
    notes = tuple([note.text for note in right.notes if note.when.see(facts, day).truth is Truth.YES])
    return Finding(right, truth, because, missing, notes)


def _most_telling_first(chances: Mapping[str, Chance]) -> tuple[str, ...]:
    return tuple(sorted(chances, key=lambda fact: (-sum(chances[fact]), fact)))
