"""Openings and absences read: whose they are, who may write them, and what a change of them would touch."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, func, inspect, or_, select
from sqlalchemy.orm import Session

from portal.agenda.rules_openings import Authority, Draft, authority
from portal.agenda.rules_openings_effect import WATCHED, Look, Situation, Taken
from portal.booking.models import HOLDS_TIME, Absence, Appointment, AppointmentStatus, Opening, opening_motif
from portal.booking.recurrence import instant, midnight_of
from portal.booking.rules_closed import OddDay, closed_days
from portal.booking.slots import Days, Window, pace_of
from portal.clock import paris_day
from portal.directory.models import BookedBy, Motif, Place, PlaceAttachment
from portal.directory.models_settings import DayException
from portal.notifications.queries_post import region_of
from portal.people.models import Agent
from portal.people.models_access import Assignment
from portal.people.queries_access import duties_of, families_of, places_of
from portal.web.access import Role

WORKERS = (Role.PROFESSIONNEL, Role.REFERENT, Role.ENCADRANT)
MOST_AGENTS = 300  # offered in a list


class Somebody(NamedTuple):
    """An agent whose openings are shown."""

    id: int
    given_name: str
    family_name: str
    is_active: bool

    @property
    def name(self) -> str:
        """Prénom Nom."""
        return f"{self.given_name} {self.family_name}"


def somebody(session: Session, agent_id: int) -> Somebody | None:
    """An agent by their number."""
    row = session.execute(_agents().where(Agent.id == agent_id)).one_or_none()
    return None if row is None else Somebody._make(row)


def authority_over(session: Session, now: datetime, writer_id: int, agent_id: int) -> Authority:
    """What somebody may write of an agent's openings and absences today."""
    day = paris_day(now)
    duties = duties_of(session, writer_id, day)
    return authority(
        duties.roles,
        is_own=writer_id == agent_id,
        led=duties.places((Role.ENCADRANT,)),
        of_agent=_workplaces(session, agent_id, day),
    )


def agents_led(session: Session, now: datetime, writer_id: int) -> list[Somebody]:
    """The agents whose openings somebody may write, themselves apart, by name; those who receive somewhere."""
    day = paris_day(now)
    duties = duties_of(session, writer_id, day)
    administered = duties.places((Role.ADMIN,))
    led = None if administered is None or administered else duties.places((Role.ENCADRANT,))
    runs = or_(Opening.last_day.is_(None), Opening.last_day >= day)
    there = select(Opening.agent_id).where(runs)
    held = select(Assignment.agent_id).where(Assignment.role.in_(WORKERS), Assignment.valid.contains(day))
    if led is not None:
        there = there.where(Opening.place_id.in_(led))
        houses = select(PlaceAttachment.mds_id).where(
            PlaceAttachment.place_id.in_(led), PlaceAttachment.valid.contains(day)
        )
        held = held.where(or_(Assignment.place_id.in_(led), Assignment.mds_id.in_(houses)))
    chosen = _agents().where(
        Agent.is_active,
        Agent.id != writer_id,
        or_(Agent.id.in_(there), Agent.id.in_(held)),
        Agent.organisation_id.is_(None),
    )
    ordered = chosen.order_by(Agent.family_name, Agent.given_name, Agent.id).limit(MOST_AGENTS)
    return [Somebody._make(row) for row in session.execute(ordered)]


def drafts(session: Session, agent_id: int, since: date) -> list[Draft]:
    """An agent's openings that run on `since` or later, by place, weekday and hour."""
    chosen = select(Opening).where(
        Opening.agent_id == agent_id, or_(Opening.last_day.is_(None), Opening.last_day >= since)
    )
    found = [draft_of(row, motifs) for row, motifs in _with_motifs(session, chosen)]
    return sorted(found, key=lambda one: (one.place_id, one.weekdays, one.first_day, one.starts, one.id))


def opening_of(session: Session, opening_id: int) -> tuple[int, Draft] | None:
    """An opening, and whose it is."""
    found = _with_motifs(session, select(Opening).where(Opening.id == opening_id))
    return next(((row.agent_id, draft_of(row, motifs)) for row, motifs in found), None)


