"""The table of permissions as the README shows it, rendered from the doors of the application itself."""

import re
from collections import defaultdict
from pathlib import Path

from flask import Flask

from portal.paths import ROOT
from portal.web.access import AGENTS, STAFF, Door, Role, route_table

README: Path = ROOT / "README.md"
BEGINS, ENDS = "<!-- permissions: begin -->", "<!-- permissions: end -->"

_SETS = ((AGENTS, "every agent"), (STAFF, "every agent of the Département"))
_ORDER = {role: place for place, role in enumerate(Role)}


def who(door: Door) -> str:
    """The roles of a door in words, with what else it asks."""
    words = next((name for roles, name in _SETS if door.roles == roles), None)
    words = words or ", ".join(sorted(door.roles, key=_ORDER.__getitem__))
    if door.procedure:
        words += f"; acting for someone: `{door.procedure.value}`"
    return f"{words}; recent proof" if door.is_fresh else words


def addresses(app: Flask) -> list[str]:
    """One line for each address: rule, methods, and who."""
    return [f"{rule} {methods} {who(door)}".strip() for rule, methods, door in route_table(app)]


def table(app: Flask) -> str:
    """The table in Markdown: who, then the addresses open to them."""
    open_to: defaultdict[Door, dict[str, list[str]]] = defaultdict(dict)
    for rule, methods, door in route_table(app):
        if not rule.startswith("/static"):
            open_to[door].setdefault(_short(rule), []).extend(methods.split(", "))
    rows = sorted(open_to.items(), key=lambda one: (min(_ORDER[role] for role in one[0].roles), who(one[0])))
    lines = [f"| {who(door)} | {' · '.join(_written(*one) for one in rules.items())} |" for door, rules in rows]
    return "\n".join(["| who | addresses |", "|---|---|", *lines])


def _written(rule: str, methods: list[str]) -> str:
    return f"`{rule}`" if methods == ["GET"] else f"`{rule}` ({', '.join(sorted(methods))})"


def _short(rule: str) -> str:
    """A rule as people read it: `<int(max=…):letter_id>` is `<letter_id>`."""
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", r"<\1>", rule)
