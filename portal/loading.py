"""`portal load`: all the files of a Département, checked together, then written in one transaction."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from portal.booking.loader import Known, clashes, read_timetable, write_timetable
from portal.directory.loader import write_directory
from portal.directory.models import BookedBy
from portal.directory.parsing import read_directory
from portal.files.folder import Folder
from portal.files.report import FilesError, Report
from portal.locks import Lock, hold
from portal.people.loader import agent_keys, read_staff, write_staff


def load(session: Session, directories: Sequence[Path], today: date) -> Report:
    """Brings the database to what the files of a folder say; those of the next folders complete them, by key.

    Safe to repeat: the second time changes nothing. What the files no longer name is closed from `today`, and kept.
    agents.toml, openings.toml and absences.toml may be absent: what they hold is then left as it is.

    Raises FilesError with every fault of every file; nothing was written then. The caller commits.
    """
    hold(session, Lock.LOAD, 0)
    folder = Folder(*directories)
    directory = read_directory(folder)
    staff = read_staff(folder)
    known = Known(
        agents=staff.agents.keys() if staff.is_given else agent_keys(session),
        places=directory.places.keys(),
        motifs={key for key, motif in directory.motifs.items() if motif["booked_by"] is not BookedBy.NOBODY},
    )
    timetable = read_timetable(folder, known)
    if folder.faults:
        raise FilesError(folder.faults)
    report = Report()
    write_directory(session, directory, today, report)
    write_staff(session, staff, report)
    write_timetable(session, timetable, today, report)
    report.notes += clashes(timetable, today)
    return report
