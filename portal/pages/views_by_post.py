"""A page of the site asked for by post: by anybody, with their name and an address, and nothing else."""

import logging
from datetime import date, timedelta
from typing import Any

from flask import current_app, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from portal.booking.forms_address import typed_address
from portal.booking.pages import PostalNames
from portal.directory import queries as directory
from portal.letters.address import doors, letter_box
from portal.letters.paging import LetterTooLongError
from portal.letters.queries_kept import is_kept_anywhere
from portal.letters.services_pages import PageByPost, Wanted, parts_of_page, send_page
from portal.letters.views_posted import Posted, posted_page
from portal.notifications.queries_post import calendar_of
from portal.notifications.rules_post import letter_days
from portal.pages.forms import ByPostForm
from portal.pages.queries_by_post import file_of
from portal.pages.views import INFOS, bp
from portal.people.views_browser import actor
from portal.web.access import Role, allow
from portal.web.headers import personal_page
from portal.web.i18n import language
from portal.web.request import now, portal, reading, transaction
from portal.web.throttle import Limit, spend, visitor_address

Page = str | tuple[str, int] | Response

_DAY = timedelta(days=1)
_FROM = Limit("pages-from", 10, _DAY)  # of one line: a library shares it
_TO = Limit("pages-to", 4, _DAY)  # to one letter box, whoever asks
_TO_DOOR = Limit("pages-to-door", 20, _DAY)  # to one number of a street, where many may live
_IN_ALL = Limit("pages-in-all", 500, _DAY)  # sheets of the print room that nobody signed in has asked for

log = logging.getLogger("portal.pages")


@bp.route("/par-courrier", methods=["GET", "POST"])
@allow(Role.EVERYONE)
def by_post() -> Page:
    """The form: filled in for whoever is signed in. The letter says what the page says.

    Without a page, those that can be asked for.
    """
    if "page" not in request.values:
        return render_template("pages/by_post_choose.html", infos=INFOS)
    with transaction() as database:
        posted = posted_page(database, request.values.get("page", ""))
        form = _form(database)
        parts = _parts(database, posted, form)
        arrives = calendar_of(database).arrival(now())
    form.offer_parts([_title_of(part) for part in parts] if len(parts) > 1 else [])
    if request.method != "POST" or not parts or not form.validate_on_submit():
        return _page(posted, form, arrives, is_too_long=not parts), 422 if request.method == "POST" else 200
    if not _spend(form):
        return _page(posted, form, arrives, is_full=True), 429
    with transaction() as database:
        message = send_page(
            database,
            now(),
            page=posted.page,
            wanted=_wanted(form, posted),
            by=actor(),
            base_url=portal().settings.base_url,
            person_id=_own_id(),
        )
        arrives = letter_days(message, calendar_of(database), now()).arrives
    said = _signer().dumps([posted.key, arrives.isoformat()])
    return redirect(url_for("pages.by_post_done", page=posted.key, le=said), 303)


@bp.get("/par-courrier/envoye")
@allow(Role.EVERYONE)
def by_post_done() -> Page:
    """When the letter arrives, as it was foreseen when it was asked for: read again tomorrow, it says the same day."""
    if "page" not in request.args:
        return redirect(url_for("pages.by_post"))
    with transaction() as database:
        posted = posted_page(database, request.args.get("page", ""))
    return render_template(
        "pages/by_post_done.html",
        key=posted.key,
        title=_title(posted),
        arrives=_day_said(posted.key),
        is_form=posted.page.forms is not None,
    )


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="page by post")


def _day_said(key: str) -> date | None:
    """The day that this address says of this page; None when it says none that we have signed."""
    try:
        page, day = _signer().loads(request.args.get("le", ""))
    except (BadSignature, TypeError, ValueError):
        return None
    return date.fromisoformat(day) if page == key else None


def _form(database: Session) -> ByPostForm:
    communes = PostalNames(directory.commune_index(database))
    return ByPostForm(communes=communes, data=_known(database) | {"language": language()})


def _known(database: Session) -> dict[str, Any]:
    """What the file of whoever is signed in says; nothing for whoever acts for another, who may not know it."""
    number = _own_id()
    if number is None:
        return {}
    person = file_of(database, number)
    name = f"{person.given_names} {person.family_name}"
    return typed_address(person.address) | {"name": name, "large_print": person.wants_large_print}


def _own_id() -> int | None:
    return g.person.id if g.person and not g.acting else None


def _wanted(form: ByPostForm, posted: Posted) -> Wanted:
    return Wanted(
        name=form.name.data or "",
        lines=form.lines,
        language=str(form.language.data or "fr"),
        large_print=posted.is_easy or bool(form.large_print.data),
        part=form.chosen_part,
    )


def _parts(database: Session, posted: Posted, form: ByPostForm) -> list[PageByPost]:
    """What one letter each holds; nothing when a part of the page is too long for any letter."""
    asked = form.language.data if form.language.data in posted.page.contents else "fr"
    wanted = Wanted("", (), str(asked), posted.is_easy or bool(form.large_print.data))
    try:
        return parts_of_page(database, now(), posted.page, wanted=wanted, base_url=portal().settings.base_url)
    except LetterTooLongError:
        return []


def _title_of(part: PageByPost) -> str:
    """The first and the last heading of a part."""
    content = part.contents[language()] if language() in part.contents else part.contents["fr"]
    headings = [section.heading for section in content.sections if section.heading] or [content.title]
    if len(headings) == 1:
        return headings[0]
    return str(_("De « %(first)s » à « %(last)s »", first=headings[0], last=headings[-1]))


def _title(posted: Posted) -> str:
    contents = posted.page.contents
    return contents.get(language(), contents["fr"]).title


def _spend(form: ByPostForm) -> bool:
    """Nobody floods a letter box, nor the print room; False when one of the limits is used up.

    Whoever asks now is often not to blame: their page stays before them, and says who sends it all the same. At a
    place that keeps letters for many, each of them has a letter box of their own.
    """
    with reading() as database:
        communes = PostalNames(directory.commune_index(database))
        is_kept = is_kept_anywhere(database, now(), communes, form.lines)
    box = letter_box(form.lines)
    try:
        spend(_FROM, visitor_address())
        spend(_TO, f"{letter_box([form.name.data or ''])} {box}" if is_kept else box)
        for door in () if is_kept else doors(form.lines):
            spend(_TO_DOOR, door)
    except TooManyRequests:
        return False
    if _own_id() is not None:
        return True
    try:
        spend(_IN_ALL, "everybody")
    except TooManyRequests:
        log.warning("pages by post: the %d of a day are used up, one more was refused", _IN_ALL.most)
        return False
    return True


def _page(posted: Posted, form: ByPostForm, arrives: date, *, is_too_long: bool = False, is_full: bool = False) -> str:
    if _own_id() is not None:
        personal_page()
    return render_template(
        "pages/by_post.html",
        form=form,
        key=posted.key,
        title=_title(posted),
        arrives=arrives,
        is_easy=posted.is_easy,
        is_form=posted.page.forms is not None,
        is_own=bool(posted.page.version) and posted.page.forms is None,
        is_too_long=is_too_long,
        is_full=is_full,
        form_has_errors=bool(form.errors) or is_full,
    )
