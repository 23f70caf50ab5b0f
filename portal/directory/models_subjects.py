"""What callers ask about, and what is answered: the short qualification of a call, as data of the Département."""

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from portal.database import Base


class Subject(Base):
    """What a call is about: the answer to read, and what it may lead to.

    `motif_keys`: what may be booked for it. `is_urgent`: the same-day permanence is offered first. `partner_keys`: who
    else answers it. `page`: the information page that says more, as its address.
    """

    __tablename__ = "subject"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    shortcut: Mapped[str]  # one key of the keyboard
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"), index=True)
    title: Mapped[str]  # « Je n'arrive plus à payer mon loyer »
    answer: Mapped[str]  # a few plain sentences, to read aloud
    page: Mapped[str | None]
    is_urgent: Mapped[bool]
    motif_keys: Mapped[list[str]] = mapped_column(ARRAY(Text))
    partner_keys: Mapped[list[str]] = mapped_column(ARRAY(Text))
    source: Mapped[str]
    checked_on: Mapped[date | None]  # None: nobody has checked it yet, and pages say so
    closed_on: Mapped[date | None]


class Partner(Base):
    """Somebody else who answers: France Travail, the CAF, a helpline. Under a convention: `Organisation`."""

    __tablename__ = "partner"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    line: Mapped[str]  # what they do, in one sentence to read aloud
    phone: Mapped[str | None]  # printed form
    source: Mapped[str]
    checked_on: Mapped[date | None]
    closed_on: Mapped[date | None]
