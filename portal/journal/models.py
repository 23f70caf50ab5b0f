"""The journal's lines: ids and verbs, never names or contents. The database refuses to change or delete one."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class JournalLine(Base):
    """Who did what, for whom, on what, and when. No foreign keys: a line outlives what it speaks of."""

    __tablename__ = "journal_line"
    __table_args__ = (Index("ix_journal_line_for_person", "for_person_id", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]  # person, agent, machine, visitor
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    for_person_id: Mapped[int | None] = mapped_column(BigInteger)
    verb: Mapped[str]  # appointment.booked
    object_kind: Mapped[str | None]
    object_id: Mapped[int | None] = mapped_column(BigInteger)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
