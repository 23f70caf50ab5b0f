"""The outbox: each row is something to tell someone by one route, and the schedule of it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database import Base
from portal.directory.models import Place
from portal.people.models import Person


class Route(StrEnum):
    """A way to tell someone."""

    SMS = "sms"
    EMAIL = "email"
    LETTER = "letter"
    CALL = "call"  # an agent phones: a task in a human's hands
    DESK = "desk"  # the place tells the person when they come: a task too


class Step(StrEnum):
    """Why a message leaves: to tell an event, or to remind of it."""

    NOTICE = "notice"
    REMINDER = "reminder"


class Status(StrEnum):
    """Where a message stands. Only `waiting` and `sending` rows may still leave by machine."""

    WAITING = "waiting"  # due now or later
    SENDING = "sending"  # leased by a worker
    SENT = "sent"  # taken by the provider (SMS, e-mail)
    DELIVERED = "delivered"  # the provider says that it arrived
    QUEUED = "queued"  # a letter drawn, waiting for its print run
    IN_RUN = "in_run"  # a letter in a print run: its bytes no longer change
    PRINTED = "printed"  # on paper, not at the post yet
    POSTED = "posted"  # at the post: whether it was read is never inferred
    RETURNED = "returned"  # a letter that came back
    OPEN = "open"  # a task in a human's hands
    DONE = "done"  # the human has told the person
    FAILED = "failed"  # this route does not work; the planner has gone round again
    WITHDRAWN = "withdrawn"  # overtaken by another event before it left
    EXPIRED = "expired"  # no longer useful: the appointment has begun


_OVERTAKEN = "('waiting', 'queued', 'in_run', 'printed', 'open')"  # what ends by itself when its event is past


class Message(Base):
    """One thing to tell one person by one route.

    `context` holds every word that may vary, so that nothing else is read when it is rendered, and a row that has left
    always says the same. Deadlines that its reader could no longer keep are taken out as it leaves.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("event_id", "person_id", "step", "route"),
        CheckConstraint('person_id IS NOT NULL OR "to" IS NOT NULL', name="reached"),
        # By number too: letters of a day are due at one instant, and the next one is asked for thousands of times.
        Index("ix_message_due", "due_at", "id", postgresql_where=text("status IN ('waiting', 'sending')")),
        Index("ix_message_overtaken", "expires_at", postgresql_where=text(f"status IN {_OVERTAKEN}")),
        Index("ix_message_subject", "subject", "subject_id"),
        Index("ix_message_letter_failed", "due_at", postgresql_where=text("route = 'letter' AND status = 'failed'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    event_id: Mapped[UUID]  # one booked, moved or cancelled: all its notices and reminders share it
    event: Mapped[dict[str, Any]] = mapped_column(JSONB)  # what the planner needs to go round again
    subject: Mapped[str]  # what it is about: "appointment"
    subject_id: Mapped[int] = mapped_column(BigInteger)
    place_id: Mapped[int | None] = mapped_column(ForeignKey(Place.id), index=True)  # who holds a desk task
    # Who is told. None: somebody without a file (a code to a new number, a member of staff); `to` says where.
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id), index=True)
    to: Mapped[str | None]  # a number or mailbox that is not the file's: one to prove, or the former one
    kind: Mapped[str]  # names its words: templates/messages/<kind>, letters/<kind>.txt
    step: Mapped[Step]
    route: Mapped[Route]
    context: Mapped[dict[str, Any]] = mapped_column(JSONB)
    calendar: Mapped[str | None]  # the .ics that goes with an e-mail

    status: Mapped[Status]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]  # nothing leaves at or after this moment
    retry_until: Mapped[datetime]  # transient failures beyond this moment send the planner round again
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]  # a provider's code, never its text: that may hold a number or a name

    recipient: Mapped[str | None]  # as used
    rendered: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # what was said, word for word
    provider_id: Mapped[str | None] = mapped_column(unique=True)
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    arrives_on: Mapped[date | None]  # a letter that was posted: the day it should arrive

    person: Mapped[Person | None] = relationship(lazy="raise")
