"""The pages that anybody may receive by post: a closed list, each named by its own address, and no other.

Another feature that shows a page to everybody adds its own with `posted`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template
from flask_babel import force_locale
from sqlalchemy.orm import Session

from portal.booking.pages import CommuneSearch, search_commune
from portal.directory import queries as directory
from portal.letters.from_page import content_from_page
from portal.letters.services_pages import PageByPost
from portal.pages import queries
from portal.pages.queries_by_post import free_hours
from portal.pages.views import INFOS
from portal.web.i18n import LANGUAGES
from portal.web.request import now, portal


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


@posted(r"infos/([a-z0-9-]+)")
def _info(_database: Session, key: str, name: str) -> Posted | None:
    page = INFOS.get(name)
    if page is None:
        return None
    return in_each_language(key, lambda: render_template(f"pages/infos/{name}.html", page=page))


@posted(r"infos/([a-z0-9-]+)/facile")
def _easy_info(_database: Session, key: str, name: str) -> Posted | None:
    page = INFOS.get(name)
    if page is None:
        return None
    return in_each_language(key, lambda: render_template(f"pages/infos/{name}_facile.html", page=page), is_easy=True)


@posted(r"aide")
def _help(database: Session, key: str) -> Posted:
    helplines = directory.helplines(database)
    return in_each_language(key, lambda: render_template("pages/help.html", helplines=helplines))


@posted(r"lieux/([a-z0-9-]+)")
def _place(database: Session, key: str, name: str) -> Posted | None:
    sheet = queries.place_sheet(database, now(), name)
    if sheet is None:
        return None
    return in_each_language(key, lambda: render_template("pages/place.html", sheet=sheet))


@posted(r"lieux")
def _places(database: Session, key: str) -> Posted:
    return _list(database, key, CommuneSearch())


@posted(r"lieux\?insee=(\d[\dAB]\d{3})")
def _places_near(database: Session, key: str, insee: str) -> Posted | None:
    search = search_commune(database, "", insee)
    return _list(database, key, search) if search.found else None


def _list(database: Session, key: str, search: CommuneSearch) -> Posted:
    groups = queries.groups(database, now(), search)
    return in_each_language(key, lambda: render_template("pages/by_post_places.html", groups=groups, search=search))


@posted(r"rendez-vous/([a-z0-9-]+)/([a-z0-9-]+)")
def _hours(database: Session, key: str, motif_key: str, place_key: str) -> Posted | None:
    found = free_hours(database, now(), motif_key, place_key)
    if found is None:
        return None
    return in_each_language(
        key,
        lambda: render_template("pages/by_post_hours.html", found=found),
        is_slots=True,
        phone=None if found.call.hours else found.call.phone,
        expires_at=found.until,
    )
