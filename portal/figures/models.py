"""How long one waits, noted each day."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class WaitingTime(Base):
    """On a day, how many days until the next free slot of a motif at a place, as residents see it."""

    __tablename__ = "waiting_time"
    __table_args__ = (CheckConstraint("days >= 0", name="days"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    motif_id: Mapped[int] = mapped_column(ForeignKey("motif.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    days: Mapped[int | None]  # None: no slot within the motif's horizon
