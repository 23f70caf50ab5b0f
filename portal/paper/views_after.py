"""A paper that was entered: what it said, when, by whom, and what can be done next."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.codes import shown as shown_code
from portal.directory.models import Motif, Place
from portal.notifications.queries_post import calendar_of
from portal.notifications.ways import first_day_known, may_be_called, takes_letters
from portal.paper import queries
from portal.paper.forms_words import FAULTS, KINDS
from portal.paper.models import FormKind, PaperForm
from portal.paper.rules import PaperFault
from portal.paper.views_shared import answers_of, name_of
from portal.people.queries_access import services_of
from portal.web.access import may_open
from portal.web.headers import personal_page
from portal.web.request import now


@dataclass(frozen=True)
class Fit:
    """A free slot in a half-day that was ticked. `by_phone`: no letter tells it in time."""

    starts_at: datetime
    place: str
    by_phone: bool


def entered_page(database: Session, found: PaperForm, *, reads: bool) -> str:
    """What stands, for the one who has just entered it and for whoever comes after."""
    personal_page()
    reader = (found.person.guardian or found.person) if found.person else None
    return render_template(
        "paper/entered.html",
        found=found,
        kind=KINDS[found.kind],
        code=shown_code(found.code),
        name=name_of(found.person),
        reads=reads,
        rows=answers_of(database, found.answers or {}),
        is_forgotten=not found.answers,
        by=queries.agent_name(database, found.entered_by) or _("quelqu'un"),
        done=request.args.get("fait") == "enregistre",
        again=str(FAULTS[PaperFault.ENTERED]) if request.args.get("fait") == "deja" else "",
        by_letter=reader is not None and takes_letters(reader) and not reader.wants_silence,
        silent=reader is not None and reader.wants_silence,
        fits=_fits(database, found) if reads else [],
        url_of_slots=_url_of_slots(database, found) if reads else "",
    )


def _fits(database: Session, found: PaperForm) -> list[Fit]:
    """Slots that fit a wish now, in the agent's own service.

    Whoever is told by letter alone has those of which a letter tells in time; the others too where they may be called.
    """
    said = found.answers or {}
    if found.kind is not FormKind.WISH or found.person is None or not _url_of_slots(database, found):
        return []
    reader = found.person.guardian or found.person
    known = first_day_known(reader, now(), calendar_of(database))
    first_day = date.fromisoformat(said["first_day"])
    if known is not None and not may_be_called(reader):
        first_day = max(first_day, known)
    motif = database.get_one(Motif, said["motif_id"])
    places = {said["place_id"]} if said["place_id"] else _own_places(database, motif.family)
    slots = queries.fitting(
        database,
        now(),
        motif=motif,
        place_ids=places,
        ticked=said["half_days"],
        first_day=first_day,
    )
    return [
        Fit(
            slot.starts_at,
            database.get_one(Place, slot.place_id).name,
            by_phone=known is not None and paris_day(slot.starts_at) < known,
        )
        for slot in slots
    ]


def _own_places(database: Session, family: str) -> set[int] | None:
    services = services_of(database, g.agent.id, paris_day(now()))
    own = [one for one in services if one.families is None or family in one.families]
    if any(one.place_ids is None for one in own):
        return None
    return {number for one in own for number in one.place_ids or ()}


def _url_of_slots(database: Session, found: PaperForm) -> str:
    """Where the agent books what was wished; empty when they may not."""
    if found.kind is not FormKind.WISH or not may_open("counter.slots"):
        return ""
    number = (found.answers or {}).get("motif_id")
    if number is None:  # forgotten since
        return ""
    motif = database.get_one(Motif, number)
    return url_for("counter.slots", person_id=found.person_id, motif_key=motif.key)
