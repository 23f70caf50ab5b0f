"""Agents sign in, see what is theirs, and leave."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.people.views_browser import enter_as_agent, leave
from portal.staff import services as accounts
from portal.staff.forms import SignInForm
from portal.web.access import AGENTS, Role, allow, may_open, safe_next
from portal.web.forms import PortalForm
from portal.web.request import transaction

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
            enter_as_agent(agent.id)
            return redirect(_page_of_the_portal(request.args.get("suite")))
        form.password.errors = [
            *form.password.errors,
            _("Cette adresse et ce mot de passe ne vont pas ensemble. Vérifiez-les, puis essayez de nouveau."),
        ]
    return render_template("staff/sign_in.html", form=form, form_has_errors=bool(form.errors))


@bp.get("/agents")
@allow(*AGENTS)
def desk() -> str:
    """What the signed-in agent may open."""
    return render_template(
        "staff/desk.html",
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
        leave()
    return redirect(url_for("agents.sign_in"))


def _page_of_the_portal(asked: str | None) -> str:
    return safe_next(asked if asked and asked.startswith("/agents") else None, url_for("agents.desk"))
