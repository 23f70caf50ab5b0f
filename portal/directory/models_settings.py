"""What agents change on screen: days that are not as the calendar says, and the history of every change."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class DayException(Base):
    """A day on which a place (None: every place) is closed though it is no holiday, or open though it is one."""

    __tablename__ = "day_exception"
    __table_args__ = (Index("ix_day_exception_one_a_day", "day", text("coalesce(place_id, 0)"), unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    is_open: Mapped[bool]
    label: Mapped[str]  # « pont de l'Ascension »


class SettingChange(Base):
    """One thing changed on screen: what it was, what it became, by whom and when."""

    __tablename__ = "setting_change"
    __table_args__ = (Index("ix_setting_change_object", "kind", "object_id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    changed_at: Mapped[datetime]
    agent_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]  # motif, place, day, opening, absence, workshop
    object_id: Mapped[int] = mapped_column(BigInteger)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # only what differs
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
