"""Residents, the relatives they answer for, and agents."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from portal.database import Base


class RouteState(StrEnum):
    """What is known of a way to reach someone."""

    UNTRIED = "untried"
    WORKS = "works"
    DOUBTFUL = "doubtful"
    FAILED = "failed"


class Person(Base):
    """Someone served. May have no e-mail, no phone, no address and no account.

    A relative (a child, someone looked after) has a guardian, who gets the messages.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("guardian_id <> id", name="not_own_guardian"),
        CheckConstraint("card_of_id <> id", name="not_own_card"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    family_name: Mapped[str]
    given_names: Mapped[str]
    birth_date: Mapped[date] = mapped_column(index=True)
    match_key: Mapped[str] = mapped_column(index=True)  # names without accents or case, and the birth date
    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    # A card is no file: it is how the person of a file asked to be told of one appointment, and is shown with the file.
    card_of_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)

    mobile: Mapped[str | None]  # E.164: +33639980012
    mobile_state: Mapped[RouteState] = mapped_column(default=RouteState.UNTRIED)
    email: Mapped[str | None]
    email_state: Mapped[RouteState] = mapped_column(default=RouteState.UNTRIED)
    landline: Mapped[str | None]  # E.164
    address: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)  # lines 2 to 6 of NF Z10-011, or empty
    address_state: Mapped[RouteState] = mapped_column(default=RouteState.UNTRIED)

    wants_paper: Mapped[bool] = mapped_column(default=False)  # garantie papier
    wants_large_print: Mapped[bool] = mapped_column(default=False)
    wants_silence: Mapped[bool] = mapped_column(default=False)  # « ne me contactez pas »
    language: Mapped[str] = mapped_column(default="fr")
    maybe_double: Mapped[bool] = mapped_column(default=False)  # for agents: another file looks the same
    created_at: Mapped[datetime]

    guardian: Mapped["Person | None"] = relationship(foreign_keys=guardian_id, remote_side="Person.id", lazy="raise")


class Agent(Base):
    """A member of staff. One without a password cannot sign in, and can still be booked."""

    __tablename__ = "agent"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    given_name: Mapped[str]
    family_name: Mapped[str]
    job: Mapped[str]  # as residents read it: "assistante sociale"
    role: Mapped[str]  # accueil, professionnel, référent, courrier, encadrant, admin
    email: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))


class Referent(Base):
    """The agent who follows a person, from a day (included) to another (excluded)."""

    __tablename__ = "referent"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
