"""When an agent can be booked: the list in words, and each change with its effect shown before it is saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.agenda import queries_openings as queries
from portal.agenda.forms_openings import CopyForm, DayForm, OpeningForm
from portal.agenda.queries_openings import Somebody
from portal.agenda.queries_openings_days import stand_in
from portal.agenda.rules_openings import (
    Authority,
    Draft,
    OpeningFault,
    Plan,
    after,
    change_from,
    change_once,
    copy_week,
    end_from,
    is_done,
    mark_of,
    mark_of_plan,
    next_days,
)
from portal.agenda.rules_openings_effect import Situation, effect
from portal.agenda.services_openings import write_plan
from portal.agenda.views import bp
from portal.agenda.views_openings_words import FAULT_WORDS, comes, effect_said, said
from portal.clock import paris_day
from portal.desk.views_shared import hand
from portal.refusal import Refused
from portal.web.access import Role, allow, may_open
from portal.web.headers import personal_page
from portal.web.request import now, transaction
from portal.web.text import whole

Page = str | tuple[str, int] | Response

WRITERS = (Role.PROFESSIONNEL, Role.REFERENT, Role.ENCADRANT, Role.ADMIN)
LIST = "/agents/agenda/plages"
_ONE = f"{LIST}/<int(max=2147483647):opening_id>/<any(tout, une, annule, fin):what>"


@dataclass(frozen=True)
class Whose:
    """Whose openings, and what the signed-in agent may write of them."""

    agent: Somebody
    may: Authority

    @property
    def is_own(self) -> bool:
        """Whether they are the signed-in agent's."""
        return bool(self.agent.id == g.agent.id)


@bp.app_template_global("opens_openings")
def opens_openings() -> bool:
    """Whether the signed-in agent has pages of openings and absences; for templates of the agenda."""
    return may_open("agenda.openings")


def whose(database: Session, agent_id: int | None = None) -> Whose:
    """The agent that the address names, or oneself; 404 for one whose openings are not theirs to write."""
    wanted = agent_id if agent_id is not None else (whole(request.args.get("agent")) or g.agent.id)
    agent = queries.somebody(database, wanted)
    if agent is None:
        abort(404)
    may = queries.authority_over(database, now(), g.agent.id, wanted)
    if not may.is_any and wanted != g.agent.id:
        abort(404)
    return Whose(agent, may)


@bp.get(LIST)
@allow(*WRITERS)
def openings() -> Page:
    """Whose openings, in words; what may be changed of each."""
    with transaction() as database:
        personal_page()
        found, today = whose(database), paris_day(now())
        listed = [draft for draft in queries.drafts(database, found.agent.id, today) if comes(draft, today)]
        places = queries.place_names(database, {draft.place_id for draft in listed})
        titles = queries.titles(database, {motif_id for draft in listed for motif_id in draft.motif_ids})
        return render_template(
            "agenda/openings.html",
            whose=found,
            listed=[said(draft, places, titles, today) for draft in listed],
            agents=queries.agents_led(database, now(), g.agent.id),
            done=request.args.get("fait", ""),
        )


@bp.route(f"{LIST}/nouvelle", methods=["GET", "POST"])
@allow(*WRITERS)
def new_opening() -> Page:
    """A new opening."""
    with transaction() as database:
        found = _writable(whose(database))
        form = _opening_form(database, found)
        return _step(database, found, form, "nouvelle", lambda: Plan(added=(form.draft,)))


@bp.route(f"{LIST}/copier", methods=["GET", "POST"])
@allow(*WRITERS)
def copy_openings() -> Page:
    """A week copied to another one."""
    with transaction() as database:
        found = _writable(whose(database))
        form = CopyForm(today=paris_day(now()))

        def plan() -> Plan:
            current = queries.drafts(database, found.agent.id, min(form.source.data, form.first_day.data))
            mine = [draft for draft in current if found.may.covers(draft.place_id)]
            copied = copy_week(mine, form.source.data, form.first_day.data)
            if not copied.added:
                raise Refused(OpeningFault.NOTHING)
            return copied

        return _step(database, found, form, "copier", plan)


@bp.route(_ONE, methods=["GET", "POST"])
@allow(*WRITERS)
def opening(opening_id: int, what: str) -> Page:
    """One opening: all of it from a day on, one day of it, or its end."""
    with transaction() as database:
        row = queries.opening_of(database, opening_id)
        if row is None:
            abort(404)
        found, old = _writable(whose(database, row[0])), row[1]
        if not found.may.covers(old.place_id):
            abort(404)
        if what in {"fin", "annule"}:
            form: Any = DayForm(today=paris_day(now()))
        else:
            form = _opening_form(database, found, old, is_once=what == "une")
        return _step(database, found, form, what, lambda: _plan_of(database, found, what, old, form), old)