def draft_of(row: Opening, motif_ids: Iterable[int]) -> Draft:
    """A row as rules read it."""
    return Draft(
        id=row.id,
        place_id=row.place_id,
        recurrence=row.recurrence,
        weekdays=tuple(sorted(row.weekdays)),
        interval_weeks=row.interval_weeks,
        nth_week=row.nth_week,
        first_day=row.first_day,
        last_day=row.last_day,
        starts=row.starts,
        ends=row.ends,
        skipped=tuple(sorted(row.skipped)),
        motif_ids=frozenset(motif_ids),
    )


def absences(session: Session, agent_id: int, since: datetime) -> list[Absence]:
    """An agent's absences that have yet to end, soonest first."""
    chosen = select(Absence).where(Absence.agent_id == agent_id, Absence.ends_at > since)
    return list(session.scalars(chosen.order_by(Absence.starts_at, Absence.id)))


def absence_of(session: Session, absence_id: int) -> Absence | None:
    """An absence by its number."""
    return session.get(Absence, absence_id)


def read_again(session: Session, row: Absence) -> bool:
    """Reads an absence as it is now; gives whether it is still there."""
    return session.get(Absence, inspect(row).identity, populate_existing=True) is not None


def places_for(session: Session, may: Authority, now: datetime, kept: Collection[int] = ()) -> list[tuple[int, str]]:
    """The open places where an opening may be written, by name; and those that are `kept` from what is there."""
    is_open = or_(Place.closed_on.is_(None), Place.closed_on > paris_day(now))
    chosen = select(Place.id, Place.name)
    chosen = (
        chosen.where(is_open)
        if may.places is None
        else chosen.where(or_(Place.id.in_(kept), is_open & Place.id.in_(may.places)))
    )
    return [(row[0], row[1]) for row in session.execute(chosen.order_by(Place.name, Place.id))]


def motifs_for(session: Session, agent_id: int, now: datetime, kept: Collection[int] = ()) -> list[Motif]:
    """The motifs an agent may be booked for: those of the families they hold; and those `kept`, in their order."""
    day = paris_day(now)
    is_open = or_(Motif.closed_on.is_(None), Motif.closed_on > day)
    theirs = is_open & (Motif.booked_by != BookedBy.NOBODY) & Motif.family.in_(families_of(session, agent_id, day))
    chosen = select(Motif).where(or_(theirs, Motif.id.in_(kept)))
    return list(session.scalars(chosen.order_by(Motif.family, Motif.position, Motif.id)))


def titles(session: Session, ids: Collection[int]) -> dict[int, str]:
    """The titles of some motifs."""
    rows = session.execute(select(Motif.id, Motif.title).where(Motif.id.in_(ids)).order_by(Motif.id))
    return {row[0]: row[1] for row in rows}


def place_names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """The names of some places."""
    rows = session.execute(select(Place.id, Place.name).where(Place.id.in_(ids)).order_by(Place.id))
    return {row[0]: row[1] for row in rows}


def situation(session: Session, agent_id: int, now: datetime) -> Situation:
    """An agent's openings and absences from today on."""
    away = [(int(one.starts_at.timestamp()), int(one.ends_at.timestamp())) for one in absences(session, agent_id, now)]
    return Situation(tuple(drafts(session, agent_id, paris_day(now))), tuple(sorted(away)))


def look(session: Session, agent_id: int, now: datetime, motif_ids: Collection[int]) -> Look:
    """Eight weeks of an agent, for these motifs: what is booked, and the days on which places are closed."""
    today = paris_day(now)
    days = Days(today, today + WATCHED)
    held, booked = _held(session, agent_id, now)
    last = max([days.last, *(paris_day(instant(one.end)) for one in booked)]) + timedelta(days=2)
    motifs = session.scalars(select(Motif).where(Motif.id.in_(motif_ids)).order_by(Motif.id)).all()
    until = midnight_of(days.last + timedelta(days=1)) - 1
    odd = _odd_days(session, today, last)
    closed = closed_days(today.year, last.year, odd, region=region_of(session))
    window = Window(int(now.timestamp()) + 1, until)
    paces = {motif.id: pace_of(motif) for motif in motifs}
    return Look(days, window, paces, closed, held, booked, _ends(session, agent_id, motifs))


