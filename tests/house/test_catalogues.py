"""French is written in the source; the other catalogues say all of it, and nothing else."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from portal.paths import ROOT, TRANSLATIONS
from portal.web.i18n import LANGUAGES

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
KEYWORDS = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}
METHODS = [("portal/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]


def source_messages() -> set[str | tuple[str, ...]]:
    options = {pattern: {"trimmed": "true", "silent": "false"} for pattern, _method in METHODS[1:]}
    found = set()
    for _file, _line, message, _comments, _context in extract_from_dir(
        ROOT, METHODS, options, keywords=KEYWORDS, directory_filter=_is_source
    ):
        found.add(message)
    return found


def _is_source(path: str) -> bool:
    relative = Path(path).resolve().relative_to(ROOT)
    return not relative.parts or relative.parts[0] in {"portal", "templates"}


def _forms(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)


def catalogue(language: str) -> Catalog:
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file)


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"fr"}))
def test_a_catalogue_translates_every_sentence_and_no_other(language):
    entries = {entry.id: entry for entry in catalogue(language) if entry.id}
    source = source_messages()
    assert sorted(map(str, source - set(entries))) == [], "not in the catalogue"
    assert sorted(map(str, set(entries) - source)) == [], "no longer in the source"
    empty = [entry.id for entry in entries.values() if not all(_forms(entry.string))]
    assert empty == []
    assert [entry.id for entry in entries.values() if entry.fuzzy] == []


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"fr"}))
def test_a_translation_keeps_the_places_of_names_and_dates(language):
    for entry in catalogue(language):
        if isinstance(entry.id, str) and entry.id:
            assert sorted(PLACEHOLDER.findall(entry.id)) == sorted(PLACEHOLDER.findall(entry.string)), entry.id
