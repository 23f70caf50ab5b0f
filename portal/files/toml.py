"""TOML with line numbers: `tomllib` gives the values, and the text is searched for where they stand."""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.files.report import Fault

_HEADING = re.compile(r"\s*(\[{1,2})\s*([A-Za-z0-9_-]+)\s*\]{1,2}")
_INNER = re.compile(r"\s*\[\[\s*([A-Za-z0-9_-]+)\s*\.\s*([A-Za-z0-9_-]+)\s*\]\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True)
class Table:
    """One table of a file: its values, the line of its heading and that of each key.

    `inner`: of each list of tables inside it, the line and the key lines of each table.
    """

    name: str  # empty: the keys before any heading
    values: dict[str, Any]
    line: int
    key_lines: dict[str, int]
    inner: dict[str, list[tuple[int, dict[str, int]]]] = field(default_factory=dict)


def read_tables(path: Path, label: str, faults: list[Fault]) -> list[Table]:
    """The tables of a TOML file, in their order; a file that cannot be read gives none and a fault under `label`.

    Only what a Département's files need is known: keys at the top, `[table]`, `[[table]]`, and `[[table.list]]` inside.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        values = tomllib.loads(text)
    except UnicodeDecodeError as error:
        faults.append(Fault(label, path.read_bytes()[: error.start].count(b"\n") + 1, "is not UTF-8 text"))
        return []
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        faults.append(Fault(label, line, f"is not TOML: {_AT_LINE.sub('', str(error)).strip()}"))
        return []
    return _with_values(_headings(text), values)


@dataclass
class _Heading:
    name: str
    line: int
    key_lines: dict[str, int]
    inner: dict[str, list[tuple[int, dict[str, int]]]] = field(default_factory=dict)


def _headings(text: str) -> list[_Heading]:
    headings = [_Heading("", 1, {})]
    lines = headings[0].key_lines  # of the keys of the table that runs
    fence = ""  # the quotes of a text over several lines, in which nothing is a heading or a key
    for number, line in enumerate(text.splitlines(), start=1):
        if not fence:
            if heading := _HEADING.match(line):
                headings.append(_Heading(heading[2], number, lines := {}))
            elif (inner := _INNER.match(line)) and inner[1] == headings[-1].name:
                headings[-1].inner.setdefault(inner[2], []).append((number, lines := {}))
            elif key := _KEY.match(line):
                lines.setdefault(key[1], number)
        for quotes in ('"""', "'''"):
            if line.count(quotes) % 2 and fence in ("", quotes):
                fence = "" if fence else quotes
    return headings


def _with_values(headings: list[_Heading], values: dict[str, Any]) -> list[Table]:
    seen: dict[str, int] = {}
    tables = []
    for heading in headings:
        held = values if not heading.name else values.get(heading.name)
        if isinstance(held, list):
            rank = seen.get(heading.name, 0)
            seen[heading.name] = rank + 1
            held = held[rank] if rank < len(held) else None
        if isinstance(held, dict):
            own = held if heading.name else {key: held[key] for key in heading.key_lines if key in held}
            tables.append(Table(heading.name, own, heading.line, heading.key_lines, heading.inner))
    return tables
