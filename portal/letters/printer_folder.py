"""The runs of an outside printer, as folders or archives that are whole or not there; and its status files, read."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.database import Database
from portal.letters.manifest import file_name, manifest, withdrawals
from portal.letters.models import Printer, PrintRun, PullReason, RunState
from portal.letters.queries_post import pull_reason
from portal.letters.queries_runs import file_of, letters_of, to_pull
from portal.letters.queries_today import pulled_of
from portal.letters.services_printer import COLUMNS, Fault, Line, LineFault, lines_of, take
from portal.notifications.queries_post import calendar_of

MANIFEST = "manifeste.csv"
SUMS = "SHA256SUMS"
_DATED = (1980, 1, 1, 0, 0, 0)  # no date enters an archive: the same run makes the same bytes


@dataclass(frozen=True)
class Taken:
    """What a status file said: how many lines were taken, and what is wrong with the others."""

    lines: int
    faults: tuple[Fault, ...]


def give_runs(database: Database, now: datetime, folder: Path, *, as_archive: bool = False) -> list[str]:
    """Writes each run made for the outside printer that was not given yet, and gives the names written.

    `lot-000012/` (or `.zip`) holds the files to print, a manifest and the sums of all. It appears under its name once
    it is whole: a program that watches the folder never takes half a run. Given again after a fault, it is the same.
    """
    with database.transaction() as session:
        waiting = select(PrintRun.id).where(
            PrintRun.printer == Printer.OUTSIDE, PrintRun.given_at.is_(None), PrintRun.state != RunState.MAKING
        )
        numbers = session.scalars(waiting.order_by(PrintRun.id)).all()
    folder.mkdir(parents=True, exist_ok=True)
    return [_give(database, now, folder, number, as_archive=as_archive) for number in numbers]


def write_withdrawals(database: Database, folder: Path) -> list[str]:
    """Writes, for each run given and not posted yet, the keys that must not leave with it; gives the names written.

    `retraits-lot-000012.csv` (lettre;motif), UTF-8 with its mark, is written whole each time, with those that were
    withdrawn since the manifest and those before it; without any, its header alone. What the printer itself rejected is
    not among them.
    """
    with database.transaction() as session:
        given = select(PrintRun.id).where(
            PrintRun.printer == Printer.OUTSIDE, PrintRun.given_at.is_not(None), PrintRun.state != RunState.POSTED
        )
        numbers = session.scalars(given.order_by(PrintRun.id)).all()
        tables = {f"retraits-lot-{number:06}.csv": withdrawals(_withdrawn(session, number)) for number in numbers}
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=folder) as partial:
            half = Path(partial) / name
            half.write_bytes(table)
            os.replace(half, folder / name)  # noqa: PTH105 - replaces a file, which Path.rename may refuse
    return list(tables)


def _withdrawn(session: Session, run_id: int) -> list[tuple[str, PullReason]]:
    pulled = [(letter.reference, letter.pull_reason) for letter in pulled_of(session, run_id)]
    wrong = [(letter.reference, pull_reason(session, letter.message)) for letter in to_pull(session, run_id)]
    return [(key, reason) for key, reason in sorted(pulled + wrong) if reason not in {None, PullReason.REJECTED}]


def read_status(database: Database, now: datetime, file: Path) -> Taken:
    """Takes each line of a printer's status file that can be taken, one transaction each; read twice, it says no more.

    UTF-8 or, as old programs write, Windows-1252.
    """
    taken, faults = 0, []
    for number, line in lines_of(_text_of(file).splitlines()):
        fault = line if isinstance(line, LineFault) else _take(database, now, line)
        if fault is None:
            taken += 1
        else:
            faults.append(Fault(number, fault))
    return Taken(taken, tuple(faults))


def header() -> str:
    """The first line of a status file."""
    return ";".join(COLUMNS)


def _take(database: Database, now: datetime, line: Line) -> LineFault | None:
    with database.transaction() as session:
        return take(session, now, line, post=calendar_of(session))


def _text_of(file: Path) -> str:
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _give(database: Database, now: datetime, folder: Path, run_id: int, *, as_archive: bool) -> str:
    name = f"lot-{run_id:06}"
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=folder) as partial:
        half = Path(partial) / name
        half.mkdir()
        _write(database, half, run_id)
        if as_archive:
            name = f"{name}.zip"
            _archive(half, Path(partial) / name)
        target = folder / name
        if (
            target.is_dir()
        ):  # a fault came between the folder and the record: what is there is the same, or a part of it
            shutil.rmtree(target)
        os.replace(Path(partial) / name, target)  # noqa: PTH105 - replaces a file, which Path.rename may refuse
    with database.transaction() as session:
        session.get_one(PrintRun, run_id, with_for_update=True).given_at = now
    return name


def _write(database: Database, folder: Path, run_id: int) -> None:
    sums = []
    for name, content in _files(database, run_id):
        (folder / name).write_bytes(content)
        sums.append(f"{sha256(content).hexdigest()}  {name}\n")
    (folder / SUMS).write_text("".join(sums), encoding="ascii")


def _files(database: Database, run_id: int) -> Iterator[tuple[str, bytes]]:
    """One file at a time: a run of ten thousand letters is larger than what a worker should hold."""
    with database.transaction() as session:
        run = session.get_one(PrintRun, run_id, options=[selectinload(PrintRun.files)])
        pulled = {letter.id for letter in to_pull(session, run_id)}
        table = manifest(run_id, run.files, letters_of(session, run_id), to_pull=pulled, posted_on=run.posted_on)
        positions = [file.position for file in run.files]
    for position in positions:
        with database.transaction() as session:
            file = file_of(session, run_id, position)
            if file is None or file.pdf is None:
                continue  # 30 days after the post took it
            yield file_name(run_id, position), file.pdf
    yield MANIFEST, table


def _archive(folder: Path, target: Path) -> None:
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for path in sorted(folder.iterdir()):
            archive.writestr(ZipInfo(f"{folder.name}/{path.name}", _DATED), path.read_bytes())
