"""An outside printer in the place of the print room: what it says of each letter, taken as often as it is said."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.letters.models import Letter, Printer, PrintRun, PullReason, RunState
from portal.letters.queries_runs import IN_THE_HOUSE, letter_by_reference
from portal.letters.rules import key_of
from portal.notifications.models import Message, Status
from portal.notifications.outcomes import give_up, locked_whole
from portal.notifications.post import PostalCalendar

COLUMNS = ("lettre", "statut", "date", "motif")


class Said(StrEnum):
    """What the printer says of a letter."""

    PRINTED = "imprime"
    POSTED = "poste"
    REJECTED = "rejete"


class LineFault(StrEnum):
    """What is wrong with a line of its file."""

    COLUMNS = "columns"
    LETTER = "letter"  # no such letter, or none that was given to the printer
    STATUS = "status"
    DAY = "day"  # no date, before the run, or to come
    REASON = "reason"  # rejected without a reason


@dataclass(frozen=True)
class Line:
    """One line of the file: of which letter, what, when (a day where letters are posted), and why it was rejected."""

    reference: str
    said: Said
    day: date
    reason: str = ""


@dataclass(frozen=True)
class Fault:
    """A line that cannot be taken; the others are."""

    number: int  # from 1, the header among them
    fault: LineFault


def lines_of(source: Iterable[str]) -> Iterator[tuple[int, Line | LineFault]]:
    """The lines of a status file: CSV with semicolons, a header (lettre;statut;date;motif), dates as 2026-11-24.

    Each with its number; what cannot be read is given as its fault.
    """
    lines = enumerate(source, start=1)
    _number, first = next(lines, (1, ""))
    header = [name.strip().lstrip("\ufeff").lower() for name in _cells(first) or ()]
    if header[: len(COLUMNS) - 1] != list(COLUMNS[:-1]):
        yield 1, LineFault.COLUMNS
        return
    for number, line in lines:
        row = _cells(line)
        if row is None:
            yield number, LineFault.LETTER
        elif any(cell.strip() for cell in row):
            yield number, _line(row)


def _cells(line: str) -> list[str] | None:
    """The cells of a line, read by itself: a quote left open takes no line after it away. None for no such line."""
    try:
        return next(csv.reader([line], delimiter=";"), [])
    except csv.Error:
        return None


def take(session: Session, now: datetime, line: Line, *, post: PostalCalendar) -> LineFault | None:
    """Writes what the printer says of a letter; what is known already, or was overtaken by more, changes nothing.

    Posted: the day it should arrive is known from then on. Rejected: the planner goes round. Gives the fault when the
    letter is none of the printer's, or the day cannot be.
    """
    letter = letter_by_reference(session, line.reference)
    if letter is None or letter.run_id is None:
        return LineFault.LETTER
    run = session.get_one(PrintRun, letter.run_id, with_for_update=True)  # before its messages, as everybody does
    locked_whole(session, letter.message_id)
    letter_by_reference(session, line.reference, is_held=True)
    if run.printer is not Printer.OUTSIDE or letter.pulled_at is not None:
        return None if letter.pull_reason is PullReason.REJECTED else LineFault.LETTER
    if not post.day_of(run.made_at) <= line.day <= post.day_of(now):
        return LineFault.DAY
    if letter.returned_at is not None:  # its message may be another letter's since
        return None
    if line.said is Said.REJECTED:
        _reject(session, now, letter, post)
    else:
        _advance(letter, line, post)
    session.flush()
    _close(session, now, run, post)
    return None


def _advance(letter: Letter, line: Line, post: PostalCalendar) -> None:
    message = letter.message
    if message.status in {Status.POSTED, Status.RETURNED}:
        return
    if line.said is Said.POSTED:  # even what was overtaken meanwhile: it is on its way
        message.status, message.sent_at = Status.POSTED, post.instant(line.day, time(12))
        message.arrives_on = post.arrival_of_posting(line.day)
    elif message.status is Status.IN_RUN:
        message.status = Status.PRINTED


def _reject(session: Session, now: datetime, letter: Letter, post: PostalCalendar) -> None:
    if letter.message.status in {Status.POSTED, Status.RETURNED}:
        return
    letter.pulled_at, letter.pull_reason = now, PullReason.REJECTED
    if letter.message.status in IN_THE_HOUSE:
        give_up(session, now, letter.message_id, code="printer_rejected", post=post)


def _close(session: Session, now: datetime, run: PrintRun, post: PostalCalendar) -> None:
    """A run is printed once the printer has said something of it, and posted once no letter of it is in the house."""
    run.printed_at = run.printed_at or now
    left = select(Letter.id).join(Letter.message).where(Letter.run_id == run.id, Letter.pulled_at.is_(None))
    left = left.where(Letter.returned_at.is_(None))  # else its message may be in another run
    left = left.where(Message.status.in_(IN_THE_HOUSE)).order_by(Letter.id).limit(1)
    is_over = session.scalar(left) is None
    run.state = RunState.POSTED if is_over else RunState.PRINTED
    if is_over and run.posted_at is None:
        run.posted_at, run.posted_on = now, post.day_of(now)


def _line(row: list[str]) -> Line | LineFault:
    cells = [cell.strip() for cell in (*row, "", "", "", "")[: len(COLUMNS)]]
    reference = key_of(cells[0])
    if reference is None:
        return LineFault.LETTER
    try:
        said = Said(cells[1].lower().replace("é", "e"))
    except ValueError:
        return LineFault.STATUS
    try:
        day = date.fromisoformat(cells[2])
    except ValueError:
        return LineFault.DAY
    if said is Said.REJECTED and not cells[3]:
        return LineFault.REASON
    return Line(reference, said, day, cells[3])
