"""Several appointments placed anew at once: what would be done is shown, then each is done by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.agenda.queries_displaced import Displaced, displaced
from portal.agenda.queries_one import agent_names
from portal.agenda.rules_agenda import SEERS
from portal.agenda.rules_displaced import reason_of, shared_out
from portal.agenda.services_displaced import Aim, Change
from portal.agenda.views import bp
from portal.agenda.views_displaced import LIST, do, known_or_404, list_page, names_of, read_aim
from portal.agenda.views_displaced_words import (
    REASON_WORDS,
    Row,
    reach_of,
    rows,
    slot_words,
    viewer_now,
)
from portal.agenda.views_lines import words_of_lines
from portal.booking import queries as booking
from portal.booking.asked import sequence_of, slot_of, slot_text
from portal.booking.slots import Slot, pace_of
from portal.web.access import allow, safe_next
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.request import now, transaction
from portal.web.text import whole

Page = str | tuple[str, int]

_MOST = 50
_ACTS = ("confier", "deplacer", "annuler")


@dataclass(frozen=True)
class Outcome:
    """What became of one of them: why it was refused, or nothing when it was done."""

    row: Row
    refused: str


@bp.post(f"{LIST}/ensemble")
@allow(*SEERS)
def displaced_several() -> Page:
    """First what would be done; then, confirmed, each in its own transaction. What is refused leaves the others."""
    act, ticked = request.form.get("acte", ""), _ticked()
    fault = ""
    if not PortalForm().validate_on_submit() or act not in _ACTS:
        fault = _("Cette page est restée ouverte longtemps. Recommencez.")
    elif not ticked:
        fault = _("Cochez au moins un rendez-vous.")
    if fault:
        with transaction() as database:
            return list_page(database, fault), 422
    if request.form.get("confirme"):
        changes = [_change(one, sequence) for one, sequence in ticked]
        if any(changes):
            return _do_all(ticked, [change for change in changes if change])
        fault = _("Faites un choix dans la liste.")
    with transaction() as database:
        return _confirm_page(database, act, ticked, fault), 422 if fault else 200


def _ticked() -> list[tuple[int, int]]:
    pairs = (typed.partition(":") for typed in request.form.getlist("rdv")[:_MOST])
    read = [(whole(one) or 0, sequence_of(sequence)) for one, _colon, sequence in pairs]
    return list(dict(reversed(read)).items())[::-1]  # one ticked twice is one


def _change(appointment_id: int, sequence: int) -> Change | None:
    """What was confirmed for one of them; moves have a slot each."""
    aim: Aim | None
    if request.form.get("acte") == "deplacer":
        aim = slot_of(request.form.get(f"creneau-{appointment_id}"), now())
    else:
        aim = read_aim(request.form)
    return None if aim is None else Change(appointment_id, sequence, aim)


def _do_all(ticked: Sequence[tuple[int, int]], changes: Sequence[Change]) -> str:
    with transaction() as database:  # who they are is read before: once moved, they may be somebody else's to read
        known = {row.line.booked.id: row for row in _rows(database, ticked) if row.line.booked}
    outcomes = [
        Outcome(known[change.appointment_id], do(change)) for change in changes if change.appointment_id in known
    ]
    personal_page()
    return render_template(
        "agenda/displaced_done.html",
        outcomes=outcomes,
        done=sum(not one.refused for one in outcomes),
        back=_back(),
        **words_of_lines(),
    )


def _confirm_page(database: Session, act: str, ticked: Sequence[tuple[int, int]], fault: str) -> str:
    personal_page()
    listed = _rows(database, ticked)
    given = {"confier": _colleagues, "deplacer": _slots, "annuler": _reasons}[act](database, listed)
    return render_template(
        "agenda/displaced_several.html",
        act=act,
        rows=listed,
        fault=fault,
        back=_back(),
        form=PortalForm(formdata=None),
        form_has_errors=bool(fault),
        **given,
        **words_of_lines(),
    )


def _rows(database: Session, ticked: Sequence[tuple[int, int]]) -> list[Row]:
    """Those that were ticked and are still to place anew, soonest first; with the sequences of the page."""
    viewer = viewer_now(database)
    ids = {one for one, _sequence in ticked}
    there = [one for one in displaced(database, now(), reach_of(viewer)) if one.id in ids]
    known = {one.id for one in there}
    found = [booking.appointment(database, one) for one in sorted(ids - known)]
    gone = [Displaced(one.id, one.agent_id, one.place_id, one.starts_at) for one in found if one is not None]
    return [row for row in rows(database, viewer, [*there, *gone]) if row.tick]


def _colleagues(database: Session, listed: Sequence[Row]) -> dict[str, Any]:
    free: dict[int, int] = {}
    for row in listed:
        if row.line.booked:
            found = known_or_404(database, row.line.booked.id)
            for agent in booking.colleagues(database, found):
                free[agent.id] = free.get(agent.id, 0) + 1
    names = agent_names(database, free.keys())
    ordered = sorted(free, key=lambda one: (-free[one], names[one], one))
    return {"colleagues": [(one, names[one], free[one]) for one in ordered]}


def _slots(database: Session, listed: Sequence[Row]) -> dict[str, Any]:
    """For each, the first slot that none of those before takes."""
    wanted: list[tuple[int, int, list[Slot]]] = []
    for row in listed:
        if row.line.booked:
            found = known_or_404(database, row.line.booked.id)
            near = booking.proposals(database, now(), found, count=6 + len(listed))
            wanted.append((found.id, sum(pace_of(found.motif)), near))
    chosen = dict(shared_out(wanted))
    places, agents = names_of(database, list(chosen.values()))
    return {"slots": {one: (slot_text(slot), slot_words(slot, places, agents)) for one, slot in chosen.items()}}


def _reasons(database: Session, listed: Sequence[Row]) -> dict[str, Any]:
    ids = {row.line.booked.id for row in listed if row.line.booked}
    there = displaced(database, now(), reach_of(viewer_now(database)))
    why = next((one.why for one in there if one.id in ids), ())
    return {
        "reasons": [(reason.value, words) for reason, words in REASON_WORDS.items()],
        "proposed": reason_of(why).value,
    }


def _back() -> str:
    return safe_next(request.form.get("suite"), url_for("agenda.displaced"))
