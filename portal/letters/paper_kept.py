"""A form's words as JSON values: they wait with the letter that will carry the form, and are drawn with it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from portal.letters.paper_form import FormPaper
from portal.letters.paper_items import Beside, Choose, Grid, Item, Option, Part, Say, Sign, Write

_ITEMS: dict[str, type[Any]] = {kind.__name__: kind for kind in (Write, Beside, Choose, Grid, Say, Sign)}


def as_json(paper: FormPaper) -> dict[str, Any]:
    """The words of a form, to be kept. `form_from` reads them back; the same form is drawn of them."""
    kept = asdict(paper)
    for part, drawn in zip(kept["parts"], paper.parts, strict=True):
        part["items"] = [[type(item).__name__, values] for item, values in zip(drawn.items, part["items"], strict=True)]
    return kept


def form_from(stored: Mapping[str, Any], *, large_print: bool) -> FormPaper:
    """The form that `as_json` made these values of, in the print that is wanted now."""
    parts = [
        Part(part["title"], [_item(name, dict(values)) for name, values in part["items"]]) for part in stored["parts"]
    ]
    return FormPaper(**{**stored, "parts": parts, "large_print": large_print})


def _item(name: str, values: dict[str, Any]) -> Item:
    if "writes" in values:
        values["writes"] = [Write(**one) for one in values["writes"]]
    if "options" in values:
        values["options"] = [Option(**one) for one in values["options"]]
    item: Item = _ITEMS[name](**values)
    return item
