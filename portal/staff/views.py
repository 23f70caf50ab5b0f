"""Agents sign in with two proofs, see what is theirs, and leave."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.journal.services import record
from portal.people.models import Agent
from portal.people.views_browser import actor, leave
from portal.staff import services, services_proofs
from portal.staff.forms import CodeForm, RecoveryForm, SignInForm
from portal.staff.views_entry import (
    ADDRESSES,
    PASSWORDS,
    Half,
    begin,
    enter_and_lead,
    half,
    sealer,
    spend_code,
    wrong_code,
)
from portal.web.access import AGENTS, Role, allow, may_open
from portal.web.forms import PortalForm
from portal.web.request import now, transaction
from portal.web.throttle import spend, visitor_address

bp = Blueprint("agents", __name__)

_DOORS = (
    "calls.qualify",
    "desk.search",
    "desk.new",
    "agenda.day",
    "counter.waiting",
    "agenda.displaced",
    "mandates.held",
    "calls.tasks",
    "letters.waiting",
    "identity.cases",
    "agents.accounts",
    "administration.home",
    "figures.home",
)

from portal.staff import (  # noqa: E402 - they need the blueprint above
    views_accounts,  # noqa: F401
    views_acts,  # noqa: F401
    views_confirm,  # noqa: F401
    views_enrol,  # noqa: F401
    views_invitation,  # noqa: F401
    views_menu,  # noqa: F401
    views_own,  # noqa: F401
    views_proconnect,
)


@bp.route("/agents/connexion", methods=["GET", "POST"])
@allow(Role.EVERYONE)
def sign_in() -> Response | str:
    """Asks for the address and the password of a local account."""
    form = SignInForm()
    if form.validate_on_submit():
        spend(ADDRESSES, visitor_address())
        spend(PASSWORDS, form.email.data.lower())
        with transaction() as database:
            agent = services.first_proof(database, now(), email=form.email.data, password=form.password.data or "")
        if agent is not None:
            begin(agent.id, request.args.get("suite"))
            return redirect(url_for("agents.second_proof" if agent.totp_secret else "agents.enrol"), 303)
        form.password.errors = [
            _("Cette adresse et ce mot de passe ne vont pas ensemble. Vérifiez-les, puis essayez de nouveau.")
        ]
    return render_template(
        "staff/sign_in.html",
        form=form,
        form_has_errors=bool(form.errors),
    )


@bp.route("/agents/connexion/code", methods=["GET", "POST"])
@allow(Role.EVERYONE)
def second_proof() -> Response | str:
    """Asks for the code of the telephone."""
    return _second(CodeForm(), "staff/code.html")


@bp.route("/agents/connexion/secours", methods=["GET", "POST"])
@allow(Role.EVERYONE)
def recovery() -> Response | str:
    """Asks for a recovery code instead: the telephone is lost, or elsewhere."""
    return _second(RecoveryForm(), "staff/recovery.html")


@bp.get("/agents")
@allow(*AGENTS)
def desk() -> str:
    """The call: the person first, then what the signed-in agent may open."""
    opened = [door for door in _DOORS if may_open(door)]
    return render_template("staff/desk.html", form=PortalForm(), agent=g.agent, doors=opened)


@bp.post("/agents/deconnexion")
@allow(Role.EVERYONE)
def sign_out() -> Response:
    """Ends the session at once, in the database too, and that of ProConnect when it opened this one."""
    onwards = None
    if PortalForm().validate_on_submit():
        onwards = views_proconnect.proconnect_logout_url()
        if g.agent:
            with transaction() as database:
                record(database, now(), actor=actor(), verb="sign_in.agent_left")
        leave()
    if onwards is not None:
        return views_proconnect.leave_proconnect(onwards)
    return redirect(url_for("agents.sign_in"))


def _second(form: CodeForm | RecoveryForm, template: str) -> Response | str:
    begun = half()
    if begun is None or _lacks_telephone(begun):
        return redirect(url_for("agents.sign_in" if begun is None else "agents.enrol"), 303)
    if form.validate_on_submit():
        spend_code(begun.agent_id)
        with transaction() as database:
            is_right = services_proofs.second_proof(
                database, now(), agent_id=begun.agent_id, typed=form.code.data, sealer=sealer()
            )
        if is_right:
            return enter_and_lead(begun.agent_id, begun.suite)
        form.code.errors = [
            wrong_code()
            if isinstance(form, CodeForm)
            else _("Ce code de secours n'est pas le bon, ou il a déjà servi. Essayez-en un autre.")
        ]
    return render_template(template, form=form, form_has_errors=bool(form.errors))


def _lacks_telephone(begun: Half) -> bool:
    with transaction() as database:
        agent = database.get(Agent, begun.agent_id)
        return agent is not None and agent.totp_secret is None
