"""Blank forms among what anybody may receive by post."""

from dataclasses import replace
from typing import Any

from flask_babel import force_locale
from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.letters.content import Content
from portal.letters.paper_kept import as_json
from portal.letters.services_pages import PageByPost
from portal.letters.views_posted import Posted, posted
from portal.paper.forms_words import KINDS
from portal.paper.models import FormKind
from portal.paper.rules import BLANK_CODES, SUBJECT_OF_WISH, kind_of, known_of
from portal.paper.views_sheet import paper_of
from portal.paper.views_wish import wished
from portal.sealing import Sealer
from portal.web.i18n import LANGUAGES
from portal.web.request import portal


@posted(r"papier/([a-z-]+)\.pdf")
def _blank(database: Session, key: str, name: str) -> Posted | None:
    """A form at nobody's name, as its address gives it."""
    kind = kind_of(name)
    return None if kind is None else _form(database, key, kind)


@posted(r"papier/rendez-vous/([a-z0-9-]+)\.pdf")
def _wish_for(database: Session, key: str, name: str) -> Posted | None:
    """The form of a wish with its subject on it. Nothing that is printed beside it names a discreet one."""
    motif = wished(database, name)
    if motif is None:
        return None
    made = _form(database, key, FormKind.WISH, subject=motif.title_in_sight)
    if not motif.discreet:
        return made
    version = Sealer(portal().settings.secret_key).hash("wish_letter", motif.key)  # keyed: it stands beside a name
    return replace(made, page=replace(made.page, path="/papier/rendez-vous.pdf", version=version))


def _form(database: Session, key: str, kind: FormKind, *, subject: str = "") -> Posted:
    departement = database.get_one(Departement, 1)
    titles: dict[str, Content] = {}
    forms: dict[str, dict[str, Any]] = {}
    for language in LANGUAGES:
        known = known_of(None, departement, language=language) | ({SUBJECT_OF_WISH: subject} if subject else {})
        with force_locale(language):
            titles[language] = Content(str(KINDS[kind]), language, ())
            forms[language] = as_json(paper_of(kind, known, number=None, code=BLANK_CODES[kind]))
    return Posted(key, PageByPost(f"/{key}", titles, forms=forms, form_kind=kind.value))
