"""What was just noted, said at the top of the page one comes back to, with what may follow."""

from dataclasses import dataclass

from flask import request, url_for
from sqlalchemy.orm import Session

from portal.agenda.queries_booked import guests_of
from portal.agenda.queries_one import one
from portal.agenda.rules_acts import Act, Standing, standing
from portal.agenda.rules_agenda import Booked, Viewer
from portal.agenda.views_lines import Line, Writer
from portal.agenda.views_words import DONE_WORDS
from portal.web.access import may_open, url_if_open
from portal.web.request import now
from portal.web.text import whole

_MISSED = (Standing.MISSED, Standing.DOOR)


@dataclass(frozen=True)
class Done:
    """What was noted, and the appointment as it stands."""

    words: str
    line: Line
    follows: "Follow | None"


@dataclass(frozen=True)
class Follow:
    """What may follow a missed appointment. `rebook`: where another one is booked for the person; empty if nowhere."""

    rebook: str


def done(database: Session, viewer: Viewer) -> Done | None:
    """What the address says was just noted (`fait`, `rdv`), if it is there and this agent's to know."""
    number, said = whole(request.args.get("rdv")), request.args.get("fait", "")
    if number is None or said not in set(Act):
        return None
    booked = one(database, number)
    if booked is None or not viewer.knows(agent_id=booked.agent_id, place_id=booked.place_id):
        return None
    line = line_of(database, viewer, booked)
    return Done(str(DONE_WORDS[Act(said)]), line, follow_of(viewer, booked, line))


def line_of(database: Session, viewer: Viewer, booked: Booked) -> Line:
    """One appointment in words."""
    return Writer(viewer, guests_of(database, viewer, [booked]), now(), at_place=booked.place_id).booked(booked)


def follow_of(viewer: Viewer, booked: Booked, line: Line) -> Follow | None:
    """What may follow, when it was missed."""
    return Follow(_rebook(viewer, booked, line)) if standing(booked, now()) in _MISSED else None


def _rebook(viewer: Viewer, booked: Booked, line: Line) -> str:
    """The slots of the same motif for the person, for who may read it; else the motifs; empty for who books nothing.

    The address of slots names the motif: it would tell what the appointment was about.
    """
    if not line.person_ids:
        return ""
    if may_open("counter.slots") and viewer.sees_reason(agent_id=booked.agent_id, family=booked.family):
        return url_for("counter.slots", person_id=line.person_ids[0], motif_key=booked.motif_key)
    return url_if_open("counter.motifs", person_id=line.person_ids[0]) or ""
