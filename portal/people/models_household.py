"""What a person told of their household, to be asked no more."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from portal.database import Base


class Household(Base):
    """Where a person lives and with whom, because they asked that it be kept; theirs to correct and to erase.

    It is no address: nothing is sent there. One that `ended_at` has was older than that of a file merged with this one:
    it is shown nowhere, and holds again if the merge is undone.
    """

    __tablename__ = "household"
    __table_args__ = (
        CheckConstraint("commune IS NOT NULL OR is_couple IS NOT NULL OR children <> '{}'", name="told"),
        Index("uq_household_open", "person_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    commune: Mapped[str | None]  # INSEE number
    is_couple: Mapped[bool | None]
    children: Mapped[list[str]] = mapped_column(ARRAY(Text))  # answers to the question of that name; empty: not told
    told_at: Mapped[datetime]
    agent_id: Mapped[int | None] = mapped_column(BigInteger)  # who wrote it with the person; none: the person alone
    ended_at: Mapped[datetime | None]
