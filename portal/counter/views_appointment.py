"""One appointment as agents see it: where it stands, what was said by which route, the paper, said again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response as Answer
from flask import abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.booking import queries as booking
from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.rules_again import AgainFault, again_refusal
from portal.booking.rules_service import may_book
from portal.booking.services_again import tell_again
from portal.booking.told import told_of
from portal.booking.words import context_of, tellings
from portal.clock import paris_day
from portal.counter import queries
from portal.counter.forms import AgainForm, ChangeForm, HandOverForm
from portal.counter.forms_words import AGAIN_FAULTS, KINDS_TOLD, MODES, REASONS_TOLD, ROUTES, STANDINGS, VERBS
from portal.counter.rules import may_change, slip_context
from portal.counter.views import bp
from portal.counter.views_shared import APPOINTMENT, BOOKERS, name_of
from portal.desk.queries import reads_file
from portal.desk.rules import sees_reason
from portal.desk.views_brought import brought
from portal.desk.views_shared import hand, note_reading
from portal.desk.views_told import missing_of
from portal.directory.models import Departement
from portal.journal.services import record
from portal.letters.slip import draw_slip
from portal.letters.slip_formats import Paper
from portal.notifications.models import Message, Route, Status, Step
from portal.notifications.post import PostalCalendar
from portal.notifications.queries_post import calendar_of
from portal.notifications.views_arrival import standing_line
from portal.notifications.ways import receiver
from portal.people.queries_access import families_of
from portal.people.views_browser import services_of_agent
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.forms import selectable
from portal.web.headers import personal_page
from portal.web.i18n import language
from portal.web.request import now, portal, transaction
from portal.words import capital, day_words, phone_words

Page = str | tuple[str, int] | Response

_AGAIN = (Route.SMS, Route.EMAIL, Route.LETTER, Route.CALL)
_ICONS = {"sms": "message-square-text", "email": "mail", "letter": "letter", "call": "phone-call", "desk": "building-2"}


@dataclass(frozen=True)
class Said:
    """A message of an appointment, in words."""

    icon: str
    route: str
    what: str
    to: str
    is_number: bool
    standing: str
    at: datetime


@bp.get(APPOINTMENT)
@allow(*BOOKERS)
def appointment(appointment_id: int) -> Page:
    """Where it stands and what was told; what may be done with it."""
    with transaction() as database:
        found = appointment_or_404(database, appointment_id)
        note_reading(database, found.participations[0].person_id)
        return appointment_page(database, found, done=request.args.get("fait", ""))


@bp.get(f"{APPOINTMENT}/papier/<any(a5, ticket):paper>")
@allow(*BOOKERS)
def slip(appointment_id: int, paper: str) -> Answer:
    """The paper to hand over; nothing of it is kept. The journal notes that it was printed."""
    with transaction() as database:
        found = appointment_or_404(database, appointment_id)
        if found.status is not AppointmentStatus.BOOKED or not _may_know_code(database, found):
            abort(404)
        pdf = draw_slip(_slip_context(database, found), Paper(paper))
        for participation in found.participations:
            record(
                database,
                now(),
                actor=hand(),
                verb="appointment.slip_printed",
                for_person_id=participation.person_id,
                object_kind="appointment",
                object_id=found.id,
            )
    answer = Answer(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = 'inline; filename="rendez-vous.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post(f"{APPOINTMENT}/redire")
@allow(*BOOKERS)
def again(appointment_id: int) -> Page:
    """Says it once more, by one more route."""
    form = AgainForm()
    route = next((one for one in _AGAIN if one.value == request.form.get("route")), None)
    try:
        with transaction() as database:
            found = appointment_or_404(database, appointment_id)
            if not form.validate_on_submit() or route is None:
                return appointment_page(database, found, fault=str(_("Choisissez par où le redire."))), 422
            base_url = portal().settings.base_url
            tell_again(database, now(), appointment_id=found.id, route=route, by=hand(), base_url=base_url)
    except Refused as refusal:
        if not isinstance(refusal.reason, AgainFault):
            raise
        with transaction() as database:
            found = appointment_or_404(database, appointment_id)
            return appointment_page(database, found, fault=str(AGAIN_FAULTS[refusal.reason])), 409
    return redirect(url_for("counter.appointment", appointment_id=appointment_id, fait="redit"), 303)


def appointment_or_404(database: Session, appointment_id: int) -> Appointment:
    """The appointment of an address, when the agent reads the file of somebody it is for; else 404."""
    found = booking.appointment(database, appointment_id)
    if found is None:
        abort(404)
    people = [participation.person for participation in found.participations]
    ids = dict.fromkeys(number for one in people for number in (one.id, one.guardian_id) if number)
    if not any(reads_file(database, now(), g.agent, number) for number in ids):
        abort(404)
    return found


def appointment_page(
    database: Session, found: Appointment, *, done: str = "", fault: str = "", handing: HandOverForm | None = None
) -> str:
    """The page; with what is wrong with an act just asked for."""
    personal_page()
    is_mine = may_act_on(database, found)
    can_change = is_mine and may_change(found, now())
    told, post = told_of(database, now(), found), calendar_of(database)
    first = tellings(found)[0].person
    may_read = reads_file(database, now(), g.agent, first.card_of_id or first.id)
    form = AgainForm(formdata=None)
    return render_template(
        "counter/appointment.html",
        **words_of(database, found),
        done=done,
        fault=fault,
        is_mine=is_mine,
        brought=brought(database, [found.id]).get(found.id, []),
        has_code=_may_know_code(database, found),
        can_change=can_change,
        missing=missing_of(told, first) if found.status is AppointmentStatus.BOOKED else [],
        said=[_said(message, post, may_read=may_read) for message in queries.messages(database, found.id)[::-1]],
        history=_history(database, found),
        again=_again(database, found) if is_mine else [],
        form=form,
        handing=handing or (hand_over_form(database, found) if can_change else None),
        form_has_errors=bool(fault or (handing and handing.errors)),
    )


def may_act_on(database: Session, found: Appointment) -> bool:
    """Whether it is of the agent's own service, or in their own agenda."""
    services = services_of_agent(database)
    return found.agent_id == g.agent.id or may_book(services, family=found.motif.family, place_id=found.place_id)


