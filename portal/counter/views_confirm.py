"""Everything read again, aloud, before it counts; then one appointment, however often it is confirmed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask import abort, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.booking import queries as booking
from portal.booking.asked import slot_of, slot_text
from portal.booking.availability import Slot
from portal.booking.models import Appointment
from portal.booking.rules import BookingRefusal, BookingRequest
from portal.booking.services import book
from portal.booking.told import foreseen
from portal.counter import queries
from portal.counter.forms import ConfirmForm
from portal.counter.forms_words import OBSTACLES, REFUSALS
from portal.counter.rules import unfit
from portal.counter.views import bp
from portal.counter.views_shared import (
    BOOKERS,
    WISHED,
    Wanted,
    deadline_note,
    name_of,
    rows_by_day,
    wanted_of,
)
from portal.counter.views_slots import about, change_notes, refusal_page, slots_page
from portal.desk.queries import reads_file
from portal.desk.rules import DeskFault, shown
from portal.desk.services import Wanted as WantedFile
from portal.desk.services import change_file
from portal.desk.views_shared import hand, note_reading
from portal.desk.views_told import missing_of, reminders_of, ways_of
from portal.notifications.queries_post import calendar_of
from portal.people.contacts import Contact
from portal.people.models import Person
from portal.people.rules import identity_of
from portal.people.services_preferences import preferences_of
from portal.refusal import Refused
from portal.web.access import allow, may_open
from portal.web.headers import personal_page, revisitable_page
from portal.web.request import now, portal, transaction

Page = str | tuple[str, int] | Response

_CONFIRM = f"{WISHED}/confirmer"
_REASON = "overbook_reason"  # in the session
_TO_FILE = "fiche"  # the button that leads to the whole file
_A_PRESS = timedelta(seconds=10)  # a second press within is the same one


@bp.get(_CONFIRM)
@allow(*BOOKERS)
def confirm(person_id: int, motif_key: str) -> Page:
    """The recap of a slot that is free; what was booked a moment ago is shown instead."""
    with transaction() as database:
        wanted = wanted_of(database, person_id, motif_key)
        refused = refusal_page(database, wanted)
        if refused:
            return refused
        slot = slot_of(request.args.get("creneau"), now())
        if slot is None:
            return slots_page(database, wanted, str(_("Choisissez un créneau."))), 400
        known = queries.already(database, now(), slot, wanted.motif, wanted.concerned)
        if known is not None:
            return redirect(url_for("counter.appointment", appointment_id=known.id, fait="deja"), 303)
        note_reading(database, wanted.told.id)
        form = fresh_form(wanted, slot, _kept_reason(slot))
        if not form.reason.data and queries.obstacles(database, now(), wanted.scope, slot):
            return taken_page(database, wanted, slot, BookingRefusal.SLOT_TAKEN)
        words = _("La fiche est à jour. Relisez, puis confirmez.") if request.args.get("fait") == "modifie" else ""
        return recap_page(database, wanted, slot, form, str(words))


@bp.post(_CONFIRM)
@allow(*BOOKERS)
def confirmed(person_id: int, motif_key: str) -> Page:
    """Books; or, when a number was corrected, writes it in the file first and shows the recap again."""
    try:
        with transaction() as database:
            wanted = wanted_of(database, person_id, motif_key)
            slot = slot_of(request.form.get("creneau"), now())
            form = ConfirmForm(told=wanted.told)
            if slot is None or form.key is None:
                return slots_page(database, wanted, str(_("Choisissez un créneau."))), 400
            if not form.validate_on_submit():
                return recap_page(database, wanted, slot, form), 422
            if reads_file(database, now(), g.agent, wanted.told.id):
                first = _what_comes_first(database, wanted, slot, form)
                if first is not None:
                    return first
            known = booking.appointment_by_request(database, form.key) or queries.already(
                database, now(), slot, wanted.motif, wanted.concerned
            )
            made = known or _book(database, wanted, slot, form)
            return redirect(_done(made, is_known=known is not None), 303)
    except Refused as refusal:
        return _refused(person_id, motif_key, refusal)


def fresh_form(wanted: Wanted, slot: Slot, reason: str = "") -> ConfirmForm:
    """The recap's form, never shown before: one key, one appointment."""
    form = ConfirmForm(told=wanted.told, formdata=None)
    form.creneau.data, form.request_key.data, form.reason.data = slot_text(slot), str(uuid4()), reason
    form.shown.data = shown(wanted.told)
    return form


def recap_page(database: Session, wanted: Wanted, slot: Slot, form: ConfirmForm, notice: str = "") -> str:
    """What is about to be booked, and how the person will be told: to read aloud."""
    revisitable_page()
    _keep_reason(slot, form.reason.data or "")
    person, post = wanted.told, calendar_of(database)
    told = foreseen(now(), person=person, motif=wanted.motif, starts_at=slot.starts_at, post=post)
    may_read = reads_file(database, now(), g.agent, person.id)
    met = queries.obstacles(database, now(), wanted.scope, slot) if form.reason.data else []
    return render_template(
        "counter/recap.html",
        **about(wanted),
        **parties(database, slot),
        starts_at=slot.starts_at,
        form=form,
        told_name=name_of(person) if person.id != wanted.person.id else "",
        ways=ways_of(told, person, may_read=may_read),
        missing=missing_of(told, person),
        reminders=reminders_of(told),
        is_hidden=person.wants_discretion,
        may_correct=may_read,
        to_file=_TO_FILE if may_open("desk.change") else "",
        obstacles=[str(OBSTACLES[one]) for one in met],
        note=deadline_note(wanted.motif, slot.starts_at),
        deadlines=change_notes(wanted.motif, slot),
        notice=notice,
        url_of_paper=_url_of_paper(person) if may_read else "",
        form_has_errors=bool(form.errors),
    )


