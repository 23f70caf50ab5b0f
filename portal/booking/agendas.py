"""What availability loads of agents' agendas: plain rows, as few as the days looked at need."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from portal.booking.models import HOLDS_TIME, Absence, Appointment, Opening, opening_motif
from portal.booking.recurrence import instant
from portal.booking.rules_closed import Closed, OddDay, closed_days
from portal.booking.slots import Days, Interval, Pace, Window, bearing, is_offered, window_of
from portal.directory.models import Departement, Motif, Place
from portal.directory.models_settings import DayException
from portal.holidays import region_named
from portal.people.models import Agent

LONGEST = timedelta(hours=24)  # no appointment is longer: a constraint of the table

# Written out, not sent as parameters: else the server's general plan could not use the index of those that hold time.
_HOLDING = Appointment.status.in_([literal_column(f"'{status}'") for status in HOLDS_TIME])
_EPOCH = literal_column("'epoch'", Text)


@dataclass(frozen=True)
class Scope:
    """Whose slots are asked for. `None` means any.

    `place_ids` and `agent_ids` narrow the answer without changing it: a slot shown in a wide scope is in the narrow
    one. `for_agent`: staff is asking, whom notice and horizon do not bind. `ignoring`: the appointment being moved,
    which does not stand in its own way.
    """

    motif: Motif
    place_ids: Collection[int] | None = None
    agent_ids: Collection[int] | None = None
    for_agent: bool = False
    ignoring: int | None = None

    def window(self, now: datetime) -> Window | None:
        """When a slot may start; None when no slot is shown at all."""
        if not is_offered(self.motif, self.agent_ids, for_agent=self.for_agent):
            return None
        return window_of(self.motif, now, for_agent=self.for_agent)

    def wants(self, place_id: int) -> bool:
        """Whether slots at this place are asked for."""
        return self.place_ids is None or place_id in self.place_ids


class OpeningRow(NamedTuple):
    """An opening, as `slots` reads it."""

    agent_id: int
    id: int
    place_id: int
    recurrence: str
    weekdays: list[int]
    interval_weeks: int
    nth_week: int | None
    first_day: date
    last_day: date | None
    starts: time
    ends: time
    skipped: list[date]


Openings = dict[int, list[OpeningRow]]  # by agent


class Agendas(NamedTuple):
    """When agents receive, before anything is taken out of it but closed days."""

    openings: Openings
    closed: Closed


def openings_of(session: Session, scope: Scope, days: Days) -> Openings:
    """By agent: the openings for the motif of every active agent concerned, at every place that is not closed.

    An agent's openings at places that are not asked for are loaded too: they say where the agent is. The last day is
    the opening's own, or the eve of the day on which the place or the motif closes, or the agent's account ends. An
    agent whose account is suspended is not booked.
    """
    closing = scope.motif.closed_on
    given = {
        "motif_id": scope.motif.id,
        "closing": None if closing is None else closing - timedelta(days=1),
        "first": days.first,
        "until": days.last + timedelta(days=1),
        "agents": None if scope.agent_ids is None else list(scope.agent_ids),
        "places": None if scope.place_ids is None else list(scope.place_ids),
    }
    statement = _openings(by_agent=scope.agent_ids is not None, by_place=scope.place_ids is not None)
    openings: Openings = defaultdict(list)
    for row in session.execute(statement, given):
        openings[row[0]].append(OpeningRow._make(row))
    return openings


def agendas_of(session: Session, scope: Scope, days: Days) -> Agendas:
    """The openings of `openings_of`, and the days on which places are closed."""
    return Agendas(openings_of(session, scope, days), closed_of(session, days))


def closed_of(session: Session, days: Days) -> Closed:
    """The days on which places are closed, for these days and the day after; by the Département's own holidays."""
    given = {"first": days.first, "last": days.last + timedelta(days=1)}
    rows = session.execute(_ODD_DAYS, given).all()
    odd = [OddDay._make(row[1:]) for row in rows if row.day is not None]
    return closed_days(days.first.year, given["last"].year, odd, region=region_named(rows[0].region))


def busy_of(session: Session, scope: Scope, agent_ids: Collection[int], between: Interval) -> dict[int, list[Interval]]:
    """The time of each agent that something already holds, anywhere, sorted by start; buffers included.

    Times that touch or overlap come as one: the server joins them, so that a full day is one row instead of ten.
    """
    since, until = instant(between[0]), instant(between[1])
    given = {"agents": list(agent_ids), "since": since, "until": until}
    held = {"reaching": since - LONGEST, "ignoring": scope.ignoring or 0}
    busy: dict[int, list[Interval]] = defaultdict(list)
    for agent_id, start, end in session.execute(_BUSY, given | held):
        busy[agent_id].append((start, end))
    return busy


