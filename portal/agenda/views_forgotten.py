"""Appointments whose outcome nobody has noted: one press each, or several at once."""

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.agenda.queries_agenda import viewer_of
from portal.agenda.queries_booked import guests_of
from portal.agenda.queries_forgotten import count_of, forgotten_of
from portal.agenda.queries_one import agent_names, many, one
from portal.agenda.rules_acts import STATUS_OF, Act
from portal.agenda.rules_agenda import SEERS
from portal.agenda.views import bp
from portal.agenda.views_done import done
from portal.agenda.views_lines import Writer, words_of_lines
from portal.agenda.views_status import press
from portal.booking.asked import sequence_of
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.request import now, reading, transaction
from portal.web.text import whole

Page = str | tuple[str, int] | Response

_SEVERAL = (Act.SEEN, Act.NOSHOW, Act.EXCUSED, Act.REVOKED)  # a closed door is noted one by one


@bp.get("/agents/agenda/oublis")
@allow(*SEERS)
def forgotten() -> Page:
    """Fifty at a time, the oldest first."""
    with transaction() as database:
        return _page(database)


@bp.post("/agents/agenda/oublis")
@allow(*SEERS)
def forgotten_several() -> Page:
    """The same press for all that were ticked; those that changed meanwhile stay in the list, and are counted."""
    typed, ticked = request.form.get("acte", ""), request.form.getlist("rdv")[:50]
    fault = ""
    if not PortalForm().validate_on_submit() or typed not in {act.value for act in _SEVERAL}:
        fault = _("Cette page est restée ouverte longtemps. Recommencez.")
    elif not ticked:
        fault = _("Cochez au moins un rendez-vous.")
    with transaction() as database:
        if fault:
            return _page(database, fault), 422
        # Everybody locks appointments in the order of their numbers: two who press at once never wait for each other.
        in_order = sorted(ticked, key=lambda one: whole(one.partition(":")[0]) or 0)
        noted = sum(_pressed(database, one, Act(typed)) for one in in_order)
    return redirect(url_for("agenda.forgotten", notes=noted, refus=len(ticked) - noted or None), 303)


@bp.app_template_global("forgotten_statuses")
def forgotten_statuses() -> int:
    """How many outcomes wait for the signed-in agent to note them; for templates of other features. 0 for others."""
    if g.agent is None or not g.agent.roles & set(SEERS):
        return 0
    with reading() as database:
        return count_of(database, now(), viewer_of(database, now(), g.agent))


def _pressed(database: Session, ticked: str, act: Act) -> bool:
    """Whether one of several was noted; what refuses it leaves the others."""
    number, _colon, sequence = ticked.partition(":")
    booked = one(database, whole(number) or 0)
    viewer = viewer_of(database, now(), g.agent)
    if booked is None or booked.workshop_id or not viewer.knows(agent_id=booked.agent_id, place_id=booked.place_id):
        return False
    try:
        with database.begin_nested():
            press(database, booked.id, act, sequence_of(sequence))
    except Refused:
        return False
    return booked.status is not STATUS_OF[act]


def _page(database: Session, fault: str = "") -> str:
    personal_page()
    viewer = viewer_of(database, now(), g.agent)
    page = forgotten_of(database, now(), viewer, whole(request.args.get("page")) or 0)
    booked = many(database, [row.id for row in page.appointments])
    writer = Writer(viewer, guests_of(database, viewer, booked), now()).saying_once(booked)
    lines = [writer.booked(row) for row in booked]
    return render_template(
        "agenda/forgotten.html",
        lines=lines,
        once=writer.once,
        receivers=agent_names(database, {row.agent_id for row in booked}),
        total=count_of(database, now(), viewer),
        number=page.number,
        has_next=page.has_next,
        several=_SEVERAL,
        fault=fault,
        noted=(whole(request.args.get("notes")) or 0) if "notes" in request.args else None,
        refused=whole(request.args.get("refus")) or 0,
        viewer_id=viewer.agent_id,
        form=PortalForm(formdata=None),
        form_has_errors=bool(fault),
        done=done(database, viewer),
        **words_of_lines(),
    )
