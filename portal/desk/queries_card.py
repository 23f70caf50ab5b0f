"""What a person's card shows beside their file: what was said to them, what they asked for, who acts for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Integer, Text, column, or_, select, table
from sqlalchemy.orm import Session, joinedload

from portal.clock import paris_day
from portal.database import Instant
from portal.directory.models import Motif
from portal.directory.models_subjects import Partner, Subject
from portal.notifications.models import Message, Route, Status
from portal.people.models import Agent, Person, Referent
from portal.people.models_mandates import Mandate
from portal.people.queries_access import in_force
from portal.people.queries_merges import merged_into

MOST_MESSAGES = 12
MOST_CALLS = 6
_PAST = timedelta(days=365)

# Calls stand above the desk: what the card tells of them is named here.
_RECEIVED = table(
    "call_received",
    column("id", Integer),
    column("at", Instant()),
    column("agent_id", Integer),
    column("person_id", Integer),
    column("subject_id", Integer),
    column("partner_id", Integer),
    column("outcome", Text),
)


@dataclass(frozen=True)
class Call:
    """A call received: what it was about, and how it ended (a `calls.models.CallOutcome`)."""

    at: datetime
    agent_id: int
    subject: str | None
    motif_families: frozenset[str]
    partner: str | None
    outcome: str


def messages_of(session: Session, now: datetime, person_id: int, most: int = MOST_MESSAGES) -> Sequence[Message]:
    """What was, or will be, said to a person within a year, the latest first; what was taken back is left out."""
    rows = (
        select(Message)
        .where(
            _of(session, person_id),
            Message.status != Status.WITHDRAWN,
            Message.created_at > now - _PAST,
        )
        .order_by(Message.due_at.desc(), Message.id.desc())
        .limit(most)
    )
    return session.scalars(rows).all()


def tasks_of(session: Session, person_id: int) -> Sequence[Message]:
    """What a human has yet to tell a person, the most pressing first."""
    rows = select(Message).where(
        _of(session, person_id), Message.status == Status.OPEN, Message.route.in_((Route.CALL, Route.DESK))
    )
    return session.scalars(rows.order_by(Message.expires_at, Message.id)).all()


def calls_of(session: Session, now: datetime, person_id: int) -> list[Call]:
    """The calls that a person has made within a year, the latest first."""
    rows = session.execute(
        select(
            _RECEIVED.c.at,
            _RECEIVED.c.agent_id,
            Subject.title,
            Subject.motif_keys,
            Partner.name,
            _RECEIVED.c.outcome,
        )
        .select_from(_RECEIVED)
        .join(Subject, Subject.id == _RECEIVED.c.subject_id, isouter=True)
        .join(Partner, Partner.id == _RECEIVED.c.partner_id, isouter=True)
        .where(_RECEIVED.c.person_id == person_id, _RECEIVED.c.at > now - _PAST)
        .order_by(_RECEIVED.c.at.desc(), _RECEIVED.c.id.desc())
        .limit(MOST_CALLS)
    ).all()
    keys = {key for row in rows for key in row[3] or ()}
    found = session.execute(select(Motif.key, Motif.family).where(Motif.key.in_(keys)).order_by(Motif.key))
    families = {key: family for key, family in found}  # noqa: C416 - rows are no pairs to mypy
    return [
        Call(at, agent_id, title, frozenset(families[key] for key in motifs or () if key in families), partner, outcome)
        for at, agent_id, title, motifs, partner, outcome in rows
    ]


def mandates_in_force(session: Session, now: datetime, person_id: int) -> Sequence[Mandate]:
    """Who may act for a person now, the one that lasts longest first."""
    from_now = select(Mandate).where(Mandate.person_id == person_id, in_force(now))
    return session.scalars(from_now.options(*_HOLDERS).order_by(Mandate.ends_at.desc(), Mandate.id)).all()


def referents_of(session: Session, now: datetime, person_id: int) -> Sequence[Agent]:
    """The agents who follow a person today, by name."""
    followed = (
        select(Agent)
        .join(Referent, Referent.agent_id == Agent.id)
        .where(Referent.person_id == person_id, Referent.valid.contains(paris_day(now)))
    )
    return session.scalars(followed.order_by(Agent.family_name, Agent.given_name, Agent.id)).all()


def _of(session: Session, person_id: int) -> ColumnElement[bool]:
    """Told to the person, to a double of theirs, or to a card."""
    files = [person_id, *merged_into(session, person_id)]
    cards = select(Person.id).where(Person.card_of_id.in_(files))
    return or_(Message.person_id.in_(files), Message.person_id.in_(cards))


_HOLDERS = (joinedload(Mandate.agent), joinedload(Mandate.organisation), joinedload(Mandate.holder))
