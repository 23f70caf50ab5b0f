"""`portal load`: all the files of a Département, checked together, then written in one transaction."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.booking.loader import Known, clashes, read_timetable, write_timetable
from portal.directory.loader import write_directory
from portal.directory.models import BookedBy, Mds, Place
from portal.directory.parsing import Directory, read_directory
from portal.eligibility.loader import Definition, Names, read_rights, write_rights
from portal.files.folder import Folder
from portal.files.report import FilesError, Report
from portal.locks import Lock, hold
from portal.paper.rules import KEYS as FORMS
from portal.people.loader import agent_keys, read_staff, write_staff
from portal.people.loader_organisations import organisation_ids, read_partners, write_partners
from portal.people.loader_roles import Scopes


def load(session: Session, directories: Sequence[Path], today: date) -> Report:
    """Brings the database to what the files of a folder say; those of the next folders complete them, by key.

    Safe to repeat: the second time changes nothing. What the files no longer name is closed from `today`, and kept.
    subjects.toml with partners.toml, organisations.toml, agents.toml, openings.toml and absences.toml may be absent:
    what they hold is then left alone.

    Raises FilesError with every fault of every file; nothing was written then. The caller commits.
    """
    hold(session, Lock.LOAD, 0)
    folder = Folder(*directories)
    directory = read_directory(folder)
    partners = read_partners(folder)
    known_partners = partners.organisations.keys() if partners.is_given else organisation_ids(session).keys()
    staff = read_staff(folder, Scopes(directory.mds.keys(), directory.places.keys()), known_partners)
    known = Known(
        agents=staff.agents.keys() if staff.is_given else agent_keys(session),
        places=directory.places.keys(),
        motifs={key for key, motif in directory.motifs.items() if motif["booked_by"] is not BookedBy.NOBODY},
    )
    timetable = read_timetable(folder, known)
    rights = _rights(folder, directory)
    if folder.faults:
        raise FilesError(folder.faults)
    report = Report()
    write_directory(session, directory, today, report)
    write_partners(session, partners, today, report)
    write_staff(session, staff, today, report, mds_ids=_ids(session, Mds), place_ids=_ids(session, Place))
    write_timetable(session, timetable, today, report)
    if rights is not None:
        write_rights(session, rights, today, report)
    report.notes += clashes(timetable, today)
    return report


def _rights(folder: Folder, directory: Directory) -> Definition | None:
    """The pre-diagnostic, where a Département offers it."""
    if not directory.has_rights:
        return None
    subjects = directory.subjects
    names = Names(
        departement=directory.departement.get("code", ""),
        territories=directory.territories.keys(),
        motifs={key for key, motif in directory.motifs.items() if motif["booked_by"] is not BookedBy.NOBODY},
        partners=subjects.partners.keys(),
        helplines=directory.helplines.keys(),
        forms=FORMS.values(),
    )
    return read_rights(folder.directories, names, folder.faults)


def _ids(session: Session, model: type[Mds | Place]) -> dict[str, int]:
    return {row.key: row.id for row in session.execute(select(model.key, model.id).order_by(model.key))}
