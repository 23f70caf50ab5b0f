"""Workshops: those to come and those past at this agent's places; one of them, with who has a seat."""

from dataclasses import dataclass

from flask import g, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.agenda.queries_agenda import viewer_of
from portal.agenda.queries_seats import Seat, people_among, places_to_host, seats_of, unnoted
from portal.agenda.rules_acts import standing
from portal.agenda.rules_agenda import SEERS, Viewer
from portal.agenda.views import bp
from portal.agenda.views_lines import words_of_lines
from portal.agenda.views_workshops_shared import (
    WORKSHOP,
    Shown,
    fault_words,
    holds,
    shown_of,
    workshop_or_404,
)
from portal.booking import queries_workshops
from portal.booking.queries_workshops import WorkshopSeats
from portal.booking.rules_workshops import WorkshopFault
from portal.clock import paris_day
from portal.desk.queries import links
from portal.desk.rules import reading
from portal.people.views_browser import services_of_agent
from portal.web.access import allow
from portal.web.headers import personal_page
from portal.web.request import now, transaction

DONE = {
    "ouvert": _l("L'atelier est ouvert."),
    "change": _l("L'atelier est changé."),
    "change-dit": _l("L'atelier est changé. Les personnes inscrites sont prévenues."),
    "annule": _l("L'atelier est annulé. Les personnes inscrites sont prévenues."),
    "retire": _l("La place est libre. La personne est prévenue."),
}


@dataclass(frozen=True)
class SeatLine:
    """A seat on the page of its workshop. `url`: the person's card, for who reads it."""

    seat: Seat
    name: str
    url: str
    standing: str
    is_held: bool

    @property
    def is_paper(self) -> bool:
        """Whether everything reaches them by post."""
        return self.seat.guest.wants_paper


@bp.get("/agents/ateliers")
@allow(*SEERS)
def workshops() -> str:
    """To come, soonest first, and those of the last 31 days: at the places of this agent, or led by them."""
    with transaction() as database:
        viewer, services = viewer_of(database, now(), g.agent), services_of_agent(database)
        coming, past = (
            [shown_of(database, viewer, services, found) for found in listed if _is_near(viewer, found)]
            for listed in (
                queries_workshops.workshops_to_come(database, now()),
                queries_workshops.workshops_past(database, now()),
            )
        )
        return render_template(
            "agenda/workshops.html",
            coming=coming,
            past=past,
            to_note=unnoted(database, [one.id for one in past]),
            may_open_one=bool(places_to_host(database, services, paris_day(now()))),
        )


@bp.get(WORKSHOP)
@allow(*SEERS)
def workshop(workshop_id: int) -> str:
    """One workshop: when, where, who has a seat, and what may be done."""
    with transaction() as database:
        return workshop_page(database, workshop_or_404(database, workshop_id), done=request.args.get("fait", ""))


def workshop_page(database: Session, shown: Shown, *, done: str = "", fault: str = "") -> str:
    """The page; with what is wrong with an act just asked for."""
    personal_page()
    lines = _lines(database, shown)
    return render_template(
        "agenda/workshop.html",
        shown=shown,
        lines=[line for line in lines if line.is_held],
        gone=[line for line in lines if not line.is_held],
        hidden=shown.seats.taken - sum(line.is_held for line in lines),
        done=DONE.get(done, ""),
        fault=fault,
        form_has_errors=bool(fault),
        **words_of_lines(),
    )


def not_yours(database: Session, shown: Shown) -> tuple[str, int]:
    """The page of a workshop of another service: it says so, and nothing is done."""
    return workshop_page(database, shown, fault=fault_words(WorkshopFault.NOT_YOUR_SERVICE)), 409


def _is_near(viewer: Viewer, found: WorkshopSeats) -> bool:
    held = found.workshop.appointment
    return viewer.is_near(held.place_id) or held.agent_id == viewer.agent_id


def _lines(database: Session, shown: Shown) -> list[SeatLine]:
    """The seats whose people this agent may know: all of them, or those whose files they read."""
    seats = seats_of(database, shown.id)
    people = people_among(database, [one.guest.person_id for one in seats])
    tied = links(database, now(), g.agent, people) if people else {}
    read = {number for number, link in tied.items() if reading(link) is not None}
    return [
        SeatLine(
            seat=one,
            name=one.guest.name,
            url=url_for("desk.person", person_id=one.guest.person_id) if one.guest.person_id in read else "",
            standing=standing(one.booked, now()).value,
            is_held=holds(one.booked.status),
        )
        for one in seats
        if shown.may_name or one.guest.person_id in read
    ]
