"""For who answers for the rules: each one, its text, its source and its state; and what is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flask import abort, render_template, request

from portal.clock import paris_day
from portal.eligibility import queries
from portal.eligibility.forms_try import TryForm, try_form
from portal.eligibility.models import Counted
from portal.eligibility.rules import Seen
from portal.eligibility.rules_counts import masked
from portal.eligibility.rules_questions import facts_of
from portal.eligibility.rules_rights import Book, Right
from portal.eligibility.rules_said import questions_of, said_condition
from portal.eligibility.views_shared import bp
from portal.web.access import Role, allow
from portal.web.request import now, reading

Page = str | tuple[str, int]

_RULES = "/agents/reglages/droits"


class State(StrEnum):
    """Whether a rule is asked today."""

    IN_FORCE = "in_force"
    OFF = "off"
    TO_COME = "to_come"
    OVER = "over"


@dataclass(frozen=True)
class Tried:
    """What a rule says of an example household."""

    seen: Seen
    because: Sequence[str]
    missing: Sequence[str]
    notes: Sequence[str]


def state_of(right: Right, day: date) -> State:
    """Whether a rule is asked on a day, and else why not."""
    if not right.is_enabled:
        return State.OFF
    if right.valid_from is not None and day < right.valid_from:
        return State.TO_COME
    return State.OVER if right.valid_to is not None and right.valid_to < day else State.IN_FORCE


@bp.get(_RULES)
@allow(Role.ENCADRANT, Role.ADMIN)
def rules() -> str:
    """Every rule by theme: its state, who has checked it, and how many sources it names."""
    day = paris_day(now())
    with reading() as database:
        found = queries.book_in_force(database)
        loaded_on = queries.loaded_on(database)
    rights = list(found[1].rights.values()) if found else []
    return render_template(
        "eligibility/rules.html",
        book=found[1] if found else None,
        loaded_on=loaded_on,
        rights=rights,
        state_of=lambda right: state_of(right, day),
    )


@bp.route(f"{_RULES}/<key>", methods=["GET", "POST"])
@allow(Role.ENCADRANT, Role.ADMIN)
def rule(key: str) -> Page:
    """One rule, beside its source; and what it says of an example household."""
    with reading() as database:
        book_id, book = queries.book_in_force(database) or abort(404)
        right = book.rights.get(key) or abort(404)
        written = next(table for table in queries.definition(database, book_id)["right"] if table["key"] == key)
        territories = queries.territory_names(database)
        partners = queries.partners_of(database, right.partners)
    asked = [book.questions[one] for one in questions_of(written["when"], book.questions)]
    if written["not_in"] and "commune" not in [one.key for one in asked]:
        asked.append(book.questions["commune"])
    form = try_form(asked, territories)
    is_valid = request.method == "POST" and form.validate_on_submit()
    shown = render_template(
        "eligibility/rule.html",
        right=right,
        book=book,
        said=said_condition(written["when"], book.questions),
        outside=[name for territory, name in territories if territory in written["not_in"]],
        partners=[partners[one].name for one in right.partners if one in partners],
        state=state_of(right, paris_day(now())),
        form=form,
        tried=_tried(book, right, form, [territory for territory, _name in territories]) if is_valid else None,
        form_has_errors=bool(form.errors),
    )
    return (shown, 422) if request.method == "POST" and not is_valid else shown


@bp.get("/agents/suivi/droits")
@allow(Role.ENCADRANT, Role.ADMIN)
def counts() -> str:
    """What was asked and shown, month by month and by territory; small numbers are hidden."""
    with reading() as database:
        found = queries.book_in_force(database)
        months = queries.counted_months(database)
        month = next(
            (one for one in months if one.isoformat() == request.args.get("mois")), months[0] if months else None
        )
        territories = [*queries.territory_names(database), ("", "")]
        rows = queries.counted(database, month) if month else []
    tables = [(kind, _table(rows, kind, found[1] if found else None)) for kind in Counted]
    return render_template(
        "eligibility/counts.html", months=months, month=month, tables=tables, territories=territories
    )


def _tried(book: Book, right: Right, form: TryForm, territories: Sequence[str]) -> Tried:
    day = paris_day(now())
    facts = facts_of(book.questions, form.answers, {one: one for one in territories}, day)
    seen = right.when.see(facts, day)
    return Tried(
        seen,
        because=[book.questions[key].text for key in book.questions if key in seen.because],
        missing=[book.questions[key].text for key in book.questions if key in seen.chances],
        notes=[note.text for note in right.notes if note.when.see(facts, day).truth.value == "yes"],
    )


def _table(
    rows: Sequence[tuple[str, Counted, str, int]], kind: Counted, book: Book | None
) -> list[tuple[str, dict[str, int | None], int | None]]:
    """(words, count by territory, total) of each key of a kind, the most frequent first; hidden: None."""
    by_key: dict[str, dict[str, int]] = {}
    for territory, counted, key, count in rows:
        if counted is kind:
            by_key.setdefault(key, {})[territory] = count
    totals = masked({key: sum(parts.values()) for key, parts in by_key.items()})
    ranked = sorted(by_key, key=lambda key: (-sum(by_key[key].values()), key))
    return [(_words(kind, key, book), dict(masked(by_key[key])) if totals[key] else {}, totals[key]) for key in ranked]


def _words(kind: Counted, key: str, book: Book | None) -> str:
    if book is None:
        return key
    if kind is Counted.THEME:
        return book.themes[key].title if key in book.themes else key
    if kind is Counted.RIGHT:
        return book.rights[key].name if key in book.rights else key
    return book.questions[key].text if key in book.questions else key
