"""An agent's absences: each with its effect shown before it is saved. Nothing is cancelled by itself."""

from typing import Any

from flask import abort, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.agenda import queries_openings as queries
from portal.agenda.forms_absences import AbsenceForm
from portal.agenda.rules_openings import OpeningFault, Plan, mark_of_plan
from portal.agenda.rules_openings_effect import Effect, Situation, effect
from portal.agenda.services_absences import add_absence, change_absence, end_absence, mark_of
from portal.agenda.views import bp
from portal.agenda.views_openings import WRITERS, Whose, whose
from portal.agenda.views_openings_words import FAULT_WORDS, EffectSaid, effect_said
from portal.booking.models import Absence
from portal.clock import paris_day
from portal.desk.views_shared import hand
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.request import now, transaction

Page = str | tuple[str, int] | Response

LIST = "/agents/agenda/absences"
_ONE = f"{LIST}/<int(max=2147483647):absence_id>"


@bp.get(LIST)
@allow(*WRITERS)
def absences() -> Page:
    """Those that have yet to end, soonest first."""
    with transaction() as database:
        personal_page()
        found = whose(database)
        return render_template(
            "agenda/absences.html",
            whose=found,
            listed=queries.absences(database, found.agent.id, now()),
            agents=queries.agents_led(database, now(), g.agent.id),
            now=now(),
            done=request.args.get("fait", ""),
        )


@bp.route(f"{LIST}/nouvelle", methods=["GET", "POST"])
@allow(*WRITERS)
def new_absence() -> Page:
    """A new absence."""
    with transaction() as database:
        found = _writable(whose(database))
        return _step(database, found, AbsenceForm(today=paris_day(now())), None)


@bp.route(_ONE, methods=["GET", "POST"])
@allow(*WRITERS)
def absence(absence_id: int) -> Page:
    """Another beginning or end."""
    with transaction() as database:
        row = queries.absence_of(database, absence_id) or abort(404)
        found = _writable(whose(database, row.agent_id))
        form = AbsenceForm(today=paris_day(now()), known=(row.starts_at, row.ends_at))
        return _step(database, found, form, row)


@bp.post(f"{_ONE}/retour")
@allow(*WRITERS)
def back_early(absence_id: int) -> Page:
    """The agent is back, or does not go. What was placed anew stays where it is."""
    if not PortalForm().validate_on_submit():
        return redirect(url_for("agenda.absences"), 303)
    with transaction() as database:
        row = queries.absence_of(database, absence_id)
        found = _writable(whose(database, row.agent_id if row else None))
        try:
            with database.begin_nested():
                shown = request.form.get("shown", "")
                end_absence(database, now(), absence_id=absence_id, shown=shown, by=hand())
        except Refused as refusal:
            form = AbsenceForm(today=paris_day(now()), known=(row.starts_at, row.ends_at)) if row else None
            fault = str(FAULT_WORDS[OpeningFault(refusal.reason)])
            return _page(database, found, form, row, {"fault": fault}, code=409)
    return redirect(url_for("agenda.absences", agent=found.agent.id, fait="retour"), 303)


def _writable(found: Whose) -> Whose:
    if not found.may.is_any:
        abort(404)
    return found


def _step(database: Session, found: Whose, form: AbsenceForm, row: Absence | None) -> Page:
    """The form; then its effect; then, when the effect is what was shown, it is written."""
    if request.method != "POST":
        return _page(database, found, form, row)
    if not form.validate():
        return _page(database, found, form, row, code=422)
    weighed = _weigh(database, found, form, row)
    if request.form.get("etape") != "enregistrer" or request.form.get("vu") != weighed["vu"]:
        return _page(database, found, form, row, weighed)
    try:
        with database.begin_nested():
            _write(database, found, form, row)
    except Refused as refusal:
        fault = str(FAULT_WORDS[OpeningFault(refusal.reason)])
        return _page(database, found, form, row, weighed | {"fault": fault}, code=409)
    if weighed["effect"].count:
        return redirect(url_for("agenda.displaced", agent=found.agent.id, fait="absence"), 303)
    return redirect(url_for("agenda.absences", agent=found.agent.id, fait="absence"), 303)


def _write(database: Session, found: Whose, form: AbsenceForm, row: Absence | None) -> None:
    period: dict[str, Any] = {"starts_at": form.starts_at, "ends_at": form.ends_at, "by": hand()}
    if row is None:
        add_absence(database, now(), agent_id=found.agent.id, **period)
    else:
        change_absence(database, now(), absence_id=row.id, shown=request.form.get("shown", ""), **period)


def _weigh(database: Session, found: Whose, form: AbsenceForm, row: Absence | None) -> dict[str, Any]:
    """The effect of an absence, as the page says it."""
    before = queries.situation(database, found.agent.id, now())
    old = None if row is None else (int(row.starts_at.timestamp()), int(row.ends_at.timestamp()))
    new = (int(form.starts_at.timestamp()), int(form.ends_at.timestamp()))
    kept = [one for one in before.away if one != old]
    # Saved twice, it is there already, and what it touches is still said.
    before = Situation(before.openings, tuple(one for one in before.away if row is not None or one != new))
    come = _effect(database, found, before, {*kept, new})
    return {
        "effect": effect_said(database, come, {}),
        "vu": f"{mark_of_plan(Plan(), come.touched)}-{new[0]}-{new[1]}",
        "is_stale": request.form.get("etape") == "enregistrer",
    }


def _given_back(database: Session, found: Whose, row: Absence) -> EffectSaid:
    """What it does that the agent is back now, or does not go, as the page says it."""
    before = queries.situation(database, found.agent.id, now())
    start, end, at = (int(one.timestamp()) for one in (row.starts_at, row.ends_at, now()))
    kept = {one for one in before.away if one != (start, end)} | ({(start, at)} if start < at else set())
    return effect_said(database, _effect(database, found, before, kept), {})


def _effect(database: Session, found: Whose, before: Situation, away: set[tuple[int, int]]) -> Effect:
    """What changes when an agent is away then: from one instant to another, in seconds."""
    motif_ids = {number for draft in before.openings for number in draft.motif_ids}
    look = queries.look(database, found.agent.id, now(), motif_ids)
    return effect(before, Situation(before.openings, tuple(sorted(away))), look)


def _page(  # noqa: PLR0913 - whose, what is typed, what is there, and how the page answers
    database: Session,
    found: Whose,
    form: AbsenceForm | None,
    row: Absence | None,
    weighed: dict[str, Any] | None = None,
    *,
    code: int = 200,
) -> Page:
    """The form beside what is written now. Removed by somebody else meanwhile, the list says so."""
    personal_page()
    if form is None:
        abort(404)
    if row is not None and not queries.read_again(database, row):
        return redirect(url_for("agenda.absences", agent=found.agent.id, fait="partie"), 303)
    changed = row is not None and request.method == "POST" and request.form.get("shown") != mark_of(row)
    given: dict[str, Any] = {"effect": None, "vu": "", "is_stale": False, "fault": ""}
    shown = render_template(
        "agenda/absence.html",
        whose=found,
        form=form,
        row=row,
        shown=mark_of(row) if row else "",
        changed=changed,
        has_begun=row is not None and row.starts_at <= now(),
        given_back=_given_back(database, found, row) if row is not None else None,
        form_has_errors=bool(form.errors or changed or (weighed or given).get("fault")),
        **(given | (weighed or {})),
    )
    return shown, code
