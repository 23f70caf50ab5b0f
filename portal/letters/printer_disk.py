"""What is put on disk for somebody else to fetch: whole or not there, for no other account to read."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISGID
from typing import BinaryIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

_DATED = (1980, 1, 1, 0, 0, 0)  # no date enters an archive: the same run makes the same bytes
_PARTIAL = re.compile(r"\.(lot-[0-9]{6,}|retraits-lot-[0-9]{6,}\.csv)-[a-z0-9_]{8}")
_GIVEN = re.compile(r"(?:retraits-)?lot-([0-9]{6,})(?:\.zip|\.csv)?")
_LARGEST = 2_147_483_647  # numbers of runs


def run_name(run_id: int) -> str:
    """The name under which a run is given: "lot-000012"."""
    return f"lot-{run_id:06}"


def withdrawals_name(run_id: int) -> str:
    """The name of the keys to withdraw from it."""
    return f"retraits-{run_name(run_id)}.csv"


def make_ready(folder: Path) -> None:
    """Makes the folder (0700) when it lacks, and removes what a process that was killed left half written in it.

    For whoever is alone to write there.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in sorted(folder.iterdir()):
        if _PARTIAL.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)


@contextmanager
def halfway(folder: Path, name: str) -> Iterator[Path]:
    """A folder in it where `name` is written before it is put in its place; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=folder) as partial:
        yield Path(partial)


def make_folder(path: Path) -> Path:
    """A new folder for this account alone; its group reads it too where the folder above gives its own (setgid)."""
    path.mkdir(mode=0o750 if _is_shared(path.parent) else 0o700)
    return path


def write(path: Path, content: bytes) -> None:
    """A new file, on disk when this ends; who may read it: as `make_folder`."""
    with _new(path) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def archive(folder: Path, target: Path) -> None:
    """A folder as an archive of one folder; the same content makes the same bytes."""
    with _new(target) as file:
        with ZipFile(file, "w", ZIP_STORED) as made:
            for path in sorted(folder.iterdir()):
                made.writestr(ZipInfo(f"{folder.name}/{path.name}", _DATED), path.read_bytes())
        file.flush()
        os.fsync(file.fileno())


def put(made: Path, target: Path) -> None:
    """Puts what is whole in its place, and what was there of that name away."""
    if target.is_dir():  # a fault came before it was recorded: what is there is the same, or a part of it
        shutil.rmtree(target)
    os.replace(made, target)  # noqa: PTH105 - replaces a file, which Path.rename may refuse
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def given_in(folder: Path) -> Iterator[tuple[int, Path]]:
    """What stands there under a name that we give: of which run, where."""
    for path in sorted(folder.iterdir()):
        found = _GIVEN.fullmatch(path.name)
        number = int(found[1]) if found else 0
        names = {run_name(number), f"{run_name(number)}.zip", withdrawals_name(number)}
        if path.name in names and number <= _LARGEST and not path.is_symlink():
            yield number, path


def remove(path: Path) -> None:
    """Removes a file, or a folder with all that it holds. Raises `OSError`."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _is_shared(folder: Path) -> bool:
    return bool(folder.stat().st_mode & S_ISGID)


def _new(path: Path) -> BinaryIO:
    mode = 0o640 if _is_shared(path.parent) else 0o600
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb")
