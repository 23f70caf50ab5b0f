"""Where a person's space is open, and how to end it from afar."""

from flask import g, redirect, request, url_for
from sqlalchemy.orm import Session

from portal.journal.services import record
from portal.people.views_browser import actor
from portal.space.views import bp
from portal.space.views_shared import Page, browser_key, page
from portal.web.access import Role, allow
from portal.web.forms import PortalForm
from portal.web.request import now, transaction
from portal.web.sessions_list import end_session, end_sessions_of_person, handle_of, sessions_of_person


@bp.get("/connexions")
@allow(Role.REACHABLE)
def connections() -> str:
    """Each browser in which the space is open; this one is marked."""
    return _list(PortalForm(formdata=None))


@bp.post("/connexions/terminer")
@allow(Role.REACHABLE)
def end_connection() -> Page:
    """Ends one connection at once; this one is ended by leaving."""
    form, handle = PortalForm(), request.form.get("connexion", "")
    if not form.validate_on_submit():
        return _list(form), 422
    with transaction() as database:
        is_other = handle != handle_of(browser_key())
        if is_other and end_session(database, now(), g.person.id, handle):
            _note(database)
    return redirect(url_for("space.connections", fait="une"), 303)


@bp.post("/connexions/terminer-les-autres")
@allow(Role.REACHABLE)
def end_connections() -> Page:
    """Ends all of them but this one."""
    form = PortalForm()
    if not form.validate_on_submit():
        return _list(form), 422
    with transaction() as database:
        if end_sessions_of_person(database, now(), g.person.id, but=browser_key()):
            _note(database)
    return redirect(url_for("space.connections", fait="autres"), 303)


def _list(form: PortalForm) -> str:
    with transaction() as database:
        found = sessions_of_person(database, now(), g.person.id)
    return page(
        "connections", form=form, connections=found, here=handle_of(browser_key()), done=request.args.get("fait", "")
    )


def _note(database: Session) -> None:
    record(database, now(), actor=actor(), verb="connection.ended", for_person_id=g.person.id)
