"""Openings, absences and appointments. Slots are computed from them, never stored."""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, text
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Date

from portal.database import Base
from portal.directory.models import Motif, Place
from portal.people.models import Agent, Person


class Recurrence(StrEnum):
    """How an opening comes back."""

    ONCE = "once"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class AppointmentStatus(StrEnum):
    """excused: cancelled by the person. revoked: cancelled by the service."""

    BOOKED = "booked"
    SEEN = "seen"
    EXCUSED = "excused"
    REVOKED = "revoked"
    NOSHOW = "noshow"


class CancelReason(StrEnum):
    """Why the service, or the person through an agent, cancels: one of a list, so that no story of a life is kept."""

    PERSON_ASKED = "person_asked"
    AGENT_AWAY = "agent_away"
    PLACE_CLOSED = "place_closed"
    WRONG_SUBJECT = "wrong_subject"  # another service answers it
    MISTAKE = "mistake"  # booked twice, or for somebody else


HOLDS_TIME = (AppointmentStatus.BOOKED, AppointmentStatus.SEEN, AppointmentStatus.NOSHOW)

opening_motif = Table(
    "opening_motif",
    Base.metadata,
    Column("opening_id", ForeignKey("opening.id", ondelete="CASCADE"), primary_key=True),
    Column("motif_id", ForeignKey("motif.id"), primary_key=True, index=True),
)


class Opening(Base):
    """Time in which an agent can be booked for some motifs at a place: hours on a wall clock in France."""

    __tablename__ = "opening"
    __table_args__ = (
        CheckConstraint("starts < ends", name="hours"),
        CheckConstraint("interval_weeks BETWEEN 1 AND 52", name="interval"),
        CheckConstraint("last_day IS NULL OR last_day >= first_day", name="days"),
        CheckConstraint("nth_week IS NULL OR nth_week IN (1, 2, 3, 4, -1)", name="nth"),
        CheckConstraint("recurrence <> 'monthly' OR nth_week IS NOT NULL", name="monthly"),
        CheckConstraint("recurrence = 'once' OR cardinality(weekdays) > 0", name="comes_back"),
        CheckConstraint("weekdays <@ ARRAY[0, 1, 2, 3, 4, 5, 6]", name="weekdays"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str | None] = mapped_column(unique=True)  # set for those that come from a loaded file
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    recurrence: Mapped[Recurrence]
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)  # 0 is Monday
    interval_weeks: Mapped[int] = mapped_column(default=1)
    nth_week: Mapped[int | None]  # monthly: 1 to 4, or -1 for the last
    first_day: Mapped[date]
    last_day: Mapped[date | None]  # included
    starts: Mapped[time]
    ends: Mapped[time]
    skipped: Mapped[list[date]] = mapped_column(ARRAY(Date), default=list)

    agent: Mapped[Agent] = relationship(lazy="raise")
    place: Mapped[Place] = relationship(lazy="raise")
    motifs: Mapped[list[Motif]] = relationship(secondary=opening_motif, lazy="raise", order_by=Motif.id)


class Absence(Base):
    """Time in which an agent cannot be booked anywhere."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="period"),
        Index("ix_absence_agent_period", "agent_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Appointment(Base):
    """An agent's time held for someone. Two that hold the same agent's time cannot both exist."""

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at AND ends_at <= busy_until", name="period"),
        # Lets availability look for the appointments that reach into a day among those of the day before.
        CheckConstraint("busy_until - starts_at <= interval '24 hours'", name="length"),
        CheckConstraint("is_overbooked = (overbook_reason IS NOT NULL)", name="overbooked_why"),
        CheckConstraint("NOT is_door_closed OR status = 'noshow'", name="closed_door"),
        ExcludeConstraint(
            (text("int8range(agent_id, agent_id, '[]')"), "&&"),
            (text("tstzrange(starts_at, busy_until)"), "&&"),
            name="ex_appointment_agent_busy",
            using="gist",
            where=text("status IN ('booked', 'seen', 'noshow') AND NOT is_overbooked AND workshop_id IS NULL"),
        ),
        Index(
            "ix_appointment_busy",
            "agent_id",
            "starts_at",
            postgresql_include=["busy_until"],
            postgresql_where=text("status IN ('booked', 'seen', 'noshow')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)  # 8 characters, Crockford base 32, without the hyphen
    request_key: Mapped[UUID] = mapped_column(unique=True)  # one per form shown: confirming twice makes one
    motif_id: Mapped[int] = mapped_column(ForeignKey("motif.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    busy_until: Mapped[datetime]  # end and buffer
    status: Mapped[AppointmentStatus]
    is_overbooked: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    overbook_reason: Mapped[str | None]  # as an agent who may overbook wrote it: shown to agents, never to the person
    # A place in a workshop, whose own appointment (`Workshop.appointment_id`) holds the agent's time.
    workshop_id: Mapped[int | None] = mapped_column(ForeignKey("workshop.id"), index=True)
    cancel_reason: Mapped[CancelReason | None]
    arrived_at: Mapped[datetime | None]  # in the waiting room since
    called_at: Mapped[datetime | None]  # called from it: the agent receives them
    # A visit at home for which nobody opened: a noshow, told apart.
    is_door_closed: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    sequence: Mapped[int] = mapped_column(default=0)  # rises with each change, for calendars
    # The card of whoever booked, when what they typed differs from their file: see portal.people.services. None: those
    # concerned, or their guardian, are told as their files say.
    told_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    # The browser that booked it, as a number that tells nothing of it: its other tabs know of it at once.
    browser: Mapped[int | None] = mapped_column(BigInteger, index=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    motif: Mapped[Motif] = relationship(lazy="raise")
    place: Mapped[Place] = relationship(lazy="raise")
    agent: Mapped[Agent] = relationship(lazy="raise")
    told: Mapped[Person | None] = relationship(lazy="raise")
    participations: Mapped[list["Participation"]] = relationship(lazy="raise", order_by="Participation.person_id")


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


class Participation(Base):
    """Someone an appointment is for: one row each."""

    __tablename__ = "participation"

    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    # As whoever booked wrote them, when their file writes them otherwise: what they see must not tell there is a file.
    given_names: Mapped[str | None]
    family_name: Mapped[str | None]

    person: Mapped[Person] = relationship(lazy="raise")

    @property
    def first_name(self) -> str:
        """The given names, as whoever booked knows them. The person must be loaded."""
        return self.given_names or self.person.given_names

    @property
    def full_name(self) -> str:
        """Prénom Nom, as whoever booked knows them. The person must be loaded."""
        return f"{self.first_name} {self.family_name or self.person.family_name}"


class Invitation(Base):
    """The right of one person to book a motif that is not open to everyone."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    motif_id: Mapped[int] = mapped_column(ForeignKey("motif.id"), index=True)
    last_day: Mapped[date]  # included

    person: Mapped[Person] = relationship(lazy="raise")
    motif: Mapped[Motif] = relationship(lazy="raise")


class CodeTries(Base):
    """Wrong answers given for a code, whether it exists or not: so that trying teaches nothing."""

    __tablename__ = "code_tries"

    code: Mapped[str] = mapped_column(primary_key=True)
    wrong: Mapped[int]
    locked_until: Mapped[datetime | None]
    last_at: Mapped[datetime] = mapped_column(index=True)