def load_of(session: Session, scope: Scope, agent_ids: Collection[int], day: date) -> dict[int, int]:
    """How many appointments each agent has that day, anywhere; none when the agent is missing."""
    since, until = (instant(second) for second in bearing(Days(day, day), Pace(0, 0)))
    given = {"agents": list(agent_ids), "since": since, "until": until, "ignoring": scope.ignoring or 0}
    return {row[0]: row[1] for row in session.execute(_LOAD, given)}


@cache
def _openings(*, by_agent: bool, by_place: bool) -> Select[*tuple[Any, ...]]:
    """The statement of `openings_of`: building one costs more than sending it, so each form is built once."""
    closing = bindparam("closing", type_=Date)
    last_day = func.least(Opening.last_day, Place.closed_on - 1, Agent.expires_on - 1, closing, type_=Date)
    statement = (
        select(
            Opening.agent_id,
            Opening.id,
            Opening.place_id,
            type_coerce(Opening.recurrence, Text),
            Opening.weekdays,
            Opening.interval_weeks,
            Opening.nth_week,
            Opening.first_day,
            last_day,
            Opening.starts,
            Opening.ends,
            Opening.skipped,
        )
        .join(opening_motif, opening_motif.c.opening_id == Opening.id)
        .join(Agent, Agent.id == Opening.agent_id)
        .join(Place, Place.id == Opening.place_id)
        .where(
            opening_motif.c.motif_id == bindparam("motif_id"),
            Agent.is_active,
            Agent.suspended_at.is_(None),
            Opening.first_day <= bindparam("until"),
            or_(last_day.is_(None), last_day >= bindparam("first")),
        )
        .order_by(Opening.agent_id, Opening.id)
    )
    if by_agent:
        statement = statement.where(_among(Opening.agent_id, "agents"))
    if by_place:
        there = aliased(Opening)
        statement = statement.where(
            Opening.agent_id.in_(select(there.agent_id).where(_among(there.place_id, "places")))
        )
    return statement


def _joined(
    agent_id: InstrumentedAttribute[int], period: ColumnElement[Any], *conditions: ColumnElement[bool]
) -> Select[int, int, int]:
    """Each agent's periods, joined where they touch, as whole seconds since 1970 that cover them.

    The server computes them: an integer is read much faster than a date.
    """
    together = func.unnest(func.range_agg(period)).label("period")
    rows = select(agent_id.label("agent_id"), together).where(*conditions).group_by(agent_id).subquery()
    start = cast(func.floor(func.date_part(_EPOCH, func.lower(rows.c.period))), BigInteger)
    end = cast(func.ceil(func.date_part(_EPOCH, func.upper(rows.c.period))), BigInteger)
    return select(rows.c.agent_id, start.label("starts"), end.label("ends"))


def _among(column: InstrumentedAttribute[int], name: str) -> ColumnElement[bool]:
    """`IN` the values that go by this name, as one array: the statement stays the same, however many there are."""
    return column == any_(bindparam(name, type_=ARRAY(Integer)))


_REGION = select(func.max(Departement.holiday_region).label("region")).subquery()  # one row, whatever there is
_ODD_DAYS = (
    select(_REGION.c.region, DayException.day, DayException.place_id, DayException.is_open)
    .select_from(_REGION)
    .outerjoin(DayException, DayException.day.between(bindparam("first"), bindparam("last")))
    .order_by(DayException.day, DayException.id)
)
_HELD = _joined(
    Appointment.agent_id,
    func.tstzrange(Appointment.starts_at, Appointment.busy_until),
    _among(Appointment.agent_id, "agents"),
    _HOLDING,
    Appointment.starts_at.between(bindparam("reaching"), bindparam("until")),
    Appointment.busy_until > bindparam("since"),
    Appointment.id != bindparam("ignoring"),
    Appointment.workshop_id.is_(None),  # the workshop's own appointment holds the time of all its seats
)
_AWAY = _joined(
    Absence.agent_id,
    func.tstzrange(Absence.starts_at, Absence.ends_at),
    _among(Absence.agent_id, "agents"),
    Absence.starts_at < bindparam("until"),
    Absence.ends_at > bindparam("since"),
)
_BUSY = union_all(_HELD, _AWAY).order_by("agent_id", "starts", "ends")
_LOAD = (
    select(Appointment.agent_id, func.count())
    .where(
        _among(Appointment.agent_id, "agents"),
        _HOLDING,
        Appointment.starts_at >= bindparam("since"),
        Appointment.starts_at < bindparam("until"),
        Appointment.id != bindparam("ignoring"),
        Appointment.workshop_id.is_(None),
    )
    .group_by(Appointment.agent_id)
    .order_by(Appointment.agent_id)
)
