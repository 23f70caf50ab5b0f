"""Settings on screen, for those who answer for a place and for admins."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.administration import queries, services
from portal.administration.forms import DayForm, MotifForm, PlaceForm
from portal.administration.forms_words import BOOKED_BY_WORDS, COLUMN_WORDS, KIND_WORDS, value_words
from portal.administration.rules import (
    MOTIF_COLUMNS,
    PLACE_COLUMNS,
    Kind,
    SettingFault,
    changed_since,
    marks,
    values_of,
)
from portal.clock import paris_day
from portal.directory.models import Motif, Place
from portal.people.queries_access import places_of
from portal.people.views_browser import actor
from portal.refusal import Refused
from portal.web.access import Role, allow, may_open
from portal.web.forms import PortalForm
from portal.web.request import now, reading, transaction

bp = Blueprint("administration", __name__)

Page = str | tuple[str, int] | Response
_LARGEST = 2_147_483_647
_NUMBER = f"<int(max={_LARGEST}):{{}}>"


@bp.get("/agents/reglages")
@allow(Role.ENCADRANT, Role.ADMIN)
def home() -> str:
    """What can be set."""
    return render_template("administration/home.html", is_admin=Role.ADMIN in g.agent.roles)


@bp.get("/agents/reglages/motifs")
@allow(Role.ENCADRANT, Role.ADMIN)
def motifs() -> str:
    """All motifs with their rules; an admin opens each to change it."""
    with reading() as database:
        listed = queries.motifs(database)
    return render_template(
        "administration/motifs.html", motifs=listed, booked_by=BOOKED_BY_WORDS, is_admin=Role.ADMIN in g.agent.roles
    )


@bp.route(f"/agents/reglages/motifs/{_NUMBER.format('motif_id')}", methods=["GET", "POST"])
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
        listed = queries.places(database, _own_places(database), paris_day(now()))
    return render_template("administration/places.html", places=listed, done=request.args.get("fait"))


@bp.route(f"/agents/reglages/lieux/{_NUMBER.format('place_id')}", methods=["GET", "POST"])
@allow(Role.ENCADRANT, Role.ADMIN)
def place(place_id: int) -> Page:
    """One place: its hours, its phone, how to come."""

    def find(database: Session) -> Place:
        own = _own_places(database)
        found = queries.place(database, place_id) if own is None or place_id in own else None
        return found or abort(404)

    def write(database: Session, form: Any) -> None:
        services.change_place(
            database, now(), place_id=place_id, wanted=form.wanted, shown=form.shown.data or "", by=actor()
        )

    return _changed(
        Kind.PLACE, find, lambda row: PlaceForm(place=row), PLACE_COLUMNS, write, back="administration.places"
    )


@bp.route("/agents/reglages/jours", methods=["GET", "POST"])
@allow(Role.ENCADRANT, Role.ADMIN)
def days() -> Page:
    """Days that are not as the calendar says; what a closed one touches is said before it is written."""
    with transaction() as database:
        form = DayForm(places=_choices(database), today=paris_day(now()))
        if request.method != "POST":
            return _days_page(database, form)
        if not form.validate_on_submit():
            return _days_page(database, form), 422
        touched = queries.booked_on(database, form.day.data, form.place_id) if form.kind.data == "ferme" else 0
        if touched and request.form.get("vu") != str(touched):
            return _days_page(database, form, touched=touched)
    try:
        with transaction() as database:
            services.add_day(
                database,
                now(),
                day=form.day.data,
                place_id=form.place_id,
                is_open=form.kind.data == "ouvert",
                label=form.label.data,
                by=actor(),
            )
    except Refused:
        form.day.errors = [_("Ce jour est déjà écrit pour ce lieu. Voyez la liste plus bas.")]
        with reading() as database:
            return _days_page(database, form), 409
    return redirect(url_for("administration.days", fait="touche" if touched else "ajoute"), 303)


@bp.post(f"/agents/reglages/jours/{_NUMBER.format('exception_id')}/retirer")
@allow(Role.ENCADRANT, Role.ADMIN)
def remove_day(exception_id: int) -> Response:
    """Takes a day away."""
    if not PortalForm().validate_on_submit():
        return redirect(url_for("administration.days"), 303)
    with transaction() as database:
        found, own = queries.day(database, exception_id), _own_places(database)
        if found is not None and own is not None and found.place_id not in own:
            abort(404)
        services.remove_day(database, now(), exception_id=exception_id, by=actor())
    return redirect(url_for("administration.days", fait="retire"), 303)


@bp.get("/agents/reglages/historique")
@allow(Role.ADMIN)
def history() -> str:
    """Every change, the latest first: of one thing, or of all."""
    page = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    kind = request.args.get("quoi", "")
    of = Kind(kind) if kind in set(Kind) else None
    number = request.args.get("numero", type=int) if of else None
    if number is not None and not 0 < number <= _LARGEST:
        abort(404)
    with reading() as database:
        listed, has_more = queries.history(database, kind=of, object_id=number, page=page)
    return render_template(
        "administration/history.html",
        listed=listed,
        has_more=has_more,
        page=page,
        of=of,
        kinds=KIND_WORDS,
        columns=COLUMN_WORDS,
        value_words=value_words,
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


def _days_page(database: Session, form: DayForm, *, touched: int = 0) -> str:
    own = _own_places(database)
    listed = queries.days_to_come(database, paris_day(now()), own)
    return render_template(
        "administration/days.html",
        form=form,
        listed=[(day, name, own is None or day.place_id in own) for day, name in listed],
        one_press=PortalForm(formdata=None),
        touched=touched,
        done=request.args.get("fait", ""),
        url_of_displaced=_url_of_displaced(),
        form_has_errors=bool(form.errors),
    )


def _url_of_displaced() -> str | None:
    """Where those whom a closed day touches are moved, for whoever may."""
    name = "agenda.displaced"
    return url_for(name) if name in current_app.view_functions and may_open(name) else None


def _choices(database: Session) -> list[tuple[str, str]]:
    own = _own_places(database)
    named = [(str(place.id), place.name) for place in queries.places(database, own, paris_day(now()))]
    return ([("tous", str(_("Tous les lieux")))] if own is None else []) + named


def _own_places(database: Session) -> frozenset[int] | None:
    """The places whose settings are this agent's; None: all."""
    if Role.ADMIN in g.agent.roles:
        return None
    return places_of(database, g.agent.id, (Role.ENCADRANT,), paris_day(now()))
