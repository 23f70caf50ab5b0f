"""What became of an appointment, in one press; one appointment on a page of its own; what follows a missed one."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.agenda.queries_agenda import viewer_of
from portal.agenda.queries_one import last_change, one, told_after
from portal.agenda.rules_acts import STATUS_OF, Act
from portal.agenda.rules_agenda import SEERS, Booked, Viewer
from portal.agenda.views import bp
from portal.agenda.views_done import done, follow_of, line_of
from portal.agenda.views_lines import words_of_lines
from portal.agenda.views_words import CHANGE_WORDS, FAULT_WORDS, ROUTE_WORDS
from portal.booking import services_status
from portal.booking.asked import sequence_of
from portal.booking.rules_status import StatusFault
from portal.desk.views_brought import brought
from portal.desk.views_shared import hand
from portal.refusal import Refused
from portal.web.access import allow, safe_next, url_if_open
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.request import now, transaction

Page = str | tuple[str, int] | Response

ONE = "/agents/agenda/<int(max=2147483647):appointment_id>"
# What somebody else did meanwhile, and what was never possible.
_MEANWHILE = (StatusFault.CHANGED, StatusFault.OVER, StatusFault.CANCELLED, StatusFault.AGENT_TAKEN)
_ROOM: dict[Act, Callable[..., object]] = {
    Act.ARRIVE: services_status.arrive,
    Act.LEAVE: services_status.undo_arrival,
    Act.CALL: services_status.call_in,
    Act.UNCALL: services_status.undo_call,
}


@bp.get(ONE, endpoint="one")
@allow(*SEERS)
def one_appointment(appointment_id: int) -> Page:
    """One appointment: how it stands, who noted it, and what may be done."""
    with transaction() as database:
        viewer, booked = known_or_404(database, appointment_id)
        return one_page(database, viewer, booked)


@bp.post(f"{ONE}/statut")
@allow(*SEERS)
def status(appointment_id: int) -> Page:
    """One press. Whoever comes second is told what it has become, and by whom."""
    typed = request.form.get("acte", "")
    if not PortalForm().validate_on_submit() or typed not in set(Act):
        return _again(appointment_id, _("Cette page est restée ouverte longtemps. Recommencez."), 422)
    try:
        with transaction() as database:
            known_or_404(database, appointment_id)
            press(database, appointment_id, Act(typed), sequence_of(request.form.get("sequence")))
    except Refused as refusal:
        code = 409 if refusal.reason in _MEANWHILE else 422
        return _again(appointment_id, fault_words(refusal), code)
    return redirect(back_to(appointment_id, typed), 303)


def press(database: Session, appointment_id: int, act: Act, sequence: int | None) -> None:
    """Does what a button says. Raises `Refused` (StatusFault)."""
    if act in _ROOM:
        _ROOM[act](database, now(), appointment_id=appointment_id, by=hand())
        return
    services_status.mark(
        database,
        now(),
        appointment_id=appointment_id,
        status=STATUS_OF[act],
        by=hand(),
        is_door_closed=act is Act.DOOR,
        sequence=sequence,
    )


def known_or_404(database: Session, appointment_id: int) -> tuple[Viewer, Booked]:
    """The appointment of an address, if this agent knows who comes; one of a whole workshop is on its own page."""
    viewer = viewer_of(database, now(), g.agent)
    booked = one(database, appointment_id)
    if booked is None or booked.workshop_id is not None:
        abort(404)
    if not viewer.knows(agent_id=booked.agent_id, place_id=booked.place_id):
        abort(404)
    return viewer, booked


def one_page(database: Session, viewer: Viewer, booked: Booked, fault: str = "") -> str:
    """The page of one appointment; with what is wrong with a press."""
    personal_page()
    line = line_of(database, viewer, booked)
    return render_template(
        "agenda/one.html",
        line=line,
        booked=booked,
        change=last_change(database, booked.id),
        told=[str(ROUTE_WORDS[route]) for route, _status in told_after(database, booked.id)],
        follows=follow_of(viewer, booked, line),
        brought=brought(database, [booked.id]).get(booked.id, []),
        fault=fault,
        back=safe_next(request.form.get("suite"), url_for("agenda.day")),
        done=None if fault else done(database, viewer),
        detail_url=url_if_open("counter.appointment", appointment_id=booked.id) or "",
        form=PortalForm(formdata=None),
        form_has_errors=bool(fault),
        change_words=CHANGE_WORDS,
        followed=request.args.get("suivi", ""),
        **words_of_lines(),
    )


def fault_words(refusal: Refused) -> str:
    """Why a press did nothing."""
    return str(FAULT_WORDS.get(refusal.reason, _("Cela ne peut pas être noté.")))  # type: ignore[call-overload]


def back_to(appointment_id: int, did: str) -> str:
    """The page where the button was, with what was done; always one of this portal."""
    parts = urlsplit(safe_next(request.form.get("suite"), url_for("agenda.day")))
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in {"fait", "rdv"}]
    asked = urlencode([*kept, ("fait", did), ("rdv", str(appointment_id))])
    return f"{parts.path}?{asked}"


def _again(appointment_id: int, fault: str, code: int) -> Page:
    with transaction() as database:
        viewer, booked = known_or_404(database, appointment_id)
        return one_page(database, viewer, booked, fault), code
