"""The people whom no machine can reach: the list, one of them, and taking it in hand."""

from typing import Any, NamedTuple

from flask import abort, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.calls import queries, services_tasks
from portal.calls.forms import OutcomeForm
from portal.calls.forms_words import TRIES, WAYS
from portal.calls.queries import ROLES, Task
from portal.calls.rules import TaskFault
from portal.calls.views import bp
from portal.calls.views_shared import url_of_file
from portal.desk.views_shared import hand
from portal.people.models import Person
from portal.refusal import Refused
from portal.web.access import allow, url_if_open
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.request import now, transaction

TASK = "/agents/appels/<int(max=9223372036854775807):task_id>"
NOWHERE = "sans-lieu"


class Choice(NamedTuple):
    """A place of the list: its key in the address, its name, and how many wait there."""

    key: str
    name: str | None  # None: no place
    waiting: int


@bp.get("/agents/appels")
@allow(*ROLES)
def tasks() -> str:
    """Everyone who waits for a human, the oldest deadline first; of one place where asked."""
    personal_page()
    with transaction() as database:
        listed = queries.open_tasks(database, now(), agent_id=g.agent.id)
    chosen = request.args.get("lieu", "")
    shown = [task for task in listed if not chosen or _key(task) == chosen]
    return render_template(
        "calls/tasks.html",
        tasks=shown,
        overdue=[task for task in shown if task.is_overdue],
        choices=_choices(listed),
        chosen=chosen,
        total=len(listed),
        most=queries.MOST,
        tries=TRIES,
        ways=WAYS,
        now=now(),
    )


@bp.get(TASK)
@allow(*ROLES)
def task(task_id: int) -> str:
    """One of them: what to say, which numbers, and how it went."""
    with transaction() as database:
        return task_page(database, task_or_404(database, task_id))


@bp.post(f"{TASK}/prendre")
@allow(*ROLES)
def claim(task_id: int) -> Response:
    """Takes it in hand; whoever comes second reads who was first."""
    if PortalForm().validate_on_submit():
        with transaction() as database:
            task_or_404(database, task_id)
            try:
                services_tasks.claim(database, now(), task_id=task_id, by=hand())
            except Refused:
                return redirect(
                    url_for("calls.task", task_id=task_id), 303
                )  # the page says who has it, or how it ended
    return redirect(url_for("calls.task", task_id=task_id), 303)


@bp.post(f"{TASK}/rendre")
@allow(*ROLES)
def release(task_id: int) -> Response:
    """Gives it back to the list."""
    if PortalForm().validate_on_submit():
        with transaction() as database:
            task_or_404(database, task_id)
            services_tasks.release(database, now(), task_id=task_id, by=hand())
    return redirect(url_for("calls.tasks"), 303)


def task_or_404(database: Session, task_id: int) -> Task:
    """The task of an address; 404 for one that is not there, or not before this agent."""
    found = queries.task(database, now(), task_id, agent_id=g.agent.id)
    if found is None:
        abort(404)
    return found


def outcome_form(found: Task, relatives: list[Person], **options: Any) -> OutcomeForm:
    """The fields of an outcome, for this task at this instant."""
    return OutcomeForm(task=found, relatives=relatives, at=now(), **options)


def task_page(
    database: Session,
    found: Task,
    form: OutcomeForm | None = None,
    *,
    fault: str = "",
    refused: TaskFault | None = None,
) -> str:
    """The page; with the outcome that was refused, as it was typed, and why."""
    personal_page()
    relatives = queries.relatives(database, now(), found.message) if found.is_open else []
    form = form or outcome_form(found, relatives, formdata=None)
    is_appointment = found.message.subject == "appointment"
    return render_template(
        "calls/task.html",
        task=found,
        form=form,
        fault=fault,
        refused=refused,
        relatives=relatives,
        is_mine=found.holder is not None and found.holder.id == g.agent.id,
        may_act=found.is_open and (found.holder is None or found.holder.id == g.agent.id),
        is_appointment=is_appointment,
        url_of_file=url_of_file(database, found.message.person_id),
        url_of_appointment=url_if_open("counter.appointment", appointment_id=found.message.subject_id)
        if is_appointment
        else None,
        then=request.args.get("ensuite", ""),
        tries=TRIES,
        ways=WAYS,
        now=now(),
        form_has_errors=bool(form.errors or fault),
    )


def _key(task: Task) -> str:
    return str(task.place.id) if task.place else NOWHERE


def _choices(listed: list[Task]) -> list[Choice]:
    """The places of the tasks, by name; nothing to choose when there is one."""
    counts: dict[str, Choice] = {}
    for one in listed:
        key = _key(one)
        known = counts.get(key)
        counts[key] = Choice(key, one.place.name if one.place else None, known.waiting + 1 if known else 1)
    found = sorted(counts.values(), key=lambda choice: (choice.name is None, choice.name or "", choice.key))
    return found if len(found) > 1 else []