def _plan_of(database: Session, found: Whose, what: str, old: Draft, form: Any) -> Plan:
    day: date = form.first_day.data
    if what == "tout":
        return change_from(old, form.draft, day)
    if what == "fin":
        return end_from(old, day)
    if not old.happens_on(day) and day not in old.skipped:
        raise Refused(OpeningFault.NOT_THERE)
    instead = stand_in(database, found.agent.id, old.id, day) if day in old.skipped else None
    return change_once(old, day, form.draft if what == "une" else None, instead)


def _opening_form(database: Session, found: Whose, old: Draft | None = None, *, is_once: bool = False) -> OpeningForm:
    kept = old.motif_ids if old else ()
    motifs = queries.motifs_for(database, found.agent.id, now(), kept)
    return OpeningForm(
        today=paris_day(now()),
        places=queries.places_for(database, found.may, now(), [old.place_id] if old else ()),
        motifs=[(motif.id, motif.title) for motif in motifs],
        old=old,
        is_once=is_once,
    )


def _writable(found: Whose) -> Whose:
    if not found.may.is_any:
        abort(404)
    return found


def _step(  # noqa: PLR0913, PLR0917 - a page that changes something, and what it would change
    database: Session, found: Whose, form: Any, what: str, make: Any, old: Draft | None = None
) -> Page:
    """The form; then its effect; then, when the effect is what was shown, it is written."""
    if request.method != "POST":
        return _page(database, found, form, what, old)
    if not form.validate():
        return _page(database, found, form, what, old), 422
    try:
        plan = make()
    except Refused as refusal:
        form.first_day.errors = [str(FAULT_WORDS[OpeningFault(refusal.reason)])]
        return _page(database, found, form, what, old), 422
    if is_done(queries.drafts(database, found.agent.id, date.min), plan):
        return _done(found, what)
    weighed = _weigh(database, found, plan)
    if request.form.get("etape") == "enregistrer" and request.form.get("vu") == weighed["vu"]:
        return _save(database, found, form, what, old, weighed | {"plan": plan})
    return _page(database, found, form, what, old, weighed)


def _save(  # noqa: PLR0913, PLR0917 - as above
    database: Session, found: Whose, form: Any, what: str, old: Draft | None, weighed: dict[str, Any]
) -> Page:
    plan: Plan = weighed["plan"]
    # What stands in for it on one day is named by the plan that was shown, and not by the page.
    there = queries.drafts(database, found.agent.id, paris_day(now()))
    shown = {one.id: mark_of(one) for one in there if one.id in plan.ends}
    if old is not None:
        shown[old.id] = request.form.get("shown", "")
    try:
        with database.begin_nested():
            write_plan(database, now(), agent_id=found.agent.id, plan=plan, shown=shown, by=hand())
    except Refused as refusal:
        fault = str(FAULT_WORDS[OpeningFault(refusal.reason)])
        return _page(database, found, form, what, old, weighed | {"fault": fault}), 409
    return _done(found, what)


def _done(found: Whose, what: str) -> Response:
    return redirect(url_for("agenda.openings", agent=found.agent.id, fait=what), 303)


def _weigh(database: Session, found: Whose, plan: Plan) -> dict[str, Any]:
    """The effect of a plan, as the page says it."""
    before = queries.situation(database, found.agent.id, now())
    later = Situation(after(before.openings, plan), before.away)
    motif_ids = {number for draft in (*before.openings, *later.openings) for number in draft.motif_ids}
    come = effect(before, later, queries.look(database, found.agent.id, now(), motif_ids))
    places = queries.place_names(database, {draft.place_id for draft in (*before.openings, *later.openings)})
    titles = queries.titles(database, motif_ids)
    today = paris_day(now())
    return {
        "effect": effect_said(database, come, places),
        "added": [said(draft, places, titles, today) for draft in plan.added],
        "vu": mark_of_plan(plan, come.touched),
        "is_stale": request.form.get("etape") == "enregistrer",
    }


def _page(  # noqa: PLR0913, PLR0917 - as above
    database: Session,
    found: Whose,
    form: Any,
    what: str,
    old: Draft | None,
    weighed: dict[str, Any] | None = None,
) -> str:
    personal_page()
    changed = old is not None and request.method == "POST" and request.form.get("shown") != mark_of(old)
    places = queries.place_names(database, {old.place_id} if old else ())
    titles = queries.titles(database, old.motif_ids if old else ())
    given: dict[str, Any] = {"effect": None, "added": [], "vu": "", "is_stale": False, "fault": ""}
    return render_template(
        "agenda/opening.html",
        whose=found,
        form=form,
        what=what,
        old=said(old, places, titles, paris_day(now())) if old else None,
        old_first=_next_day(old),
        shown=mark_of(old) if old else "",
        changed=changed,
        form_has_errors=bool(form.errors or changed or (weighed or given).get("fault")),
        **(given | (weighed or {})),
    )


def _next_day(old: Draft | None) -> Sequence[date]:
    """The next days on which it happens, for whoever chooses one."""
    return next_days(old, paris_day(now())) if old else ()
