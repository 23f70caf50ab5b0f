"""The result: what one may ask for, why, with whom; never a decision, never a refusal."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.clock import paris_day
from portal.directory.models import Motif
from portal.directory.models_subjects import Partner
from portal.eligibility.forms import PressForm
from portal.eligibility.models import Counted
from portal.eligibility.queries import motifs_of, partners_of
from portal.eligibility.rules_kept import Kept
from portal.eligibility.rules_questions import SILENT, Answers
from portal.eligibility.rules_rights import Book, Finding, Outcome, outcome
from portal.eligibility.services import count_once
from portal.eligibility.views_answers import Sheet, keep_sheet, sealer, to_door
from portal.eligibility.views_shared import (
    Asking,
    Sense,
    asking_or_404,
    bp,
    commune_names,
    may_keep,
    sense_of,
    sentences,
)
from portal.web.access import Role, allow
from portal.web.headers import personal_page
from portal.web.request import now, transaction

Page = str | tuple[str, int] | Response


@dataclass(frozen=True)
class Shown:
    """A right as the page shows it: why, what is missing, and whom to see or call."""

    finding: Finding
    because: Sequence[str]  # sentences
    missing: Sequence[str]  # questions in words
    motifs: Sequence[Motif]
    partners: Sequence[Partner]


@dataclass(frozen=True)
class Result:
    """Everything that a result says, on a page, on paper, in a message, or to an agent."""

    perhaps: Sequence[Shown]
    unsure: Sequence[Shown]
    unlikely: Sequence[Shown]
    said: Sequence[str]  # every answer, in sentences
    words: Mapping[str, Sequence[str]]  # the same, by question
    silent: Sequence[str]  # the questions left without an answer
    outcome: Outcome
    sense: Sense
    insee: str = ""  # the commune answered: the nearest places to book come first


@bp.get("/mes-droits/resultat")
@allow(Role.EVERYONE)
def result() -> Page:
    """The result of the answers under way; it can be seen at any moment, and goes on changing with the answers."""
    with transaction() as database:
        found = asking_or_404(database)
        if not found.sheet.themes:
            return to_door()
        shown = result_of(database, found.book, found.sheet.answers, found.sheet.themes)
        _count(database, found, shown)
        keep_sheet(found.sheet)
    personal_page()
    return page_of(found, shown)


def page_of(found: Asking, shown: Result, *, is_sent: bool = False) -> str:
    """The page that shows a result. `is_sent`: it leaves this browser, where alone the questions can be answered."""
    return render_template(
        "eligibility/result.html",
        result=shown,
        book=found.book,
        sheet=found.sheet,
        last=len(found.sheet.order),
        order=[] if is_sent else found.sheet.order,
        press=PressForm(formdata=None),
        may_keep=may_keep(),
        own=own_words_of(found.sheet),
    )


def own_words_of(sheet: Sheet) -> Kept:
    """What the person wrote of what they want and can do, as pages show it; kept by their browser alone."""
    return Kept(wants=sheet.wants, can=sheet.can)


def result_of(  # noqa: PLR0913 - what was answered to what, on which day
    database: Session,
    book: Book,
    answers: Answers,
    themes: Sequence[str],
    on: date | None = None,
    *,
    unsaid: Collection[str] = (),
) -> Result:
    """What the answers say `on` a day, else today, in words; with what can be booked today and who else answers.

    `unsaid`: the questions of which no word is repeated.
    """
    day = paris_day(now())
    sense = sense_of(database, book, answers, on or day)
    said = outcome(book, sense.facts, on or day, themes)
    communes = commune_names(database, sense.answers)
    told = sentences(book, sense.answers, communes, on or day)
    words = {key: said for key, said in told.items() if key not in unsaid}
    motifs = motifs_of(database, {key for right in book.rights.values() for key in right.motifs}, day)
    partners = partners_of(database, {key for right in book.rights.values() for key in right.partners})

    def shown(findings: Sequence[Finding]) -> list[Shown]:
        return [_shown(book, finding, words, motifs, partners) for finding in findings]

    return Result(
        perhaps=shown(said.perhaps),
        unsure=shown(said.unsure),
        unlikely=shown(said.unlikely),
        said=[sentence for key in words for sentence in words[key]],
        words=words,
        silent=[book.questions[key].text for key in words if sense.answers[key] in SILENT],
        outcome=said,
        sense=sense,
        insee=next(iter(communes), ""),
    )


def _shown(
    book: Book,
    finding: Finding,
    words: Mapping[str, Sequence[str]],
    motifs: Mapping[str, Motif],
    partners: Mapping[str, Partner],
) -> Shown:
    right = finding.right
    return Shown(
        finding=finding,
        because=[sentence for key in finding.because for sentence in words.get(key, ())],
        missing=[book.questions[key].text for key in finding.missing],
        motifs=[motifs[key] for key in right.motifs if key in motifs],
        partners=[partners[key] for key in right.partners if key in partners],
    )


def _count(database: Session, found: Asking, shown: Result) -> None:
    """Themes, rights shown, questions left: of nobody, nothing that is private, and each once for these answers."""
    questions, answers = found.book.questions, shown.sense.answers
    private = {key for key, question in questions.items() if question.is_private}
    seen = [(Counted.THEME, theme) for theme in found.sheet.themes]
    seen += [(Counted.RIGHT, one.right.key) for one in shown.outcome.perhaps if private.isdisjoint(one.because)]
    seen += [(Counted.SILENCE, key) for key, answer in answers.items() if answer in SILENT and key not in private]
    count_once(
        database,
        now(),
        territory=shown.sense.territory,
        seen=seen,
        mark=found.sheet.mark,
        sealer=sealer(),
    )
