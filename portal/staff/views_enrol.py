"""Joining a telephone to an account, and the recovery codes that stand in for it."""

import segno
from flask import g, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from portal.people.models import Agent
from portal.refusal import Refused
from portal.staff.forms import CodeForm
from portal.staff.forms_words import ACCOUNT_WORDS
from portal.staff.rules_codes import in_groups, key_uri, new_secret, shown_recovery_code
from portal.staff.services_proofs import enrol as join
from portal.staff.services_proofs import renew_codes
from portal.staff.views import bp
from portal.staff.views_entry import codes_to_show, enter_and_lead, half, sealer, show_once, spend_code
from portal.web.access import AGENTS, Role, allow
from portal.web.forms import PortalForm
from portal.web.request import now, transaction

_SQUARE = 5  # pixels a module: about 230 in all, which a telephone reads from a desk


@bp.route("/agents/connexion/telephone", methods=["GET", "POST"])
@allow(Role.EVERYONE)
def enrol() -> Response | str:
    """The first telephone of an account: asked for before any other page."""
    begun = half()
    if begun is None:
        return redirect(url_for("agents.sign_in"), 303)
    agent = _agent(begun.agent_id)
    if agent.totp_secret is not None:
        return redirect(url_for("agents.second_proof"), 303)
    form = CodeForm()
    codes = _joined(form, agent, is_first=True)
    return _page(form, agent, is_first=True) if codes is None else enter_and_lead(agent.id, begun.suite, codes)


@bp.route("/agents/compte/telephone", methods=["GET", "POST"])
@allow(*AGENTS, fresh=True)
def telephone() -> Response | str:
    """Another telephone in place of the one they have."""
    agent, form = _agent(g.agent.id), CodeForm()
    codes = _joined(form, agent, is_first=False)
    if codes is None:
        return _page(form, agent, is_first=False)
    show_once(codes, url_for("agents.account"))
    return redirect(url_for("agents.codes"), 303)


@bp.route("/agents/compte/codes", methods=["GET", "POST"])
@allow(*AGENTS)
def codes() -> Response | str:
    """New recovery codes, until the agent says that they have noted them."""
    kept, form = codes_to_show(), PortalForm()
    if kept is None or form.validate_on_submit():
        session.pop("codes", None)
        return redirect(kept[1] if kept else url_for("agents.account"), 303)
    return render_template("staff/codes.html", form=form, codes=[shown_recovery_code(code) for code in kept[0]])


@bp.post("/agents/compte/codes/nouveaux")
@allow(*AGENTS, fresh=True)
def new_codes() -> Response:
    """Ten other recovery codes; the former ones are worth nothing."""
    if not PortalForm().validate_on_submit():
        return redirect(url_for("agents.account"), 303)
    with transaction() as database:
        given = renew_codes(database, now(), agent_id=g.agent.id, sealer=sealer())
    show_once(given, url_for("agents.account"))
    return redirect(url_for("agents.codes"), 303)


def _agent(agent_id: int) -> Agent:
    with transaction() as database:
        return database.get_one(Agent, agent_id)


def _joined(form: CodeForm, agent: Agent, *, is_first: bool) -> list[str] | None:
    """The recovery codes of a telephone whose code was right; None, with the words in the form, otherwise."""
    if not form.validate_on_submit():
        return None
    spend_code(agent.id)
    try:
        with transaction() as database:
            codes = join(
                database,
                now(),
                agent_id=agent.id,
                secret=_secret(),
                typed=form.code.data,
                sealer=sealer(),
                is_first=is_first,
            )
    except Refused as refused:
        form.code.errors = [ACCOUNT_WORDS[refused.reason]]  # type: ignore[index]
        return None
    session.pop("secret", None)
    return codes


def _secret() -> str:
    """What this browser offers to share with a telephone: the same until it is joined."""
    kept = sealer().open(session["secret"]) if "secret" in session else None
    if kept is None:
        kept = new_secret()
        session["secret"] = sealer().seal(kept)
    return kept


def _page(form: CodeForm, agent: Agent, *, is_first: bool) -> str:
    secret = _secret()
    square = segno.make(key_uri(secret, agent.email or ""), micro=False)
    return render_template(
        "staff/telephone.html",
        form=form,
        form_has_errors=bool(form.errors),
        is_first=is_first,
        square=square.svg_data_uri(scale=_SQUARE, dark="#1d2327", light="#ffffff"),
        groups=in_groups(secret),
    )
