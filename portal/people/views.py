"""Agents sign in, see what is theirs, and leave."""

from typing import cast

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.people import accounts
from portal.people.forms import SignInForm
from portal.people.models import Agent
from portal.web.access import AGENTS, Role, allow, may_open
from portal.web.forms import PortalForm
from portal.web.request import transaction
from portal.web.sessions import BrowserSession

bp = Blueprint("agents", __name__)


@bp.route("/agents/connexion", methods=["GET", "POST"])
@allow(Role.EVERYONE)
def sign_in() -> Response | str:
    """Asks for the address and the password of a local account."""
    form = SignInForm()
    if form.validate_on_submit():
        with transaction() as database:
            agent = accounts.authenticated(database, email=form.email.data, password=form.password.data or "")
        if agent is not None:
            enter_as(agent)
            return redirect(_page_of_the_portal(request.args.get("suite")))
        form.password.errors = [
            *form.password.errors,
            _("Cette adresse et ce mot de passe ne vont pas ensemble. Vérifiez-les, puis essayez de nouveau."),
        ]
    return render_template("people/sign_in.html", form=form, form_has_errors=bool(form.errors))


@bp.get("/agents")
@allow(*AGENTS)
def desk() -> str:
    """What the signed-in agent may open."""
    return render_template(
        "people/desk.html",
        form=PortalForm(),
        agent=g.agent,
        can_call=may_open("notifications.tasks"),
        can_print=may_open("letters.waiting"),
    )


@bp.post("/agents/deconnexion")
@allow(Role.EVERYONE)
def sign_out() -> Response:
    """Ends the session at once, in the database too."""
    if PortalForm().validate_on_submit():
        cast("BrowserSession", session).end()
    return redirect(url_for("agents.sign_in"))


def enter_as(agent: Agent) -> None:
    """Signs an agent in, under a new session key."""
    browser = cast("BrowserSession", session)
    browser.clear()
    browser.renew()
    browser["agent_id"] = agent.id


def agent_of_browser() -> Agent | None:
    """The agent signed in with this browser, if the account is still active."""
    agent_id = session.get("agent_id")
    if not isinstance(agent_id, int):
        return None
    with transaction() as database:
        return accounts.agent_by_id(database, agent_id)


def _page_of_the_portal(asked: str | None) -> str:
    # Only a path under /agents: "//other.example/agents" and the like lead nowhere else.
    return asked if asked is not None and asked.startswith("/agents") else url_for("agents.desk")
