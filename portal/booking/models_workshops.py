"""Workshops: dated sessions with seats, and the people who have one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.booking.models import Appointment
from portal.database import Base


class Workshop(Base):
    """A session with seats. Its own appointment, for nobody, holds the agent's time and says where and when.

    Each seat taken is an appointment with `workshop_id`, which has its own code, messages, status and person, and
    holds no time.
    """

    __tablename__ = "workshop"
    __table_args__ = (CheckConstraint("seats BETWEEN 1 AND 200", name="seats"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(
        ForeignKey("appointment.id", use_alter=True, name="fk_workshop_appointment_id"), unique=True
    )
    title: Mapped[str]  # what agents call it; messages say the motif's neutral words
    seats: Mapped[int]
    created_at: Mapped[datetime]

    appointment: Mapped[Appointment] = relationship(foreign_keys=appointment_id, lazy="raise")
