"""What is a person's own: their appointments and their relatives', what was said to them, what opens their space."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from portal.booking.models import Appointment, Participation
from portal.directory.models import Place
from portal.journal.queries import Told
from portal.letters.models import Letter
from portal.notifications.models import Message, Route, Status
from portal.people.models import Agent, Person
from portal.people.models_credentials import Credential, CredentialKind
from portal.people.models_mandates import Mandate
from portal.people.queries_merges import is_file, merged_into
from portal.space.rules import KEPT_IN_SIGHT

PAGE_SIZE = 20
_LAST_PAGE = 10_000
_MOST_IN_SIGHT = 200  # appointments of one page
_BEARS_NO_CODE = ~Message.context.has_key("challenge")


@dataclass(frozen=True)
class Listed:
    """One page of messages, newest first; `number` starts at 1."""

    messages: Sequence[Message]
    number: int
    total: int

    @property
    def has_next(self) -> bool:
        """Whether there are older ones."""
        return self.number * PAGE_SIZE < self.total


def person_of(session: Session, person_id: int) -> Person:
    """The person whose pages these are."""
    return session.get_one(Person, person_id)


def person_to_change(session: Session, person_id: int) -> Person:
    """The same, their row locked until the transaction ends."""
    return session.get_one(Person, person_id, with_for_update={"key_share": True}, populate_existing=True)


def relatives_of(session: Session, person_id: int) -> list[Person]:
    """The children and the people that someone looks after, by name."""
    statement = select(Person).where(Person.guardian_id == person_id, is_file())
    return list(session.scalars(statement.order_by(Person.given_names, Person.birth_date, Person.id)))


def appointments_of(session: Session, now: datetime, person_id: int) -> list[Appointment]:
    """The appointments of a person and of those they answer for: to come, and of the last twelve months."""
    recent = Appointment.starts_at > now - KEPT_IN_SIGHT
    return list(session.scalars(_appointments(person_id).where(recent).limit(_MOST_IN_SIGHT)))


def all_appointments_of(session: Session, person_id: int) -> list[Appointment]:
    """The same, since always."""
    return list(session.scalars(_appointments(person_id)))


def messages_of(session: Session, person: Person, number: int) -> Listed:
    """A page of all that was, or will be, said to a person; a page out of reach is empty."""
    page = min(max(number, 1), _LAST_PAGE)
    mine = _said_to(session, person)
    total = session.scalar(select(func.count()).select_from(Message).where(mine)) or 0
    rows = select(Message).where(mine).order_by(Message.due_at.desc(), Message.id.desc())
    return Listed(session.scalars(rows.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)).all(), page, total)


def all_messages_of(session: Session, person: Person) -> Iterator[Message]:
    """All of it, oldest first, read by hundreds."""
    rows = select(Message).where(_said_to(session, person)).order_by(Message.created_at, Message.id)
    yield from session.scalars(rows.execution_options(yield_per=100))


def message_of(session: Session, person: Person, message_id: int) -> Message | None:
    """One message said to a person; anybody else's does not exist."""
    return session.scalars(select(Message).where(Message.id == message_id, _said_to(session, person))).one_or_none()


def letter_of(session: Session, person: Person, message_id: int, *, with_pdf: bool = False) -> Letter | None:
    """The letter that says a person's message, with its message; its bytes too when they are asked for.

    None for one that bears a code: only who holds the paper may read it.
    """
    statement = (
        select(Letter)
        .join(Letter.message)
        .where(Message.id == message_id, Letter.pulled_at.is_(None), _said_to(session, person), _BEARS_NO_CODE)
        .options(joinedload(Letter.message))
        .order_by(Letter.id.desc())  # one that came back may be drawn anew
        .limit(1)
    )
    return session.scalars(statement.options(undefer(Letter.pdf)) if with_pdf else statement).one_or_none()


