"""What a file keeps of a household, because its person wants: offered with a version, seen, corrected, erased."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.booking.pages import search_commune
from portal.clock import paris_day
from portal.desk.views_card_beside import CardPart, add_card_part
from portal.eligibility.forms import PressForm
from portal.eligibility.forms_household import HouseholdForm, household_form
from portal.eligibility.queries import book_in_force
from portal.eligibility.rules_household import CHILDREN, COMMUNE, COUPLE, HOUSEHOLD, told_by
from portal.eligibility.rules_questions import Answers, Choice
from portal.eligibility.rules_rights import Book
from portal.eligibility.views_answers import keep_sheet
from portal.eligibility.views_shared import (
    Asking,
    as_answers,
    asking,
    asking_or_404,
    bp,
    commune_names,
    household_shown,
    of_file,
    sentences,
    territories,
)
from portal.people.queries_household import household_of
from portal.people.rules_household import Told, still_told, told_of
from portal.people.services import file_held
from portal.people.services_household import erase_household, tell_household
from portal.people.views_browser import actor, subject_id
from portal.web.access import Role, allow
from portal.web.headers import personal_page
from portal.web.request import now, transaction

Page = str | tuple[str, int] | Response

_MINE = "/mon-espace/foyer"


@dataclass(frozen=True)
class Offer:
    """What the person may have kept in their file, with a version of their answers."""

    told: Told
    names: str  # "ma commune, mes enfants"
    lines: Sequence[str]  # what the file would then say, in sentences
    filed: Sequence[str]  # what the file says already
    is_new: bool  # it would change the file, or say again what no longer stands

    @property
    def mark(self) -> str:
        """What the page showed: other answers, given in another window, are not kept unseen."""
        return _mark(self.told)


def _mark(told: Told) -> str:
    return sha256(repr(told).encode()).hexdigest()[:20]


def offer_of(database: Session, found: Asking, answers: Answers) -> Offer | None:
    """What of these answers the file may keep; None when they tell nothing of a household.

    The person says it, alone or with an agent: whoever else acts for them writes nothing of where they live.
    """
    told = told_by(found.book.questions, answers, territories(database, answers, paris_day(now())))
    if told.is_empty or (g.acting and not g.agent):
        return None
    shown = household_shown(database)
    names = {COMMUNE: _("ma commune"), COUPLE: _("ma vie de couple"), CHILDREN: _("mes enfants")}
    said, then = as_answers(database, found.book, told), told.over(shown.stands)
    return Offer(
        told,
        ", ".join(names[key] for key in said),
        _lines(database, found.book, then),
        _lines(database, found.book, shown.told),
        not then == shown.told == shown.stands,
    )


@bp.get(_MINE)
@allow(Role.KNOWN)
def household() -> str:
    """What the file says of the household, who wrote it and when; for its person alone."""
    with transaction() as database:
        row, found = household_of(database, subject_id()), book_in_force(database)
        lines = _lines(database, found[1], told_of(row)) if found else []
    personal_page()
    return render_template(
        "eligibility/household.html",
        row=row,
        lines=lines,
        is_old=still_told(row, now(), None) != told_of(row),
        may_correct=found is not None,
        press=PressForm(formdata=None),
        done=request.args.get("fait", ""),
    )


@bp.route(f"{_MINE}/corriger", methods=["GET", "POST"])
@allow(Role.KNOWN)
def change_household() -> Page:
    """The same, to correct: what is left empty is not kept any more."""
    with transaction() as database:
        found = asking_or_404(database)
        if request.method == "POST":
            file_held(database, subject_id())  # nobody else tells anything until this is written
        told = told_of(household_of(database, subject_id()))
        said, search = as_answers(database, found.book, told), partial(search_commune, database)
        blank = partial(household_form, found.book.questions.get(CHILDREN), said, search, _mark(told))
        form = blank()
        is_valid = form.validate_on_submit()
        has_changed = form.is_submitted() and not form.csrf_token.errors and form.seen.data != _mark(told)
        if has_changed or not is_valid:
            return _to_correct(blank(formdata=None) if has_changed else form, has_changed=has_changed)
        _write(database, found, form.answers)
    return redirect(url_for("eligibility.household", fait="garde"), 303)


def _to_correct(form: HouseholdForm, *, has_changed: bool) -> Page:
    """`has_changed`: something else was told since the page that was sent; the form says what the file says now."""
    personal_page()
    faults = bool(form.errors) or has_changed
    shown = render_template(
        "eligibility/household_change.html", form=form, has_changed=has_changed, form_has_errors=faults
    )
    return (shown, 422) if request.method == "POST" else shown


@bp.post(f"{_MINE}/effacer")
@allow(Role.KNOWN)
def forget_household() -> Response:
    """Erases it from the file; the answers under way that came from there go with it."""
    if not PressForm().validate_on_submit():
        return redirect(url_for("eligibility.household", fait="expire"), 303)
    with transaction() as database:
        erase_household(database, now(), person_id=subject_id(), by=actor())
        if (found := asking(database)) is not None:
            _read_again(database, found)
    return redirect(url_for("eligibility.household", fait="efface"), 303)


@bp.post("/mes-droits/resultat/changer")
@allow(Role.EVERYONE)
def again() -> Response:
    """Puts a question that the file answered, to answer it otherwise this time; the file stays as it is."""
    key = request.form.get("cle", "")
    with transaction() as database:
        found = asking_or_404(database)
    order = found.sheet.order
    if not PressForm().validate_on_submit() or key not in found.sheet.filed:
        return redirect(url_for("eligibility.result"), 303)
    if key not in order:
        order.append(key)
    keep_sheet(found.sheet)
    return redirect(url_for("eligibility.question", number=order.index(key) + 1), 303)


@add_card_part
def _on_card(database: Session, person_id: int) -> CardPart | None:
    """What an agent who reads the whole file reads of the household."""
    row, found = household_of(database, person_id), book_in_force(database)
    said = as_answers(database, found[1], told_of(row)) if found else {}
    if row is None or found is None or not said:
        return None
    questions = found[1].questions
    labels = {COMMUNE: _("Commune"), COUPLE: _("En couple"), CHILDREN: _("Enfants à charge")}
    names = commune_names(database, said)
    lines = [
        (labels[key], names.get(answer, answer) if key == COMMUNE else _titles(questions[key].choices, answer))
        for key, answer in said.items()
    ]
    day = paris_day(row.told_at).strftime("%d/%m/%Y")
    with_agent, alone = _("Dit le %(day)s, écrit avec un agent.", day=day), _("Écrit par elle le %(day)s.", day=day)
    return CardPart(_("Son foyer"), lines, with_agent if row.agent_id else alone)


def _titles(choices: Sequence[Choice], answer: str) -> str:
    kept = answer.split(" ")
    return ", ".join(choice.title for choice in choices if choice.key in kept)


def _lines(database: Session, book: Book, told: Told) -> list[str]:
    """What was told, in the sentences of the questions."""
    said = as_answers(database, book, told)
    words = sentences(book, said, commune_names(database, said), paris_day(now()))
    return [sentence for key in HOUSEHOLD for sentence in words.get(key, ())]


def _write(database: Session, found: Asking, answers: Answers) -> None:
    told = told_by(found.book.questions, answers, territories(database, answers, paris_day(now())))
    tell_household(database, now(), person_id=subject_id(), told=told, by=actor(), is_whole=True)
    _read_again(database, found)


def _read_again(database: Session, found: Asking) -> None:
    """The answers under way that the file gave are what it says now; those that it says no more are asked."""
    sheet, filed = found.sheet, of_file(database, found.book)
    came = [key for key in HOUSEHOLD if key in sheet.filed]
    for key in came:
        sheet.answers.pop(key, None)
        if key in filed:
            sheet.answers[key] = filed[key]
    gone = {key for key in came if key not in filed}
    sheet.given, sheet.filed = ([key for key in keys if key not in gone] for keys in (sheet.given, sheet.filed))
    if came:
        keep_sheet(sheet)
