"""Settings on screen, for those who answer for a place and for admins."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.administration import queries, services
from portal.administration.forms import MotifForm, PlaceForm
from portal.administration.forms_words import BOOKED_BY_WORDS, COLUMN_WORDS, value_words
from portal.administration.rules import (
    MOTIF_COLUMNS,
    PLACE_COLUMNS,
    Kind,
    SettingFault,
    changed_since,
    marks,
    values_of,
)
from portal.administration.views_shared import NUMBER
from portal.clock import paris_day
from portal.directory.models import Motif, Place
from portal.people.views_browser import actor, own_places
from portal.refusal import Refused
from portal.web.access import Role, allow
from portal.web.request import now, reading, transaction

bp = Blueprint("administration", __name__)

# Each of these modules adds its pages to `bp`, which must exist first.
from portal.administration import views_days, views_history  # noqa: E402, F401

Page = str | tuple[str, int] | Response


@bp.get("/agents/reglages")
@allow(Role.ENCADRANT, Role.ADMIN)
def home() -> str:
    """What can be set."""
    roles = g.agent.roles
    return render_template(
        "administration/home.html", is_admin=Role.ADMIN in roles, is_encadrant=Role.ENCADRANT in roles
    )


@bp.get("/agents/reglages/motifs")
@allow(Role.ENCADRANT, Role.ADMIN)
def motifs() -> str:
    """All motifs with their rules; an admin opens each to change it."""
    with reading() as database:
        listed = queries.motifs(database)
    return render_template(
        "administration/motifs.html", motifs=listed, booked_by=BOOKED_BY_WORDS, is_admin=Role.ADMIN in g.agent.roles
    )


@bp.route(f"/agents/reglages/motifs/{NUMBER.format('motif_id')}", methods=["GET", "POST"])
@allow(Role.ADMIN)
def motif(motif_id: int) -> Page:
    """One motif: the same for the whole Département, hence for admins."""

    def find(database: Session) -> Motif:
        return queries.motif(database, motif_id) or abort(404)

    def write(database: Session, form: Any) -> None:
        services.change_motif(
            database, now(), motif_id=motif_id, wanted=form.wanted, shown=form.shown.data or "", by=actor()
        )

    return _changed(
        Kind.MOTIF, find, lambda row: MotifForm(motif=row), MOTIF_COLUMNS, write, back="administration.motifs"
    )


@bp.get("/agents/reglages/lieux")
@allow(Role.ENCADRANT, Role.ADMIN)
def places() -> str:
    """The places that this agent answers for."""
    with reading() as database:
        houses = queries.places_by_mds(database, own_places(database), paris_day(now()))
    return render_template("administration/places.html", houses=houses, done=request.args.get("fait"))


@bp.route(f"/agents/reglages/lieux/{NUMBER.format('place_id')}", methods=["GET", "POST"])
@allow(Role.ENCADRANT, Role.ADMIN)
def place(place_id: int) -> Page:
    """One place: its hours, its phone, how to come."""

    def find(database: Session) -> Place:
        own = own_places(database)
        found = queries.place(database, place_id) if own is None or place_id in own else None
        return found or abort(404)

    def write(database: Session, form: Any) -> None:
        services.change_place(
            database, now(), place_id=place_id, wanted=form.wanted, shown=form.shown.data or "", by=actor()
        )

    return _changed(
        Kind.PLACE, find, lambda row: PlaceForm(place=row), PLACE_COLUMNS, write, back="administration.places"
    )


def _changed(  # noqa: PLR0913, PLR0917 - the parts of a page that changes one thing
    kind: Kind,
    find: Callable[[Session], Any],
    form_of: Callable[[Any], Any],
    columns: tuple[str, ...],
    write: Callable[[Session, Any], None],
    back: str,
) -> Page:
    """The form of one thing; sent when somebody else has just changed it, it says what, beside what was typed."""
    try:
        with transaction() as database:
            row = find(database)
            form = form_of(row)
            if request.method != "POST":
                form.shown.data = marks(values_of(row, columns))
                return _thing_page(kind, row, form, back)
            if not form.validate_on_submit():
                return _thing_page(kind, row, form, back), 422
            write(database, form)
    except Refused as refusal:
        if refusal.reason is not SettingFault.CHANGED:
            raise
        return _collided(kind, find, form_of, columns, back), 409
    return redirect(url_for(back, fait=row.id), 303)


def _collided(
    kind: Kind, find: Callable[[Session], Any], form_of: Callable[[Any], Any], columns: tuple[str, ...], back: str
) -> str:
    with reading() as database:
        row = find(database)
    form = form_of(row)
    form.validate()
    values = values_of(row, columns)
    changed = changed_since(values, form.shown.data or "")
    form.shown.data = marks(values)
    said = [(str(COLUMN_WORDS[name]), value_words(name, values[name])) for name in columns if name in changed]
    return _thing_page(kind, row, form, back, said)


def _thing_page(kind: Kind, row: Any, form: Any, back: str, changed: list[tuple[str, str]] | None = None) -> str:
    return render_template(
        f"administration/{kind.value}.html",
        row=row,
        form=form,
        back=url_for(back),
        changed=changed or [],
        form_has_errors=bool(form.errors or changed),
    )