def letters_of(session: Session, person: Person) -> list[int]:
    """The messages of a person that were drawn as a letter without a code, oldest first: ids."""
    mine = select(Letter.message_id).join(Letter.message)
    mine = mine.where(Letter.pulled_at.is_(None), _said_to(session, person), _BEARS_NO_CODE)
    return list(dict.fromkeys(session.scalars(mine.order_by(Letter.id))))


def drawn(session: Session, message_id: int) -> Letter:
    """The letter of a message that `letters_of` gave, with its bytes."""
    chosen = select(Letter).where(Letter.message_id == message_id, Letter.pulled_at.is_(None))
    return session.scalars(chosen.order_by(Letter.id.desc()).limit(1).options(undefer(Letter.pdf))).one()


def proofs_of(session: Session, person_id: int) -> list[Credential]:
    """What opens a person's space, oldest first."""
    in_use = (Credential.person_id == person_id) & Credential.ended_at.is_(None)
    return list(session.scalars(select(Credential).where(in_use).order_by(Credential.proved_at, Credential.id)))


def vouched_of(session: Session, person_id: int) -> set[tuple[CredentialKind, str]]:
    """The mobiles and e-mails of a person that somebody known has vouched for."""
    return {(proof.kind, proof.value.lower()) for proof in proofs_of(session, person_id) if proof.is_vouched}


def mandates_of(session: Session, person_id: int) -> list[Mandate]:
    """The mandates to act for a person, whatever became of them, with their holders; newest first."""
    statement = (
        select(Mandate)
        .where(Mandate.person_id == person_id)
        .options(joinedload(Mandate.agent), joinedload(Mandate.organisation), joinedload(Mandate.holder))
        .order_by(Mandate.asked_at.desc(), Mandate.id.desc())
    )
    return list(session.scalars(statement))


@dataclass(frozen=True)
class Hands:
    """Those who acted, by the ids of the journal's lines."""

    agents: dict[int, Agent]
    places: dict[int, Place]
    mandates: dict[int, Mandate]


def hands_of(session: Session, person_id: int, lines: Iterable[Told]) -> Hands:
    """The agents, the places and the mandates that some lines name. A mandate to act for somebody else is left out."""
    told = list(lines)
    agents = select(Agent).where(Agent.id.in_({line.actor_id for line in told if line.actor == "agent"}))
    places = select(Place).where(Place.id.in_({line.place_id for line in told if line.place_id}))
    mandates = {mandate.id: mandate for mandate in mandates_of(session, person_id)}
    return Hands(
        {agent.id: agent for agent in session.scalars(agents.order_by(Agent.id))},
        {place.id: place for place in session.scalars(places.order_by(Place.id))},
        mandates,
    )


def _appointments(person_id: int) -> Select[Appointment]:
    theirs = select(Person.id).where(
        or_(Person.id == person_id, Person.guardian_id == person_id, Person.card_of_id == person_id)
    )
    concerned = select(Participation.appointment_id).where(Participation.person_id.in_(theirs))
    return (
        select(Appointment)
        .where(Appointment.id.in_(concerned))
        .options(
            joinedload(Appointment.motif, innerjoin=True),
            joinedload(Appointment.place, innerjoin=True),
            selectinload(Appointment.participations).joinedload(Participation.person, innerjoin=True),
        )
        .order_by(Appointment.starts_at.desc(), Appointment.id)
    )


def _said_to(session: Session, person: Person) -> ColumnElement[bool]:
    """Told to the person, a double of theirs or a card; to a number or a mailbox that is, or was, their own.

    What was withdrawn before it left was never said.
    """
    files = [person.id, *merged_into(session, person.id)]
    cards = select(Person.id).where(Person.card_of_id.in_(files))
    told = or_(Message.person_id.in_(files), Message.person_id.in_(cards))
    proved = select(Credential.value).where(Credential.person_id.in_(files))
    known = [value.lower() for value in (person.mobile, person.email) if value]
    lower = func.lower(Message.to)
    own = or_(
        Message.to.is_(None),
        Message.route == Route.LETTER,
        lower.in_(proved),
        lower.in_(known) if known else false(),
    )
    return and_(told, own, Message.status != Status.WITHDRAWN)
