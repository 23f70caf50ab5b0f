"""Calls received and their outcome; tries of the calls to make."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database import Base
from portal.directory.models_subjects import Partner, Subject
from portal.notifications.models import Message
from portal.people.models import Agent, Person


class CallOutcome(StrEnum):
    """How a call received ended."""

    INFORMED = "informed"
    BOOKED = "booked"
    URGENT = "urgent"  # sent to the same-day permanence, or to an emergency number
    PARTNER = "partner"  # sent to somebody else who answers: `partner_id` says whom
    CALL_BACK = "call_back"  # a call task was made


class TryOutcome(StrEnum):
    """How one try to reach someone ended."""

    TOLD = "told"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    CHANGES = "changes"  # they ask to move or to cancel: the booking opens
    RELATIVE = "relative"  # told to a relative who has the right to know


class CallReceived(Base):
    """A call that a phone desk answered: what about, and how it ended. No word of what was said.

    `booked`: an appointment was asked for; `appointment_id` says which was booked, None: none was.
    """

    __tablename__ = "call_received"
    __table_args__ = (
        CheckConstraint("(outcome = 'partner') = (partner_id IS NOT NULL)", name="partner"),
        Index("ix_call_received_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    request_key: Mapped[UUID] = mapped_column(unique=True)  # of the page shown: pressed twice, it is one call
    at: Mapped[datetime]
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # None: they did not say
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    outcome: Mapped[CallOutcome]
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"))

    person: Mapped[Person | None] = relationship(lazy="raise")
    subject: Mapped[Subject | None] = relationship(lazy="raise")
    partner: Mapped[Partner | None] = relationship(lazy="raise")


class CallTask(Base):
    """Where a task in a human's hands stands (the message itself says what and to whom). No row: never touched."""

    __tablename__ = "call_task"
    __table_args__ = (CheckConstraint("(claimed_by IS NULL) = (claimed_until IS NULL)", name="claimed"),)

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    claimed_until: Mapped[datetime | None]  # 15 minutes after it was taken; then anyone may take it
    again_at: Mapped[datetime | None]  # nobody answered: worth trying from then on

    message: Mapped[Message] = relationship(lazy="raise")
    claimer: Mapped[Agent | None] = relationship(lazy="raise")


class CallTry(Base):
    """One try to reach someone."""

    __tablename__ = "call_try"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    at: Mapped[datetime]
    outcome: Mapped[TryOutcome]
    way: Mapped[str | None]  # mobile or landline: which of the numbers was tried
    told_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # the relative told in the person's place

    agent: Mapped[Agent] = relationship(lazy="raise")
