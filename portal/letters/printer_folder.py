"""The runs of an outside printer, as folders or archives that are whole or not there; and its status files, read."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy.orm import Session, selectinload

from portal.database import Database
from portal.letters.manifest import file_name, manifest, withdrawals
from portal.letters.models import PrintRun, PullReason, RunState
from portal.letters.printer_disk import (
    archive,
    given_in,
    halfway,
    make_folder,
    make_ready,
    put,
    remove,
    run_name,
    withdrawals_name,
    write,
)
from portal.letters.queries_post import pull_reason
from portal.letters.queries_printer import given, given_and_over, to_give
from portal.letters.queries_runs import file_of, papers_of, run_of, to_pull
from portal.letters.queries_today import pulled_of
from portal.letters.rules_printer import Fault, Line, LineFault, lines_of
from portal.letters.services_keeping import KEPT
from portal.letters.services_outside import close_outside
from portal.letters.services_printer import note_given, take, take_number
from portal.locks import Lock, alone
from portal.notifications.queries_post import calendar_of

MANIFEST = "manifeste.csv"
SUMS = "SHA256SUMS"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taken:
    """What a status file said: how many lines were taken whole, and what is wrong with the others."""

    lines: int
    faults: tuple[Fault, ...]


class NotGivenError(Exception):
    """Runs that are not given, for the bytes of a file are not those that were made. `given`: names of the others."""

    def __init__(self, given: Sequence[str], runs: Sequence[int]) -> None:
        super().__init__(f"Not given, for a file of it is not what was made: {', '.join(map(run_name, runs))}.")
        self.given = given


class _AlteredError(Exception):
    """A file is not what was made."""


def give_runs(database: Database, now: datetime, folder: Path, *, as_archive: bool = False) -> list[str]:
    """Writes each run made for the outside printer that was not given yet, and gives the names written.

    `lot-000012/` (or `.zip`) holds the files to print, a manifest and the sums of all. It appears under its name once
    it is whole: a program that watches the folder never takes half a run. Given again after a fault, it is the same.
    One all of whose letters were pulled is over and not given. Journaled. Raises `NotGivenError` once all others are
    given, and `TakenError` when somebody else writes for the printer at this instant.
    """
    names, altered = [], []
    with alone(database, Lock.PRINTER):
        make_ready(folder)
        with database.transaction() as session:
            numbers = to_give(session)
        for number in numbers:
            if _is_over(database, now, number):
                continue
            try:
                names.append(_give(database, now, folder, number, as_archive=as_archive))
            except _AlteredError:
                altered.append(number)
    if altered:
        raise NotGivenError(names, altered)
    return names


def write_withdrawals(database: Database, folder: Path) -> list[str]:
    """Writes, for each run given and not posted yet, the keys that must not leave with it; gives the names written.

    `retraits-lot-000012.csv` (lettre;motif), UTF-8 with its mark, is written whole each time, with those that were
    withdrawn since the manifest and those before it; without any, its header alone. What the printer itself rejected is
    not among them. Raises `TakenError` when somebody else writes for the printer at this instant.
    """
    with alone(database, Lock.PRINTER):
        make_ready(folder)
        with database.transaction() as session:
            tables = {withdrawals_name(run): withdrawals(_withdrawn(session, run)) for run in given(session)}
        for name, table in tables.items():
            with halfway(folder, name) as partial:
                write(partial / name, table)
                put(partial / name, folder / name)
    return list(tables)


def forget_given(database: Database, now: datetime, folder: Path) -> list[str]:
    """Removes from the folder what was given of runs that were over 30 days ago, as their bytes here; gives the names.

    Nothing but names that `give_runs` and `write_withdrawals` write. What cannot be removed is logged, and stays.
    """
    found, removed = list(given_in(folder)) if folder.is_dir() else [], []
    with database.transaction() as session:
        old = given_and_over(session, {number for number, _path in found}, before=now - KEPT)
    for number, path in found:
        if number not in old:
            continue
        try:
            remove(path)
        except OSError:
            log.warning("%s is 30 days old and cannot be removed", path.name)
        else:
            removed.append(path.name)
    return removed


def _withdrawn(session: Session, run_id: int) -> list[tuple[str, PullReason]]:
    pulled = [(letter.reference, letter.pull_reason) for letter in pulled_of(session, run_id)]
    wrong = [(letter.reference, pull_reason(session, letter.message)) for letter in to_pull(session, run_id)]
    return [(key, reason) for key, reason in sorted(pulled + wrong) if reason not in {None, PullReason.REJECTED}]


def read_status(database: Database, now: datetime, file: Path) -> Taken:
    """Takes each line of a printer's status file that can be taken, one by one; read twice, it says no more.

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


def _take(database: Database, now: datetime, line: Line) -> LineFault | None:
    wrong = None
    if line.tracking:
        with database.transaction() as session:
            wrong = take_number(session, now, line)
    with database.transaction() as session:
        fault = take(session, now, line, post=calendar_of(session))
    return wrong if wrong and fault in {None, LineFault.NO_NUMBER} else fault


def _text_of(file: Path) -> str:
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _is_over(database: Database, now: datetime, run_id: int) -> bool:
    """Whether nothing of a run is left to print."""
    with database.transaction() as session:
        run = run_of(session, run_id, is_held=True)
        if run is not None:
            close_outside(session, now, run, post=calendar_of(session))
        return run is None or run.state is RunState.POSTED


def _give(database: Database, now: datetime, folder: Path, run_id: int, *, as_archive: bool) -> str:
    name = run_name(run_id)
    with halfway(folder, name) as partial:
        half = make_folder(partial / name)
        _write(database, half, run_id)
        if as_archive:
            name = f"{name}.zip"
            archive(half, partial / name)
        put(partial / name, folder / name)
    with database.transaction() as session:
        note_given(session, now, run_id=run_id)
    return name


def _write(database: Database, folder: Path, run_id: int) -> None:
    sums = []
    for name, content in _files(database, run_id):
        write(folder / name, content)
        sums.append(f"{sha256(content).hexdigest()}  {name}\n")
    write(folder / SUMS, "".join(sums).encode("ascii"))


def _files(database: Database, run_id: int) -> Iterator[tuple[str, bytes]]:
    """One file at a time: a run of ten thousand letters is larger than what a worker should hold."""
    with database.transaction() as session:
        run = session.get_one(PrintRun, run_id, options=[selectinload(PrintRun.files)])
        pulled = {letter.id for letter in to_pull(session, run_id)}
        table = manifest(run_id, run.files, papers_of(session, run_id), to_pull=pulled, posted_on=run.posted_on)
        positions = [file.position for file in run.files]
    for position in positions:
        with database.transaction() as session:
            file = file_of(session, run_id, position)
        if file is None or file.pdf is None or sha256(file.pdf).hexdigest() != file.sha256:
            log.error("run file altered run=%s position=%s", run_id, position)
            raise _AlteredError
        yield file_name(run_id, position), file.pdf
    yield MANIFEST, table
