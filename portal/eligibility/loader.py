"""The files of the pre-diagnostic: read and checked together with the other files of a Département, then kept whole.

Those of `rules/` hold for every Département, or for those that each right names; the folder `droits/` of a Département
adds to them, and completes those of the same key.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.eligibility.loader_rights import Known, read_right
from portal.eligibility.models import RuleBook
from portal.eligibility.rules_questions import Kind, Question
from portal.eligibility.rules_reading import WrongConditionError, plain, question_of
from portal.files.folder import Folder
from portal.files.report import Fault, Report
from portal.files.row import Row
from portal.paths import TEMPLATES

RULES = Path(__file__).parent / "rules"
OWN = "droits"  # the folder of a Département's own files
_QUESTIONS, _ENTRIES = "questions.toml", "entries.toml"

Definition = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Names:
    """The keys that rights may lead to: what can be booked, who else answers, emergency numbers, paper forms."""

    departement: str
    territories: Collection[str]
    motifs: Collection[str]
    partners: Collection[str]
    helplines: Collection[str]
    forms: Collection[str]


def read_rights(directories: Sequence[Path], names: Names, faults: list[Fault]) -> Definition:
    """Everything the files say, as plain values; what is wrong is added to `faults`, with file and line."""
    folder = Folder(RULES, *(directory / OWN for directory in directories if (directory / OWN).is_dir()))
    found = folder.tables(_QUESTIONS, {"theme": "key", "question": "key"})
    entries = folder.tables(_ENTRIES, {"urgency": "key", "entry": "key"})
    themes = [_theme(row) for row in found["theme"]]
    urgencies = [_urgency(row, names) for row in entries["urgency"]]
    questions: dict[str, Question] = {}
    tables = []
    for row in found["question"]:
        table = _question(row, {theme["key"] for theme in themes}, {one["key"] for one in urgencies})
        tables.append(table)
        _build(row, table, questions, names.territories)
    keys = {theme["key"] for theme in themes}
    known = Known(keys, questions, names.territories, names.motifs, names.partners, names.forms)
    definition: Definition = {
        "theme": themes,
        "question": tables,
        "urgency": urgencies,
        "entry": [_entry(row, known, {one["key"] for one in urgencies}) for row in entries["entry"]],
        "right": _rights(folder, known, names.departement),
    }
    faults += folder.faults
    return definition


def write_rights(session: Session, definition: Definition, today: date, report: Report) -> None:
    """Keeps what was read as the book in force, unless it is already. Earlier books stay: saved answers name theirs."""
    text = json.dumps(definition, ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    tally = report.tally("rights of the pre-diagnostic")
    last = session.scalar(select(RuleBook.digest).order_by(RuleBook.id.desc()).limit(1))
    if last == digest:
        tally.same += len(definition["right"])
        return
    session.add(RuleBook(digest=digest, loaded_on=today, definition=definition))
    tally.added += len(definition["right"])


def _rights(folder: Folder, known: Known, departement: str) -> list[dict[str, Any]]:
    files = {path.name for directory in folder.directories for path in directory.glob("*.toml")}
    rights, seen = [], set()
    for file in sorted(files - {_QUESTIONS, _ENTRIES}):
        for row in folder.tables(file, {"right": "key"})["right"]:
            here = row.texts("departements")
            table = read_right(row, known)
            if table["key"] in seen:
                row.fault(f'"{table["key"]}": another right has this key', "key")
            seen.add(table["key"])
            if not here or departement in here:
                rights.append(plain(table) | {"file": file})
    return rights


def _theme(row: Row) -> dict[str, Any]:
    table = {"key": row.key("key"), "title": row.text("title"), "line": row.text("line"), "icon": _icon(row)}
    row.finish()
    return table


def _question(row: Row, themes: Collection[str], urgencies: Collection[str]) -> dict[str, Any]:
    table: dict[str, Any] = {
        "key": row.key("key"),
        "kind": row.choice("kind", Kind).value,
        "text": row.text("text"),
        "why": row.text("why"),
        "help": row.optional_text("help") or "",
        "icon": _icon(row),
        "choice": [_choice(inner, urgencies) for inner in row.rows("choice")],
        "low": row.integer("low", 0, 10**6, 0),
        "high": row.integer("high", 0, 10**6, 0),
        "said": row.optional_text("said") or "",
        "asked_if": plain(row.raw("asked_if")),
        "otherwise": row.raw("otherwise"),
        "opens": row.texts("opens"),
        "private": row.flag("private"),
    }
    if bool(table["choice"]) is not (table["kind"] in {Kind.CHOICE, Kind.SEVERAL}):
        row.fault("a question has choices when its kind is choice or several, and only then", "kind")
    if not table["choice"] and "{value}" not in table["said"]:
        row.fault('"said" repeats the answer: it holds {value}', "said")
    if (table["asked_if"] is None) is not (table["otherwise"] is None):
        row.fault('"asked_if" and "otherwise" come together', "asked_if")
    for theme in set(row.texts("opens")) - set(themes):
        row.fault(f'"{theme}": no theme has this key', "opens")
    row.finish()
    return table


def _choice(row: Row, urgencies: Collection[str]) -> dict[str, Any]:
    table = {
        "key": row.key("key"),
        "title": row.text("title"),
        "said": row.text("said"),
        "urgency": row.one_of("urgency", urgencies, "urgency") if row.has("urgency") else None,
        "alone": row.flag("alone"),
    }
    row.finish()
    return table


def _build(row: Row, table: dict[str, Any], questions: dict[str, Question], territories: Collection[str]) -> None:
    try:
        questions[table["key"]] = question_of(table, questions, territories)
    except WrongConditionError as error:
        row.fault(str(error), "asked_if")


def _urgency(row: Row, names: Names) -> dict[str, Any]:
    table: dict[str, Any] = {
        "key": row.key("key"),
        "title": row.text("title"),
        "text": row.text("text"),
        "hidden": row.flag("hidden"),
    }
    for name, known in (("helplines", names.helplines), ("partners", names.partners), ("motifs", names.motifs)):
        table[name] = row.texts(name)
        for key in set(table[name]) - set(known):
            row.fault(f'"{key}" is not known among the {name}', name)
    row.finish()
    return table


def _entry(row: Row, known: Known, urgencies: Collection[str]) -> dict[str, Any]:
    table: dict[str, Any] = {
        "key": row.key("key"),
        "title": row.text("title"),
        "theme": row.one_of("theme", known.themes, "theme"),
        "words": row.texts("words"),
        "given": row.raw("given") or {},
        "urgency": row.one_of("urgency", urgencies, "urgency") if row.has("urgency") else None,
    }
    for key, answer in table["given"].items():
        question = known.questions.get(key)
        if question is None or question.choice(answer) is None:
            row.fault(f'"{key}" has no answer "{answer}"', "given")
    row.finish()
    return table


def _icon(row: Row) -> str:
    name = row.text("icon")
    if name and not (TEMPLATES / "components" / "icons" / f"{name}.svg").is_file():
        row.fault(f'"{name}": no pictogram has this name', "icon")
    return name
