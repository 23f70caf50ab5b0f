"""A run on its way to the post, step by step; a letter pulled from it, or printed again, by its key."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

from flask import abort, g, make_response, redirect, render_template, request, url_for
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.letters.forms import SHEET, CountForm, PostedForm, PrintedForm, PullForm, ReprintForm
from portal.letters.forms_words import POST_FAULTS, PULL_FAULTS, REPRINT_FAULTS
from portal.letters.models import Letter, PrintRun
from portal.letters.queries import ROLES
from portal.letters.queries_post import expected_of, just_pulled, letter_of_key, pull_reason, set_aside, unnumbered
from portal.letters.queries_runs import run_of, to_pull
from portal.letters.rules import key_of
from portal.letters.rules_post import Counts, PostFault, PullFault, ReprintFault, difference
from portal.letters.run_file import sheet_of
from portal.letters.services_post import close_empty, count, mark_printed, post, pull, reprint
from portal.letters.views import bp
from portal.letters.views_room import REASONS, RUN, bytes_answer, require_the_room, room_of
from portal.letters.views_runs import run_page
from portal.notifications.queries_post import calendar_of
from portal.people.views_browser import actor
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.forms import PortalForm
from portal.web.request import now, reading, transaction
from portal.web.text import printable

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
    unprinted: int = 0  # sheets of letters that were set aside before
    unnumbered: Sequence[Letter] = ()
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


@bp.route("/agents/courriers/retirer", methods=["GET", "POST"], endpoint="pull")
@allow(*ROLES)
def pull_letter() -> Response | str:
    """Takes letters out of their tray, one key after the other."""
    form = PullForm()
    if not form.validate_on_submit():
        return _pull_page(form)
    try:
        with transaction() as session:
            require_letter(session, form.key.reference, PullFault.UNKNOWN)
            done = pull(
                session,
                now(),
                reference=form.key.reference,
                reason=form.chosen,
                by=actor(),
                post=calendar_of(session),
            )
            run_id = done.letter.run_id
    except Refused as refused:
        form.key.errors = [PULL_FAULTS[PullFault(refused.reason)]]
        return _pull_page(form)
    said = ("retire" if run_id is not None else "ne-part-pas") if done.is_new else "deja-retire"
    if "reason" not in request.form and run_id is not None:  # pressed beside the letter, on the page of its run
        return redirect(url_for("letters.run", run_id=run_id, fait=said), 303)
    return redirect(url_for("letters.pull", motif=form.reason.data, fait=said, cle=form.key.reference), 303)


@bp.route("/agents/courriers/reimprimer", methods=["GET", "POST"], endpoint="reprint")
@allow(*ROLES)
def reprint_letter() -> Response | str:
    """Opens a letter to be printed again in the place of spoiled sheets: the same bytes, or one sheet of them."""
    form = ReprintForm()
    if not form.validate_on_submit():
        return _reprint_page(form)
    try:
        with transaction() as session:
            require_letter(session, form.key.reference, ReprintFault.UNKNOWN)
            found = reprint(session, now(), reference=form.key.reference, by=actor())
            content = found.pdf or b""
            if sha256(content).hexdigest() != found.sha256:
                abort(500)
    except Refused as refused:
        fault = ReprintFault(refused.reason)
        form.key.errors = [REPRINT_FAULTS[fault], *_why_not(form.key.reference, fault)]
        return make_response(_reprint_page(form, fault), 410 if fault is ReprintFault.GONE else 200)
    page = form.key.page if form.what.data == SHEET else None
    return bytes_answer(content if page is None else sheet_of(content, page), f"{form.key.reference}.pdf")


def require_letter(session: Session, reference: str, fault: StrEnum) -> None:
    """Refuses the key of a letter that is not there, or not of this agent's places: nobody learns which."""
    if letter_of_key(session, now(), reference, agent_id=g.agent.id) is None:
        raise Refused(fault)


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
        "printed": PrintedForm(formdata=None),
        "counted": CountForm(
            formdata=None, data={"letters": _typed(run.counted_letters), "sheets": _typed(run.counted_sheets)}
        ),
        "posted": PostedForm(formdata=None, data={"day": min(run.posting_day, calendar_of(session).day_of(now()))}),
    }
    return Steps(
        **(forms | shown),
        expected=expected_of(session, run),
        left_to_pull=len(to_pull(session, run.id)),
        unnumbered=unnumbered(session, run.id),
        arrives=calendar_of(session).arrival_of_posting(run.posted_on) if run.posted_on else None,
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


def _is_in_no_run(session: Session, form: PullForm) -> bool:
    """Whether the letter of the key shown waits for a run: nothing of it is in a tray, nor on a bordereau."""
    key = key_of(form.key.data or "")
    found = letter_of_key(session, now(), key, agent_id=g.agent.id) if key else None
    return found is not None and found.run_id is None


def _pull_page(form: PullForm) -> str:
    if request.method == "GET":
        form.reason.data = request.args.get("motif", form.reason.data)
        if "fait" not in request.args:  # else it is the key of the letter before
            form.key.data = printable(request.args.get("cle", "")[:60])
    with reading() as session:
        rows = [
            (letter.reference, letter.run_id, REASONS[letter.pull_reason], letter.pulled_at)
            for letter in just_pulled(session, now(), agent_id=g.agent.id)
            if letter.pull_reason is not None
        ]
        room, waits = room_of(session), _is_in_no_run(session, form)
    return render_template(
        "letters/pull.html", form=form, rows=rows, waits=waits, form_has_errors=bool(form.errors), **room
    )


def _why_not(reference: str, fault: ReprintFault) -> list[str]:
    """Why a letter must not leave, as things are now."""
    if fault not in {ReprintFault.TO_PULL, ReprintFault.STAYS}:
        return []
    with reading() as session:
        found = letter_of_key(session, now(), reference, agent_id=g.agent.id)
        if found is None or found.returned_at is not None:
            return []
        reason = found.pull_reason or pull_reason(session, found.message)
        return [str(REASONS[reason])] if reason is not None else []


def _reprint_page(form: ReprintForm, fault: ReprintFault | None = None) -> str:
    if request.method == "GET":
        form.key.data = printable(request.args.get("cle", "")[:60])
    with reading() as session:
        room = room_of(session)
    return render_template(
        "letters/reprint.html",
        form=form,
        form_has_errors=bool(form.errors),
        is_to_pull=fault is ReprintFault.TO_PULL,
        **room,
    )
