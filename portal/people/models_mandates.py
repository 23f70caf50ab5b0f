"""Mandates: who may act for whom, for what, until when, and how the person agreed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from portal.database import Base
from portal.people.models import Agent, Person
from portal.people.models_access import Organisation


class MandateKind(StrEnum):
    """Why someone acts for a person."""

    PHONE = "phone"  # an agent, for one call: 2 hours at most
    COUNTER = "counter"  # an agent, the person being present: 60 minutes
    ORGANISATION = "organisation"  # a CCAS, an association: 1, 31, 182 or 365 days
    RELATIVE = "relative"  # a carer or someone close: 12 months at most
    LEGAL = "legal"  # the legal representative of a protected adult, the parent of a minor: its own dates


class Consent(StrEnum):
    """How the person agreed, or what stands for it."""

    SPOKEN = "spoken"  # on the phone, three facts checked, the script read
    CODE = "code"  # a code sent to their phone, said at the counter
    PAPER = "paper"  # a signed paper
    SMS = "sms"  # the answer to a text message
    SPACE = "space"  # given from the person's own space
    DOCUMENT = "document"  # a judgement or a family record, seen by two agents


class MandateState(StrEnum):
    """Where a mandate stands. An active one is in force between its dates only."""

    ASKED = "asked"  # the person has yet to agree; or the second agent has yet to see the document
    ACTIVE = "active"
    REFUSED = "refused"
    ENDED = "ended"


class Mandate(Base):
    """The right of an agent, an organisation or a person (one of them) to act for someone."""

    __tablename__ = "mandate"
    __table_args__ = (
        # What a person gives to a relative in their own space has no holder until the relative takes it.
        CheckConstraint(
            "num_nonnulls(agent_id, organisation_id, holder_id) = CASE WHEN consent = 'space' AND holder_id IS NULL "
            "AND state <> 'active' THEN 0 ELSE 1 END",
            name="one_holder",
        ),
        CheckConstraint("starts_at < ends_at", name="period"),
        CheckConstraint("cardinality(procedures) > 0", name="named"),
        CheckConstraint("holder_id <> person_id", name="not_oneself"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("state <> 'active' OR agreed_at IS NOT NULL", name="agreed"),
        CheckConstraint("second_agent_id <> given_by", name="two_agents"),
        Index("ix_mandate_running", "ends_at", postgresql_where=text("state IN ('asked', 'active')")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)  # 8 characters, Crockford base 32: on paper and in messages
    kind: Mapped[MandateKind]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)  # acted for
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    procedures: Mapped[list[str]] = mapped_column(ARRAY(Text))  # portal.web.access.Procedure
    state: Mapped[MandateState]
    consent: Mapped[Consent]
    facts: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=list
    )  # which facts the agent checked, never their value
    asked_at: Mapped[datetime]
    asked_again_at: Mapped[datetime | None]  # SMS: the first answer was not clear
    agreed_at: Mapped[datetime | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]  # space, phone, sms, letter, agent, holder, replaced, over
    given_by: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))  # the agent who wrote it down
    second_agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))  # legal: who saw the document too
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    end_told_at: Mapped[datetime | None]  # when the person was told that it ends soon

    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=person_id)
    agent: Mapped[Agent | None] = relationship(lazy="raise", foreign_keys=agent_id)
    organisation: Mapped[Organisation | None] = relationship(lazy="raise")
    holder: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=holder_id)


class SmsReceived(Base):
    """A text message that came in: its provider's number alone, so that the same one counts once."""

    __tablename__ = "sms_received"

    provider_id: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(index=True)
