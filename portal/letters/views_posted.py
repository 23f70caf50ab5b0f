"""What anybody may receive by post: a closed list, each named by its own address, and no other.

A feature that shows a page to everybody, or a form, adds its own with `posted`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort
from flask_babel import force_locale
from sqlalchemy.orm import Session

from portal.directory import queries as directory
from portal.letters.from_page import content_from_page
from portal.letters.services_pages import PageByPost
from portal.web.i18n import LANGUAGES
from portal.web.request import portal


@dataclass(frozen=True)
class Posted:
    """A page ready to leave. `is_easy`: easy to read, always in large print."""

    key: str
    page: PageByPost
    is_easy: bool = False

    @property
    def title(self) -> str:
        """Its title in French."""
        return self.page.contents["fr"].title


_Maker = Callable[..., "Posted | None"]
_MAKERS: list[tuple[re.Pattern[str], _Maker]] = []
_LONGEST_KEY = 160


def posted(pattern: str) -> Callable[[_Maker], _Maker]:
    """Adds pages to the closed list: those whose key matches wholly.

    The maker takes the session, the key and the groups of the pattern; it gives None for what does not exist.
    """

    def add(maker: _Maker) -> _Maker:
        _MAKERS.append((re.compile(pattern), maker))
        return maker

    return add


def posted_page(database: Session, key: str) -> Posted:
    """The page of a key ("infos/garantie-papier"); 404 for anything that is not in the list."""
    if directory.departement(database) is None:
        abort(404)
    matches = ((maker, pattern.fullmatch(key[:_LONGEST_KEY])) for pattern, maker in _MAKERS)
    found = next((maker(database, key, *match.groups()) for maker, match in matches if match), None)
    return found or abort(404)


def in_each_language(key: str, render: Callable[[], str], *, is_easy: bool = False, **more: Any) -> Posted:
    """What `render` gives in every language of the portal, as the words of letters. `more`: parts of `PageByPost`."""
    site = portal().settings.base_url
    contents = {}
    for language in LANGUAGES:
        with force_locale(language):
            contents[language] = content_from_page(render(), language=language, site=site)
    return Posted(key, PageByPost(f"/{key}", contents, **more), is_easy)
