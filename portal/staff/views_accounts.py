"""Accounts, for admins: the list, one account, an invitation."""

from datetime import timedelta

from flask import abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.clock import paris_day
from portal.directory.queries import departement
from portal.people.models import Agent
from portal.people.views_browser import actor
from portal.refusal import Refused
from portal.staff import queries
from portal.staff.forms_accounts import InviteForm, SearchForm
from portal.staff.forms_words import ACCOUNT_WORDS, FAMILY_WORDS, ROLE_LINES, ROLE_WORDS, ROLES, STATES
from portal.staff.rules import AccountFault, RoleFault, state_of
from portal.staff.services_accounts import Newcomer, Sender, create, invite
from portal.staff.services_roles import give_role
from portal.staff.views import bp
from portal.staff.views_entry import sealer
from portal.web.access import Role, allow
from portal.web.forms import PortalForm
from portal.web.headers import revisitable_page
from portal.web.request import now, portal, transaction

ONE = "/agents/reglages/comptes/<int(max=2147483647):agent_id>"


@bp.route("/agents/reglages/comptes", methods=["GET", "POST"])
@allow(Role.ADMIN)
def accounts() -> str:
    """The accounts, those searched for if something was typed: names stay out of addresses."""
    form = SearchForm()
    form.offer()
    is_asked = form.validate_on_submit()
    if is_asked:
        revisitable_page()
    with transaction() as database:
        found = queries.accounts(
            database,
            now(),
            words=form.words.data or "" if is_asked else "",
            state=form.state.data or "" if is_asked else "",
        )
    return render_template(
        "staff/accounts.html",
        form=form,
        form_has_errors=bool(form.errors),
        accounts=found[: queries.LISTED],
        total=len(found),
        is_asked=is_asked,
        states=STATES,
        roles=ROLES,
    )


@bp.get(ONE)
@allow(Role.ADMIN)
def account_of(agent_id: int) -> str:
    """One account: its state, its roles, and what can be done with it."""
    today = paris_day(now())
    with transaction() as database:
        agent = agent_or_404(database, agent_id)
        held = queries.roles_of(database, agent_id, today)
    return render_template(
        "staff/account_of.html",
        form=PortalForm(),
        agent=agent,
        state=state_of(agent, now()),
        states=STATES,
        roles=held,
        role_words=ROLES,
        family_words=FAMILY_WORDS,
        today=today,
        last_day=agent.expires_on - timedelta(days=1) if agent.expires_on else None,
        done=request.args.get("fait"),
        refused=words_of_refusal(request.args.get("refus", "")),
    )


@bp.route("/agents/reglages/comptes/nouveau", methods=["GET", "POST"])
@allow(Role.ADMIN, fresh=True)
def new_account() -> Response | str:
    """Someone to invite, with their first role; the e-mail leaves with the account."""
    form, today = InviteForm(), paris_day(now())
    with transaction() as database:
        form.offer(*queries.mds_and_places(database, today), is_partner=None)
        form.employers(queries.organisations(database, today))
    if request.method == "GET":
        form.first.process_data(today)
    if form.validate_on_submit():
        try:
            with transaction() as database:
                agent_id = _invited(database, form)
        except Refused as refused:
            fault = refused.reason
            field = form.email if isinstance(fault, AccountFault) else form.blamed(RoleFault(fault))
            field.errors = [words_of_refusal(fault.value)]
        else:
            return redirect(url_for("agents.account_of", agent_id=agent_id, fait="invite"), 303)
    return render_template("staff/new_account.html", form=form, form_has_errors=bool(form.errors), lines=ROLE_LINES)


def agent_or_404(database: Session, agent_id: int) -> Agent:
    """The agent of this page, with their organisation."""
    return queries.agent_by_id(database, agent_id) or abort(404)


def sender(database: Session) -> Sender:
    """What invitations are made and signed with here."""
    here = departement(database) or abort(503)
    return Sender(sealer(), here, portal().settings.base_url)


def words_of_refusal(reason: str) -> str:
    """The sentence of a refusal, by its name; nothing for a name that is none."""
    known = [*ACCOUNT_WORDS.items(), *ROLE_WORDS.items()]
    return next((str(words) for fault, words in known if fault.value == reason), "")


def _invited(database: Session, form: InviteForm) -> int:
    newcomer = Newcomer(
        given_name=form.given_name.data,
        family_name=form.family_name.data,
        job=form.job.data,
        email=(form.email.email or "").lower(),
        organisation_id=form.organisation_id,
        expires_on=form.last_day.data + timedelta(days=1) if form.last_day.data else None,
    )
    agent = create(database, now(), newcomer=newcomer, by=actor())
    give_role(database, now(), agent_id=agent.id, new=form.new_role, by=actor())
    invite(database, now(), agent_id=agent.id, by=actor(), sender=sender(database))
    return agent.id
