"""The journal's lines: ids and verbs, never names or contents. The database refuses to change or delete one."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class JournalLine(Base):
    """Who did what, for whom, on what, and when. No foreign keys: a line outlives what it speaks of."""

    __tablename__ = "journal_line"
    __table_args__ = (
        Index("ix_journal_line_for_person", "for_person_id", "at"),
        Index("ix_journal_line_by_person", "actor_id", "at", postgresql_where=text("actor = 'person'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]  # person, agent, machine, visitor
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    for_person_id: Mapped[int | None] = mapped_column(BigInteger)
    verb: Mapped[str]  # appointment.booked
    object_kind: Mapped[str | None]
    object_id: Mapped[int | None] = mapped_column(BigInteger)
    mandate_id: Mapped[int | None] = mapped_column(BigInteger)  # when somebody acts for the person
    place_id: Mapped[int | None] = mapped_column(BigInteger)  # from where
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)


class JournalLink(Base):
    """A line's place in the chain: its hash holds the line and the hash before it. Append-only too."""

    __tablename__ = "journal_link"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # 1, 2, 3, … without a gap
    line_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    hash: Mapped[str]  # SHA-256, in hexadecimal


class JournalClosing(Base):
    """What is kept of lines past their retention, dropped whole: where the chain goes on from. Append-only too."""

    __tablename__ = "journal_closing"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # of the last line dropped
    before: Mapped[datetime]  # every line dropped is older
    lines: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]  # that of the last line dropped
    dropped_at: Mapped[datetime]
