"""A form that was opened for somebody, and is sent when this browser no longer speaks for them. Nothing is lost."""

from flask import g, make_response, render_template, session, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.booking import asked, pages
from portal.booking.forms_who import WhoForm
from portal.booking.views_known import mark, subject
from portal.clock import paris_day
from portal.people.rules import tidy
from portal.web.headers import personal_page
from portal.web.i18n import language
from portal.web.request import now
from portal.words import moment_words

Row = tuple[str, str]


def ended_page(database: Session, url_of_details: str | None = None) -> Response:
    """The page (409) that says why, and what was typed; `url_of_details`: where to go on with it, to book."""
    personal_page()
    form = WhoForm(today=paris_day(now()))
    page = render_template(
        "booking/ended.html",
        reason=_reason(),
        rows=_typed(form),
        kept=_kept(form),
        form=form,
        is_known=subject() is not None,
        url_of_details=url_of_details,
        sign_in=_sign_in(form, url_of_details),
        call=pages.call_for(database, None),
    )
    return make_response(page, 409)


def without_right(database: Session) -> Response:
    """The page (403) for whoever acts under a mandate that says nothing of appointments."""
    page = render_template("booking/without_right.html", name=g.acting.name, call=pages.call_for(database, None))
    return make_response(page, 403)


def stop_here() -> None:
    """The mandate ended while this request ran: the pages it answers are no longer those of the person acted for."""
    g.acting = None


def _reason() -> str:
    if session.get("mandate_id") and not g.acting:
        return "mandate"
    return "changed" if g.agent or g.person else "signed_out"


def _typed(form: WhoForm) -> list[Row]:
    starts_at = asked.instant(form.creneau.data, now())
    rows = [(_("Jour et heure"), moment_words(starts_at, language()))] if starts_at else []
    names = tidy(f"{form.relative_given_names.data or ''} {form.relative_family_name.data or ''}")
    if form.is_for_someone_new and names:
        rows.append((_("La personne qui vient"), names))
        rows.append((_("Sa date de naissance"), " ".join(form.relative_birth_date.parts).strip()))
    return rows


def _kept(form: WhoForm) -> list[Row]:
    """What was typed, in the name of whoever is here now: a file chosen was of the other's."""
    but = ("subject",) if form.is_for_someone_new else ("subject", "concerned")
    return [*form.hidden(*but), *([("subject", mark())] if mark() else [])]


def _sign_in(form: WhoForm, url_of_details: str | None) -> str:
    starts_at = asked.instant(form.creneau.data, now())
    if url_of_details is None or starts_at is None:
        return "/connexion"
    return url_for("identity.sign_in", suite=f"{url_of_details}?creneau={asked.written(starts_at)}")
