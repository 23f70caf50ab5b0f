"""Days on which letters do not leave, or do not arrive, beside Sundays and public holidays."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class Closure(StrEnum):
    """What stands still on a day."""

    ROOM = "room"  # the post room: nothing leaves (a bridge)
    POST = "post"  # the post itself: nothing leaves, nothing arrives (a strike, snow)


class PostalClosure(Base):
    """A day entered by hand, or several in a row as several rows; a bridge may lie under a strike."""

    __tablename__ = "postal_closure"

    day: Mapped[date] = mapped_column(primary_key=True)
    closure: Mapped[Closure] = mapped_column(primary_key=True)
    reason: Mapped[str]  # for colleagues: "pont", "grève annoncée"
    agent_id: Mapped[int | None] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