def _may_know_code(database: Session, found: Appointment) -> bool:
    """Whether its code, on screen or on paper, is for this agent.

    With the birth date, which the file says, the code opens the person's own page, and that page says the reason.
    """
    families = families_of(database, g.agent.id, paris_day(now()))
    is_own = found.agent_id == g.agent.id
    return may_act_on(database, found) or sees_reason(family=found.motif.family, families=families, is_own=is_own)


def words_of(database: Session, found: Appointment) -> dict[str, Any]:
    """What every page about an appointment says of it; neutral words where its reason is another service's."""
    families = families_of(database, g.agent.id, paris_day(now()))
    is_told = sees_reason(family=found.motif.family, families=families, is_own=found.agent_id == g.agent.id)
    people = [participation.person for participation in found.participations]
    return {
        "appointment": found,
        "subject": found.motif.title if is_told else capital(found.motif.neutral_words),
        "is_told": is_told,
        "people": [(name_of(one), one.id if reads_file(database, now(), g.agent, one.id) else None) for one in people],
        "agent_name": name_of(found.agent),
        "mode": MODES[found.motif.mode],
        "is_to_come": found.starts_at > now(),
        "url_of_file": url_for("desk.person", person_id=_first_readable(database, found)),
        "cancel_words": REASONS_TOLD.get(found.cancel_reason) if found.cancel_reason else None,
    }


def marks_of(found: Appointment) -> str:
    """What a page shows of an appointment, so that a change made meanwhile can be told."""
    return f"{found.starts_at.isoformat()}~{found.place_id}~{found.agent_id}~{found.status}"


def hold(form: ChangeForm, found: Appointment) -> None:
    """Notes in a form what its page shows."""
    form.sequence.data, form.shown.data = str(found.sequence), marks_of(found)[:64]


def hand_over_form(database: Session, found: Appointment) -> HandOverForm | None:
    """Colleagues who are free then; None when there is nobody."""
    form = HandOverForm(formdata=None) if request.endpoint != "counter.hand_over" else HandOverForm()
    free = booking.colleagues(database, found)
    form.agent.choices = selectable((str(one.id), f"{name_of(one)}, {one.job}") for one in free)
    if request.endpoint != "counter.hand_over":
        hold(form, found)
    return form if free else None


def _first_readable(database: Session, found: Appointment) -> int:
    people = [participation.person for participation in found.participations]
    ids = [number for one in people for number in (one.guardian_id, one.id) if number]
    return next(number for number in ids if reads_file(database, now(), g.agent, number))


def _slip_context(database: Session, found: Appointment) -> dict[str, Any]:
    telling = tellings(found)[0]
    context = context_of(
        found,
        telling,
        now=now(),
        departement=database.get_one(Departement, 1),
        base_url=portal().settings.base_url,
    )
    return slip_context(context, found, [participation.first_name for participation in found.participations])


def _said(message: Message, post: PostalCalendar, *, may_read: bool) -> Said:
    to = _where_to(message) if may_read else ""
    is_number = message.route in {Route.SMS, Route.CALL}
    what = _("Rappel") if message.step is Step.REMINDER else KINDS_TOLD.get(message.kind, _("Message"))
    return Said(
        icon=_ICONS[message.route.value],
        route=str(ROUTES[message.route]),
        what=str(what),
        to=phone_words(to) if is_number else to,
        is_number=is_number and message.status is not Status.WITHDRAWN,
        standing=standing_line(str(STANDINGS[message.status]), message, post, now(), person=message.person),
        at=message.delivered_at or message.sent_at or message.due_at,
    )


def _where_to(message: Message) -> str:
    """The number or mailbox that was used, or will be; of a letter, the line of the street."""
    used = message.recipient or receiver(message) or ""
    lines = [line for line in used.splitlines() if line]
    return ", ".join(lines[1:] if message.recipient and message.route is Route.LETTER else lines)


def _history(database: Session, found: Appointment) -> list[tuple[datetime, str, str]]:
    lines = queries.history(database, found.id)
    return [(line.at, str(VERBS[line.verb]), line.agent or "") for line in lines if line.verb in VERBS]


def _again(database: Session, found: Appointment) -> list[tuple[str, str, str]]:
    """The routes that can still say it once more: value, words, and for a letter the day it would arrive."""
    if found.status is AppointmentStatus.SEEN or found.starts_at <= now():
        return []
    people, post = [telling.person for telling in tellings(found)], calendar_of(database)
    open_ = [route for route in _AGAIN if any(again_refusal(found, one, route, now(), post) is None for one in people)]
    arrives = day_words(post.arrival(now()), language())
    late = str(_("Elle arriverait le %(day)s.", day=arrives))
    return [(route.value, str(ROUTES[route]), late if route is Route.LETTER else "") for route in open_]
