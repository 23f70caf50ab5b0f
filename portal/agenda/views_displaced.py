"""The list of appointments to place anew, and one of them: moved, given to a colleague, or cancelled."""

from collections import Counter
from datetime import date
from typing import Any

from flask import abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.agenda.queries_displaced import PAGE, Displaced, Only, displaced, why_of
from portal.agenda.queries_one import agent_names, last_change, one
from portal.agenda.queries_openings import place_names
from portal.agenda.rules_agenda import SEERS
from portal.agenda.rules_displaced import Why, reason_of
from portal.agenda.services_displaced import Aim, Change, place_anew
from portal.agenda.views import bp
from portal.agenda.views_displaced_words import (
    REASON_WORDS,
    WHY_WORDS,
    reach_of,
    refusal_words,
    rows,
    slot_words,
    viewer_now,
)
from portal.agenda.views_lines import words_of_lines
from portal.booking import queries as booking
from portal.booking.asked import sequence_of, slot_of, slot_text
from portal.booking.models import Appointment, AppointmentStatus, CancelReason
from portal.booking.next_slots import nearest
from portal.booking.slots import Slot
from portal.desk.views_shared import hand
from portal.directory.models import Place
from portal.people.models import Agent
from portal.refusal import Refused
from portal.web.access import Role, allow, may_open
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.i18n import language
from portal.web.request import now, portal, reading, transaction
from portal.web.text import whole
from portal.words import day_words

Page = str | tuple[str, int] | Response

LIST = "/agents/agenda/a-replacer"
_ONE = f"{LIST}/<int(max=2147483647):appointment_id>"


@bp.get(LIST, endpoint="displaced")
@allow(*SEERS, Role.ADMIN)
def displaced_list() -> Page:
    """Thirty at a time, soonest first: whoever is reached by letter alone must be told first."""
    with transaction() as database:
        return list_page(database)


@bp.route(_ONE, methods=["GET", "POST"])
@allow(*SEERS)
def displaced_one(appointment_id: int) -> Page:
    """One of them: other slots, colleagues who are free, or a cancellation with its reason."""
    fault, code = "", 200
    if request.method == "POST":
        aim = read_aim(request.form)
        if not PortalForm().validate_on_submit():
            fault, code = _("Cette page est restée ouverte longtemps. Recommencez."), 422
        elif aim is None:
            fault, code = _("Faites un choix dans la liste."), 422
        else:
            fault, code = do(Change(appointment_id, sequence_of(request.form.get("sequence")), aim)), 409
            if not fault:
                return redirect(url_for("agenda.displaced", fait=kind_of(aim)), 303)
    with transaction() as database:
        return _one_page(database, appointment_id, fault), code


@bp.app_template_global("displaced_count")
def displaced_count() -> int:
    """How many wait for the signed-in agent; for templates of other features. 0 for whoever does not see them."""
    if g.agent is None or not g.agent.roles & {*SEERS, Role.ADMIN}:
        return 0
    with reading() as database:
        return len(displaced(database, now(), reach_of(viewer_now(database))))


@bp.app_template_global("agenda_home")
def agenda_home() -> str:
    """Where pages of openings, absences and displaced people lead back to: an admin has no agenda."""
    return url_for("agenda.day" if may_open("agenda.day") else "agents.desk")


def do(change: Change) -> str:
    """Does one of them in a transaction of its own; gives why it was refused, or nothing.

    404 when it is not theirs, unless it is they who gave it away: the button was pressed twice.
    """
    try:
        with transaction() as database:
            if _gave(database, change):
                return ""
            known_or_404(database, change.appointment_id)
            place_anew(database, now(), change=change, by=hand(), base_url=portal().settings.base_url)
    except Refused as refusal:
        return refusal_words(refusal.reason)
    return ""


def _gave(database: Session, change: Change) -> bool:
    """Whether the signed-in agent has just done this very thing, by which it may have become somebody else's."""
    found = booking.appointment(database, change.appointment_id)
    if found is None or not _is_done(found, change.aim):
        return False
    last = last_change(database, found.id)
    return last is not None and last.agent_id == g.agent.id


def _is_done(found: Appointment, aim: Aim) -> bool:
    if found.status is not AppointmentStatus.BOOKED:
        return False  # cancelled since: the second press is told so
    if isinstance(aim, Slot):
        return (found.starts_at, found.agent_id, found.place_id) == aim
    return isinstance(aim, int) and found.agent_id == aim


