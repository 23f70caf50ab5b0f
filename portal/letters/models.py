"""Letters as drawn, their bytes kept and never drawn twice; their way from the print room to the post, and back."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database import Base
from portal.notifications.models import Message


class RunState(StrEnum):
    """Where a print run stands."""

    MAKING = "making"  # its letters are taken; its files are being made
    MADE = "made"
    PRINTED = "printed"
    POSTED = "posted"


class Printer(StrEnum):
    """Who prints a run."""

    ROOM = "room"
    OUTSIDE = "outside"


class PullReason(StrEnum):
    """Why a letter was taken out of its run."""

    OVERTAKEN = "overtaken"  # the appointment changed, or is past
    MOVED_AWAY = "moved_away"  # the address changed
    LOST = "lost"  # not found in the tray
    ASKED = "asked"  # the person, or an agent, asked for it
    REJECTED = "rejected"  # by the outside printer
    ALTERED = "altered"  # its bytes are no longer those that were drawn: it was never printed
    # The journal keeps their places in this list: a new one comes last.
    TOO_LATE = "too_late"  # it would arrive when it is of no more use: told otherwise
    DOUBTFUL = "doubtful"  # the address is no longer trusted, or was not chosen by somebody who wants discretion
    REWORDED = "reworded"  # it says what its reader has asked since not to be told in writing


class ReturnReason(StrEnum):
    """Why the post brings a letter back ("pli non distribuable")."""

    UNKNOWN = "unknown"  # inconnu à l'adresse
    ACCESS = "access"  # défaut d'accès ou d'adressage
    REFUSED = "refused"  # refusé
    UNCLAIMED = "unclaimed"  # non réclamé


class PrintRun(Base):
    """The letters of one trip to the post. A letter is in one run at most."""

    __tablename__ = "print_run"
    __table_args__ = (
        CheckConstraint("letters > 0 AND sheets >= letters", name="letters"),
        Index("ix_print_run_going_on", "id", postgresql_where=text("state <> 'posted'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cut_off_at: Mapped[datetime | None] = mapped_column(unique=True)  # the cut-off it was made for; None: by hand
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(BigInteger)  # None: the worker
    posting_day: Mapped[date]  # the post it is for
    printer: Mapped[Printer] = mapped_column(default=Printer.ROOM)
    state: Mapped[RunState] = mapped_column(default=RunState.MAKING)
    letters: Mapped[int]
    sheets: Mapped[int]  # of paper, the separators not counted

    given_at: Mapped[datetime | None]  # to the outside printer
    printed_at: Mapped[datetime | None]
    printed_by: Mapped[int | None] = mapped_column(BigInteger)
    counter: Mapped[int | None]  # sheets that the printer's own counter says
    inserted_at: Mapped[datetime | None]
    inserted_by: Mapped[int | None] = mapped_column(BigInteger)
    counted_letters: Mapped[int | None]  # envelopes, as counted by hand or by the folding machine
    counted_sheets: Mapped[int | None]
    posted_at: Mapped[datetime | None]
    posted_by: Mapped[int | None] = mapped_column(BigInteger)
    posted_on: Mapped[date | None]

    files: Mapped[list["RunFile"]] = relationship(lazy="raise", order_by="RunFile.position")


class RunFile(Base):
    """One file to print: letters of as many sheets each, by postcode, 250 at most, with its separator."""

    __tablename__ = "run_file"
    __table_args__ = (
        UniqueConstraint("run_id", "position"),
        CheckConstraint("letters BETWEEN 1 AND 250", name="letters"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("print_run.id"))
    position: Mapped[int]  # from 1
    sheets_each: Mapped[int]
    letters: Mapped[int]
    made_at: Mapped[datetime | None]
    sha256: Mapped[str | None]  # for ever
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # 30 days after the post took it
    printed_at: Mapped[datetime | None]  # by the print room
    printed_by: Mapped[int | None] = mapped_column(BigInteger)


class Letter(Base):
    """One letter, drawn once. Its message's status says where it stands (queued, posted, withdrawn …)."""

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("pages BETWEEN 1 AND 4", name="pages"),
        CheckConstraint("(pulled_at IS NULL) = (pull_reason IS NULL)", name="pulled_why"),
        CheckConstraint("(returned_at IS NULL) = (return_reason IS NULL)", name="returned_why"),
        CheckConstraint("(run_id IS NULL) = (file_id IS NULL)", name="run"),
        # One that was pulled, or came back, may be drawn anew to another address; any other never.
        Index(
            "uq_letter_message",
            "message_id",
            unique=True,
            postgresql_where=text("pulled_at IS NULL AND returned_at IS NULL"),
        ),
        Index("ix_letter_message_id", "message_id"),
        Index("ix_letter_returned", "returned_at", postgresql_where=text("returned_at IS NOT NULL")),
        Index("ix_letter_tracking", "tracking_number", postgresql_where=text("tracking_number IS NOT NULL")),
        UniqueConstraint("file_id", "position"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    message_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("message.id"))
    reference: Mapped[str] = mapped_column(unique=True)  # printed on each page, with the page number
    pages: Mapped[int]
    sha256: Mapped[str]  # for ever
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # 30 days after the post took it
    drawn_at: Mapped[datetime]

    run_id: Mapped[int | None] = mapped_column(ForeignKey("print_run.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("run_file.id"))
    position: Mapped[int | None]  # in its file, from 1; in none, when its bytes were altered before it was made
    postcode: Mapped[str] = mapped_column(server_default=text("''"))  # as the address says it; empty abroad
    large_window: Mapped[bool] = mapped_column(default=False, server_default=text("false"))

    reprints: Mapped[int] = mapped_column(default=0, server_default=text("0"))  # of spoiled sheets
    pulled_at: Mapped[datetime | None]
    pull_reason: Mapped[PullReason | None]
    rejection: Mapped[str | None]  # why, in the outside printer's words
    is_registered: Mapped[bool] = mapped_column(default=False, server_default=text("false"))  # recommandé
    tracking_number: Mapped[str | None]
    returned_at: Mapped[datetime | None]
    return_reason: Mapped[ReturnReason | None]
    handed_at: Mapped[datetime | None]  # kept at a place (rules_kept): the person has come for it

    message: Mapped[Message] = relationship(lazy="raise")

    @property
    def sheets(self) -> int:
        """Sheets of paper, printed on both sides."""
        return (self.pages + 1) // 2


class LetterProof(Base):
    """The proof of a registered letter, scanned: deposit or receipt."""

    __tablename__ = "letter_proof"
    __table_args__ = (CheckConstraint("length(content) <= 5000000", name="size"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("letter.id"), index=True)
    mime: Mapped[str]
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_at: Mapped[datetime]
    added_by: Mapped[int] = mapped_column(BigInteger)
