"""A run that an outside printer has, and the files in which it says what became of it."""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from portal.journal.models import JournalLine
from portal.letters.models import Letter, Printer, PrintRun
from portal.letters.printer_folder import Taken, give_runs, read_status
from portal.letters.rules_printer import COLUMNS
from portal.letters.services_runs import make_file, make_run
from portal.notifications.models import Message, Route
from portal.notifications.queries_post import calendar_of
from tests.letters.runs import queued
from tests.world import World

ABOUT_RUNS = ("run.given", "run.printed", "run.posted", "run.closed", "letter.pulled", "letter.left_pulled")


def outside_run(
    database: Any, world: World, now: datetime | None = None, *, count: int = 3
) -> tuple[int, list[Letter]]:
    """A run for the outside printer, its file made, and its letters; not given yet."""
    now = now or world.now
    letters = [queued(world, now=now) for _ in range(count)]
    with database.transaction() as session:
        run = make_run(session, now, post=calendar_of(session), by=None, printer=Printer.OUTSIDE)
        make_file(session, now)
    assert run is not None
    return run.id, letters


def given_run(
    database: Any, world: World, folder: Path, now: datetime | None = None, *, count: int = 3
) -> tuple[int, list[Letter]]:
    """The same, given."""
    run_id, letters = outside_run(database, world, now, count=count)
    give_runs(database, now or world.now, folder / "out")
    return run_id, letters


def says(folder: Path, *lines: str) -> Path:
    """A status file with these lines, as an old program writes it."""
    file = folder / "statuts.csv"
    file.write_text("\n".join([";".join(COLUMNS), *lines, ""]), encoding="cp1252")
    return file


def told(database: Any, now: datetime, folder: Path, *lines: str) -> Taken:
    """What is taken of these lines."""
    return read_status(database, now, says(folder, *lines))


def known(database: Any) -> list[Any]:
    """Where each letter's message stands, and when it should arrive."""
    with database.transaction() as session:
        rows = session.scalars(select(Message).where(Message.route == Route.LETTER).order_by(Message.id)).all()
        return [(row.status.value, row.arrives_on) for row in rows]


def run_now(database: Any, run_id: int) -> PrintRun:
    """A run as it is now."""
    with database.transaction() as session:
        return session.get_one(PrintRun, run_id)


def letter_now(database: Any, letter: Letter) -> Letter:
    """A letter as it is now."""
    with database.transaction() as session:
        return session.get_one(Letter, letter.id)


def journal(database: Any) -> list[tuple[str, str]]:
    """What the journal says of runs, and of letters taken out: by whom, what."""
    with database.transaction() as session:
        chosen = select(JournalLine.actor, JournalLine.verb).where(JournalLine.verb.in_(ABOUT_RUNS))
        return [(actor, verb) for actor, verb in session.execute(chosen.order_by(JournalLine.id))]
