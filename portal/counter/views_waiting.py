"""The waiting list: somebody added to it, and those for whom a slot exists now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.booking.asked import slot_text
from portal.booking.availability import Slot
from portal.booking.models_waiting import Wish, WishEnd
from portal.booking.queries_waiting import Waiting, open_wishes, wish
from portal.booking.services_waiting import WishFault, stop_waiting
from portal.booking.services_waiting import wait as wait_for
from portal.clock import paris_day
from portal.counter import queries
from portal.counter.forms import StopForm, WaitForm
from portal.counter.forms_words import WISH_ENDS, WISH_FAULTS
from portal.counter.rules import places_for, unfit
from portal.counter.views import bp
from portal.counter.views_shared import BOOKERS, name_of, people_of
from portal.desk.queries import links, reads_file
from portal.desk.rules import reading, sees_reason
from portal.desk.views_shared import PERSON, hand, note_reading
from portal.directory import queries as directory
from portal.notifications.names import half_day_names
from portal.people.models import Person
from portal.people.queries_access import families_of
from portal.people.views_browser import services_of_agent
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.forms import selectable
from portal.web.headers import personal_page
from portal.web.i18n import language
from portal.web.request import now, transaction
from portal.web.text import whole
from portal.words import capital

Page = str | tuple[str, int] | Response

_ANYWHERE = "partout"
_WISH = "/agents/attente/<int(max=9223372036854775807):wish_id>"
_ENDS = {WishEnd.WITHDRAWN: "retire", WishEnd.BOOKED: "pris"}


@dataclass(frozen=True)
class Line:
    """A wish as the list shows it. `words`: its motif, as far as this agent reads it. `slot`: the first that suits.

    `by_phone`: no letter tells that slot in time.

    `when`: the half-days of the week that were ticked on paper, in words; empty when none were.
    """

    wish: Wish
    when: str
    words: str
    name: str
    url_of_file: str
    slot: Slot | None
    by_phone: bool
    place: str
    url_of_book: str
    since: datetime


@bp.route(f"{PERSON}/attente", methods=["GET", "POST"])
@allow(*BOOKERS)
def wait(person_id: int) -> Page:
    """What somebody waits for, where, from when to when."""
    try:
        with transaction() as database:
            person = people_of(database, person_id)[0]
            form = _form(database, person)
            if not form.is_submitted():
                note_reading(database, person_id)
                return _page(person, form)
            if not form.validate():
                return _page(person, form), 422
            wait_for(
                database,
                now(),
                person_id=person_id,
                motif_id=_motif_id(database, str(form.motif.data)),
                place_id=None if form.place.data == _ANYWHERE else int(str(form.place.data)),
                first_day=form.first_day.data,
                last_day=form.last_day.data,
                mornings=bool(form.mornings.data),
                afternoons=bool(form.afternoons.data),
                by=hand(),
            )
    except Refused as refusal:
        return _refused(person_id, refusal)
    return redirect(url_for("counter.waiting", fait="ajoute"), 303)


@bp.get("/agents/attente")
@allow(*BOOKERS)
def waiting() -> str:
    """Who waits, by place, the oldest first; and the slot that exists now for each."""
    personal_page()
    page = whole(request.args.get("page")) or 1
    with transaction() as database:
        found = open_wishes(database, now(), services=services_of_agent(database), page=page)
        groups = _grouped(database, found)
    return render_template(
        "counter/waiting.html",
        groups=groups,
        found=found,
        form=StopForm(formdata=None),
        done=request.args.get("fait", ""),
        ends=[(value, WISH_ENDS[end]) for end, value in _ENDS.items()],
    )


@bp.post(f"{_WISH}/fin", endpoint="stop_waiting")
@allow(*BOOKERS)
def stop_wish(wish_id: int) -> Page:
    """Ends a wish: the person no longer wants it, or has an appointment already."""
    how = next((end for end, value in _ENDS.items() if value == request.form.get("comment")), WishEnd.WITHDRAWN)
    with transaction() as database:
        found = wish(database, wish_id)
        if found is None or not reads_file(database, now(), g.agent, found.person_id):
            abort(404)
        if not StopForm().validate_on_submit():
            return redirect(url_for("counter.waiting"), 303)
        try:
            stop_waiting(database, now(), wish_id=wish_id, how=how, by=hand())
        except Refused:
            abort(404)
    return redirect(url_for("counter.waiting", fait="fini"), 303)


def _form(database: Session, person: Person) -> WaitForm:
    form = WaitForm(data={"mornings": True, "afternoons": True, "first_day": paris_day(now()), "place": _ANYWHERE})
    services, day = services_of_agent(database), paris_day(now())
    motifs = [
        motif
        for group in queries.motifs(database, day, services, None)
        for motif in group.motifs
        if not unfit(motif, [person], now())
    ]
    form.motif.choices = selectable((motif.key, motif.title_in_sight) for motif in motifs)
    known = {motif.key for motif in motifs}
    if not form.is_submitted() and request.args.get("motif") in known:
        form.motif.data = request.args["motif"]
    mine = [places_for(services, family) for family in {motif.family for motif in motifs}]
    ids = None if any(one is None for one in mine) else {number for one in mine for number in one or ()}
    places = directory.places(database, day, ids=ids)
    form.place.choices = selectable(
        [(_ANYWHERE, _("Tous les lieux")), *((str(place.id), place.name) for place in places)]
    )
    return form


def _page(person: Person, form: WaitForm) -> str:
    personal_page()
    return render_template(
        "counter/wait.html", person=person, name=name_of(person), form=form, form_has_errors=bool(form.errors)
    )


def _motif_id(database: Session, key: str) -> int:
    motif = directory.motif(database, key, paris_day(now()))
    return motif.id if motif else abort(404)


def _refused(person_id: int, refusal: Refused) -> Page:
    if not isinstance(refusal.reason, WishFault):
        raise refusal
    with transaction() as database:
        person = people_of(database, person_id)[0]
        form = _form(database, person)
        form.validate()
        fields: dict[WishFault, Any] = {
            WishFault.OVER: form.last_day,
            WishFault.TOO_FAR: form.first_day,
            WishFault.NEVER: form.mornings,
        }
        fields.get(refusal.reason, form.motif).errors = [WISH_FAULTS[refusal.reason]]
        return _page(person, form), 422


def _words(one: Wish, families: frozenset[str]) -> str:
    """What is waited for; neutral words for whoever may book it, and reads no reason of that family."""
    is_own = one.created_by == g.agent.id
    if sees_reason(family=one.motif.family, families=families, is_own=is_own):
        return one.motif.title_in_sight
    return capital(one.motif.neutral_words)


def _grouped(database: Session, found: Waiting) -> list[tuple[str, list[Line]]]:
    places = queries.places(database, {line.slot.place_id for line in found.lines if line.slot})
    read = links(database, now(), g.agent, [line.wish.person for line in found.lines])
    families = families_of(database, g.agent.id, paris_day(now()))
    groups: dict[str, list[Line]] = {}
    for line in found.lines:
        one, slot = line.wish, line.slot
        may_read = reading(read[one.person_id]) is not None
        title = one.place.name if one.place else str(_("Tous les lieux"))
        url = (
            url_for("counter.confirm", person_id=one.person_id, motif_key=one.motif.key, creneau=slot_text(slot))
            if slot and may_read
            else ""
        )
        shown = Line(
            wish=one,
            when=", ".join(half_day_names(one.half_days or (), language())),
            words=_words(one, families),
            name=name_of(one.person) if may_read else str(_("Une personne suivie par un autre service")),
            url_of_file=url_for("desk.person", person_id=one.person_id) if may_read else "",
            slot=slot,
            by_phone=line.by_phone,
            place=places[slot.place_id].name if slot else "",
            url_of_book=url,
            since=one.created_at,
        )
        groups.setdefault(title, []).append(shown)
    return sorted(groups.items())
