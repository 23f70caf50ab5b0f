"""The agents' list of people to call, or to tell in person."""

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.notifications.tasks import finish_task, open_tasks
from portal.notifications.views import bp
from portal.web.access import Role, allow
from portal.web.forms import PortalForm
from portal.web.request import now, transaction


@bp.get("/agents/appels")
@allow(Role.ACCUEIL, Role.ENCADRANT, Role.ADMIN)
def tasks() -> str:
    """Who must be told by a human, with the words to say."""
    with transaction() as session:
        listed = open_tasks(session)
    return render_template("notifications/tasks.html", tasks=listed, form=PortalForm(), done=request.args.get("fait"))


@bp.post("/agents/appels/<int(max=9223372036854775807):task_id>")
@allow(Role.ACCUEIL, Role.ENCADRANT, Role.ADMIN)
def finish(task_id: int) -> Response:
    """Notes that the person was told."""
    if not PortalForm().validate_on_submit():
        return redirect(url_for("notifications.tasks"))
    with transaction() as session:
        is_mine = finish_task(session, now(), task_id=task_id, agent_id=g.agent.id)
    return redirect(url_for("notifications.tasks", fait="oui" if is_mine else "deja"))
