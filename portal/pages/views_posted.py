"""The pages that anybody may receive by post: each named by its own address."""

from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from portal.booking.pages import CommuneSearch, search_commune
from portal.directory import queries as directory
from portal.letters.views_posted import Posted, in_each_language, posted, posted_page
from portal.pages import queries
from portal.pages.queries_by_post import FreeHours, free_hours
from portal.pages.views import INFOS
from portal.web.request import now


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


@posted(r"accessibilite")
def _accessibility(_database: Session, key: str) -> Posted:
    return in_each_language(key, lambda: render_template("pages/accessibility.html"))


@posted(r"donnees-personnelles")
def _personal_data(_database: Session, key: str) -> Posted:
    return in_each_language(key, lambda: render_template("pages/personal_data.html"))


@posted(r"mentions-legales")
def _legal(_database: Session, key: str) -> Posted:
    return in_each_language(key, lambda: render_template("pages/legal.html"))


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
    # With it goes the real form of a wish: its code for a scanner, and lines for a name, an address and the hours.
    form = f"papier/rendez-vous/{motif_key}/{place_key}.pdf" if found.days else f"papier/rendez-vous/{motif_key}.pdf"
    enclosed = posted_page(database, form).page.forms

    def saying(one: FreeHours, **more: Any) -> Posted:
        return in_each_language(
            key,
            lambda: render_template("pages/by_post_hours.html", found=one),
            is_slots=True,
            phone=None if one.call.hours else one.call.phone,
            expires_at=one.until,
            enclosed=enclosed,
            **more,
        )

    return saying(found, shorter=lambda: [saying(one).page for one in found.shorter()])
