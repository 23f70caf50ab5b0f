"""The invented people one can enter as, and what each shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from portal.booking.models import Appointment, AppointmentStatus, Invitation, Participation
from portal.clock import at_wall_clock, paris_day
from portal.demo.seed import invented_people
from portal.directory.models import Place
from portal.people.models import Agent, Level, Person
from portal.people.queries_merges import is_file
from portal.staff.queries import seats, sits_everywhere

# An identity was seen at a counter for the first; the second has received and used the letter that opens everything.
_KNOWN = frozenset({"sacha", "odette"})


@dataclass(frozen=True)
class Resident:
    """An invented resident: how they are reached, and the codes that open something of theirs."""

    key: str
    given_names: str
    is_known: bool
    name: str
    birth_date: date
    has_mobile: bool
    has_email: bool
    has_landline: bool
    has_address: bool
    wants_paper: bool
    code: str | None
    starts_at: datetime | None
    invitations: list[tuple[str, str, str]]  # code, key and title of the motif


def agents_to_try(session: Session) -> list[Agent]:
    """The invented agents that have an e-mail, one or two of each role."""
    return list(
        session.scalars(
            select(Agent)
            .where(Agent.is_active, Agent.email.is_not(None))
            .options(selectinload(Agent.assignments))
            .order_by(Agent.id)
        )
    )


def residents_to_try(session: Session, now: datetime) -> list[Resident]:
    """The invented residents who answer for themselves, each once, with their next appointment and invitations.

    Whoever tries the demonstration and books under a name of their own is not shown to the next.
    """
    keys = invented_people()
    first = {person.match_key: person for person in reversed(_files(session, keys))}
    found = sorted(first.values(), key=lambda person: person.id)
    return [_resident(session, now, person, keys[person.match_key]) for person in found]


def resident_to_enter(session: Session, key: str) -> Person | None:
    """The file of an invented resident who answers for themselves."""
    names = [name for name, known in invented_people().items() if known == key]
    return next(iter(_files(session, names)), None)


def seat_of(session: Session, now: datetime, agent_id: int) -> Place | None:
    """Where an agent sits today: of their places, the one with most appointments; None when they work everywhere."""
    day = paris_day(now)
    if sits_everywhere(session, agent_id, day):
        return None
    since, until = (at_wall_clock(day + timedelta(days=after), time(0)) for after in (0, 1))
    held = select(Appointment.place_id, func.count().label("held")).where(
        Appointment.starts_at >= since, Appointment.starts_at < until
    )
    counts = {row[0]: row[1] for row in session.execute(held.group_by(Appointment.place_id))}
    return max(seats(session, agent_id, day), key=lambda place: counts.get(place.id, 0), default=None)


def level_of(key: str) -> Level:
    """How well the demonstration knows a resident."""
    return Level.KNOWN if key in _KNOWN else Level.REACHABLE


def _files(session: Session, names: Iterable[str]) -> list[Person]:
    return list(
        session.scalars(
            select(Person)
            .where(Person.guardian_id.is_(None), is_file(), Person.match_key.in_(names))
            .order_by(Person.id)
        )
    )


def _resident(session: Session, now: datetime, person: Person, key: str) -> Resident:
    # By name: without a mobile or an e-mail, a resident who books has another file each time.
    guardian = aliased(Person)
    following = session.scalars(
        select(Appointment)
        .join(Participation)
        .join(Person, Person.id == Participation.person_id)
        .join(guardian, guardian.id == Person.guardian_id, isouter=True)
        .where(
            (Person.match_key == person.match_key) | (guardian.match_key == person.match_key),
            Appointment.status == AppointmentStatus.BOOKED,
            Appointment.starts_at > now,
        )
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(1)
    ).first()
    invitations = session.scalars(
        select(Invitation)
        .options(joinedload(Invitation.motif))
        .where(Invitation.person_id == person.id)
        .order_by(Invitation.id)
    )
    return Resident(
        key=key,
        given_names=person.given_names,
        is_known=level_of(key) is Level.KNOWN,
        name=f"{person.given_names} {person.family_name}",
        birth_date=person.birth_date,
        has_mobile=person.mobile is not None,
        has_email=person.email is not None,
        has_landline=person.landline is not None,
        has_address=bool(person.address),
        wants_paper=person.wants_paper,
        code=following.code if following else None,
        starts_at=following.starts_at if following else None,
        invitations=[(one.code, one.motif.key, one.motif.title) for one in invitations],
    )
