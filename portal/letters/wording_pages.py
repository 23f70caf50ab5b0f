"""The variables of the letter that carries a page of the site, and the page set in it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from portal.letters.content import Content, content_from
from portal.letters.text import Holds, Value
from portal.letters.wording_common import COMMON, common_values, shown_moment, site_page

KIND = "page_asked"
OWN = "own_page"  # the subject of a letter whose page says somebody's own answers
_PAGE = "page"
_AFTER = frozenset({"change", "help", "signature", "foot"})  # what stands under the page

_PART = {"fr": "Partie {0} sur {1}.", "en": "Part {0} of {1}."}

VOCABULARY: Mapping[str, Holds] = {
    **COMMON,
    **dict.fromkeys(("asked_on", "page_link", "page_short", "page_title", "part"), Holds.TEXT),
    "slots": Holds.FLAG,
}
"""`part`: which part of how many, when the page does not fit in one letter."""


def values_of(context: Mapping[str, Any]) -> dict[str, Value]:
    """What the variables of `VOCABULARY` hold: every one of them, empty when the context has nothing to say."""
    language = str(context["language"])
    link, short = site_page(context["link"], context["page_path"])
    return {
        **common_values(context),
        "asked_on": shown_moment(context["asked_at"], language),
        "page_link": link,
        "page_short": short,
        "page_title": context["pages"][language]["title"],
        "part": _PART[language].format(*context["part"]) if context["part"] else "",
        "slots": context["slots"],
    }


def without_page(letter: Content) -> Content:
    """What is kept of a letter that carries somebody's own answers: all but the page."""
    own = tuple(section for section in letter.sections if section.name != _PAGE)
    return replace(letter, sections=own, other=without_page(letter.other) if letter.other else None)


def with_page(letter: Content, context: Mapping[str, Any], language: str) -> Content:
    """The letter with the page set above what changes and helps."""
    page = content_from(context["pages"][language])
    above = tuple(section for section in letter.sections if section.name not in _AFTER)
    below = tuple(section for section in letter.sections if section.name in _AFTER)
    own = tuple(section._replace(name=_PAGE) for section in page.sections)
    return replace(letter, sections=(*above, *own, *below))
