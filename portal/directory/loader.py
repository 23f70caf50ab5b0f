"""A Département's directory, brought to what its files say. Nothing that was ever true is deleted."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.directory.attachments import OF_COMMUNES, OF_PLACES, Attached, tell_attachments
from portal.directory.loader_subjects import write_subjects
from portal.directory.models import (
    Commune,
    Departement,
    Helpline,
    Mds,
    Motif,
    Place,
    Territory,
    Theme,
)
from portal.directory.parsing import Directory
from portal.files.report import Report
from portal.files.upsert import close, upsert

_BASE = 36  # figures and letters: "2A004" becomes a number


def commune_number(insee: str) -> int:
    """The number that stands for an INSEE code where only numbers can be compared."""
    return int(insee, _BASE)


def write_directory(session: Session, read: Directory, today: date, report: Report) -> None:
    """Adds and changes what `read` says; what it no longer says is closed from `today`. Does not commit.

    Loading the same again changes nothing. A place or a commune that changes hands keeps the stretch before, and the
    new one begins on `today` or on the day its attachment says.
    """
    upsert(session, Departement, "id", {1: read.departement}, report.tally("Département"))
    _write_helplines(session, read, report)
    territories, _ = upsert(session, Territory, "key", read.territories, report.tally("territories"))
    mds, _ = upsert(session, Mds, "key", _with_id(read.mds, "territory", territories), report.tally("MDS"))
    _write_communes(session, read, territories, today, report)
    _write_places(session, read, mds, today, report)
    themes, _ = upsert(session, Theme, "key", read.themes, report.tally("themes"))
    _, others = upsert(session, Motif, "key", _with_id(read.motifs, "theme", themes), report.tally("motifs"))
    close(others, "closed_on", today, report.tally("motifs"))
    write_subjects(session, read.subjects, themes, today, report)
    _note_gaps(read, report)
    _note_edited(session, report)
    session.flush()


def _write_helplines(session: Session, read: Directory, report: Report) -> None:
    _, others = upsert(session, Helpline, "number", read.helplines, report.tally("helplines"))
    for helpline in others:  # nothing refers to one: a number no longer answered must not be kept
        session.delete(helpline)
        report.tally("helplines").closed += 1


def _write_communes(
    session: Session, read: Directory, territories: Mapping[str, Territory], today: date, report: Report
) -> None:
    kept, others = upsert(session, Commune, "insee", read.communes, report.tally("communes"))
    close(others, "gone_on", today, report.tally("communes"))
    wanted = {
        insee: Attached(
            territories[read.territory_of[insee]].id,
            _steps(read.commune_steps.get(insee, ()), territories),
            {"commune_number": commune_number(insee)},
        )
        for insee in kept
    }
    tell_attachments(session, OF_COMMUNES, wanted, today, report.tally("attachments of communes"))


def _write_places(session: Session, read: Directory, mds: Mapping[str, Mds], today: date, report: Report) -> None:
    kept, others = upsert(session, Place, "key", read.places, report.tally("places"))
    close(others, "closed_on", today, report.tally("places"))
    wanted = {
        place.id: Attached(mds[read.mds_of[key]].id, _steps(read.place_steps.get(key, ()), mds), {})
        for key, place in kept.items()
    }
    tell_attachments(session, OF_PLACES, wanted, today, report.tally("attachments of places"))


def _with_id(
    wanted: Mapping[str, Mapping[str, Any]], name: str, owners: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The same values with the id of the owner in place of its key."""
    return {
        key: {field: value for field, value in values.items() if field != name}
        | {f"{name}_id": owners[values[name]].id}
        for key, values in wanted.items()
    }


def _steps(steps: Sequence[tuple[date, str]], owners: Mapping[str, Any]) -> list[tuple[date, int]]:
    return [(day, owners[key].id) for day, key in steps]


def _note_gaps(read: Directory, report: Report) -> None:
    if not read.departement["full_name"]:
        report.notes.append("departement.toml gives no full_name: letters are signed with the name alone.")
    if not read.departement["phone"]:
        report.notes.append("departement.toml gives no phone: people are not told a number to call.")
    for key, place in read.places.items():
        missing = [what for what in ("street", "phone") if not place[what]]
        if missing:
            report.notes.append(
                f"place {key} has no {' and no '.join(missing)}: pages and letters name the town "
                "and the Département's phone."
            )


def _note_edited(session: Session, report: Report) -> None:
    """What agents changed on screen, which the files no longer change: else a file once corrected seems ignored."""
    motifs = select(Motif.key, Motif.edited).where(Motif.edited != []).order_by(Motif.key)
    places = select(Place.key, Place.edited).where(Place.edited != []).order_by(Place.key)
    for word, chosen in (("motif", motifs), ("place", places)):
        for key, edited in session.execute(chosen):
            report.notes.append(f"{word} {key} keeps what was changed on screen: {', '.join(edited)}.")
