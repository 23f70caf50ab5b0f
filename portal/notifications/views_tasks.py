"""The agents' list of people to call, or to tell in person."""

from flask import abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.notifications.tasks import ROLES, finish_task, open_tasks
from portal.notifications.views import bp
from portal.people.views_browser import actor
from portal.web.access import allow
from portal.web.forms import PortalForm
from portal.web.request import now, transaction


@bp.get("/agents/appels")
@allow(*ROLES)
def tasks() -> str:
    """Who must be told by a human, with the words to say."""
    with transaction() as session:
        listed = open_tasks(session, now(), agent_id=g.agent.id)
    return render_template("notifications/tasks.html", tasks=listed, form=PortalForm(), done=request.args.get("fait"))


@bp.post("/agents/appels/<int(max=9223372036854775807):task_id>")
@allow(*ROLES)
def finish(task_id: int) -> Response:
    """Notes that the person was told."""
    if not PortalForm().validate_on_submit():
        return redirect(url_for("notifications.tasks"))
    with transaction() as session:
        is_done = finish_task(session, now(), task_id=task_id, by=actor())
    if is_done is None:
        abort(404)
    return redirect(url_for("notifications.tasks", fait="oui" if is_done else "deja"))
