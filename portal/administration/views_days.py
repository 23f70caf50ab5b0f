"""Days that are not as the calendar says; whom a closed one touches is said before it is written, and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.administration import queries, services
from portal.administration.forms import DayForm
from portal.administration.rules import mark_of_all
from portal.administration.views import bp
from portal.administration.views_shared import NUMBER
from portal.booking.models import Appointment
from portal.clock import paris_day
from portal.desk.rules import sees_reason
from portal.people.models import Person
from portal.people.queries_access import families_of
from portal.people.views_browser import actor, own_places
from portal.refusal import Refused
from portal.web.access import Role, allow, url_if_open
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.request import now, portal, reading, transaction
from portal.web.text import WIDEST
from portal.words import capital

Page = str | tuple[str, int] | Response

_SHOWN = 100  # lines: more are counted
_CLOSED = "ferme"


@dataclass(frozen=True)
class Line:
    """An appointment that a closed day touches, as far as this agent reads it. `url`: where it is placed anew."""

    starts_at: datetime
    name: str
    words: str
    place: str
    url: str | None


@dataclass(frozen=True)
class Touched:
    """All of them: the first lines, how many there are, and the mark of those that were shown."""

    lines: Sequence[Line] = ()
    total: int = 0
    mark: str = ""
    place_id: int | None = None

    @property
    def day(self) -> str | None:
        """Theirs, as addresses say it."""
        return paris_day(self.lines[0].starts_at).isoformat() if self.lines else None

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.lines)


@bp.route("/agents/reglages/jours", methods=["GET", "POST"])
@allow(Role.ENCADRANT, Role.ADMIN)
def days() -> Page:
    """What a closed day touches is said, by name and hour, before it is written."""
    with transaction() as database:
        form = DayForm(places=_choices(database), today=paris_day(now()))
        if request.method != "POST":
            return _days_page(database, form, _after(database))
        if not form.validate_on_submit():
            return _days_page(database, form, Touched()), 422
        touched = _touched(database, form.day.data, form.place_id) if form.kind.data == _CLOSED else Touched()
        if touched.total and request.form.get("vu") != touched.mark:
            return _days_page(database, form, touched)
    try:
        with transaction() as database:
            added = services.add_day(database, now(), by=actor(), **_wanted(form))
            number = added.id
    except Refused:
        form.day.errors = [_("Ce jour est déjà écrit pour ce lieu. Voyez la liste plus bas.")]
        with reading() as database:
            return _days_page(database, form, Touched()), 409
    done = {"fait": "touche", "jour": number} if touched.total else {"fait": "ajoute"}
    return redirect(url_for("administration.days", **done), 303)


@bp.post(f"/agents/reglages/jours/{NUMBER.format('exception_id')}/retirer")
@allow(Role.ENCADRANT, Role.ADMIN)
def remove_day(exception_id: int) -> Response:
    """Takes a day away."""
    if not PortalForm().validate_on_submit():
        return redirect(url_for("administration.days"), 303)
    with transaction() as database:
        found, own = queries.day(database, exception_id), own_places(database)
        if found is not None and own is not None and found.place_id not in own:
            abort(404)
        services.remove_day(database, now(), exception_id=exception_id, by=actor())
    return redirect(url_for("administration.days", fait="retire"), 303)


def _wanted(form: DayForm) -> dict[str, Any]:
    is_open = form.kind.data != _CLOSED
    return {"day": form.day.data, "place_id": form.place_id, "is_open": is_open, "label": form.label.data}


def _days_page(database: Session, form: DayForm, touched: Touched) -> str:
    if touched.total:
        personal_page()
    own = own_places(database)
    listed = queries.days_to_come(database, paris_day(now()), own)
    return render_template(
        "administration/days.html",
        form=form,
        listed=[(day, name, own is None or day.place_id in own) for day, name in listed],
        one_press=PortalForm(formdata=None),
        touched=touched,
        done=request.args.get("fait", ""),
        url_of_displaced=url_if_open("agenda.displaced", jour=touched.day, lieu=touched.place_id, raison="lieu"),
        form_has_errors=bool(form.errors),
    )


def _after(database: Session) -> Touched:
    """Those of the day that was just closed, each with the page where it is placed anew."""
    number = request.args.get("jour", 0, type=int)
    found = queries.day(database, number) if 0 < number <= WIDEST else None
    own = own_places(database)
    if found is None or found.is_open or (own is not None and found.place_id not in own):
        return Touched()
    return _touched(database, found.day, found.place_id, with_doors=True)


def _touched(database: Session, day: Any, place_id: int | None, *, with_doors: bool = False) -> Touched:
    found = queries.touched_on(database, now(), day, place_id)
    families = families_of(database, g.agent.id, paris_day(now()))
    lines = [_line(database, one, families, with_door=with_doors) for one in found[:_SHOWN]]
    return Touched(lines, len(found), mark_of_all(one.id for one in found), place_id)


def _line(database: Session, one: Appointment, families: frozenset[str], *, with_door: bool) -> Line:
    is_told = sees_reason(family=one.motif.family, families=families, is_own=one.agent_id == g.agent.id)
    people = [participation.person for participation in one.participations]
    may_name = any(_reads_file_of(database, person) for person in people)
    names = ", ".join(f"{person.given_names} {person.family_name}" for person in people)
    return Line(
        starts_at=one.starts_at,
        name=(names if may_name else _("Une personne")) if people else _("Un atelier"),
        words=one.motif.title if is_told else capital(one.motif.neutral_words),
        place=one.place.name,
        url=url_if_open("agenda.displaced_one", appointment_id=one.id) if with_door and may_name else None,
    )


def _reads_file_of(database: Session, person: Person) -> bool:
    ids = [number for number in (person.guardian_id, person.id) if number]
    return any(portal().reads_file(database, now(), g.agent, number) for number in ids)


def _choices(database: Session) -> list[tuple[str, str]]:
    own = own_places(database)
    named = [(str(place.id), place.name) for place in queries.places(database, own, paris_day(now()))]
    return ([("tous", str(_("Tous les lieux")))] if own is None else []) + named
