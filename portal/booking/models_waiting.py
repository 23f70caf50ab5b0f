"""The waiting list: wishes for a slot when none exists."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.booking.models import Appointment
from portal.database import Base
from portal.directory.models import Motif, Place
from portal.people.models import Agent, Person


class WishEnd(StrEnum):
    """How a wish ended."""

    BOOKED = "booked"
    WITHDRAWN = "withdrawn"  # the person no longer wants it
    OVER = "over"  # the last day that suited the person is past


class Wish(Base):
    """Someone waits for a slot of a motif, at a place or anywhere, from a day on."""

    __tablename__ = "wish"
    __table_args__ = (
        CheckConstraint("last_day IS NULL OR last_day >= first_day", name="days"),
        CheckConstraint("mornings OR afternoons", name="some_time"),
        CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name="ended"),
        Index("ix_wish_one_open", "person_id", "motif_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    motif_id: Mapped[int] = mapped_column(ForeignKey("motif.id"), index=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)  # None: any place will do
    first_day: Mapped[date]
    last_day: Mapped[date | None]  # included
    mornings: Mapped[bool] = mapped_column(default=True)
    afternoons: Mapped[bool] = mapped_column(default=True)
    # Of the week, as ticked on paper: "lun-matin", "jeu-apres". None: every weekday's mornings or afternoons.
    half_days: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    ended_at: Mapped[datetime | None]
    ended_how: Mapped[WishEnd | None]
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"))  # what it led to

    person: Mapped[Person] = relationship(lazy="raise")
    motif: Mapped[Motif] = relationship(lazy="raise")
    place: Mapped[Place | None] = relationship(lazy="raise")
    created_by_agent: Mapped[Agent | None] = relationship(lazy="raise")
    appointment: Mapped[Appointment | None] = relationship(lazy="raise")
