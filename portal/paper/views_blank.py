"""A blank form that came back filled in: whose it is, before anything is entered."""

from collections.abc import Sequence

from flask import abort, g, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.desk.forms_search import SearchForm
from portal.desk.queries_search import MOST, found
from portal.desk.views_found import Row, note_search, rows_of
from portal.paper.forms_words import KINDS
from portal.paper.rules import kind_of
from portal.paper.views_shared import CODES, OPENERS, bp
from portal.web.access import allow, may_open
from portal.web.headers import personal_page
from portal.web.request import now, transaction
from portal.web.throttle import spend


@bp.route("/agents/formulaires/vierge/<key>", methods=["GET", "POST"])
@allow(*OPENERS)
def blank_for(key: str) -> str | tuple[str, int]:
    """Finds the person of a blank form. The print room searches nobody: it hands the paper to an accueil."""
    kind = kind_of(key)
    if kind is None:
        abort(404)
    may_search = may_open("paper.give")
    form = SearchForm(today=paris_day(now()))
    rows: Sequence[Row] | None = None
    if may_search and request.method == "POST" and form.validate_on_submit():
        spend(CODES, f"agent {g.agent.id}")
        with transaction() as database:
            rows = _rows(database, form)
    personal_page()
    page = render_template(
        "paper/blank.html",
        key=key,
        kind=KINDS[kind],
        form=form,
        rows=rows,
        said=_said(rows),
        may_search=may_search,
        may_make=may_open("desk.new"),
        form_has_errors=bool(form.errors),
    )
    return (page, 422) if form.errors else page


def _rows(database: Session, form: SearchForm) -> Sequence[Row]:
    rows = rows_of(database, found(database, now(), g.agent, form.sought, is_near_only=form.is_near_only))
    note_search(database, rows)
    return rows[:MOST]


def _said(rows: Sequence[Row] | None) -> str:
    return str(_("Aucune fiche que vous pouvez ouvrir ne correspond.")) if rows is not None and not rows else ""
