"""What an admin does to an account; each act asks for a recent proof of who they are."""

from collections.abc import Callable
from datetime import timedelta

from flask import abort, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.clock import paris_day
from portal.people.models import Agent
from portal.people.views_browser import actor
from portal.refusal import Refused
from portal.staff import queries, services_accounts
from portal.staff.forms_accounts import EndRoleForm, ExpiryForm, RoleForm, UnlockForm
from portal.staff.forms_words import ROLE_LINES, ROLES
from portal.staff.rules import RoleFault
from portal.staff.services_roles import end_role as end
from portal.staff.services_roles import give_role
from portal.staff.views import bp
from portal.staff.views_accounts import ONE, agent_or_404, sender, words_of_refusal
from portal.web.access import Role, allow
from portal.web.forms import PortalForm
from portal.web.request import now, transaction


@bp.post(f"{ONE}/inviter")
@allow(Role.ADMIN, fresh=True)
def invite(agent_id: int) -> Response:
    """Another invitation: the former link is worth nothing."""

    def send(database: Session) -> None:
        services_accounts.invite(database, now(), agent_id=agent_id, by=actor(), sender=sender(database))

    return _pressed(agent_id, "invite", send)


@bp.post(f"{ONE}/suspendre")
@allow(Role.ADMIN, fresh=True)
def suspend(agent_id: int) -> Response:
    """Closes the account at once."""
    return _pressed(
        agent_id,
        "suspendu",
        lambda database: services_accounts.suspend(database, now(), agent_id=agent_id, by=actor()),
    )


@bp.post(f"{ONE}/reprendre")
@allow(Role.ADMIN, fresh=True)
def resume(agent_id: int) -> Response:
    """Opens a suspended account again."""
    return _pressed(
        agent_id,
        "repris",
        lambda database: services_accounts.resume(database, now(), agent_id=agent_id, by=actor()),
    )


@bp.route(f"{ONE}/debloquer", methods=["GET", "POST"])
@allow(Role.ADMIN, fresh=True)
def unlock(agent_id: int) -> Response | str:
    """A lost telephone is forgotten, once the person's identity was checked."""
    form, agent = UnlockForm(), _agent(agent_id)
    if form.validate_on_submit():
        try:
            with transaction() as database:
                services_accounts.unlock(database, now(), agent_id=agent_id, by=actor())
        except Refused as refused:
            form.is_checked.errors = [words_of_refusal(refused.reason)]
        else:
            return _done(agent_id, "debloque")
    return render_template("staff/unlock.html", form=form, form_has_errors=bool(form.errors), agent=agent)


@bp.route(f"{ONE}/fin", methods=["GET", "POST"])
@allow(Role.ADMIN, fresh=True)
def expiry(agent_id: int) -> Response | str:
    """The last day of the account."""
    agent = _agent(agent_id)
    kept = agent.expires_on
    form = ExpiryForm(last_day=kept - timedelta(days=1) if kept else None, was=kept.isoformat() if kept else "")
    if form.validate_on_submit():
        after = form.last_day.data + timedelta(days=1) if form.last_day.data else None
        try:
            with transaction() as database:
                services_accounts.change_expiry(
                    database, now(), agent_id=agent_id, expires_on=after, was=form.before, by=actor()
                )
        except Refused as refused:
            form.last_day.errors = [words_of_refusal(refused.reason)]
            form.was.data = kept.isoformat() if kept else ""
        else:
            return _done(agent_id, "fin")
    return render_template(
        "staff/expiry.html",
        form=form,
        form_has_errors=bool(form.errors),
        agent=agent,
        last_day=kept - timedelta(days=1) if kept else None,
    )


@bp.route(f"{ONE}/role", methods=["GET", "POST"])
@allow(Role.ADMIN, fresh=True)
def new_role(agent_id: int) -> Response | str:
    """One more role; those held stay as they are."""
    agent, today = _agent(agent_id), paris_day(now())
    form = RoleForm(first=today)
    with transaction() as database:
        form.offer(*queries.mds_and_places(database, today), is_partner=agent.organisation_id is not None)
    if form.validate_on_submit():
        try:
            with transaction() as database:
                give_role(database, now(), agent_id=agent_id, new=form.new_role, by=actor())
        except Refused as refused:
            form.blamed(RoleFault(refused.reason)).errors = [words_of_refusal(refused.reason)]
        else:
            return _done(agent_id, "role")
    return render_template(
        "staff/new_role.html", form=form, form_has_errors=bool(form.errors), agent=agent, lines=ROLE_LINES
    )


@bp.route(f"{ONE}/roles/<int(max=2147483647):assignment_id>/fin", methods=["GET", "POST"])
@allow(Role.ADMIN, fresh=True)
def end_role(agent_id: int, assignment_id: int) -> Response | str:
    """The last day of a role."""
    agent, form = _agent(agent_id), EndRoleForm()
    with transaction() as database:
        held = queries.roles_of(database, agent_id, paris_day(now()))
    one = next((held_one for held_one in held if held_one.assignment.id == assignment_id), None)
    if one is None:
        abort(404)
    if form.validate_on_submit():
        try:
            with transaction() as database:
                end(
                    database,
                    now(),
                    agent_id=agent_id,
                    assignment_id=assignment_id,
                    last=form.last.data,
                    by=actor(),
                )
        except Refused as refused:
            form.last.errors = [words_of_refusal(refused.reason)]
        else:
            return _done(agent_id, "role-fini")
    return render_template(
        "staff/end_role.html",
        form=form,
        form_has_errors=bool(form.errors),
        agent=agent,
        held=one,
        role_words=ROLES,
    )


def _agent(agent_id: int) -> Agent:
    with transaction() as database:
        return agent_or_404(database, agent_id)


def _pressed(agent_id: int, done: str, act: Callable[[Session], None]) -> Response:
    """Does what a single button asks, then shows the account with what became of it."""
    _agent(agent_id)
    if not PortalForm().validate_on_submit():
        return _refused(agent_id, "changed")
    try:
        with transaction() as database:
            act(database)
    except Refused as refused:
        return _refused(agent_id, refused.reason)
    return _done(agent_id, done)


def _done(agent_id: int, what: str) -> Response:
    return redirect(url_for("agents.account_of", agent_id=agent_id, fait=what), 303)


def _refused(agent_id: int, reason: str) -> Response:
    return redirect(url_for("agents.account_of", agent_id=agent_id, refus=reason), 303)
