"""motifs.toml: what appointments are about, and the rules of each."""

from typing import Any

from portal.directory.discretion import telling_word
from portal.directory.models import BookedBy, Mode
from portal.files.folder import Folder
from portal.files.row import Row

_DAY = 24 * 60  # minutes

Values = dict[str, Any]


def read_motifs(folder: Folder) -> tuple[dict[str, Values], dict[str, Values]]:
    """The themes and the motifs by key, in the order of the file; a motif has the key of its theme in "theme"."""
    tables = folder.tables("motifs.toml", {"theme": "key", "motif": "key"})
    themes = {row.key("key"): _theme(row, position) for position, row in enumerate(tables["theme"])}
    motifs = {row.key("key"): _motif(row, position, themes) for position, row in enumerate(tables["motif"])}
    return themes, motifs


def _theme(row: Row, position: int) -> Values:
    values = {
        "position": position,
        "title": row.text("title"),
        "line": row.text("line"),
        "pictogram": row.key("pictogram"),
    }
    row.finish()
    return values


def _motif(row: Row, position: int, themes: dict[str, Values]) -> Values:
    values = _words(row) | _rules(row)
    values |= {"position": position, "theme": row.one_of("theme", themes, "theme"), "closed_on": None}
    row.finish()
    if found := telling_word(values["neutral_words"]):
        row.fault(f'"{found}" tells what the appointment is about: messages must not', "neutral_words")
    if values["horizon_days"] * _DAY <= values["notice_minutes"]:
        row.fault("the horizon ends before the notice does: no slot could ever be booked", "horizon_days")
    if values["with_referent"] and values["booked_by"] is BookedBy.EVERYONE:
        row.fault('"with_referent" is for people who have one: "booked_by" must be invited or agents', "with_referent")
    return values


def _words(row: Row) -> Values:
    return {
        "family": row.key("family"),
        "title": row.text("title"),
        "line": row.text("line"),
        "detail": row.text("detail"),
        "audience": row.text("audience"),
        "bring": row.texts("bring"),
        "before": row.optional_text("before"),
        "after": row.optional_text("after"),
        "neutral_words": row.text("neutral_words"),
    }


def _rules(row: Row) -> Values:
    return {
        "max_age_years": row.optional_integer("max_age_years", 1, 120),
        "minutes": row.integer("minutes", 5, 480),
        "buffer_minutes": row.integer("buffer_minutes", 0, 240, 0),
        "notice_minutes": row.integer("notice_minutes", 0, 60 * _DAY),
        "horizon_days": row.integer("horizon_days", 1, 366),
        "mode": row.choice("mode", Mode, Mode.PLACE),
        "booked_by": row.choice("booked_by", BookedBy, BookedBy.EVERYONE),
        "with_referent": row.flag("with_referent"),
        "cancel_minutes": row.integer("cancel_minutes", 0, 60 * _DAY),
        "move_minutes": row.integer("move_minutes", 0, 60 * _DAY),
        "upcoming_limit": row.integer("upcoming_limit", 1, 50, 1),
        "discreet": row.flag("discreet"),
    }
