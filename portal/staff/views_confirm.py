"""Before a sensitive act: who is there is asked again."""

from flask import current_app, g, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from portal.journal.services import record
from portal.people.models import Agent
from portal.people.views_browser import actor, confirm_agent
from portal.staff.forms import ConfirmForm
from portal.staff.services_proofs import second_proof
from portal.staff.views import bp
from portal.staff.views_entry import path_of_agents, sealer, spend_code, wrong_code
from portal.web.access import AGENTS, allow
from portal.web.forms import PortalForm
from portal.web.request import now, portal, transaction


@bp.route("/agents/confirmer", methods=["GET", "POST"])
@allow(*AGENTS)
def confirm() -> Response | str:
    """Asks for the telephone's code, or a recovery code, then leads back.

    In the demonstration, whose agents have no telephone, one press is enough.
    """
    with transaction() as database:
        has_telephone = database.get_one(Agent, g.agent.id).totp_secret is not None
    is_shown = portal().settings.demo and not has_telephone
    form = PortalForm() if is_shown else ConfirmForm()
    if form.validate_on_submit():
        if is_shown or _is_proved(form):
            _note()
            return redirect(_back(request.args.get("suite")), 303)
        form.code.errors = [wrong_code()]
    return render_template(
        "staff/confirm.html",
        form=form,
        form_has_errors=bool(form.errors),
        is_shown=is_shown,
        has_telephone=has_telephone,
    )


def _is_proved(form: ConfirmForm) -> bool:
    spend_code(g.agent.id)
    with transaction() as database:
        return second_proof(database, now(), agent_id=g.agent.id, typed=form.code.data, sealer=sealer())


def _note() -> None:
    confirm_agent()
    with transaction() as database:
        record(database, now(), actor=actor(), verb="sign_in.agent_confirmed")


def _back(asked: str | None) -> str:
    """The page asked for, or the nearest above it that opens by itself: some addresses only take a form."""
    path = path_of_agents(asked)
    adapter = current_app.url_map.bind("")
    while path.startswith("/agents/"):
        try:
            adapter.match(path.partition("?")[0], method="GET")
        except HTTPException:
            path = path.rpartition("/")[0]
        else:
            return path
    return url_for("agents.desk")
