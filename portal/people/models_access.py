"""What agents may do, where and when; and the partners they may belong to."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, text
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, Range
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from portal.database import Base


class Organisation(Base):
    """A partner (CCAS, association) under a dated convention: outside it, its agents can do nothing."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    convention: Mapped[Range[date]] = mapped_column(DATERANGE)  # first day included, last one excluded


class Assignment(Base):
    """A role that an agent holds: at a place, in an MDS, or (neither) in the whole Département; from a day to another.

    `families`: the files (pmi, cpef, social, insertion, autonomie) whose appointments and reasons the agent may see.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("mds_id IS NULL OR place_id IS NULL", name="one_scope"),
        CheckConstraint("NOT isempty(valid)", name="lasts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    role: Mapped[str]  # one of portal.web.access.Role
    mds_id: Mapped[int | None] = mapped_column(ForeignKey("mds.id"))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    families: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    is_from_files: Mapped[bool] = mapped_column(default=False)  # written by `portal load`, and ended by it
    # May write an appointment over another, on a holiday or outside every opening, with a reason.
    may_overbook: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class RecoveryCode(Base):
    """A code that stands in, once, for the telephone of an agent who lost it."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
