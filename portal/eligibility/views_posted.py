"""The pages of the pre-diagnostic that may leave by post: the door to it, one's own result, and those one has kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import g, render_template
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.eligibility import queries
from portal.eligibility.rules_kept import Kept
from portal.eligibility.rules_rights import Book
from portal.eligibility.views_answers import sealer
from portal.eligibility.views_result import Result, Shown, own_words_of, result_of
from portal.eligibility.views_shared import asking, opened
from portal.letters.services_pages import PageByPost
from portal.letters.views_posted import Posted, in_each_language, posted

DETAILS = (3, 2, 1, 0)  # how much is said of each right (templates/eligibility/posted.html)


@dataclass(frozen=True)
class _Said:
    """A result for paper. `told`: all that it comes from; `day`: when it was, of one that was kept."""

    book: Book
    themes: Sequence[str]
    result: Result
    own: Kept
    told: str
    day: date | None = None


@posted(r"mes-droits")
def _door(_database: Session, key: str) -> Posted:
    return in_each_language(key, lambda: render_template("eligibility/by_hand.html"))


@posted(r"mes-droits/resultat")
def _result(database: Session, key: str) -> Posted | None:
    """The result of the answers that this very browser holds: nobody else's can be asked for."""
    found = asking(database)
    if found is None or not found.sheet.themes:
        return None
    sheet = found.sheet
    shown = result_of(database, found.book, sheet.answers, sheet.themes, unsaid=_unsaid(found.book))
    told = repr([sorted(sheet.answers.items()), sheet.wants, sheet.can])
    return _letter(key, _Said(found.book, sheet.themes, shown, own_words_of(sheet), told))


@posted(r"mon-espace/droits/([0-9]{1,9})")
def _version(database: Session, key: str, number: str) -> Posted | None:
    """A result that its person has kept, as it was that day: for them alone, not for somebody who acts for them."""
    if g.acting or not (g.person and g.person.is_known):
        return None
    saved = queries.saved(database, int(number), person_id=g.person.id)
    if saved is None:
        return None
    book, kept, day = queries.book_of_version(database, saved.book_id), opened(saved), paris_day(saved.saved_at)
    shown = result_of(database, book, kept.answers, saved.themes, day, unsaid=_unsaid(book))
    told = repr([saved.id, sorted(kept.answers.items()), kept.wants, kept.can])
    return _letter(key, _Said(book, saved.themes, shown, kept, told, day))


def _unsaid(book: Book) -> list[str]:
    """What was said of a danger is on no sheet: others open a letter too."""
    return [one.key for one in book.questions.values() if one.is_private_danger]


def _letter(key: str, said: _Said) -> Posted:
    """As much of a result as one letter holds: a long list says less of each right, and leaves none out."""
    version = sealer().hash("rights_letter", said.told)  # keyed: it tells nothing

    def made(detail: int) -> PageByPost:
        page = in_each_language(key, lambda: _on_paper(said, detail), version=version).page
        return replace(page, path="/mes-droits")

    full, *less = DETAILS
    return Posted(key, replace(made(full), shorter=lambda: map(made, less)))


def _on_paper(said: _Said, detail: int) -> str:
    groups: dict[str, list[Shown]] = {}
    for one in said.result.perhaps:
        groups.setdefault(_theme(said, one), []).append(one)
    return render_template(
        "eligibility/posted.html",
        result=said.result,
        own=said.own,
        day=said.day,
        detail=detail,
        groups=[(said.book.themes.get(theme), rights) for theme, rights in groups.items()],
    )


def _theme(said: _Said, shown: Shown) -> str:
    """The theme under which a right stands, where several were looked at; none for what is in all of them."""
    themes = shown.finding.right.themes
    if len(said.themes) == 1 or len(themes) == len(said.book.themes):
        return ""
    return next((theme for theme in themes if theme in said.themes), themes[0])
