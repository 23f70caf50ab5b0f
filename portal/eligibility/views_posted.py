"""The pages of the pre-diagnostic that may leave by post: the door to it, and one's own result."""

import hashlib
from dataclasses import replace

from flask import render_template
from sqlalchemy.orm import Session

from portal.eligibility.views_result import outcome_of, page_of, result_of
from portal.eligibility.views_shared import asking
from portal.letters.views_posted import Posted, in_each_language, posted


@posted(r"mes-droits")
def _door(_database: Session, key: str) -> Posted:
    return in_each_language(key, lambda: render_template("eligibility/by_hand.html"))


@posted(r"mes-droits/resultat")
def _result(database: Session, key: str) -> Posted | None:
    """The result of the answers that this very browser holds: nobody else's can be asked for."""
    found = asking(database)
    if found is None or not found.sheet.themes:
        return None
    said = outcome_of(database, found.book, found.sheet.answers, found.sheet.themes)
    shown = result_of(database, found.book, found.sheet.answers, said)
    on_paper = replace(shown, insee="")  # somebody may have to type the addresses
    made = in_each_language(key, lambda: page_of(found, on_paper))
    version = hashlib.sha256(repr(sorted(found.sheet.answers.items())).encode()).hexdigest()
    return replace(made, page=replace(made.page, path="/mes-droits", version=version))