def _ends(session: Session, agent_id: int, motifs: Iterable[Motif]) -> dict[int, int]:
    """By motif: from when an agent gives no slots of it, as `booking.agendas` has it."""
    agent = session.get_one(Agent, agent_id)
    is_off = not agent.is_active or agent.suspended_at is not None
    found = {}
    for motif in motifs:
        last = min((day for day in (agent.expires_on, motif.closed_on) if day is not None), default=None)
        if is_off or motif.booked_by is BookedBy.NOBODY:
            found[motif.id] = 0
        elif last is not None:
            found[motif.id] = midnight_of(last)
    return found


def _odd_days(session: Session, first: date, last: date) -> list[OddDay]:
    """Days that are not as the calendar says, the days of places that have closed for good among them."""
    rows = session.execute(
        select(DayException.day, DayException.place_id, DayException.is_open)
        .where(DayException.day.between(first, last))
        .order_by(DayException.day, DayException.id)
    )
    gone = session.execute(select(Place.id, Place.closed_on).where(Place.closed_on <= last).order_by(Place.id))
    odd = [OddDay._make(row) for row in rows]
    for place_id, closed_on in gone:
        since = max(first, closed_on or first)
        odd += [OddDay(since + timedelta(days=n), place_id, is_open=False) for n in range((last - since).days + 1)]
    return odd


def _held(session: Session, agent_id: int, now: datetime) -> tuple[tuple[tuple[int, int], ...], tuple[Taken, ...]]:
    rows = session.execute(
        select(
            Appointment.id,
            Appointment.place_id,
            Appointment.motif_id,
            Appointment.starts_at,
            Appointment.ends_at,
            Appointment.busy_until,
            Appointment.status,
        )
        .where(
            Appointment.agent_id == agent_id,
            Appointment.status.in_(HOLDS_TIME),
            Appointment.workshop_id.is_(None),
            Appointment.busy_until > now,
        )
        .order_by(Appointment.starts_at, Appointment.id)
    ).all()
    held = tuple((int(row.starts_at.timestamp()), int(row.busy_until.timestamp())) for row in rows)
    booked = tuple(
        Taken(row.id, row.place_id, row.motif_id, int(row.starts_at.timestamp()), int(row.ends_at.timestamp()))
        for row in rows
        if row.status is AppointmentStatus.BOOKED and row.starts_at > now
    )
    return held, booked


def _workplaces(session: Session, agent_id: int, day: date) -> frozenset[int] | None:
    """Where an agent works: by their roles, and where they have openings."""
    of_roles = places_of(session, agent_id, WORKERS, day)
    if of_roles is None:
        return None
    runs = or_(Opening.last_day.is_(None), Opening.last_day >= day)
    there = session.scalars(select(Opening.place_id).where(Opening.agent_id == agent_id, runs).order_by(Opening.id))
    return of_roles | frozenset(there)


def _with_motifs(session: Session, chosen: Select[Opening]) -> Sequence[tuple[Opening, list[int]]]:
    together = func.array_remove(func.array_agg(opening_motif.c.motif_id), None)
    motifs: dict[int, Any] = {}
    rows = session.scalars(chosen.order_by(Opening.id).execution_options(populate_existing=True)).all()
    if rows:
        pairs = select(opening_motif.c.opening_id, together).where(
            opening_motif.c.opening_id.in_([row.id for row in rows])
        )
        grouped = pairs.group_by(opening_motif.c.opening_id).order_by(opening_motif.c.opening_id)
        motifs = {row[0]: row[1] for row in session.execute(grouped)}
    return [(row, motifs.get(row.id, [])) for row in rows]


def _agents() -> Select[int, str, str, bool]:
    return select(Agent.id, Agent.given_name, Agent.family_name, Agent.is_active)
