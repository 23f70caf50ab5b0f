"""From a message's kind and context to the words of its letter, as `letters/<kind>.txt` writes them.

Kinds come in families, each with the variables that its letters may print.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from portal.letters import wording_appointments, wording_forms, wording_notices, wording_pages
from portal.letters.content import Content
from portal.letters.text import Holds, LetterText, Value, parse
from portal.paths import LETTERS

SOURCE_LANGUAGE = "fr"

# How the context names an agent who acts for the person, in that person's language.
AN_AGENT = {"fr": "un agent du Département", "en": "an agent of the Département"}

_INCLUDED = re.compile(r"^\{include (\w+)\}$", re.MULTILINE)  # words that several letters share: letters/parts


@dataclass(frozen=True)
class Family:
    """Kinds of letters that print the same variables: what each holds, and how a context gives them."""

    vocabulary: Mapping[str, Holds]
    values_of: Callable[[Mapping[str, Any]], dict[str, Value]]


APPOINTMENTS = Family(wording_appointments.VOCABULARY, wording_appointments.values_of)
NOTICES = Family(wording_notices.VOCABULARY, wording_notices.values_of)
PAGES = Family(wording_pages.VOCABULARY, wording_pages.values_of)
FORMS = Family(wording_forms.VOCABULARY, wording_forms.values_of)


def family_of(kind: str) -> Family:
    """The family of a kind of letter."""
    own = {wording_pages.KIND: PAGES, wording_forms.KIND: FORMS}
    if kind in own:
        return own[kind]
    return APPOINTMENTS if kind.startswith("appointment_") else NOTICES


def content_of(kind: str, context: Mapping[str, Any]) -> Content:
    """The words of a letter for one message's context: in French, then in the person's language where it has letters.

    Raises `LetterTextError` when the letter would have a hole, `KeyError` when the context lacks something,
    `FileNotFoundError` when the kind has no letter.
    """
    language = str(context["language"])
    content = content_in(SOURCE_LANGUAGE, kind, context)
    if language == SOURCE_LANGUAGE or not (LETTERS / language / f"{kind}.txt").exists():
        return content
    return replace(content, other=content_in(language, kind, context))


def content_in(language: str, kind: str, context: Mapping[str, Any]) -> Content:
    """The words in this language alone, whatever the context asks for. Raises what `content_of` raises."""
    own = {**context, "language": language}
    if (acted_by := context.get("acted_by")) in AN_AGENT.values():
        own["acted_by"] = AN_AGENT.get(language, acted_by)
    letter = letter_text(kind, language).fill(family_of(kind).values_of(own), language=language)
    return wording_pages.with_page(letter, own, language) if kind == wording_pages.KIND else letter


@cache
def letter_text(kind: str, language: str = SOURCE_LANGUAGE) -> LetterText:
    """The text of a kind of letter in a language (letters/en/…), or in French (letters/…) where it has none.

    Raises `LetterTextError` when the file is not right, `FileNotFoundError` when the kind has no letter.
    """
    folder = LETTERS / language
    if language == SOURCE_LANGUAGE or not (folder / f"{kind}.txt").exists():
        folder = LETTERS
    source = (folder / f"{kind}.txt").read_text(encoding="utf-8")
    whole = _INCLUDED.sub(
        lambda part: (folder / "parts" / f"{part.group(1)}.txt").read_text(encoding="utf-8").rstrip(), source
    )
    return parse(whole, family_of(kind).vocabulary)