def _url_of_paper(person: Person) -> str:
    """Where one press brings everything by post; empty when they have it, and on the answer to a form."""
    is_offered = not person.wants_paper and request.method == "GET" and may_open("desk.all_by_post")
    return url_for("desk.all_by_post", person_id=person.id) if is_offered else ""


def _keep_reason(slot: Slot, reason: str) -> None:
    """Keeps a reason, which no address may hold, while the file is opened and the same hour comes back."""
    if reason:
        session[_REASON] = [slot_text(slot), reason]
    else:
        session.pop(_REASON, None)


def _kept_reason(slot: Slot) -> str:
    """The reason given for that hour a moment ago; nothing for any other."""
    at, reason = session.get(_REASON, ("", ""))
    return str(reason) if at == slot_text(slot) else ""


def parties(database: Session, slot: Slot) -> dict[str, Any]:
    """Who receives, and where; 404 for numbers that nothing has."""
    agent = queries.agents(database, [slot.agent_id]).get(slot.agent_id)
    place = queries.places(database, [slot.place_id]).get(slot.place_id)
    if agent is None or place is None:
        abort(404)
    return {"agent": agent, "agent_name": name_of(agent), "place": place}


def taken_page(database: Session, wanted: Wanted, slot: Slot, reason: BookingRefusal) -> Page:
    """The lost race, or what else refuses: said, with the nearest slots to take instead; nothing typed is lost."""
    personal_page()
    scope = wanted.scope
    near = booking.nearest_slots(database, now(), scope, max(slot.starts_at, now()), count=8)
    page = render_template(
        "counter/taken.html",
        **about(wanted),
        **parties(database, slot),
        starts_at=slot.starts_at,
        sentence=str(REFUSALS[reason]),
        days=rows_by_day(database, wanted.motif, near, None),
        chosen=slot_text(near[0]) if near else "",
        known=_known_ones(database, wanted, reason),
        reason=request.form.get("reason", "")[:200],
    )
    return page, 409


def _known_ones(database: Session, wanted: Wanted, reason: BookingRefusal) -> list[Appointment]:
    """What they have already, when that is why they may have no other."""
    if reason is not BookingRefusal.LIMIT_REACHED:
        return []
    return queries.same_limit(database, now(), wanted.motif, wanted.concerned)


def _book(database: Session, wanted: Wanted, slot: Slot, form: ConfirmForm) -> Appointment:
    person = wanted.person
    misfit = unfit(wanted.motif, wanted.concerned, slot.starts_at)
    if misfit:
        raise Refused(BookingRefusal.WRONG_AGE)
    asked = BookingRequest(
        key=form.key or uuid4(),
        motif_id=wanted.motif.id,
        place_id=slot.place_id,
        starts_at=slot.starts_at,
        booker=identity_of(person),
        contact=Contact(),
        person_id=person.id,
        relative_ids=wanted.relative_ids,
        agent_id=slot.agent_id,
        overbook=form.reason.data or None,
    )
    return book(database, now(), request=asked, base_url=portal().settings.base_url, by=hand())


def _what_comes_first(database: Session, wanted: Wanted, slot: Slot, form: ConfirmForm) -> Page | None:
    """What was typed goes to the file before anything counts: the recap again, or the whole file, which leads back.

    What will be used is thus read once more.
    """
    is_changed = form.is_changed(wanted.told)
    if is_changed:
        _correct(database, wanted.told, form)
    if request.form.get(_TO_FILE) and may_open("desk.change"):
        back = wanted.url("confirm", creneau=slot_text(slot))
        return redirect(url_for("desk.change", person_id=wanted.told.id, retour=back), 303)
    if not is_changed:
        return None
    fresh = fresh_form(wanted_of(database, wanted.person.id, wanted.motif.key), slot, form.reason.data or "")
    fresh.request_key.data = form.request_key.data
    return recap_page(database, wanted, slot, fresh, str(_("La fiche est à jour. Relisez, puis confirmez.")))


def _correct(database: Session, told: Person, form: ConfirmForm) -> None:
    ways = form.ways
    file = WantedFile(
        mobile=ways["mobile"],
        email=ways["email"],
        preferences=replace(preferences_of(told), landline=ways["landline"]),
    )
    change_file(
        database,
        now(),
        person_id=told.id,
        by=hand(),
        wanted=file,
        shown=form.shown.data or "",
        base_url=portal().settings.base_url,
    )
    database.flush()


def _refused(person_id: int, motif_key: str, refusal: Refused) -> Page:
    with transaction() as database:
        wanted = wanted_of(database, person_id, motif_key)
        slot = slot_of(request.form.get("creneau"), now())
        if slot is None:
            return slots_page(database, wanted), 409
        if refusal.reason is DeskFault.CHANGED:
            fresh = fresh_form(wanted, slot, request.form.get("reason", "")[:200])
            words = _("Quelqu'un a changé cette fiche pendant ce temps. Relisez les numéros, puis confirmez.")
            return recap_page(database, wanted, slot, fresh, str(words)), 409
        if not isinstance(refusal.reason, BookingRefusal):
            raise refusal
        return refusal_page(database, wanted) or taken_page(database, wanted, slot, refusal.reason)


def _done(made: Appointment, *, is_known: bool) -> str:
    session.pop(_REASON, None)
    is_old = is_known and now() - made.created_at > _A_PRESS
    return url_for("counter.appointment", appointment_id=made.id, fait="deja" if is_old else "pris")
