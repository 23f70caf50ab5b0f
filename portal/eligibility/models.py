"""What the pre-diagnostic keeps: the rules by version, the answers that people asked to keep, and counts of nobody."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from portal.database import Base
from portal.people.models import Person


class RuleBook(Base):
    """All questions and rights, as one load left them; the last is in force. None ever changes."""

    __tablename__ = "rule_book"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str]  # SHA-256 of the definition, in hexadecimal
    loaded_on: Mapped[date]
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)


class SavedAnswers(Base):
    """A version of what a person answered, kept because they asked. Their result is worked out again from its book.

    `sealed`: the answers, what the person wants and can do, and what they added; unreadable without the secret key.
    """

    __tablename__ = "saved_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("rule_book.id"))
    themes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    sealed: Mapped[str]
    saved_at: Mapped[datetime]
    agent_id: Mapped[int | None] = mapped_column(BigInteger)  # who wrote it with the person, at a desk or on the phone

    book: Mapped[RuleBook] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")
    shares: Mapped[list["AnswersShare"]] = relationship(
        lazy="raise", order_by="AnswersShare.id", back_populates="saved", cascade="all, delete-orphan"
    )


class SharedWith(StrEnum):
    """To whom a person shows a version of their answers."""

    REFERENT = "referent"  # whoever is their référent, from now on
    APPOINTMENT = "appointment"  # the agent of one appointment


class AnswersShare(Base):
    """The person lets an agent read a version, until they take it back."""

    __tablename__ = "answers_share"
    __table_args__ = (
        CheckConstraint("(shared_with = 'appointment') = (appointment_id IS NOT NULL)", name="appointment"),
        UniqueConstraint("saved_id", "appointment_id", name="uq_answers_share_appointment"),
        Index(
            "uq_answers_share_referent",
            "saved_id",
            unique=True,
            postgresql_where=text("appointment_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    saved_id: Mapped[int] = mapped_column(ForeignKey("saved_answers.id", ondelete="CASCADE"), index=True)
    shared_with: Mapped[SharedWith]
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    shared_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    saved: Mapped[SavedAnswers] = relationship(lazy="raise", back_populates="shares")


class Counted(StrEnum):
    """What is counted, of nobody in particular."""

    THEME = "theme"  # a theme of which a result was shown
    RIGHT = "right"  # a right shown as perhaps
    SILENCE = "silence"  # a question left without an answer


class RightsCount(Base):
    """How often something was seen in a month, in a territory. No identity, no time of day, nothing about health."""

    __tablename__ = "rights_count"
    __table_args__ = (CheckConstraint("count > 0", name="count"),)

    month: Mapped[date] = mapped_column(primary_key=True)  # its first day
    territory: Mapped[str] = mapped_column(primary_key=True)  # its key; empty when the person did not say
    kind: Mapped[Counted] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
