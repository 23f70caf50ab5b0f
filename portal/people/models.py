"""Residents, the relatives they answer for, and agents."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, event, text
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from portal.database import Base
from portal.people.keys import keys_of
from portal.people.models_access import Assignment, Organisation


class Level(StrEnum):
    """How well the portal knows who is at the screen.

    `reachable`: a mobile or an e-mail of the file was proved. `known`: the identity itself was (FranceConnect, a
    letter to a confirmed address, an agent at a counter).
    """

    REACHABLE = "reachable"
    KNOWN = "known"


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
        CheckConstraint("merged_into_id <> id", name="not_merged_into_itself"),
        Index("ix_person_search", text("array_to_tsvector(search_keys)"), postgresql_using="gin"),
        Index("ix_person_mobile", "mobile"),  # whoever signs in is looked for by what they proved
        Index("ix_person_email", text("lower(email)")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    family_name: Mapped[str]
    given_names: Mapped[str]
    birth_name: Mapped[str | None]  # when the family name is another: agents look for people by either
    birth_date: Mapped[date] = mapped_column(index=True)
    birth_place: Mapped[str | None]  # INSEE number of the commune or country, as FranceConnect gives it
    match_key: Mapped[str] = mapped_column(index=True)  # names without accents or case, and the birth date
    # What agents find a file by (portal.people.keys): written with the names each time they change.
    search_keys: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default=text("'{}'"))
    request_key: Mapped[UUID | None] = mapped_column(
        unique=True
    )  # the form by which an agent made it: sent twice, once
    # This file was a double: everything of it is in the other one. Shown nowhere; it comes back if that is undone.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
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
    # The place that keeps their letters for somebody who has no address at all: the address is then the place's own
    # (letters.rules_kept), and follows it. Another address ends it.
    letters_kept_at_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)

    # Ways (mobile, email, address) that somebody acting for the person wrote. Messages use them; they open nothing
    # until the person, or an agent with them, says that they are theirs: whoever acts must not keep a key to the space.
    lent_ways: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default=text("'{}'"))
    # An agent has checked the address with the person: a letter that opens the space wholly may go there.
    address_confirmed_at: Mapped[datetime | None]
    identity_seen_at: Mapped[datetime | None]  # an agent has seen an identity document at a counter
    identity_seen_by: Mapped[int | None] = mapped_column(BigInteger)
    is_protected: Mapped[bool] = mapped_column(
        default=False, server_default=text("false")
    )  # legal protection of adults
    space_closed_at: Mapped[datetime | None]  # the person closed their space; messages and appointments go on

    wants_sms: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    wants_email: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    # When the person said that letters may come to the address of the file. Without it, somebody who wants discretion
    # gets none: whoever they fear may open the letter box.
    letters_chosen_at: Mapped[datetime | None]
    # Messages say the day, the hour and the code, and neither place nor subject: somebody else may read them.
    wants_discretion: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    wants_paper: Mapped[bool] = mapped_column(default=False)  # garantie papier
    wants_large_print: Mapped[bool] = mapped_column(default=False)
    wants_silence: Mapped[bool] = mapped_column(default=False)  # « ne me contactez pas »
    language: Mapped[str] = mapped_column(default="fr")
    maybe_double: Mapped[bool] = mapped_column(default=False)  # for agents: another file looks the same
    created_at: Mapped[datetime]

    guardian: Mapped["Person | None"] = relationship(foreign_keys=guardian_id, remote_side="Person.id", lazy="raise")


@event.listens_for(Person, "before_insert")
@event.listens_for(Person, "before_update")
def _keep_search_keys(_mapper: object, _connection: object, person: Person) -> None:
    """Whatever changes a file keeps it findable. Rows written around the mapper must bring their own keys."""
    phones = (person.mobile, person.landline)
    keys = keys_of(person.family_name, person.birth_name, person.given_names, person.birth_date, phones)
    if keys != person.search_keys:
        person.search_keys = keys


@event.listens_for(Person.address, "set", active_history=True)
def _end_keeping(person: Person, address: list[str], former: object, _initiator: object) -> None:
    """Whoever writes another address, wherever it is, ends the keeping of letters: it is told after the address."""
    if address != former and person.letters_kept_at_id is not None:
        person.letters_kept_at_id = None


class Agent(Base):
    """A member of staff, of the Département or of a partner. One who cannot sign in can still be booked.

    What an agent may do is in `Assignment`. `is_active`: still named by the Département's files.
    """

    __tablename__ = "agent"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    given_name: Mapped[str]
    family_name: Mapped[str]
    job: Mapped[str]  # as residents read it: "assistante sociale"
    email: Mapped[str | None] = mapped_column(unique=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)  # a partner's agent
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))

    password_hash: Mapped[str | None]
    totp_secret: Mapped[str | None]  # sealed (portal.codes): what the database holds opens nothing by itself
    totp_step: Mapped[int | None] = mapped_column(BigInteger)  # the last 30-second step taken: a code serves once
    proconnect_sub: Mapped[str | None] = mapped_column(unique=True)
    invitation_hash: Mapped[str | None] = mapped_column(unique=True)
    invited_until: Mapped[datetime | None]
    expires_on: Mapped[date | None]  # the first day on which the account no longer opens
    suspended_at: Mapped[datetime | None]
    wants_shortcuts: Mapped[bool] = mapped_column(
        default=True, server_default=text("true")
    )  # keys that act by themselves

    assignments: Mapped[list["Assignment"]] = relationship(lazy="raise", order_by="Assignment.id")
    organisation: Mapped["Organisation | None"] = relationship(lazy="raise")


class Referent(Base):
    """The agent who follows a person, from a day (included) to another (excluded)."""

    __tablename__ = "referent"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
