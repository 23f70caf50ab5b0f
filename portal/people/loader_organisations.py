"""organisations.toml: the partners, each under a dated convention."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from portal.files.folder import Folder
from portal.files.report import Report, Tally
from portal.files.row import Row
from portal.files.upsert import upsert
from portal.people.models_access import Organisation

FILE = "organisations.toml"


@dataclass
class Partners:
    """The partners of the file by key, each the values of its columns. `is_given`: there is such a file."""

    is_given: bool
    organisations: dict[str, dict[str, Any]] = field(default_factory=dict)


def read_partners(folder: Folder) -> Partners:
    """The partners that the file names; what is wrong with it is in `folder.faults`."""
    partners = Partners(folder.has(FILE))
    for row in folder.tables(FILE, {"organisation": "key"})["organisation"]:
        key, name = row.key("key"), row.text("name")
        partners.organisations[key] = {
            "name": name,
            "convention": period(row, row.day("convention_from"), "convention_until"),
        }
        row.finish()
    return partners


def write_partners(session: Session, partners: Partners, today: date, report: Report) -> None:
    """Adds and changes the partners of the file; the convention of those it no longer names ends today.

    Without such a file nothing changes. Does not commit.
    """
    if not partners.is_given:
        return
    tally = report.tally("organisations")
    _, others = upsert(session, Organisation, "key", partners.organisations, tally)
    for organisation in others:
        _end(organisation, today, tally)
    session.flush()


def organisation_ids(session: Session) -> dict[str, int]:
    """The partners known, by key."""
    rows = session.execute(select(Organisation.key, Organisation.id).order_by(Organisation.key))
    return {key: organisation_id for key, organisation_id in rows}  # noqa: C416 - rows are no pairs for mypy


def period(row: Row, first: date, until: str) -> Range[date]:
    """From `first` to the day that the key `until` gives, both included; without it there is no end."""
    last = row.optional_day(until)
    if last is not None and last < first:
        row.fault(f'"{until}" is before the first day', until)
        return Range(first, None)
    return Range(first, last + timedelta(days=1) if last is not None else None)


def _end(organisation: Organisation, today: date, tally: Tally) -> None:
    agreed = organisation.convention
    if agreed.isempty or (agreed.upper is not None and agreed.upper <= today):
        return
    has_begun = agreed.lower is None or agreed.lower < today
    organisation.convention = Range(agreed.lower, today) if has_begun else Range(empty=True)
    tally.closed += 1
