"""Beginning and stopping to act for someone; being told that it is over."""

from flask import abort, g, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from portal.journal.services import record
from portal.mandates.rules import SENSITIVE
from portal.mandates.services import finish_help
from portal.mandates.views_shared import HELPERS, HIGHEST_ID, PARTNERS, bp, landing, voice
from portal.people.queries_access import acting_under
from portal.people.views_browser import act_under, actor, stop_acting
from portal.web.access import Acting, Role, allow
from portal.web.forms import PortalForm
from portal.web.request import now, transaction


@bp.post(f"/agir/<int(max={HIGHEST_ID}):mandate_id>")
@allow(Role.REACHABLE, *HELPERS, *PARTNERS)
def begin(mandate_id: int) -> Response:
    """Begins to act under a mandate in force that the visitor holds; 404 for any other. One at a time."""
    with transaction() as database:
        acting = acting_under(database, now(), mandate_id, agent=g.agent, person=g.person)
    if acting is None or g.acting is not None:
        abort(404)
    if not PortalForm().validate_on_submit():
        return redirect(_list_of_mine())
    if g.person is not None and not g.person.is_known and acting.procedures & SENSITIVE:
        return redirect(url_for("space.level"))
    return start(acting)


def start(acting: Acting) -> Response:
    """From now on the visitor acts under this mandate; leads to the first page that it opens."""
    act_under(acting.mandate_id)
    g.acting = acting
    with transaction() as database:
        record(
            database,
            now(),
            actor=actor(),
            verb="mandate.used",
            for_person_id=acting.person_id,
            object_kind="mandate",
            object_id=acting.mandate_id,
        )
    return redirect(landing(acting.procedures))


@bp.post("/agir/arreter")
@allow(Role.EVERYONE)
def stop() -> Response:
    """Acts for oneself again. Help on the phone or at the counter is over with it: it was for that call, that visit."""
    acting = g.acting
    if not PortalForm().validate_on_submit():
        return redirect(landing(acting.procedures) if acting else "/")
    stop_acting()
    if g.agent is not None:
        g.acting = None
        with transaction() as database:
            finish_help(database, now(), by=actor(), voice=voice(database))
    return redirect(_after(acting))


@bp.get("/agir/fini")
@allow(Role.EVERYONE)
def over() -> str | Response:
    """Says that the mandate has ended meanwhile: what was being sent was not done to anyone."""
    if g.acting is not None or "mandate_id" not in session:
        return redirect("/")
    return render_template("mandates/over.html", form=PortalForm())


def _after(acting: Acting | None) -> str:
    if acting is not None and g.agent is not None and g.agent.roles & set(HELPERS):
        return url_for("mandates.of_person", person_id=acting.person_id)
    return _list_of_mine()


def _list_of_mine() -> str:
    if g.agent is not None:
        return url_for("mandates.held")
    return url_for("mandates.mine") if g.person is not None else "/"
