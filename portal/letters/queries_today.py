"""What the print room must know today: what waits, what came too late, who did what."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, aliased

from portal.clock import paris_day
from portal.directory.models import Place
from portal.letters.models import Letter, PrintRun, RunFile
from portal.letters.queries import ROLES, WAITS, of_room
from portal.letters.queries_runs import letters_of
from portal.notifications.models import Message, Route, Status
from portal.notifications.packing import SINGLE
from portal.people.models import Agent
from portal.people.queries_access import places_of

LATE_SHOWN = timedelta(days=7)
_DIGITAL = (Route.SMS, Route.EMAIL)


class Waiting(NamedTuple):
    """Letters of one kind that wait: how many, and how many of them take one sheet of paper or two."""

    kind: str
    letters: int
    one_sheet: int
    sheets: int


class Late(NamedTuple):
    """Letters of a place that came too late for the post; no place: of none.

    What the planner asks for in the place of each, once: `calls` to make, or made; `desks`: the place says it when they
    come; `written`: a text message or an e-mail. Of the others nothing is asked: they are of no more use, or another
    letter tells the same.
    """

    place: str | None
    letters: int
    calls: int = 0
    desks: int = 0
    written: int = 0


def holds_the_room(session: Session, now: datetime, agent_id: int) -> bool:
    """Whether an agent has the whole print room: runs are of every place at once."""
    return places_of(session, agent_id, ROLES, paris_day(now)) is None


def waiting_by_kind(session: Session, now: datetime, *, agent_id: int) -> Sequence[Waiting]:
    """The letters that wait for this agent, by kind, the most numerous first."""
    counted = (
        select(
            Message.kind,
            func.count(Letter.id).label("letters"),
            func.count(Letter.id).filter(Letter.pages <= 2).label("one_sheet"),
            func.sum((Letter.pages + 1) // 2).label("sheets"),
        )
        .join(Letter.message)
        .where(WAITS, of_room(session, now, agent_id))
        .group_by(Message.kind)
        .order_by(func.count(Letter.id).desc(), Message.kind)
    )
    return [Waiting(row.kind, row.letters, row.one_sheet, int(row.sheets)) for row in session.execute(counted)]


def too_late_by_place(session: Session, now: datetime, *, agent_id: int) -> Sequence[Late]:
    """The letters of this agent's places, due in the last seven days, that the post could not carry in time."""
    how = case((_told_by(Route.CALL), "calls"), (_told_by(Route.DESK), "desks"), (_told_by(*_DIGITAL), "written"))
    late = (
        select(Message.place_id, how.label("how"))
        .where(
            Message.route == Route.LETTER,
            Message.status == Status.FAILED,
            Message.last_error == "too_late",
            Message.event["kind"].astext != SINGLE,  # asked for by itself: nobody calls in its place
            Message.due_at > now - LATE_SHOWN,
            of_room(session, now, agent_id),
        )
        .subquery()
    )
    calls, desks, written = (func.count().filter(late.c.how == name) for name in ("calls", "desks", "written"))
    counted = (
        select(Place.name, func.count(), calls, desks, written)
        .select_from(late)
        .outerjoin(Place, Place.id == late.c.place_id)
        .group_by(Place.id, Place.name)
        .order_by(Place.name, Place.id)
    )
    return [Late(*row) for row in session.execute(counted)]


def _told_by(*routes: Route) -> ColumnElement[bool]:
    """Whether what a letter says is told, or was to be, by one of these routes; one that failed went round again."""
    other = aliased(Message)
    same = (
        other.event_id == Message.event_id,
        other.person_id == Message.person_id,
        other.step == Message.step,
        other.route.in_(routes),
        other.status != Status.FAILED,
    )
    return select(other.id).where(*same).correlate(Message).exists()


def latest_run(session: Session) -> PrintRun | None:
    """The run made last."""
    return session.scalars(select(PrintRun).order_by(PrintRun.id.desc()).limit(1)).one_or_none()


def pulled_of(session: Session, run_id: int) -> Sequence[Letter]:
    """The letters taken out of a run, in the order of the paper, with their messages."""
    return letters_of(session, run_id, Letter.pulled_at.is_not(None))


def sizes_of(session: Session, run_id: int) -> dict[int, int]:
    """How many bytes each file of a run has, by its place in it; only those whose bytes are kept."""
    rows = session.execute(
        select(RunFile.position, func.octet_length(RunFile.pdf))
        .where(RunFile.run_id == run_id, RunFile.pdf.is_not(None))
        .order_by(RunFile.position)
    )
    return {row[0]: row[1] for row in rows}


def letter_sizes(session: Session, letter_ids: Collection[int]) -> dict[int, int]:
    """How many bytes each of these letters has; only those whose bytes are kept."""
    rows = session.execute(
        select(Letter.id, func.octet_length(Letter.pdf))
        .where(Letter.id.in_(letter_ids), Letter.pdf.is_not(None))
        .order_by(Letter.id)
    )
    return {row[0]: row[1] for row in rows}


def names_of(session: Session, agent_ids: Collection[int | None]) -> dict[int, str]:
    """The names of agents by their numbers."""
    rows = session.execute(
        select(Agent.id, Agent.given_name, Agent.family_name).where(Agent.id.in_(agent_ids)).order_by(Agent.id)
    )
    return {number: f"{given} {family}" for number, given, family in rows}
