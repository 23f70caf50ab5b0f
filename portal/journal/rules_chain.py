"""The chain of the journal: a line's hash holds the line and the hash before it. Pure.

Anyone can check it again with a few lines of any language: SHA-256 of the hash before (64 hexadecimal digits; zeros
before the first line), a line end, and the line as JSON: keys sorted, no blanks, what is empty left out.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

START = "0" * 64  # before the first line

COLUMNS = (
    "id",
    "at",
    "actor",
    "actor_id",
    "for_person_id",
    "verb",
    "object_kind",
    "object_id",
    "mandate_id",
    "place_id",
    "details",
)  # all that a line holds


def link_hash(before: str, line: Mapping[Any, Any]) -> str:
    """The hash of a line that follows another, in hexadecimal."""
    return hashlib.sha256(f"{before}\n{canonical(line)}".encode()).hexdigest()


def canonical(line: Mapping[Any, Any]) -> str:
    """The one text of a line: two lines have the same only if they hold the same.

    A column that is added later and stays empty changes no line of before. Raises KeyError when one lacks.
    """
    held = {name: line[name] for name in COLUMNS if line[name] is not None}
    held["at"] = held["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return json.dumps(held, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
