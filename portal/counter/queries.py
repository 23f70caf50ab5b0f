"""What the counter's pages read: motifs and slots over all my places, what an hour runs over, what became of it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.booking.availability import Scope, Slot, agents_there, free_agents
from portal.booking.models import HOLDS_TIME, Absence, Appointment, AppointmentStatus
from portal.booking.next_slots import next_slots
from portal.booking.queries import appointments_to_come, receivers
from portal.booking.queries_workshops import is_closed_day
from portal.clock import paris_day
from portal.counter.rules import Filters, Obstacle, places_for
from portal.directory import queries as directory
from portal.directory.models import BookedBy, Commune, Motif, Place
from portal.directory.models_subjects import Subject
from portal.directory.queries import ThemeMotifs
from portal.journal.models import JournalLine
from portal.notifications.models import Message
from portal.people.models import Agent, Person
from portal.people.queries_access import Service

PAGE = 24  # slots shown at once
_BOOKABLE = (BookedBy.EVERYONE, BookedBy.INVITED, BookedBy.AGENTS)
_LOOKS = (PAGE, *([5 * PAGE] * 6))  # how many more are looked at each time, while half days leave some out


@dataclass(frozen=True)
class Found:
    """A page of slots, soonest first; `next_after`: where the next page starts, if there may be one."""

    slots: Sequence[Slot]
    next_after: datetime | None


@dataclass(frozen=True)
class Line:
    """One thing that was done to an appointment."""

    at: datetime
    verb: str
    agent: str | None  # who, when it was a member of staff


def motifs(session: Session, day: date, services: Sequence[Service], keys: Collection[str] | None) -> list[ThemeMotifs]:
    """The motifs that these services book, by theme; only those of `keys` where given."""
    found = []
    for group in directory.themes(session, day, _BOOKABLE):
        mine = tuple(
            motif
            for motif in group.motifs
            if places_for(services, motif.family) != frozenset() and (keys is None or motif.key in keys)
        )
        if mine:
            found.append(ThemeMotifs(group.theme, mine))
    return found


def subject(session: Session, key: str, day: date) -> Subject | None:
    """What a call is about, unless nobody is asked about it any more."""
    is_open = or_(Subject.closed_on.is_(None), Subject.closed_on > day)
    return session.scalars(select(Subject).where(Subject.key == key, is_open)).one_or_none()


def receiving(session: Session, motif: Motif, day: date, places: Collection[int] | None) -> list[tuple[int, int]]:
    """Each agent who receives for a motif, with each place where they do, among `places` (None: all)."""
    pairs = receivers(session, motif.id, day)
    return pairs if places is None else [(agent_id, place_id) for agent_id, place_id in pairs if place_id in places]


def agents(session: Session, ids: Collection[int]) -> dict[int, Agent]:
    """Agents by their number, in the order of their names."""
    rows = session.scalars(
        select(Agent).where(Agent.id.in_(ids)).order_by(Agent.family_name, Agent.given_name, Agent.id)
    )
    return {agent.id: agent for agent in rows}


def places(session: Session, ids: Collection[int]) -> dict[int, Place]:
    """Places by their number, closed ones too, in the order of their names."""
    rows = session.scalars(select(Place).where(Place.id.in_(ids)).order_by(Place.name, Place.id))
    return {place.id: place for place in rows}


def home_of(session: Session, person: Person) -> Commune | None:
    """The commune of somebody's address, or of whoever answers for them; None when it is not sure."""
    address = person.address or (person.guardian.address if person.guardian else [])
    return directory.commune_index(session).sure(address[-1]) if address else None


def slots(session: Session, now: datetime, scope: Scope, filters: Filters) -> Found:
    """The next free slots that the filters want; places and agents are narrowed in the scope already."""
    after, wanted = filters.start, list[Slot]()
    for count in _LOOKS:
        page = next_slots(session, now, scope, after=after, count=count)
        wanted += [slot for slot in page if filters.wants(slot.starts_at)]
        if len(page) < count:
            return Found(wanted, None)
        after = page[-1].starts_at
        if len(wanted) >= PAGE:
            break
    return Found(wanted, after)