def known_or_404(database: Session, appointment_id: int) -> Appointment:
    """The appointment of an address, when its people are the signed-in agent's to know; no workshop."""
    viewer = viewer_now(database)
    found = booking.appointment(database, appointment_id)
    if found is None or not found.participations or found.workshop_id is not None:
        abort(404)
    if not viewer.knows(agent_id=found.agent_id, place_id=found.place_id):
        abort(404)
    return found


def read_aim(form: Any) -> Aim | None:
    """What is asked for: another slot, a colleague, or a reason to cancel; None when nothing was chosen."""
    act = form.get("acte", "")
    if act == "deplacer":
        return slot_of(form.get("creneau"), now())
    if act == "confier":
        return whole(form.get("agent")) or None
    typed = form.get("raison", "")
    return CancelReason(typed) if act == "annuler" and typed in set(CancelReason) else None


def kind_of(aim: Aim) -> str:
    """What was done, as the list says it."""
    if isinstance(aim, Slot):
        return "deplace"
    return "annule" if isinstance(aim, CancelReason) else "confie"


def names_of(database: Session, slots: list[Slot]) -> tuple[dict[int, Place], dict[int, Agent]]:
    """The places and the agents of some slots, by their numbers."""
    places = {slot.place_id: database.get_one(Place, slot.place_id) for slot in slots}
    return places, {slot.agent_id: database.get_one(Agent, slot.agent_id) for slot in slots}


def list_page(database: Session, fault: str = "") -> str:
    """The page of the list, as the address narrows it."""
    personal_page()
    viewer = viewer_now(database)
    reach = reach_of(viewer)
    everything = displaced(database, now(), reach)
    only = _only()
    listed = [one for one in everything if _wants(only, one)]
    page = whole(request.args.get("page")) or 1
    shown = rows(database, viewer, listed[(page - 1) * PAGE : page * PAGE])
    return render_template(
        "agenda/displaced.html",
        rows=shown,
        total=len(listed),
        only=only,
        is_narrowed=only != Only(),
        days=_day_words(only, everything),
        agents=agent_names(database, {one.agent_id for one in everything}),
        places=place_names(database, {one.place_id for one in everything}),
        whys={why.value: words for why, words in WHY_WORDS.items()},
        page=page,
        has_next=len(listed) > page * PAGE,
        narrowed={name: request.args[name] for name in ("jour", "agent", "lieu", "raison") if request.args.get(name)},
        done=request.args.get("fait", ""),
        fault=fault,
        can_act=any(row.tick for row in shown),
        form=PortalForm(formdata=None),
        form_has_errors=bool(fault),
        **words_of_lines(),
    )


def _one_page(database: Session, appointment_id: int, fault: str) -> str:
    personal_page()
    found = known_or_404(database, appointment_id)
    viewer = viewer_now(database)
    why = why_of(database, now(), found.id, reach_of(viewer))
    near = booking.proposals(database, now(), found) if why else []
    least = nearest(near, found.starts_at, found.place_id)
    places, agents = names_of(database, near)
    booked = one(database, found.id)
    item = Displaced(found.id, found.agent_id, found.place_id, found.starts_at, why)
    return render_template(
        "agenda/displaced_one.html",
        row=rows(database, viewer, [item])[0] if booked else None,
        appointment=found,
        near=[(slot_text(slot), slot_words(slot, places, agents)) for slot in near],
        least=slot_text(least) if least else "",
        colleagues=booking.colleagues(database, found) if why else [],
        reasons=[(reason.value, words) for reason, words in REASON_WORDS.items()],
        proposed=reason_of(why).value,
        fault=fault,
        detail=may_open("counter.appointment"),
        form=PortalForm(formdata=None),
        form_has_errors=bool(fault),
        **words_of_lines(),
    )


def _only() -> Only:
    agent, place = (whole(request.args.get(name)) or None for name in ("agent", "lieu"))
    typed = request.args.get("raison", "")
    why = Why(typed) if typed in set(Why) else None
    return Only(agent, place, why, _day(request.args.get("jour", "")))


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _day_words(only: Only, everything: list[Displaced]) -> list[tuple[str, str, int]]:
    """Each day that has some, and the one that is asked for: as it stands in the address, in words, and how many."""
    counts = Counter(one.day for one in everything)
    days = sorted(counts.keys() | ({only.day} if only.day else set()))
    return [(day.isoformat(), day_words(day, language()), counts[day]) for day in days]


def _wants(only: Only, one: Displaced) -> bool:
    return (
        only.agent_id in {None, one.agent_id}
        and only.place_id in {None, one.place_id}
        and only.day in {None, one.day}
        and (only.why is None or only.why in one.why)
    )
