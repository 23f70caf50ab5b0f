"""Rights: 200 rules evaluated on a household, and the next question, beside a bare loop over the same predicates.

The rules are those of the Pas-de-Calais, repeated under other keys until there are 200; the households are drawn, and
stopped at a random question. The bare loop compares each fact that the same rules name, and keeps nothing of it.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from measure import Measure, median, p95

from portal.directory.parsing import read_directory
from portal.eligibility.loader import Names, read_rights
from portal.eligibility.rules import Condition, Facts, Leaf, Not
from portal.eligibility.rules_questions import DONT_KNOW, RATHER_NOT, Kind, Question
from portal.eligibility.rules_reading import book_of
from portal.eligibility.rules_rights import Book, known, next_question, outcome, seen_of
from portal.files.folder import Folder
from portal.files.report import Fault
from portal.paper.rules import KEYS as FORMS
from portal.paths import DATA

GOAL = 2.0  # ms of processor
RULES, HOUSEHOLDS, ROUNDS, DRAWN = 200, 500, 5, 10_000
DAY = date(2026, 11, 23)
SEED = 62
_COMMUNE = "62041"


def measures() -> list[Measure]:
    """The time of one page, then what ten thousand drawn households must never show."""
    drawn = random.Random(SEED)  # noqa: S311 - invented households
    shipped = _shipped()
    book = _repeated(shipped, RULES)
    households = [_household(book, drawn) for _ in range(HOUSEHOLDS)]
    leaves = [leaf for right in book.rights.values() for leaf in _leaves(right.when)]
    pages, bare = _timed(book, households, leaves)
    return [
        _measure(f"{RULES} rules and the next question, {HOUSEHOLDS} households: CPU, p95", p95(pages), p95(bare)),
        _measure(f"  median, beside a bare loop over {len(leaves)} predicates", median(pages), median(bare)),
        *_proven(shipped, drawn),
    ]


def _measure(what: str, value: float, reference: float) -> Measure:
    return Measure(what, value, "ms", reference, value / reference, f"≤ {GOAL:.0f} ms", value <= GOAL)


def _shipped() -> Book:
    folder = DATA / "pas-de-calais"
    directory = read_directory(Folder(folder))
    names = Names(
        departement="62",
        territories=directory.territories.keys(),
        motifs=directory.motifs.keys(),
        partners=directory.subjects.partners.keys(),
        helplines=directory.helplines.keys(),
        forms=FORMS.values(),
    )
    faults: list[Fault] = []
    definition = read_rights([folder], names, faults)
    if faults:
        raise RuntimeError("the rules of the Pas-de-Calais do not load")
    return book_of(definition, "bench", list(directory.territories))


def _repeated(book: Book, count: int) -> Book:
    """The same questions, and `count` rules."""
    rights = list(book.rights.values())
    many = [replace(rights[at % len(rights)], key=f"{rights[at % len(rights)].key}-{at}") for at in range(count)]
    return replace(book, rights={right.key: right for right in many})


def _leaves(condition: Condition) -> list[Leaf]:
    if isinstance(condition, Leaf):
        return [condition]
    parts = [condition.part] if isinstance(condition, Not) else condition.parts
    return [leaf for part in parts for leaf in _leaves(part)]


def _household(book: Book, drawn: random.Random) -> tuple[dict[str, str], list[str]]:
    """The answers of somebody who has come to a random question of a random path, and the themes they began."""
    themes = drawn.sample(sorted(book.themes), drawn.randint(1, 3))
    answers: dict[str, str] = {}
    for _number in range(drawn.randint(0, 16)):
        asked = next_question(book, answers, _facts(book, answers), DAY, themes)
        if asked is None:
            break
        answers[asked.key] = _answer(asked, drawn)
    return answers, themes


def _answer(question: Question, drawn: random.Random) -> str:
    if drawn.random() < 0.15:
        return drawn.choice([DONT_KNOW, RATHER_NOT])
    if question.kind is Kind.CHOICE:
        return drawn.choice(question.choices).key
    if question.kind is Kind.SEVERAL:
        together = [choice.key for choice in question.choices if not choice.alone]
        alone = [choice.key for choice in question.choices if choice.alone]
        return drawn.choice([*alone, " ".join(drawn.sample(together, drawn.randint(1, len(together))))])
    if question.kind is Kind.COMMUNE:
        return _COMMUNE
    return str(drawn.randint(question.low, 100 if question.kind is Kind.AGE else question.high))


def _facts(book: Book, answers: dict[str, str]) -> Facts:
    return known(book, answers, {_COMMUNE: "arrageois"}, DAY)


def _page(book: Book, household: tuple[dict[str, str], list[str]]) -> object:
    """What a page costs: what is known, what may be asked for, and the question to put now."""
    answers, themes = household
    facts = _facts(book, answers)
    seen = seen_of(book, facts, DAY)
    return outcome(book, facts, DAY, themes, seen=seen), next_question(book, answers, facts, DAY, themes, seen=seen)


def _bare(facts: Facts, leaves: Sequence[Leaf]) -> int:
    held = 0
    for leaf in leaves:
        value = facts.get(leaf.fact)
        if value is not None and leaf.holds(value, DAY):
            held += 1
    return held


def _timed(
    book: Book, households: Sequence[tuple[dict[str, str], list[str]]], leaves: Sequence[Leaf]
) -> tuple[list[float], list[float]]:
    """The milliseconds of processor of each household: the best of some rounds, in which both take turns."""
    pages, bare = [], []
    for household in households:
        facts = _facts(book, household[0])
        both = [(_cpu(lambda: _page(book, household)), _cpu(lambda: _bare(facts, leaves))) for _ in range(ROUNDS)]  # noqa: B023 - at once
        pages.append(min(page for page, _loop in both))
        bare.append(min(loop for _page, loop in both))
    return pages, bare


def _cpu(action: Callable[[], object]) -> float:
    begun = time.thread_time()
    action()
    return (time.thread_time() - begun) * 1000


def _proven(book: Book, drawn: random.Random) -> list[Measure]:
    """Households with answers to any questions: what an order changes, and what an answer more unsettles.

    An answer that takes another back (somebody without a rent has no rent to pay) is another household, not one more.
    """
    by_order, more, unsettled = 0, 0, 0
    for _number in range(DRAWN):
        keys = drawn.sample(sorted(book.questions), drawn.randint(1, len(book.questions)))
        answers = {key: _answer(book.questions[key], drawn) for key in keys}
        before = {key: answers[key] for key in keys[:-1]}
        said, turned, said_before = (_truths(book, one) for one in (answers, dict(reversed(answers.items())), before))
        by_order += said != turned
        if _facts(book, before).items() <= _facts(book, answers).items():
            more += 1
            unsettled += any(said.get(key) != truth for key, truth in said_before.items() if truth != "unknown")
    return [
        Measure(f"{DRAWN:,} households: changed by the order of answers", by_order, "", None, None, "0", by_order == 0),
        Measure(f"  {more:,} of them: unsettled by an answer more", unsettled, "", None, None, "0", unsettled == 0),
    ]


def _truths(book: Book, answers: dict[str, str]) -> dict[str, str]:
    found = outcome(book, _facts(book, answers), DAY, book.themes)
    findings = (*found.perhaps, *found.unsure, *found.unlikely)
    return {one.right.key: one.truth.value for one in findings if not one.right.is_closed}
