"""subjects.toml and partners.toml: what callers ask about, what they are answered, and who else answers."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.directory.models import BookedBy, Theme
from portal.directory.models_subjects import Partner, Subject
from portal.files.folder import Folder
from portal.files.report import Report
from portal.files.row import Row
from portal.files.upsert import close, upsert
from portal.paths import TEMPLATES

FILES = ("subjects.toml", "partners.toml")
SENTENCES = 3  # an answer is read aloud, at one go

# Pages that exist whatever the Département; those of /infos are looked for among the templates.
PAGES = frozenset({"/aide", "/infos", "/lieux", "/mes-droits", "/rendez-vous", "/rendez-vous/urgent"})
_INFO = re.compile(r"/infos/([a-z0-9-]+)(/facile)?")
_SHORTCUT = re.compile(r"[a-z1-9]")  # 0 is kept by the screen, for what no subject says
_PHONE = re.compile(r"0[1-9](?: \d\d){4}|0 8\d\d(?: \d{3}){2}|\d{2,6}")
_END = re.compile(r"[.!?…](?:\s|$)")
# Whether somebody is entitled, and to how much, only a decision says.
_PROMISE = re.compile(r"vous (?:avez|aurez) droit|vous (?:recevrez|toucherez)|€|\beuros?\b", re.IGNORECASE)

Values = dict[str, Any]


@dataclass
class Subjects:
    """What the two files say, by key. `is_given`: one of them is there; else what was loaded before is left alone."""

    is_given: bool = False
    subjects: dict[str, Values] = field(default_factory=dict)  # with "theme", a key or None
    partners: dict[str, Values] = field(default_factory=dict)


def read_subjects(folder: Folder, themes: Collection[str], motifs: Mapping[str, Values]) -> Subjects:
    """Everything the two files say; what is wrong is in `folder.faults`. Without the files: nothing is given.

    `themes` and `motifs`: those of motifs.toml, by key.
    """
    read = Subjects(is_given=any(folder.has(file) for file in FILES))
    bookable = {key for key, motif in motifs.items() if motif["booked_by"] is not BookedBy.NOBODY}
    for row in folder.tables("partners.toml", {"partner": "key"})["partner"]:
        key = row.key("key")
        read.partners[key] = _partner(row)
    shortcuts: dict[str, str] = {}
    for position, row in enumerate(folder.tables("subjects.toml", {"subject": "key"})["subject"]):
        key = row.key("key")
        read.subjects[key] = _subject(row, position, themes, bookable, read.partners)
        _check_shortcut(row, key, read.subjects[key]["shortcut"], shortcuts)
    return read


def write_subjects(session: Session, read: Subjects, themes: Mapping[str, Theme], today: date, report: Report) -> None:
    """Adds and changes what was read; what is no longer named is closed from `today`, and kept. Does not commit."""
    if not read.is_given:
        return
    wanted = {
        key: {name: value for name, value in values.items() if name != "theme"}
        | {"theme_id": themes[values["theme"]].id if values["theme"] else None}
        for key, values in read.subjects.items()
    }
    _, partners = upsert(session, Partner, "key", read.partners, report.tally("partners who answer"))
    close(partners, "closed_on", today, report.tally("partners who answer"))
    _, subjects = upsert(session, Subject, "key", wanted, report.tally("subjects of calls"))
    close(subjects, "closed_on", today, report.tally("subjects of calls"))


def _partner(row: Row) -> Values:
    phone = row.optional_text("phone")
    if phone and not _PHONE.fullmatch(phone):
        row.fault(f'"{phone}" is not a number written as "03 21 00 00 00" or "115"', "phone")
    values = {
        "name": row.text("name"),
        "line": row.text("line"),
        "phone": phone,
        "source": row.text("source"),
        "checked_on": row.optional_day("checked_on"),
        "closed_on": None,
    }
    row.finish()
    return values


def _subject(
    row: Row, position: int, themes: Collection[str], motifs: Collection[str], partners: Collection[str]
) -> Values:
    values: Values = {
        "position": position,
        "shortcut": row.text("shortcut"),
        "theme": row.one_of("theme", themes, "theme") if row.has("theme") else None,
        "title": row.text("title"),
        "answer": row.text("answer"),
        "page": row.optional_text("page"),
        "is_urgent": row.flag("urgent"),
        "motif_keys": _known(row, "motifs", motifs, "motif that can be booked"),
        "partner_keys": _known(row, "partners", partners, "partner"),
        "source": row.text("source"),
        "checked_on": row.optional_day("checked_on"),
        "closed_on": None,
    }
    _check_answer(row, values["answer"])
    if values["page"] and not page_exists(values["page"]):
        row.fault(f'"{values["page"]}": no page has this address', "page")
    row.finish()
    return values


def _known(row: Row, name: str, known: Collection[str], what: str) -> list[str]:
    keys = row.texts(name)
    for key in keys:
        if key not in known:
            row.fault(f'"{key}": no {what} has this key', name)
    return keys


def _check_answer(row: Row, answer: str) -> None:
    if len(_END.findall(answer)) > SENTENCES:
        row.fault(f"the answer has more than {SENTENCES} sentences: it is read aloud at one go", "answer")
    if found := _PROMISE.search(answer):
        row.fault(f'"{found[0]}" promises: only a decision can', "answer")


def _check_shortcut(row: Row, key: str, shortcut: str, taken: dict[str, str]) -> None:
    if shortcut and not _SHORTCUT.fullmatch(shortcut):
        row.fault(f'"{shortcut}": a shortcut is one small letter, or a figure from 1 to 9', "shortcut")
    elif other := taken.get(shortcut):
        row.fault(f'the key "{shortcut}" is that of "{other}" already', "shortcut")
    elif shortcut:
        taken[shortcut] = key


def page_exists(page: str) -> bool:
    """Whether a page of this site has this address, whatever the Département."""
    info = _INFO.fullmatch(page)
    if info is None:
        return page in PAGES
    return (TEMPLATES / "pages" / "infos" / f"{info[1]}{'_facile' if info[2] else ''}.html").is_file()
