"""The invented people one can enter as, and what each shows."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from portal.booking.models import Appointment, AppointmentStatus, Invitation, Participation
from portal.demo.seed import invented_keys
from portal.people.models import Agent, Person


@dataclass(frozen=True)
class Resident:
    """An invented resident: how they are reached, and the codes that open something of theirs."""

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
    people = session.scalars(
        select(Person)
        .where(Person.guardian_id.is_(None), Person.card_of_id.is_(None), Person.match_key.in_(invented_keys()))
        .order_by(Person.id)
    )
    first = {person.match_key: person for person in reversed(people.all())}
    return [_resident(session, now, person) for person in sorted(first.values(), key=lambda person: person.id)]


def _resident(session: Session, now: datetime, person: Person) -> Resident:
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
