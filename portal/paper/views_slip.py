"""The slip of an appointment's letter, opened by the appointment's own code."""

from typing import Any

from flask import abort, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from portal.booking import queries as booking
from portal.booking.models import Appointment
from portal.codes import shown as shown_code
from portal.desk.queries import reads_file
from portal.desk.views_shared import hand, note_reading
from portal.paper import queries
from portal.paper.forms import KEPT, SlipForm
from portal.paper.forms_words import BOOKING_FAULTS, FAULTS, KINDS, WISH_FAULTS
from portal.paper.models import FormKind
from portal.paper.rules import PaperFault, is_half_said
from portal.paper.services_slip import enter_slip, slip_fault
from portal.paper.views import Page
from portal.paper.views_shared import GIVERS, SLIP, bp, has_opened, mark_opened, name_of
from portal.refusal import Refused
from portal.web.access import allow, may_open
from portal.web.headers import personal_page
from portal.web.request import now, portal, transaction

_WORDS: dict[Any, Any] = {**FAULTS, **WISH_FAULTS, **BOOKING_FAULTS}


@bp.route(SLIP, methods=["GET", "POST"])
@allow(*GIVERS)
def slip(appointment_id: int) -> Page:
    """What the slip says: cancel, or another date. Day and hour stand beside it, to compare with the paper."""
    form = SlipForm()
    try:
        with transaction() as database:
            appointment = _appointment_or_404(database, appointment_id)
            entered = queries.form_by_code(database, appointment.code)
            if entered is not None and not is_half_said(entered.kind, entered.answers):
                mark_opened(f"form {entered.id}")
                return redirect(url_for("paper.form", form_id=entered.id, fait="deja"), 303)
            if request.method != "POST":
                form.sequence.data = str(appointment.sequence)
                return _page(database, appointment, form)
            if not form.validate_on_submit():
                return _page(database, appointment, form), 422
            made = enter_slip(
                database,
                now(),
                appointment_id=appointment_id,
                half_days=form.half_days,
                sequence=form.seen,
                by=hand(),
                base_url=portal().settings.base_url,
                cancels=form.cancels,
                wants_paper=bool(form.paper.data),
            )
            mark_opened(f"form {made.id}")
            return redirect(url_for("paper.form", form_id=made.id, fait="enregistre"), 303)
    except Refused as refused:
        return _refused(appointment_id, refused)


def _refused(appointment_id: int, refused: Refused) -> Page:
    if refused.reason is PaperFault.ENTERED:
        return redirect(url_for("paper.slip", appointment_id=appointment_id, fait="deja"), 303)
    sentence = _WORDS.get(refused.reason)
    if sentence is None:
        raise refused
    form = SlipForm()
    with transaction() as database:
        appointment = _appointment_or_404(database, appointment_id)
        form.validate()
        form.sequence.data = str(appointment.sequence)
        (form.paper if refused.reason is PaperFault.NO_ADDRESS else form.what).errors = [str(sentence)]
        return _page(database, appointment, form), 409


def _appointment_or_404(database: Session, appointment_id: int) -> Appointment:
    """An appointment whose slip the agent holds, or of somebody whose file they read."""
    found = booking.appointment(database, appointment_id)
    if found is None or not found.participations:
        abort(404)
    if not (has_opened(f"slip {appointment_id}") or _reads(database, found)):
        abort(404)
    return found


def _reads(database: Session, appointment: Appointment) -> bool:
    return any(reads_file(database, now(), g.agent, one.person_id) for one in appointment.participations)


def _page(database: Session, appointment: Appointment, form: SlipForm) -> str:
    reads = _reads(database, appointment)
    if reads and request.method == "GET":
        note_reading(database, appointment.participations[0].person_id)
    personal_page()
    fault = slip_fault(appointment, now())
    person = appointment.participations[0].person
    known = queries.form_by_code(database, appointment.code)
    if fault:
        form.what.errors = []  # the page says it for the whole
    return render_template(
        "paper/slip.html",
        appointment=appointment,
        kind=KINDS[FormKind.CANCELLATION],
        code=shown_code(appointment.code),
        name=name_of(person),
        person=person,
        reads=reads,
        fault=str(FAULTS[fault]) if fault else "",
        is_over=fault is PaperFault.OVER,
        known=known,
        again=str(FAULTS[PaperFault.ENTERED]) if request.args.get("fait") == "deja" else "",
        only_paper=KEPT,
        url_of_day=url_for("agenda.forgotten") if may_open("agenda.forgotten") else "",
        form=form,
        form_has_errors=bool(form.errors),
    )
