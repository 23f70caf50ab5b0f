"""The pages of the pre-diagnostic that may leave by post: the door to it, and one's own result."""

from dataclasses import replace

from flask import render_template
from sqlalchemy.orm import Session

from portal.eligibility.views_answers import sealer
from portal.eligibility.views_result import Result, Shown, result_of
from portal.eligibility.views_shared import Asking, asking
from portal.letters.paging import LetterTooLongError
from portal.letters.services_pages import PageByPost, Wanted, parts_of_page
from portal.letters.views_posted import Posted, in_each_language, posted
from portal.web.request import now, portal

_DETAILS = (3, 2, 1)  # how much is said of each right (templates/eligibility/posted.html)


@posted(r"mes-droits")
def _door(_database: Session, key: str) -> Posted:
    return in_each_language(key, lambda: render_template("eligibility/by_hand.html"))


@posted(r"mes-droits/resultat")
def _result(database: Session, key: str) -> Posted | None:
    """The result of the answers that this very browser holds: nobody else's can be asked for.

    As much of it as one letter holds: a long list says less of each right, and leaves none out.
    """
    found = asking(database)
    if found is None or not found.sheet.themes:
        return None
    shown = result_of(database, found.book, found.sheet.answers, found.sheet.themes)
    version = sealer().hash("rights_letter", repr(sorted(found.sheet.answers.items())))  # keyed: it tells nothing
    for detail in _DETAILS:
        made = in_each_language(key, lambda detail=detail: _on_paper(found, shown, detail))  # type: ignore[misc]
        page = replace(made.page, path="/mes-droits", version=version)
        if _is_one_letter(database, page):
            break
    return replace(made, page=page)


def _on_paper(found: Asking, shown: Result, detail: int) -> str:
    groups: dict[str, list[Shown]] = {}
    for one in shown.perhaps:
        groups.setdefault(_theme(found, one), []).append(one)
    return render_template(
        "eligibility/posted.html",
        result=shown,
        detail=detail,
        groups=[(found.book.themes.get(theme), rights) for theme, rights in groups.items()],
    )


def _theme(found: Asking, shown: Shown) -> str:
    """The theme under which a right stands, where several were looked at; none for what is in all of them."""
    themes = shown.finding.right.themes
    if len(found.sheet.themes) == 1 or len(themes) == len(found.book.themes):
        return ""
    return next((theme for theme in themes if theme in found.sheet.themes), themes[0])


def _is_one_letter(database: Session, page: PageByPost) -> bool:
    """Whether one letter holds it, and whole letters hold it in large print."""
    base_url = portal().settings.base_url
    try:
        parts_of_page(database, now(), page, wanted=Wanted("", (), large_print=True), base_url=base_url)
        return len(parts_of_page(database, now(), page, wanted=Wanted("", ()), base_url=base_url)) == 1
    except LetterTooLongError:
        return False
