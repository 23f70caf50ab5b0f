"""Blank forms among what anybody may receive by post."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask_babel import force_locale
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.directory import queries as directory
from portal.directory.models import Departement, Motif
from portal.letters.content import Content
from portal.letters.paper_kept import as_json
from portal.letters.services_pages import PageByPost
from portal.letters.views_posted import Posted, posted
from portal.paper.forms_words import KINDS
from portal.paper.models import FormKind
from portal.paper.rules import BLANK_CODES, PLACE_OF_WISH, SUBJECT_OF_WISH, kind_of, known_of
from portal.paper.views_sheet import paper_of
from portal.paper.views_wish import wished
from portal.sealing import Sealer
from portal.web.i18n import LANGUAGES
from portal.web.request import now, portal


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
    return _unnamed(_form(database, key, FormKind.WISH, {SUBJECT_OF_WISH: motif.title_in_sight}), motif)


@posted(r"papier/rendez-vous/([a-z0-9-]+)/([a-z0-9-]+)\.pdf")
def _wish_at(database: Session, key: str, name: str, place_key: str) -> Posted | None:
    """The form that goes with a list of free hours: its subject and its place on it, and room for three of them."""
    motif, place = wished(database, name), directory.place(database, place_key, paris_day(now()))
    if motif is None or place is None:
        return None
    printed = {SUBJECT_OF_WISH: motif.title_in_sight, PLACE_OF_WISH: place.name}
    return _unnamed(_form(database, key, FormKind.WISH, printed), motif)


def _unnamed(made: Posted, motif: Motif) -> Posted:
    """The same, its own address hidden when it names a discreet motif."""
    if not motif.discreet:
        return made
    version = Sealer(portal().settings.secret_key).hash("wish_letter", motif.key)  # keyed: it stands beside a name
    return replace(made, page=replace(made.page, path="/papier/rendez-vous.pdf", version=version))


def _form(database: Session, key: str, kind: FormKind, printed: Mapping[str, str] | None = None) -> Posted:
    departement = database.get_one(Departement, 1)
    titles: dict[str, Content] = {}
    forms: dict[str, dict[str, Any]] = {}
    for language in LANGUAGES:
        known = known_of(None, departement, language=language) | dict(printed or {})
        with force_locale(language):
            titles[language] = Content(str(KINDS[kind]), language, ())
            forms[language] = as_json(paper_of(kind, known, number=None, code=BLANK_CODES[kind]))
    return Posted(key, PageByPost(f"/{key}", titles, forms=forms, form_kind=kind.value))
