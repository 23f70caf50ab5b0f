"""How residents prove who they are: what was proved, the codes that are out, identities that fit several files."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class CredentialKind(StrEnum):
    """What a person proves that they hold."""

    MOBILE = "mobile"
    EMAIL = "email"
    FRANCECONNECT = "franceconnect"


class Credential(Base):
    """Something that opens a person's space, proved by them.

    `is_vouched`: proved by someone known (at the level `known`), or checked by an agent with the person: it opens the
    space at that level. Otherwise a mobile or an e-mail opens it as `reachable` only, for a file may have been made
    by somebody else in this person's name.
    """

    __tablename__ = "credential"
    __table_args__ = (
        Index(
            "ix_credential_in_use",
            "kind",
            "value",
            "person_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_credential_franceconnect",
            "value",
            unique=True,
            postgresql_where=text("ended_at IS NULL AND kind = 'franceconnect'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[CredentialKind]
    value: Mapped[str]  # E.164, an address in small letters, or FranceConnect's identifier (sub)
    proved_at: Mapped[datetime]
    is_vouched: Mapped[bool]
    ended_at: Mapped[datetime | None]


class Purpose(StrEnum):
    """What a code is for."""

    SIGN_IN = "sign_in"
    CONTACT = "contact"  # a new mobile or e-mail, proved before use
    LETTER = "letter"  # the activation code of a letter
    CONSENT = "consent"  # said at a counter by the person: an agent may act for them


class Challenge(Base):
    """A code that is out. The code itself is in no table: the portal's secret key makes it anew from `key`."""

    __tablename__ = "challenge"
    __table_args__ = (CheckConstraint("tries BETWEEN 0 AND 5", name="tries"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    key: Mapped[UUID] = mapped_column(unique=True)  # the code is made of it
    code_hash: Mapped[str] = mapped_column(index=True)  # keyed: a copy of the database tells no code
    purpose: Mapped[Purpose]
    to: Mapped[str | None]  # the mobile or e-mail that it was sent to
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    browser_hash: Mapped[str | None]  # the browser that asked, the only one where the code serves; None: a letter's
    is_vouched: Mapped[bool] = mapped_column(default=False)  # opens the level `known`
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class IdentityCase(Base):
    """An identity given by FranceConnect that fits several files: an agent says which is theirs."""

    __tablename__ = "identity_case"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    subject: Mapped[str] = mapped_column(unique=True)  # FranceConnect's identifier (sub)
    family_name: Mapped[str]  # at birth
    usage_name: Mapped[str | None]
    given_names: Mapped[str]
    birth_date: Mapped[date] = mapped_column(index=True)
    birth_date_to: Mapped[date]  # the same day, but for those of whom a year or a month alone is known
    birth_place: Mapped[str | None]
    created_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # as an agent decided
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
