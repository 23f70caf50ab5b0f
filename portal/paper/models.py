"""Paper forms that were given out, each with its code, and what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database import Base
from portal.people.models import Person


class FormKind(StrEnum):
    """What a form is for."""

    WISH = "wish"  # three half-days, a place, a motif
    CHOICES = "choices"  # how to be told; the garantie papier, in or out
    MANDATE = "mandate"
    ADDRESS = "address"
    CANCELLATION = "cancellation"  # the slip at the foot of an appointment's letter


class PaperForm(Base):
    """One form given to somebody, or to nobody in particular (a blank taken from a counter): entered once."""

    __tablename__ = "paper_form"
    __table_args__ = (
        CheckConstraint("(entered_at IS NULL) = (answers IS NULL)", name="answers"),
        CheckConstraint("kind <> 'cancellation' OR appointment_id IS NOT NULL", name="appointment"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)  # 8 characters, printed XXXX-XXXX, and in a 2D code
    kind: Mapped[FormKind]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    # What was known when it was drawn, and is printed on it: motif, place …
    known: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(BigInteger)  # None: the person, or nobody signed in
    entered_at: Mapped[datetime | None]
    entered_by: Mapped[int | None] = mapped_column(BigInteger)
    answers: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    person: Mapped[Person | None] = relationship(lazy="raise")
