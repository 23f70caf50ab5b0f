"""The next free slots over all my places, in one list; narrowed by place, agent, distance, half day and day."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.booking import asked
from portal.booking.asked import slot_text
from portal.booking.availability import Scope, Slot
from portal.booking.rules import cancel_until, move_until
from portal.clock import paris_day
from portal.counter import queries
from portal.counter.forms_words import HALVES, MODES
from portal.counter.rules import Filters, HalfDay, bookable_from, bookable_until, unfit
from portal.counter.views import bp
from portal.counter.views_shared import (
    BOOKERS,
    WISHED,
    Wanted,
    id_asked,
    name_of,
    rows_by_day,
    wanted_of,
)
from portal.counter.views_start import misfit_words, motifs_page
from portal.directory import queries as directory
from portal.directory.models import BookedBy, Commune, Motif
from portal.web.access import allow, may_open
from portal.web.headers import personal_page
from portal.web.request import now, transaction

Page = str | tuple[str, int]

KILOMETRES = (5, 10, 20, 40)
_FAR = 10  # years: a day beyond is a slip of the hand


@bp.get(WISHED)
@allow(*BOOKERS)
def slots(person_id: int, motif_key: str) -> Page:
    """The list; the first slot is chosen already, so that Enter goes on."""
    with transaction() as database:
        wanted = wanted_of(database, person_id, motif_key)
        return refusal_page(database, wanted) or slots_page(database, wanted)


def refusal_page(database: Session, wanted: Wanted) -> Page | None:
    """The page of motifs, saying why this one cannot be booked for these people; None when it can."""
    if not wanted.is_mine:
        fault = str(_("Ce motif est d'un autre service. Vous ne pouvez pas réserver pour lui."))
        return motifs_page(database, wanted.person, wanted.relatives, fault), 409
    misfits = unfit(wanted.motif, wanted.concerned, now())
    if misfits:
        return motifs_page(database, wanted.person, wanted.relatives, misfit_words(wanted, misfits)), 409
    return None


def slots_page(database: Session, wanted: Wanted, fault: str = "", kept: dict[str, Any] | None = None) -> str:
    """The page of slots; with a `fault`, what is wrong with the one that was asked for."""
    personal_page()
    filters, home = filters_asked(), queries.home_of(database, wanted.person)
    scope, options = narrowed(database, wanted.scope, filters, home)
    found = queries.slots(database, now(), scope, filters)
    days = rows_by_day(database, wanted.motif, found.slots, home)
    return render_template(
        "counter/slots.html",
        **about(wanted),
        days=days,
        chosen=slot_text(found.slots[0]) if found.slots else "",
        filters=filters,
        options=options | {"home": home},
        url_of_more=wanted.url("slots", **arguments_of(replace(filters, after=found.next_after)))
        if found.next_after
        else "",
        url_of_all=wanted.url("slots"),
        notes=deadline_notes(wanted.motif),
        fault=fault,
        form_has_errors=bool(fault),
        **(kept or {}),
    )


def about(wanted: Wanted) -> dict[str, Any]:
    """What every page of a booking says of it, and where it leads."""
    calls = url_for("calls.qualify", personne=wanted.person.id) if may_open("calls.qualify") else ""
    return {
        "person": wanted.person,
        "name": name_of(wanted.person),
        "concerned": [name_of(one) for one in wanted.concerned],
        "relative_ids": wanted.relative_ids,
        "motif": wanted.motif,
        "mode": MODES[wanted.motif.mode],
        "may_overbook": wanted.may_overbook,
        "url_of_motifs": url_for("counter.motifs", person_id=wanted.person.id, pour=wanted.relative_ids or None),
        "url_of_slots": wanted.url("slots"),
        "url_of_confirm": wanted.url("confirm"),
        "url_of_overbook": wanted.url("overbook"),
        "url_of_wait": url_for("counter.wait", person_id=wanted.person.id, motif=wanted.motif.key),
        "url_of_calls": calls,
    }


def filters_asked() -> Filters:
    """What the address narrows the list by; nonsense narrows nothing."""
    kilometres, day = id_asked("km"), asked.day(request.args.get("depuis"))
    half = request.args.get("moment")
    return Filters(
        place_id=id_asked("lieu"),
        agent_id=id_asked("agent"),
        kilometres=kilometres if kilometres in KILOMETRES else None,
        half=next((one for one in HalfDay if one.value == half), None),
        since=day if day is not None and abs(day.year - now().year) <= _FAR else None,
        after=asked.instant(request.args.get("apres"), now()),
    )


def arguments_of(filters: Filters) -> dict[str, Any]:
    """The same filters in an address: numbers, days and hours, nothing of anybody."""
    return {
        "lieu": filters.place_id,
        "agent": filters.agent_id,
        "km": filters.kilometres,
        "moment": filters.half.value if filters.half else None,
        "depuis": filters.since.isoformat() if filters.since else None,
        "apres": asked.written(filters.after) if filters.after else None,
    }


def narrowed(database: Session, scope: Scope, filters: Filters, home: Commune | None) -> tuple[Scope, dict[str, Any]]:
    """The scope as the filters narrow it, and what the filters may choose from."""
    pairs = queries.receiving(database, scope.motif, paris_day(now()), scope.place_ids)
    places = queries.places(database, {place_id for _agent, place_id in pairs})
    agents = queries.agents(database, {agent_id for agent_id, _place in pairs})
    kept: Collection[int] | None = scope.place_ids
    if filters.place_id in places:
        kept = {filters.place_id}
    if filters.kilometres and home:
        near = {number for number, place in places.items() if directory.distance_km(home, place) <= filters.kilometres}
        kept = near if kept is None else near.intersection(kept)
    mine = scope.agent_ids
    if filters.agent_id in agents:
        mine = {filters.agent_id} if mine is None else {filters.agent_id}.intersection(mine)
    options = {
        "places": [(place.id, _place_words(place.name, place.city)) for place in places.values()],
        "agents": [(agent.id, f"{name_of(agent)}, {agent.job}") for agent in agents.values()],
        "kilometres": KILOMETRES if home else (),
        "halves": [(half.value, words) for half, words in HALVES.items()],
    }
    return replace(scope, place_ids=kept, agent_ids=mine), options


def deadline_notes(motif: Motif) -> dict[str, Any]:
    """From when to when the site offers this motif to residents; for agents these bind nothing."""
    if motif.booked_by is BookedBy.AGENTS:
        return {"is_for_agents": True}
    return {"is_for_agents": False, "since": bookable_from(motif, now()), "until": bookable_until(motif, now())}


def change_notes(motif: Motif, slot: Slot) -> dict[str, Any]:
    """Until when the person may cancel and move by themselves; None once it is past."""
    deadlines = {"cancel": cancel_until(slot.starts_at, motif), "move": move_until(slot.starts_at, motif)}
    return {name: deadline if deadline > now() else None for name, deadline in deadlines.items()}


def _place_words(name: str, city: str) -> str:
    return name if city in name else f"{name}, {city}"
