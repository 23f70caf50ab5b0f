"""Blank forms among what anybody may receive by post."""

from typing import Any

from flask_babel import force_locale
from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.letters.content import Content
from portal.letters.paper_kept import as_json
from portal.letters.services_pages import PageByPost
from portal.letters.views_posted import Posted, posted
from portal.paper.forms_words import KINDS
from portal.paper.rules import BLANK_CODES, kind_of, known_of
from portal.paper.views_sheet import paper_of
from portal.web.i18n import LANGUAGES


@posted(r"papier/([a-z-]+)\.pdf")
def _blank(database: Session, key: str, name: str) -> Posted | None:
    """A form at nobody's name, as its address gives it."""
    kind = kind_of(name)
    if kind is None:
        return None
    departement = database.get_one(Departement, 1)
    titles: dict[str, Content] = {}
    forms: dict[str, dict[str, Any]] = {}
    for language in LANGUAGES:
        known = known_of(None, departement, language=language)
        with force_locale(language):
            titles[language] = Content(str(KINDS[kind]), language, ())
            forms[language] = as_json(paper_of(kind, known, number=None, code=BLANK_CODES[kind]))
    return Posted(key, PageByPost(f"/{key}", titles, forms=forms, form_kind=kind.value))
