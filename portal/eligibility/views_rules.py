"""For who answers for the rules: each one, its text, its source and its state; and the list of those to check."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request

from portal.clock import paris_day
from portal.eligibility import queries
from portal.eligibility.forms_try import TryForm, rest_of_household, try_form
from portal.eligibility.loader import OWN
from portal.eligibility.rules import Seen
from portal.eligibility.rules_checked import Check, by_theme, of_check, state_of, tally
from portal.eligibility.rules_questions import Question, facts_of
from portal.eligibility.rules_rights import Book, Right
from portal.eligibility.rules_said import questions_of, said_condition
from portal.eligibility.views_shared import bp
from portal.web.access import Role, allow
from portal.web.request import now, reading

Page = str | tuple[str, int]

_RULES = "/agents/reglages/droits"


@dataclass(frozen=True)
class Tried:
    """What a rule says of an example household."""

    seen: Seen
    because: Sequence[str]
    missing: Sequence[str]
    notes: Sequence[str]


@bp.get(_RULES)
@allow(Role.ENCADRANT, Role.ADMIN)
def rules() -> str:
    """Every rule by theme: its state, who has checked it, and how many sources it names; all, or those of one kind."""
    day, check = paris_day(now()), _check(request.args.get("relecture", ""))
    with reading() as database:
        found = queries.book_in_force(database)
        loaded_on = queries.loaded_on(database)
    rights = list(found[1].rights.values()) if found else []
    listed = of_check(rights, day, check)
    return render_template(
        "eligibility/rules.html",
        book=found[1] if found else None,
        loaded_on=loaded_on,
        rights=listed,
        of_theme=lambda theme: [right for right in listed if theme in right.themes],
        check=check,
        total=len(rights),
        tally=tally(rights, day),
        state_of=lambda right: state_of(right, day),
    )


@bp.get("/agents/reglages/droits-a-relire")
@allow(Role.ENCADRANT, Role.ADMIN)
def to_check() -> str:
    """A working list to print for whoever checks rules against their sources: by theme, each rule once."""
    day, check = paris_day(now()), _check(request.args.get("relecture", ""))
    with reading() as database:
        book_id, book = queries.book_in_force(database) or abort(404)
        written = {table["key"]: table for table in queries.definition(database, book_id)["right"]}
        territories = dict(queries.territory_names(database))
        partners = queries.partners_of(database, {key for right in book.rights.values() for key in right.partners})
    theme = request.args.get("theme", "")
    themes = {theme: book.themes[theme]} if theme in book.themes else book.themes
    return render_template(
        "eligibility/to_check.html",
        book=book,
        check=check,
        theme=theme if theme in book.themes else "",
        groups=by_theme(of_check(book.rights.values(), day, check), themes),
        said={key: said_condition(table["when"], book.questions) for key, table in written.items()},
        outside={key: [territories[one] for one in table["not_in"]] for key, table in written.items()},
        files={key: table.get("file", "") for key, table in written.items()},
        partners=partners,
        folder=OWN,
        today=day,
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
    form = try_form(_asked(book, written), territories)
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
        rest=rest_of_household(form, book.questions.values(), request.form.items(multi=True)),
        tried=_tried(book, right, form, [territory for territory, _name in territories]) if is_valid else None,
        form_has_errors=bool(form.errors),
    )
    return (shown, 422) if request.method == "POST" and not is_valid else shown


def _check(asked: str) -> Check | None:
    return next((one for one in Check if one.value == asked), None)


def _asked(book: Book, written: dict[str, Any]) -> list[Question]:
    """The questions that a rule compares; the commune too where some territories do not have it."""
    asked = [book.questions[one] for one in questions_of(written["when"], book.questions)]
    if written["not_in"] and "commune" not in [one.key for one in asked]:
        asked.append(book.questions["commune"])
    return asked


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
