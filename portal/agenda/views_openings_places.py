"""A place closed from a day, or opened again: what it touches is shown first."""

from datetime import date
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.agenda import queries_places
from portal.agenda.forms_openings import DayForm
from portal.agenda.rules_openings import OpeningFault, Plan, mark_of_plan
from portal.agenda.rules_openings_effect import Effect
from portal.agenda.services_places import close_place, may_close
from portal.agenda.views import bp
from portal.agenda.views_openings_words import FAULT_WORDS, effect_said
from portal.clock import paris_day
from portal.desk.views_shared import hand
from portal.directory.models import Place
from portal.refusal import Refused
from portal.web.access import Role, allow
from portal.web.headers import personal_page
from portal.web.request import now, transaction

Page = str | tuple[str, int] | Response


@bp.route("/agents/agenda/lieux/<int(max=2147483647):place_id>/fermer", methods=["GET", "POST"])
@allow(Role.ENCADRANT, Role.ADMIN)
def close(place_id: int) -> Page:
    """From which day; then whom it touches; then it is written. Nothing is cancelled by itself."""
    with transaction() as database:
        place = _theirs(database, place_id)
        form = DayForm(today=paris_day(now()), needs_day=not _opens_again())
        if request.method != "POST":
            return _page(place, form)
        if not form.validate():
            return _page(place, form), 422
        day = None if _opens_again() else form.first_day.data
        weighed = _weigh(database, place, day)
        if request.form.get("etape") != "enregistrer" or request.form.get("vu") != weighed["vu"]:
            return _page(place, form, weighed)
        try:
            with database.begin_nested():
                close_place(database, now(), place_id=place_id, day=day, shown=_shown_day(), by=hand())
        except Refused as refusal:
            place = _theirs(database, place_id)
            fault = str(FAULT_WORDS[OpeningFault(refusal.reason)])
            return _page(place, form, weighed | {"fault": fault}), 409
    if weighed["effect"].count and day is not None:
        return redirect(url_for("agenda.displaced", lieu=place_id, fait="ferme"), 303)
    return redirect(url_for("agenda.close", place_id=place_id, fait="ouvert" if day is None else "ferme"), 303)


def _theirs(database: Session, place_id: int) -> Place:
    place = queries_places.place(database, place_id)
    if place is None or not may_close(database, now(), place_id, hand()):
        abort(404)
    return place


def _opens_again() -> bool:
    return request.form.get("rouvrir") == "oui"


def _shown_day() -> date | None:
    """The closing day that the page showed."""
    try:
        return date.fromisoformat(request.form.get("shown", ""))
    except ValueError:
        return None


def _weigh(database: Session, place: Place, day: date | None) -> dict[str, Any]:
    ids = [] if day is None else queries_places.booked_after(database, now(), place.id, day)
    return {
        "effect": effect_said(database, Effect(touched=tuple(ids)), {}),
        "openings": 0 if day is None else queries_places.openings_after(database, place.id, day),
        "vu": f"{mark_of_plan(Plan(), ids)}-{day}",
        "day": day,
        "is_stale": request.form.get("etape") == "enregistrer",
    }


def _page(place: Place, form: DayForm, weighed: dict[str, Any] | None = None) -> str:
    personal_page()
    given: dict[str, Any] = {"effect": None, "openings": 0, "vu": "", "day": None, "is_stale": False, "fault": ""}
    return render_template(
        "agenda/close_place.html",
        place=place,
        form=form,
        is_reopening=_opens_again(),
        done=request.args.get("fait", ""),
        form_has_errors=bool(form.errors or (weighed or given).get("fault")),
        **(given | (weighed or {})),
    )
