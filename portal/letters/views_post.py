"""A run on its way to the post, step by step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, redirect, url_for
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.letters.forms import CountForm, PostedForm, PrintedForm
from portal.letters.forms_words import POST_FAULTS
from portal.letters.models import Letter, PrintRun, PullReason, RunState
from portal.letters.queries import ROLES
from portal.letters.queries_post import arrival_of, expected_of, large_windows, pull_reason, set_aside, unnumbered
from portal.letters.queries_runs import run_of, to_pull
from portal.letters.rules_post import Counts, PostFault, difference
from portal.letters.services_post import close_empty, correct_counter, count, mark_printed, post
from portal.letters.views import bp
from portal.letters.views_room import RUN, require_the_room
from portal.letters.views_runs import Place, placed, run_page
from portal.notifications.queries_post import calendar_of
from portal.people.views_browser import actor
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.forms import PortalForm
from portal.web.request import now, reading, transaction

_OF_THE_DAY = (PostFault.BAD_DAY, PostFault.NO_POST)
_RUN = f"/agents/courriers/lots/<{RUN}:run_id>"


@dataclass(frozen=True)
class Steps:
    """What is to be done with a run, and what was: three forms, and what its envelopes should come to."""

    printed: PrintedForm
    counted: CountForm
    posted: PostedForm
    expected: Counts
    left_to_pull: int
    is_late: bool = False  # one of them: given up as too late, unless the post has taken it before
    unprinted: int = 0  # sheets of letters that were set aside before
    unnumbered: Sequence[Letter] = ()
    large_windows: Sequence[Place] = ()  # where those stand that need another envelope
    arrives: date | None = None  # its letters, once they are posted
    fault: str = ""
    at: str = ""  # the step that was refused

    def fault_of(self, step: str) -> str:
        """Why a step was refused, when no field of it says so."""
        return self.fault if step == self.at else ""

    @property
    def faults(self) -> list[tuple[str, str]]:
        """What was refused, for the top of the page: each with the id to go to."""
        form = {"printed": self.printed, "counted": self.counted, "posted": self.posted}.get(self.at)
        if form is None:
            return [("", self.fault)] if self.fault else []
        return form.errors_in_order() or ([(f"etape-{self.at}", self.fault)] if self.fault else [])

    def at_counter(self, run: PrintRun) -> int:
        """The sheets that the printer's counter should say: a separator for each file among them."""
        return run.sheets - self.unprinted + len(run.files)

    def differences(self, run: PrintRun) -> list[str]:
        """What was counted beyond the run, or lacks, in words; nothing when it agrees, or is not counted yet."""
        if run.counted_letters is None or run.counted_sheets is None:
            return []
        letters, sheets = difference(self.expected, Counts(run.counted_letters, run.counted_sheets))
        return [words for words in (_words_of_letters(letters), _words_of_sheets(sheets)) if words]


@bp.app_template_global("run_steps")
def run_steps(run: PrintRun) -> Steps:
    """The steps of a run, as they stand now."""
    with reading() as session:
        return _steps(session, run)


@bp.post(f"{_RUN}/imprime", endpoint="printed")
@allow(*ROLES)
def printed(run_id: int) -> Response | str:
    """The run is on paper, or one file of it."""
    form = PrintedForm()

    def act(session: Session) -> None:
        position, run = form.position, run_of(session, run_id)
        if run is None or position not in {None, *(file.position for file in run.files)}:
            abort(404)
        mark_printed(session, now(), run_id=run_id, by=actor(), counter=form.counter.number, position=position)

    said = "imprime" if form.position is None else "fichier"
    return _step(run_id, form, act, said, at="printed")


@bp.post(f"{_RUN}/compteur", endpoint="counter")
@allow(*ROLES)
def counter(run_id: int) -> Response | str:
    """What the printer's counter says, put right."""
    form = PrintedForm()

    def act(session: Session) -> None:
        correct_counter(session, now(), run_id=run_id, by=actor(), counter=form.counter.number)

    return _step(run_id, form, act, "compteur", at="printed")


