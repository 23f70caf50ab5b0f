"""Residents sign in through FranceConnect, the State's way to sign in with an account that one has already."""

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.identity.rules_matching import PivotFault, pivot_of
from portal.identity.services_franceconnect import enter, note_doubt
from portal.identity.views import bp
from portal.identity.views_enter import destination, lead_in
from portal.identity.views_limits import spend_franceconnect
from portal.openid.client import Proof, Question
from portal.people.contacts import ContactFault, parse_email
from portal.people.models import Level, Person
from portal.people.models_credentials import IdentityCase
from portal.people.rules import IdentityFault
from portal.refusal import Refused
from portal.web.access import Role, allow
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.i18n import language
from portal.web.openid import (
    ReturnFault,
    brought_back,
    keep_for_leaving,
    leaving_url,
    onwards,
    provider_url,
    require_provider,
)
from portal.web.request import now, transaction

NAME = "franceconnect"

# The identité pivot, the usage name and the e-mail; "eidas1" is the level of FranceConnect, FranceConnect+ gives the
# others. Sources: docs.partenaires.franceconnect.gouv.fr, « Endpoints disponibles »; github.com/france-connect/sources
# (core-fcp-low), for the scopes, the level and the signed details; both read in November 2026.
QUESTION = Question(
    "openid given_name family_name birthdate birthplace birthcountry preferred_username email",
    levels=("eidas1",),
    stronger=("eidas2", "eidas3"),
)

Page = str | tuple[str, int] | Response


@bp.post("/connexion/franceconnect")
@allow(Role.EVERYONE)
def franceconnect() -> Page:
    """Leads to FranceConnect; this browser alone may come back, once."""
    require_provider(NAME)
    suite = request.args.get("suite", "")
    if not PortalForm().validate_on_submit():
        return redirect(url_for("identity.sign_in", suite=suite or None), 303)
    spend_franceconnect()
    try:
        url = provider_url(NAME, question=QUESTION, back_path=_back_path(), suite=suite)
    except Refused as refused:
        return _sorry(refused)
    return onwards(render_template("identity/franceconnect_leaving.html", url=url, is_over=False), url)


@bp.get("/connexion/franceconnect/retour")
@allow(Role.EVERYONE)
def franceconnect_back() -> Page:
    """Lets in whom FranceConnect names, or says what happens next."""
    require_provider(NAME)
    personal_page()
    try:
        proof, suite = brought_back(NAME, question=QUESTION, back_path=_back_path())
        entered = _enter(proof)
    except Refused as refused:
        if refused.reason is ReturnFault.LOST and g.person:  # Back, or the same answer twice: they are in
            return redirect(destination(None), 303)
        return _sorry(refused)
    if isinstance(entered, IdentityCase):
        leave_url = leaving_url(NAME, back_path=_left_path(), id_token=proof.id_token)
        return render_template("identity/franceconnect_case.html", leave_url=leave_url)
    response = lead_in(entered.id, Level.KNOWN, NAME, suite)
    keep_for_leaving(NAME, proof)
    return response


@bp.get("/connexion/franceconnect/fin")
@allow(Role.EVERYONE)
def franceconnect_left() -> Page:
    """Where FranceConnect leads once its own session is ended."""
    require_provider(NAME)
    return redirect(url_for("pages.home", quitte="1"), 303)


def franceconnect_logout_url() -> str | None:
    """Where leaving goes on when FranceConnect opened this session; to be asked before the session is ended."""
    return leaving_url(NAME, back_path=_left_path())


def leave_franceconnect(url: str) -> Response:
    """The page that ends FranceConnect's session, once the portal's is ended."""
    return onwards(render_template("identity/franceconnect_leaving.html", url=url, is_over=True), url)


def _enter(proof: Proof) -> Person | IdentityCase:
    """Raises `Refused`: PivotFault, IdentityFault."""
    pivot = pivot_of(proof.details)
    if isinstance(pivot, PivotFault):
        raise Refused(pivot)
    with transaction() as database:
        return enter(database, now(), subject=proof.subject, pivot=pivot, email=_email_of(proof), language=language())


def _email_of(proof: Proof) -> str | None:
    try:
        return parse_email(str(proof.details.get("email") or ""))
    except ContactFault:
        return None


def _back_path() -> str:
    return url_for("identity.franceconnect_back")


def _left_path() -> str:
    return url_for("identity.franceconnect_left")


_STATUS = {ReturnFault.DECLINED: 200, ReturnFault.AWAY: 503}


def _sorry(refused: Refused) -> tuple[str, int]:
    if refused.reason is ReturnFault.DOUBTFUL:
        with transaction() as database:
            note_doubt(database, now())
    reason = "identity" if isinstance(refused.reason, PivotFault | IdentityFault) else refused.reason.value
    page = render_template("identity/franceconnect_sorry.html", reason=reason, form=PortalForm())
    return page, _STATUS.get(ReturnFault(refused.reason), 400) if reason != "identity" else 422
