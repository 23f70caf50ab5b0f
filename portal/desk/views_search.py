"""Finding a person: by what they say of themselves on the phone or at a counter. Nothing of it is in an address."""

from collections.abc import Sequence
from datetime import timedelta

from flask import g, jsonify, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.clock import paris_day
from portal.desk.forms_search import EVERYWHERE, NEAR, SearchForm
from portal.desk.queries_search import MOST, found
from portal.desk.views import bp
from portal.desk.views_found import Row, note_search, rows_of, said_of
from portal.desk.views_shared import READERS
from portal.sealing import Sealer
from portal.web.access import allow, may_open
from portal.web.headers import personal_page
from portal.web.request import now, portal, transaction
from portal.web.throttle import Limit, count, key_of, spend

_SEARCHES = Limit("people", 60, timedelta(minutes=1))
_TYPED = Limit("people typed", 150, timedelta(minutes=1))  # a search at each pause of a hand that types
_NOTED = Limit("people noted", 1, timedelta(seconds=10))  # while one types: one line of the journal


@bp.route("/agents/personnes", methods=["GET", "POST"])
@allow(*READERS)
def search() -> str | tuple[str, int]:
    """The box, and those found whom this agent may read: twenty at most. The journal notes how many, no word of it."""
    personal_page()
    form = SearchForm(today=paris_day(now()))
    if request.method != "POST":
        return _page(form, None)
    if not form.validate_on_submit():
        return _page(form, None), 422
    spend(_SEARCHES, _who())
    with transaction() as database:
        rows = _rows(database, form)
        note_search(database, rows)
    return _page(form, rows)


@bp.post("/agents/personnes/liste")
@allow(*READERS)
def list() -> Response:  # noqa: A001 - the address is named so
    """The same as one types: the words that say how many, and the list alone.

    The journal has one line for what is looked for within ten seconds.
    """
    personal_page()
    form = SearchForm(today=paris_day(now()))
    if not form.validate_on_submit():
        return jsonify(said=form.fault, html="")
    spend(_TYPED, _who())
    with transaction() as database:
        rows = _rows(database, form)
        noted = key_of(_NOTED, _who(), Sealer(portal().settings.secret_key))
        if count(database, now(), _NOTED, noted) is None:
            note_search(database, rows)
    return jsonify(said=said_of(rows), html=render_template("desk/list.html", **_shown(form, rows)))


def _rows(database: Session, form: SearchForm) -> Sequence[Row]:
    return rows_of(database, found(database, now(), g.agent, form.sought, is_near_only=form.is_near_only))


def _who() -> str:
    return f"agent {g.agent.id}"


def _shown(form: SearchForm, rows: Sequence[Row]) -> dict[str, object]:
    return {"form": form, "rows": rows[:MOST], "unread": form.sought.unread, "may_make": may_open("desk.new")}


def _page(form: SearchForm, rows: Sequence[Row] | None) -> str:
    shown = _shown(form, rows) if rows is not None else {"form": form, "rows": None, "may_make": may_open("desk.new")}
    return render_template(
        "desk/search.html",
        said=said_of(rows) if rows is not None else "",
        scope=NEAR if form.is_near_only else EVERYWHERE,
        form_has_errors=bool(form.errors),
        **shown,
    )
