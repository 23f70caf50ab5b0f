"""Agents sign in through ProConnect, the State's way for professionals to sign in with their service's account."""

from typing import Any

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.openid.client import Proof, Question
from portal.people.models import Agent
from portal.refusal import Refused
from portal.staff.rules_proconnect import ProConnectFault, is_second_proof, proved_email
from portal.staff.services_proconnect import enter, note_doubt
from portal.staff.views import bp
from portal.staff.views_entry import ADDRESSES, begin, enter_and_lead
from portal.web.access import Role, allow
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.openid import (
    ReturnFault,
    brought_back,
    is_provider_on,
    keep_for_leaving,
    leaving_url,
    onwards,
    provider_url,
    require_provider,
)
from portal.web.request import now, transaction
from portal.web.throttle import spend, visitor_address

NAME = "proconnect"

# The data that ProConnect always gives, and the ways in which the agent proved who they are (amr is given when asked).
# "login": on a shared desk, ProConnect's own session of 12 hours must not let the next person in. Source: doc_fs of
# github.com/numerique-gouv/proconnect-documentation (implementation_technique, donnees_fournies), November 2026.
QUESTION = Question(
    "openid given_name usual_name email siret uid",
    claims={"id_token": {"amr": {"essential": True}}},
    prompt="login",
)

Page = str | tuple[str, int] | Response


@bp.post("/agents/connexion/proconnect")
@allow(Role.EVERYONE)
def proconnect() -> Page:
    """Leads to ProConnect; this browser alone may come back, once."""
    require_provider(NAME)
    suite = request.args.get("suite", "")
    if not PortalForm().validate_on_submit():
        return redirect(url_for("agents.sign_in", suite=suite or None), 303)
    spend(ADDRESSES, visitor_address())
    try:
        url = provider_url(NAME, question=QUESTION, back_path=_back_path(), suite=suite)
    except Refused as refused:
        return _sorry(refused.reason)
    return onwards(render_template("staff/proconnect_leaving.html", url=url, is_over=False), url)


@bp.get("/agents/connexion/proconnect/retour")
@allow(Role.EVERYONE)
def proconnect_back() -> Page:
    """Lets in the agent whom ProConnect names; our own second proof is asked unless ProConnect asked for one."""
    require_provider(NAME)
    personal_page()
    try:
        proof, suite = brought_back(NAME, question=QUESTION, back_path=_back_path())
    except Refused as refused:
        if refused.reason is ReturnFault.LOST and g.agent:  # Back, or the same answer twice: they are in
            return redirect(url_for("agents.desk"), 303)
        return _sorry(refused.reason)
    with transaction() as database:
        entered = enter(database, now(), subject=proof.subject, email=proved_email(proof.details))
    return _sorry(entered) if isinstance(entered, ProConnectFault) else _lead(entered, proof, suite)


@bp.get("/agents/connexion/proconnect/fin")
@allow(Role.EVERYONE)
def proconnect_left() -> Page:
    """Where ProConnect leads once its own session is ended."""
    require_provider(NAME)
    return redirect(url_for("agents.sign_in"), 303)


@bp.app_template_global("proconnect_is_on")
def proconnect_is_on() -> bool:
    """Whether agents may sign in through ProConnect."""
    return is_provider_on(NAME)


def proconnect_logout_url() -> str | None:
    """Where signing out goes on when ProConnect opened this session; to be asked before the session is ended."""
    return leaving_url(NAME, back_path=url_for("agents.proconnect_left"))


def leave_proconnect(url: str) -> Response:
    """The page that ends ProConnect's session, once the portal's is ended."""
    return onwards(render_template("staff/proconnect_leaving.html", url=url, is_over=True), url)


def _lead(agent: Agent, proof: Proof, suite: str) -> Response:
    if is_second_proof(proof.claims):
        response = enter_and_lead(agent.id, suite)
        keep_for_leaving(NAME, proof)
        return response
    begin(agent.id, suite)
    return redirect(url_for("agents.second_proof" if agent.totp_secret else "agents.enrol"), 303)


def _back_path() -> str:
    return url_for("agents.proconnect_back")


_STATUS: dict[Any, int] = {ReturnFault.DECLINED: 200, ReturnFault.AWAY: 503, ReturnFault.LOST: 400}


def _sorry(reason: Any) -> tuple[str, int]:
    if reason is ReturnFault.DOUBTFUL:
        with transaction() as database:
            note_doubt(database, now())
    page = render_template("staff/proconnect_sorry.html", reason=reason.value, form=PortalForm())
    return page, _STATUS.get(reason, 400 if reason is ReturnFault.DOUBTFUL else 403)
