"""The demonstration's doors: enter as an invented person with one press."""

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.clock import paris_day
from portal.demo.queries import agents_to_try, level_of, resident_to_enter, residents_to_try, seat_of
from portal.identity.services_entry import note_entry
from portal.identity.views_enter import lead_in
from portal.people.views_browser import enter_as_agent
from portal.staff.queries import agent_by_key
from portal.web.access import Role, allow
from portal.web.forms import PortalForm
from portal.web.request import now, transaction

bp = Blueprint("demo", __name__)


@bp.get("/demo")
@allow(Role.EVERYONE)
def doors() -> str:
    """Lists the invented people, and what each shows."""
    with transaction() as session:
        agents, residents = agents_to_try(session), residents_to_try(session, now())
    return render_template("demo/doors.html", form=PortalForm(), agents=agents, residents=residents)


@bp.post("/demo/agent/<key>")
@allow(Role.EVERYONE)
def enter(key: str) -> Response:
    """Signs in as an invented agent, who sits where their house receives most today."""
    if not PortalForm().validate_on_submit():
        return redirect(url_for("demo.doors"))
    with transaction() as session:
        agent = agent_by_key(session, key, paris_day(now()))
        place = seat_of(session, now(), agent.id) if agent else None
    if agent is None:
        abort(404)
    enter_as_agent(agent.id, place_id=place.id if place else None)
    return redirect(url_for("agents.desk"))


@bp.post("/demo/personne/<key>")
@allow(Role.EVERYONE)
def enter_as_resident(key: str) -> Response:
    """Signs in as an invented resident, at the level the demonstration gives them."""
    if not PortalForm().validate_on_submit():
        return redirect(url_for("demo.doors"))
    with transaction() as session:
        person = resident_to_enter(session, key)
        if person is None:
            abort(404)
        note_entry(session, now(), person=person)
    return lead_in(person.id, level_of(key), "demo", None)
