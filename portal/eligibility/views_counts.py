"""What was asked and shown, of nobody in particular: for who follows the service."""

from collections.abc import Sequence

from flask import render_template, request

from portal.clock import paris_day
from portal.eligibility import queries
from portal.eligibility.models import Counted
from portal.eligibility.rules_counts import shown
from portal.eligibility.rules_rights import Book
from portal.eligibility.views_shared import bp
from portal.web.access import Role, allow
from portal.web.request import now, reading

Row = tuple[str, dict[str, int | None], int | None]  # words, count by territory, total; hidden: None


@bp.get("/agents/suivi/droits")
@allow(Role.ENCADRANT, Role.ADMIN)
def counts() -> str:
    """What was asked and shown, by month and territory; small numbers are hidden, and a month shows once it is over.

    Until then a number seen before and after somebody's visit would tell what they were shown.
    """
    this_month = paris_day(now()).replace(day=1)
    with reading() as database:
        found = queries.book_in_force(database)
        months = queries.counted_months(database, this_month)
        asked = request.args.get("mois")
        month = next((one for one in months if one.isoformat() == asked), months[0] if months else None)
        territories = [*queries.territory_names(database), ("", "")]
        rows = queries.counted(database, month) if month else []
    tables = [(kind, _table(rows, kind, found[1] if found else None)) for kind in Counted]
    return render_template(
        "eligibility/counts.html", months=months, month=month, tables=tables, territories=territories
    )


def _table(rows: Sequence[tuple[str, Counted, str, int]], kind: Counted, book: Book | None) -> list[Row]:
    """The rows of a kind, the most frequent first; those of one number, by their key."""
    by_key: dict[str, dict[str, int]] = {}
    for territory, counted, key, count in rows:
        if counted is kind:
            by_key.setdefault(key, {})[territory] = count
    table = shown(by_key)
    ranked = sorted(table, key=lambda key: (-(table[key][1] or 0), key))
    return [(_words(kind, key, book), *table[key]) for key in ranked]


def _words(kind: Counted, key: str, book: Book | None) -> str:
    if book is None:
        return key
    if kind is Counted.THEME:
        return book.themes[key].title if key in book.themes else key
    if kind is Counted.RIGHT:
        return book.rights[key].name if key in book.rights else key
    return book.questions[key].text if key in book.questions else key