def obstacles(session: Session, now: datetime, scope: Scope, slot: Slot) -> list[Obstacle]:
    """What an hour chosen by hand runs over; nothing when it is a slot."""
    here = replace(scope, agent_ids=[slot.agent_id], place_ids=[slot.place_id])
    if free_agents(session, now, here, slot.place_id, slot.starts_at):
        return []
    motif = scope.motif
    ends_at = slot.starts_at + timedelta(minutes=motif.minutes)
    until = ends_at + timedelta(minutes=motif.buffer_minutes)
    met = [
        *([Obstacle.ABSENCE] if _is_absent(session, slot, until) else []),
        *([Obstacle.APPOINTMENT] if _is_taken(session, slot, until, scope.ignoring) else []),
        *([Obstacle.CLOSED] if is_closed_day(session, slot.place_id, paris_day(slot.starts_at)) else []),
    ]
    if met:
        return met
    is_there = slot.agent_id in agents_there(session, here, slot.starts_at, ends_at, until)
    return [Obstacle.NO_SLOT if is_there else Obstacle.NO_OPENING]


def already(session: Session, now: datetime, slot: Slot, motif: Motif, people: Iterable[Person]) -> Appointment | None:
    """The appointment that these very people have at this very hour for this motif: booked a moment ago."""
    wanted = {person.id for person in people}
    for known in appointments_to_come(session, now, min(wanted)):
        theirs = {participation.person_id for participation in known.participations}
        if (known.starts_at, known.motif_id, known.place_id, theirs) == (
            slot.starts_at,
            motif.id,
            slot.place_id,
            wanted,
        ):
            return known
    return None


def history(session: Session, appointment_id: int) -> list[Line]:
    """What was done to an appointment and by whom, oldest first; once for all those it is for."""
    rows = session.execute(
        select(
            JournalLine.at,
            JournalLine.verb,
            func.min(Agent.given_name + " " + Agent.family_name).filter(JournalLine.actor == "agent"),
        )
        .join(Agent, Agent.id == JournalLine.actor_id, isouter=True)
        .where(JournalLine.object_kind == "appointment", JournalLine.object_id == appointment_id)
        .group_by(JournalLine.at, JournalLine.verb)
        .order_by(JournalLine.at, func.min(JournalLine.id))
    )
    return [Line(*row) for row in rows]


def _is_absent(session: Session, slot: Slot, until: datetime) -> bool:
    row = select(Absence.id).where(
        Absence.agent_id == slot.agent_id, Absence.starts_at < until, Absence.ends_at > slot.starts_at
    )
    return session.scalar(row.order_by(Absence.id).limit(1)) is not None


def _is_taken(session: Session, slot: Slot, until: datetime, ignoring: int | None) -> bool:
    row = select(Appointment.id).where(
        Appointment.agent_id == slot.agent_id,
        Appointment.status.in_(HOLDS_TIME),
        Appointment.workshop_id.is_(None),
        Appointment.starts_at < until,
        Appointment.busy_until > slot.starts_at,
        Appointment.id != (ignoring or 0),
    )
    return session.scalar(row.order_by(Appointment.id).limit(1)) is not None


def same_limit(session: Session, now: datetime, motif: Motif, people: Iterable[Person]) -> list[Appointment]:
    """The appointments to come of these people for a motif: why they may have no other."""
    found = {
        known.id: known
        for person in people
        for known in appointments_to_come(session, now, person.id)
        if known.motif_id == motif.id and known.status is AppointmentStatus.BOOKED
    }
    return sorted(found.values(), key=lambda known: (known.starts_at, known.id))


def messages(session: Session, appointment_id: int) -> Sequence[Message]:
    """What was or will be told of an appointment, as it was promised; each with its person."""
    rows = (
        select(Message)
        .where(Message.subject == "appointment", Message.subject_id == appointment_id)
        .options(joinedload(Message.person))
        .order_by(Message.created_at, Message.id)
    )
    return session.scalars(rows).all()
