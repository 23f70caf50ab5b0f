"""One right of the files, checked: its words promise nothing, its conditions can be evaluated, and its cases hold.

Every rule has cases just inside and just outside each of its bounds: a bound that nobody tried is refused.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.directory.loader_subjects import page_exists
from portal.eligibility.rules import Truth
from portal.eligibility.rules_questions import Question, facts_of, value_of
from portal.eligibility.rules_reading import WrongConditionError, answer_of, bounds_of, condition_of, plain, right_of
from portal.eligibility.rules_rights import Case, Nature, Right
from portal.files.row import Row

# Whether somebody is entitled, and to how much, only a decision says.
_PROMISE = re.compile(r"vous (?:avez|aurez) (?:le )?droit|vous (?:recevrez|toucherez)|€|\beuros?\b", re.IGNORECASE)
_URL = re.compile(r"https://[a-z0-9.-]+(/\S*)?")
_EXPECTED = {truth.value for truth in Truth}
_ANY_DAY = date(2026, 11, 22)  # cases give ages in years: no day changes them


@dataclass(frozen=True)
class Known:
    """What a right may name, by key."""

    themes: Collection[str]
    questions: Mapping[str, Question]
    territories: Collection[str]
    motifs: Collection[str]
    partners: Collection[str]
    forms: Collection[str]


def read_right(row: Row, known: Known) -> dict[str, Any]:
    """The table of a right, as `right_of` takes it; what is wrong is a fault of the row."""
    table = {
        "key": row.key("key"),
        "name": row.text("name"),
        "nature": row.choice("nature", Nature).value,
        "themes": row.texts("themes"),
        "short": row.text("short"),
        "decides": row.text("decides"),
        "bring": row.texts("bring"),
        "takes": row.optional_text("takes") or "",
        "motifs": row.texts("motifs"),
        "partners": row.texts("partners"),
        "page": row.optional_text("page") or "",
        "form": row.optional_text("form") or "",
        "not_in": row.texts("not_in"),
        "when": row.raw("when"),
        "note": [_inner(inner, ("text",), ("when",)) for inner in row.rows("note")],
        "link": [_inner(inner, ("title", "url")) for inner in row.rows("link")],
        "source": [_inner(inner, ("document", "dated", "place")) for inner in row.rows("source")],
        "case": [_inner(inner, ("expect",), ("given",)) for inner in row.rows("case")],
        "valid_from": row.optional_day("valid_from"),
        "valid_to": row.optional_day("valid_to"),
        "enabled": row.flag("enabled", default=True),
        "closed": row.flag("closed"),
        "checked_on": row.optional_day("checked_on"),
        "checked_by": row.optional_text("checked_by") or "",
    }
    row.asked.add("departements")
    row.finish()
    _check_names(row, table, known)
    _check_words(row, table)
    _check_when(row, table, known)
    return table


def _inner(row: Row, texts: Collection[str], raw: Collection[str] = ()) -> dict[str, Any]:
    table = {name: row.text(name) for name in texts} | {name: row.raw(name) for name in raw if row.has(name)}
    row.finish()
    return table


def _check_names(row: Row, table: dict[str, Any], known: Known) -> None:
    for name, there in (
        ("themes", known.themes),
        ("motifs", known.motifs),
        ("partners", known.partners),
        ("not_in", known.territories),
    ):
        for key in table[name]:
            if key not in there:
                row.fault(f'"{key}" is not known among the {name}', name)
    if not table["themes"]:
        row.fault("a right is in one theme at least", "themes")
    if not table["source"]:
        row.fault("a right has a [[right.source]]: document, dated, place")
    if not (table["motifs"] or table["partners"]):
        row.fault("a right ends with somebody to see or to call: motifs or partners", "motifs")
    _check_ways(row, table, known)


def _check_ways(row: Row, table: dict[str, Any], known: Known) -> None:
    for link in table["link"]:
        if not _URL.fullmatch(link["url"]):
            row.fault(f'"{link["url"]}" is not an address that starts with https://', "link")
    if table["page"] and not page_exists(table["page"]):
        row.fault(f'"{table["page"]}": no page has this address', "page")
    if table["form"] and table["form"] not in known.forms:
        row.fault(f'"{table["form"]}": no paper form has this name', "form")


def _check_words(row: Row, table: dict[str, Any]) -> None:
    said = {name: str(table[name]) for name in ("name", "short", "decides", "takes")}
    said["note"] = " ".join(note["text"] for note in table["note"])
    for name, words in said.items():
        if found := _PROMISE.search(words):
            row.fault(f'"{found[0]}" promises, or gives an amount: only a decision can', name)


def _check_when(row: Row, table: dict[str, Any], known: Known) -> None:
    try:
        condition_of(table["when"] if table["when"] is not None else "", known.questions, known.territories)
        for note in table["note"]:
            condition_of(note.get("when", []), known.questions, known.territories)
    except WrongConditionError as error:
        row.fault(str(error), "when")
        return
    cases = row.rows("case")
    wrong = [case for case, table_case in zip(cases, table["case"], strict=True) if _is_wrong(case, table_case, known)]
    if wrong:
        return
    right = right_of(plain(table), known.questions, known.territories)
    for case, read in zip(cases, right.cases, strict=True):
        _try_case(case, read, right, known)
    _check_bounds(row, table)


def _is_wrong(row: Row, case: dict[str, Any], known: Known) -> bool:
    given = case.get("given", {})
    if not isinstance(given, dict) or case["expect"] not in _EXPECTED:
        row.fault('a case has given = { fact = answer, … } and expect = "yes", "no" or "unknown"')
        return True
    same = {territory: territory for territory in known.territories}
    wrong = [
        fact
        for fact, value in given.items()
        if fact not in known.questions or value_of(known.questions[fact], answer_of(value), same) is None
    ]
    for fact in wrong:
        row.fault(f'"{fact}": no question takes {given[fact]!r}', "given")
    return bool(wrong)


def _try_case(row: Row, case: Case, right: Right, known: Known) -> None:
    same = {territory: territory for territory in known.territories}
    seen = right.when.see(facts_of(known.questions, case.given, same, _ANY_DAY), _ANY_DAY)
    if seen.truth is not case.expect:
        row.fault(f"the rule says {seen.truth.value} of this household, not {case.expect.value}", "expect")


def _check_bounds(row: Row, table: dict[str, Any]) -> None:
    tried: dict[str, set[Any]] = {}
    for case in table["case"]:
        for fact, value in case.get("given", {}).items():
            tried.setdefault(fact, set()).add(value if isinstance(value, int) else None)
    for fact, inside, is_low in bounds_of(table["when"]):
        outside = inside - 1 if is_low else inside + 1
        for value in (inside, outside):
            if value >= 0 and value not in tried.get(fact, ()):
                row.fault(
                    f'no case tries "{fact}" at {value}: every bound has a case just inside and just outside', "when"
                )