@bp.post(f"{_RUN}/compte", endpoint="count")
@allow(*ROLES)
def counted(run_id: int) -> Response | str:
    """What was counted as it was put in envelopes."""
    form = CountForm()

    def act(session: Session) -> None:
        letters, sheets = form.letters.number or 0, form.sheets.number or 0
        count(session, now(), run_id=run_id, by=actor(), letters=letters, sheets=sheets)

    return _step(run_id, form, act, "compte", at="counted")


@bp.post(f"{_RUN}/poste", endpoint="posted")
@allow(*ROLES)
def posted(run_id: int) -> Response | str:
    """The post has taken the run."""
    form = PostedForm()

    def act(session: Session) -> None:
        day: date = form.day.data
        post(session, now(), run_id=run_id, by=actor(), posted_on=day, post=calendar_of(session))

    return _step(run_id, form, act, "poste", at="posted")


@bp.post(f"{_RUN}/ferme")
@allow(*ROLES)
def close_run(run_id: int) -> Response | str:
    """A run all of whose letters were pulled is over."""

    def act(session: Session) -> None:
        close_empty(session, now(), run_id=run_id, by=actor())

    return _step(run_id, PortalForm(), act, "ferme", at="closed")


def _step(run_id: int, form: Any, act: Callable[[Session], object], said: str, *, at: str) -> Response | str:
    """Does a step, or shows the run again with what was typed and why it is refused, where it was typed."""
    fault = ""
    with reading() as session:
        require_the_room(session)
        if run_of(session, run_id) is None:
            abort(404)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                act(session)
            anchor = "fichiers" if said == "fichier" else "etapes"
            return redirect(url_for("letters.run", run_id=run_id, fait=said, _anchor=anchor), 303)
        except Refused as refused:
            fault = str(POST_FAULTS[PostFault(refused.reason)])
            if refused.reason in _OF_THE_DAY:
                form.day.errors, fault = [fault], ""
    elif form.csrf_token.errors:
        fault = str(form.csrf_token.errors[0])
    with reading() as session:
        run = run_of(session, run_id) or abort(404)
        steps = _steps(session, run, fault=fault, at=at, **({} if at == "closed" else {at: form}))
        return run_page(session, run, given_steps=steps, form_has_errors=True)


def _steps(session: Session, run: PrintRun, **shown: Any) -> Steps:
    forms = {
        "printed": PrintedForm(formdata=None, data={"counter": _typed(run.counter)}),
        "counted": CountForm(
            formdata=None, data={"letters": _typed(run.counted_letters), "sheets": _typed(run.counted_sheets)}
        ),
        "posted": PostedForm(formdata=None, data={"day": min(run.posting_day, calendar_of(session).day_of(now()))}),
    }
    wrong = [] if run.state is RunState.POSTED else to_pull(session, run.id)
    return Steps(
        **(forms | shown),
        expected=expected_of(session, run),
        left_to_pull=len(wrong),
        is_late=any(pull_reason(session, letter.message) is PullReason.TOO_LATE for letter in wrong),
        unnumbered=unnumbered(session, run.id),
        large_windows=placed(run, large_windows(session, run.id)),
        arrives=arrival_of(session, run.id),
        unprinted=sum(one.sheets for one in set_aside(session, run.id).values()),
    )


def _typed(number: int | None) -> str:
    return "" if number is None else str(number)


def _words_of_letters(number: int) -> str:
    if number < 0:
        return str(ngettext("Il manque une lettre.", "Il manque %(num)s lettres.", -number))
    return str(ngettext("Il y a une lettre de trop.", "Il y a %(num)s lettres de trop.", number)) if number else ""


def _words_of_sheets(number: int) -> str:
    if number < 0:
        return str(ngettext("Il manque une feuille.", "Il manque %(num)s feuilles.", -number))
    return str(ngettext("Il y a une feuille de trop.", "Il y a %(num)s feuilles de trop.", number)) if number else ""
