"""Two files of one person made one, and what it takes to undo it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class Merge(Base):
    """A file (`gone`) whose everything was moved to another (`kept`). Undone within 30 days, each row goes back."""

    __tablename__ = "merge"
    __table_args__ = (CheckConstraint("kept_id <> gone_id", name="two_files"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    moved: Mapped[dict[str, Any]]  # the numbers of the rows moved, by table; and what the kept file said before
    merged_at: Mapped[datetime]
    merged_by: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
