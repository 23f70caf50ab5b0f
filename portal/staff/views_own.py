"""An agent's own account: what they hold, their password, their browsers, and where they sit today."""

from flask import g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.clock import paris_day
from portal.journal.services import record
from portal.people.views_browser import AGENTS_IDLE_MINUTES, actor, sit_at
from portal.refusal import Refused
from portal.staff import queries
from portal.staff.forms import PasswordForm, PlaceForm
from portal.staff.forms_words import PASSWORD_WORDS, ROLES
from portal.staff.services import change_password, choose_shortcuts
from portal.staff.services_proofs import codes_left
from portal.staff.services_sessions import MARK_LENGTH, end_sessions
from portal.staff.views import bp
from portal.staff.views_entry import own_mark, path_of_agents
from portal.web.access import AGENTS, allow
from portal.web.forms import PortalForm, selectable
from portal.web.request import now, transaction

ELSEWHERE = "ailleurs"


@bp.get("/agents/compte")
@allow(*AGENTS)
def account() -> str:
    """What the agent holds, what proves who they are, and where they are signed in."""
    today = paris_day(now())
    with transaction() as database:
        agent = queries.agent_by_id(database, g.agent.id)
        held = queries.roles_of(database, g.agent.id, today)
        left = codes_left(database, g.agent.id)
        browsers = [(one.key_hash[:MARK_LENGTH], one) for one in queries.sessions_of(database, now(), g.agent.id)]
        places = {place.id: place for place in queries.seats(database, g.agent.id, today)}
    return render_template(
        "staff/account.html",
        form=PortalForm(),
        agent=agent,
        roles=[one for one in held if not one.is_over],
        role_words=ROLES,
        codes_left=left,
        browsers=browsers,
        own_mark=own_mark(),
        place=places.get(g.agent.place_id),
        can_sit=bool(places),
        done=request.args.get("fait"),
    )


@bp.route("/agents/compte/mot-de-passe", methods=["GET", "POST"])
@allow(*AGENTS, fresh=True)
def password() -> Response | str:
    """Another password; the agent's other browsers are signed out."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            with transaction() as database:
                change_password(database, now(), agent_id=g.agent.id, password=form.password.data or "", by=actor())
                end_sessions(database, now(), agent_id=g.agent.id, but=own_mark())
        except Refused as refused:
            form.password.errors = [PASSWORD_WORDS[refused.reason]]  # type: ignore[index]
        else:
            return redirect(url_for("agents.account", fait="mot-de-passe"), 303)
    return render_template("staff/password.html", form=form, form_has_errors=bool(form.errors))


@bp.post("/agents/compte/connexions")
@allow(*AGENTS)
def end_session() -> Response:
    """Signs the agent out of one of their browsers, or of all but this one."""
    if PortalForm().validate_on_submit():
        mark = request.form.get("connexion", "")
        with transaction() as database:
            if len(mark) == MARK_LENGTH:
                end_sessions(database, now(), agent_id=g.agent.id, mark=mark)
            else:
                end_sessions(database, now(), agent_id=g.agent.id, but=own_mark())
            record(database, now(), actor=actor(), verb="sign_in.agent_sessions_ended")
    return redirect(url_for("agents.account", fait="connexions"), 303)


@bp.post("/agents/compte/raccourcis")
@allow(*AGENTS)
def shortcuts() -> Response:
    """Keys that act by themselves, on or off, on every page of this agent."""
    if PortalForm().validate_on_submit():
        with transaction() as database:
            choose_shortcuts(database, agent_id=g.agent.id, are_on=request.form.get("raccourcis") == "oui")
    return redirect(url_for("agents.account", fait="raccourcis", _anchor="raccourcis-choix"), 303)


@bp.route("/agents/lieu", methods=["GET", "POST"])
@allow(*AGENTS)
def place() -> Response | str:
    """Where the agent sits today: the journal notes it, and the place says how long a desk may stay idle."""
    with transaction() as database:
        offered = {str(one.id): one for one in queries.seats(database, g.agent.id, paris_day(now()))}
    form = PlaceForm(place=str(g.agent.place_id) if g.agent.place_id else None)
    words = [(key, f"{one.name} ({one.city})") for key, one in offered.items()]
    form.place.choices = selectable([*words, (ELSEWHERE, _("Ailleurs : en déplacement, chez moi"))])
    if form.validate_on_submit():
        chosen = offered.get(str(form.place.data))
        sit_at(chosen.id if chosen else None, chosen.agents_idle_minutes if chosen else AGENTS_IDLE_MINUTES)
        return redirect(path_of_agents(session.pop("suite", None)), 303)
    return render_template("staff/place.html", form=form, form_has_errors=bool(form.errors))
