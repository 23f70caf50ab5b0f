"""How a call went: the task is done, waits for another try, or goes round by another way."""

from flask import redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.calls import queries, services_tasks
from portal.calls.forms import OutcomeForm
from portal.calls.forms_words import FAULTS
from portal.calls.models import TryOutcome
from portal.calls.queries import ROLES
from portal.calls.rules import TaskFault
from portal.calls.services_tasks import Then
from portal.calls.views import bp
from portal.calls.views_tasks import TASK, outcome_form, task_or_404, task_page
from portal.desk.views_shared import hand
from portal.refusal import Refused
from portal.web.access import allow, url_if_open
from portal.web.request import in_its_turn, now, transaction

Page = str | tuple[str, int] | Response


@bp.post(f"{TASK}/resultat")
@allow(*ROLES)
def outcome(task_id: int) -> Page:
    """Notes how the call went; when the task ended or is another's, the page says so and keeps what was typed."""
    try:
        return in_its_turn(lambda database: _note(database, task_id))
    except Refused as refusal:
        if not isinstance(refusal.reason, TaskFault):
            raise
        if refusal.reason is TaskFault.TWICE:
            return redirect(_after_the_first(task_id), 303)
        return _refused(task_id, refusal.reason)


def _after_the_first(task_id: int) -> str:
    """Where the first of two presses has led, or the task, which says what became of it."""
    did = request.form.get("outcome", "")
    if did in {TryOutcome.TOLD, TryOutcome.RELATIVE, TryOutcome.NO_ANSWER}:
        return url_for("calls.tasks", fait=did)
    return url_for("calls.task", task_id=task_id)


def _note(database: Session, task_id: int) -> Page:
    found = task_or_404(database, task_id)
    form = outcome_form(found, queries.relatives(database, now(), found.message))
    if not form.validate_on_submit() or form.ended is None:
        return task_page(database, found, form), 422
    return redirect(_noted(database, task_id, form), 303)


def _noted(database: Session, task_id: int, form: OutcomeForm) -> str:
    """Does what the outcome says, and gives where to go on."""
    by, way = hand(), form.way.data
    listed = url_for("calls.tasks", fait=form.ended)
    if form.ended is TryOutcome.TOLD:
        services_tasks.note_told(database, now(), task_id=task_id, by=by, way=way)
    elif form.ended is TryOutcome.RELATIVE:
        relative_id = int(str(form.relative.data))
        services_tasks.note_relative(database, now(), task_id=task_id, by=by, relative_id=relative_id)
    elif form.ended is TryOutcome.NO_ANSWER:
        services_tasks.note_no_answer(database, now(), task_id=task_id, by=by, again_at=form.again_at, way=way)
    elif form.ended is TryOutcome.WRONG_NUMBER:
        then = services_tasks.note_wrong_number(database, now(), task_id=task_id, by=by, way=str(way))
        is_over = then in {Then.OTHER_WAY, Then.NOBODY}
        return url_for("calls.tasks", fait=then) if is_over else url_for("calls.task", task_id=task_id, ensuite=then)
    else:
        message = services_tasks.note_changes(database, now(), task_id=task_id, by=by, way=way)
        opened = url_if_open("counter.appointment", appointment_id=message.subject_id)
        return opened or url_for("calls.task", task_id=task_id, ensuite="changes")
    return listed


def _refused(task_id: int, reason: TaskFault) -> Page:
    with transaction() as database:
        found = task_or_404(database, task_id)
        form = outcome_form(found, queries.relatives(database, now(), found.message))
        form.validate()
        if reason is TaskFault.ENDED and form.ended is not None:
            # Somebody did call: that is kept, whatever became of the task.
            services_tasks.note_late(
                database, now(), task_id=task_id, by=hand(), outcome=form.ended, way=request.form.get("way")
            )
            found = task_or_404(database, task_id)
        fault = str(FAULTS[reason]) if reason in FAULTS else _("Cette tâche n'est plus entre vos mains.")
        return task_page(database, found, form, fault=fault, refused=reason), 409
