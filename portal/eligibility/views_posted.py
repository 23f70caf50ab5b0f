"""The pages of the pre-diagnostic that may leave by post: the door to it, and one's own result."""

from dataclasses import replace

from flask import render_template
from sqlalchemy.orm import Session

from portal.eligibility.views_answers import sealer
from portal.eligibility.views_result import Result, Shown, own_words_of, result_of
from portal.eligibility.views_shared import Asking, asking
from portal.letters.services_pages import PageByPost
from portal.letters.views_posted import Posted, in_each_language, posted

DETAILS = (3, 2, 1, 0)  # how much is said of each right (templates/eligibility/posted.html)


@posted(r"mes-droits")
def _door(_database: Session, key: str) -> Posted:
    return in_each_language(key, lambda: render_template("eligibility/by_hand.html"))


@posted(r"mes-droits/resultat")
def _result(database: Session, key: str) -> Posted | None:
    """The result of the answers that this very browser holds: nobody else's can be asked for.

    As much of it as one letter holds: a long list says less of each right, and leaves none out. What was said of a
    danger is on no sheet: others open a letter too.
    """
    found = asking(database)
    if found is None or not found.sheet.themes:
        return None
    sheet, unsaid = found.sheet, [one.key for one in found.book.questions.values() if one.is_private_danger]
    shown = result_of(database, found.book, sheet.answers, sheet.themes, unsaid=unsaid)
    told = repr([sorted(sheet.answers.items()), sheet.wants, sheet.can])
    version = sealer().hash("rights_letter", told)  # keyed: it tells nothing

    def made(detail: int) -> PageByPost:
        said = in_each_language(key, lambda: _on_paper(found, shown, detail), version=version)
        return replace(said.page, path="/mes-droits")

    full, *less = DETAILS
    return Posted(key, replace(made(full), shorter=lambda: map(made, less)))


def _on_paper(found: Asking, shown: Result, detail: int) -> str:
    groups: dict[str, list[Shown]] = {}
    for one in shown.perhaps:
        groups.setdefault(_theme(found, one), []).append(one)
    return render_template(
        "eligibility/posted.html",
        result=shown,
        own=own_words_of(found.sheet),
        detail=detail,
        groups=[(found.book.themes.get(theme), rights) for theme, rights in groups.items()],
    )


def _theme(found: Asking, shown: Shown) -> str:
    """The theme under which a right stands, where several were looked at; none for what is in all of them."""
    themes = shown.finding.right.themes
    if len(found.sheet.themes) == 1 or len(themes) == len(found.book.themes):
        return ""
    return next((theme for theme in themes if theme in found.sheet.themes), themes[0])
