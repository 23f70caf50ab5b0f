"""The slip of an appointment's letter, opened by the appointment's own code."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.booking import queries as booking
from portal.booking.models import Appointment
from portal.booking.rules_waiting import is_closed
from portal.clock import paris_day
from portal.codes import shown as shown_code
from portal.desk.queries import reads_file
from portal.desk.views_shared import hand, note_reading
from portal.paper import queries
from portal.paper.forms import KEPT, SlipForm
from portal.paper.forms_words import BOOKING_FAULTS, FAULTS, KINDS, WISH_FAULTS
from portal.paper.models import FormKind
from portal.paper.rules import PaperFault, is_half_said
from portal.paper.rules_slip import concerned_in, readers_named, slip_fault
from portal.paper.services_slip import enter_slip
from portal.paper.views import Page
from portal.paper.views_shared import OPENERS, SLIP, bp, has_opened, mark_opened
from portal.people.models import Person
from portal.refusal import Refused
from portal.web.access import allow, may_open
from portal.web.headers import personal_page
from portal.web.request import now, portal, transaction

_WORDS: dict[Any, Any] = {**FAULTS, **WISH_FAULTS, **BOOKING_FAULTS}


@dataclass(frozen=True)
class _Slip:
    """An appointment whose slip is on the page. `file_id`: of somebody it is for, if the agent reads their file.

    `asks`: the agent reads the file of whoever reads its letters, and may write there what they say.
    """

    appointment: Appointment
    reader: Person
    file_id: int | None
    asks: bool


@bp.route(SLIP, methods=["GET", "POST"])
@allow(*OPENERS)
def slip(appointment_id: int) -> Page:
    """What the slip says: cancel, or another date. Day and hour stand beside it, to compare with the paper."""
    form = SlipForm()
    try:
        with transaction() as database:
            found = _slip_or_404(database, appointment_id)
            entered = queries.form_by_code(database, found.appointment.code)
            if entered is not None and not is_half_said(entered.kind, entered.answers):
                mark_opened(f"form {entered.id}")
                return redirect(url_for("paper.form", form_id=entered.id, fait="deja"), 303)
            if request.method != "POST":
                form.sequence.data = str(found.appointment.sequence)
                return _page(database, found, form)
            if not form.validate_on_submit():
                return _page(database, found, form), 422
            form_id = _entered(database, found, form)
            mark_opened(f"form {form_id}")
            return redirect(url_for("paper.form", form_id=form_id, fait="enregistre"), 303)
    except Refused as refused:
        return _refused(appointment_id, refused)


def _entered(database: Session, found: _Slip, form: SlipForm) -> int:
    made = enter_slip(
        database,
        now(),
        appointment_id=found.appointment.id,
        half_days=form.half_days,
        sequence=form.seen,
        by=hand(),
        base_url=portal().settings.base_url,
        cancels=form.cancels,
        wants_paper=bool(form.paper.data),
        safe=_said_safe(found, form),
        in_hand=has_opened(f"slip {found.appointment.id}"),
    )
    return made.id


def _said_safe(found: _Slip, form: SlipForm) -> Sequence[str]:
    """The lines of the address that the person has said to be safe; none unless this agent could ask."""
    is_said = found.asks and form.is_safe.data and form.is_said_of(found.reader.address)
    return found.reader.address if is_said else ()


def _refused(appointment_id: int, refused: Refused) -> Page:
    if refused.reason is PaperFault.ENTERED:
        return redirect(url_for("paper.slip", appointment_id=appointment_id, fait="deja"), 303)
    sentence = _WORDS.get(refused.reason)
    if sentence is None:
        raise refused
    form = SlipForm()
    with transaction() as database:
        found = _slip_or_404(database, appointment_id)
        form.validate()
        form.sequence.data = str(found.appointment.sequence)
        if refused.reason is PaperFault.ASK_IF_SAFE and found.asks:
            _ask(form, found)
            return _page(database, found, form), 422
        at_paper = refused.reason in {PaperFault.NO_ADDRESS, PaperFault.ASK_IF_SAFE}
        (form.paper if at_paper else form.what).errors = [str(sentence)]
        return _page(database, found, form), 409


def _ask(form: SlipForm, found: _Slip) -> None:
    """The question of the desk: whoever they fear may have kept this paper, and open that letter box."""
    form.asks_about(found.reader.address)
    form.is_safe.data = False
    form.is_safe.errors = [_("Demandez-lui si cette adresse est sûre. Sinon, décochez la case des lettres.")]


def _slip_or_404(database: Session, appointment_id: int) -> _Slip:
    """An appointment whose slip the agent holds, or has entered, or of somebody whose file they read."""
    found = booking.appointment(database, appointment_id)
    if found is None or not found.participations:
        abort(404)
    people = [participation.person for participation in found.participations]
    reader = people[0].guardian or people[0]
    ids = dict.fromkeys([reader.id, *(one.id for one in people), *(one.guardian_id for one in people)])
    readable = [number for number in ids if number and reads_file(database, now(), g.agent, number)]
    entered = queries.form_by_code(database, found.code)
    is_theirs = entered is not None and entered.entered_by == g.agent.id
    if not (readable or is_theirs or has_opened(f"slip {appointment_id}")):
        abort(404)
    asks = reader.id in readable and may_open("desk.all_by_post")
    return _Slip(found, reader, readable[0] if readable else None, asks)


def _page(database: Session, found: _Slip, form: SlipForm) -> str:
    appointment, reads = found.appointment, found.file_id is not None
    if found.file_id is not None and request.method == "GET":
        note_reading(database, found.file_id)
    personal_page()
    fault = slip_fault(appointment, now())
    return render_template(
        "paper/slip.html",
        appointment=appointment,
        kind=KINDS[FormKind.CANCELLATION],
        code=shown_code(appointment.code),
        names=readers_named(appointment, reads=reads),
        concerned=concerned_in(appointment) if reads else [],
        url_of_file=url_for("desk.person", person_id=found.file_id) if reads else "",
        reads=reads,
        safe_address=found.reader.address if found.asks and form.safe.data else [],
        fault=str(FAULTS[fault]) if fault else "",
        is_over=fault is PaperFault.OVER,
        has_no_list=is_closed(appointment.motif, paris_day(now())),
        known=queries.form_by_code(database, appointment.code),
        again=str(FAULTS[PaperFault.ENTERED]) if request.args.get("fait") == "deja" else "",
        only_paper=KEPT,
        url_of_day=url_for("agenda.forgotten") if may_open("agenda.forgotten") else "",
        form=form,
        form_has_errors=bool(form.errors),
    )
