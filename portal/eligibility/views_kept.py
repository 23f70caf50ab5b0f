"""One's own versions: kept, looked at again, compared with the one before, shown to an agent, forgotten."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from flask import abort, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.booking.models import Appointment
from portal.clock import paris_day
from portal.eligibility import queries
from portal.eligibility.forms import PressForm
from portal.eligibility.forms_kept import KeepForm
from portal.eligibility.models import AnswersShare, SavedAnswers
from portal.eligibility.rules_kept import Kept, changes, moved
from portal.eligibility.rules_questions import SILENT, said_of
from portal.eligibility.rules_rights import Book, outcome
from portal.eligibility.services import KeepingFault, keep, remove, share, take_back
from portal.eligibility.views_answers import WORDS_LEFT, keep_sheet, sealer, to_door
from portal.eligibility.views_household import Offer, offer_of
from portal.eligibility.views_result import Result, result_of
from portal.eligibility.views_shared import Asking, asking_or_404, bp, commune_names, opened, sense_of
from portal.people.queries import referents_of
from portal.people.services_household import tell_household
from portal.people.views_browser import actor, subject_id
from portal.refusal import Refused
from portal.web.access import Procedure, Role, allow
from portal.web.request import now, transaction
from portal.web.text import whole

Page = str | tuple[str, int] | Response

_MINE = "/mon-espace/droits"
_VERSION = f"{_MINE}/<int(max=2147483647):saved_id>"


@dataclass(frozen=True)
class Answered:
    """A question put both times and answered otherwise the last one, in words; None: without an answer."""

    question: str
    before: str | None
    now: str | None


@dataclass(frozen=True)
class Compared:
    """What changed since the version before."""

    day: date
    answered: Sequence[Answered]
    new: Sequence[str]  # names of rights
    gone: Sequence[str]


@dataclass(frozen=True)
class Version:
    """A version as pages show it, to its person or to an agent."""

    saved: SavedAnswers
    book: Book
    kept: Kept
    result: Result
    compared: Compared | None = None  # with the one before


@bp.route("/mes-droits/resultat/garder", methods=["GET", "POST"])
@allow(Role.KNOWN, procedure=Procedure.RIGHTS)
def keep_result() -> Page:
    """Keeps the answers under way in the space of their person, with what they want to say."""
    form = KeepForm()
    with transaction() as database:
        found = asking_or_404(database)
        if not found.sheet.themes:
            return _without_answers(form)
        answers = sense_of(database, found.book, found.sheet.answers, paris_day(now())).answers
        offer = offer_of(database, found, answers)
        form.offer(offer.names if offer and offer.is_new else "", offer.mark if offer else "")
        if not form.is_submitted():
            form.wants.data, form.can.data = found.sheet.wants, found.sheet.can
        if not form.validate_on_submit():
            keep_sheet(found.sheet)  # to write takes time: it counts from here
            return _keep_page(form, offer)
        if offer and form.is_for_file:
            tell_household(database, now(), person_id=subject_id(), told=offer.told, by=actor())
        saved_id = _kept(database, found, Kept(answers=answers, **form.keep()))
    done = "garde-foyer" if form.is_for_file else "garde"
    return redirect(url_for("eligibility.version", saved_id=saved_id, fait=done), 303)


def _without_answers(form: KeepForm) -> Page:
    """Nothing typed is lost: what was written stays on the page, though what it goes with is gone."""
    if not any(form.keep().values()):
        return to_door()
    form.offer("", "")
    form.csrf_token.errors = [WORDS_LEFT]
    return _keep_page(form, None)


def _keep_page(form: KeepForm, offer: Offer | None) -> Page:
    shown = render_template("eligibility/keep.html", form=form, offer=offer, form_has_errors=bool(form.errors))
    return (shown, 422) if request.method == "POST" else shown


def _kept(database: Session, found: Asking, kept: Kept) -> int:
    saved = keep(
        database,
        now(),
        person_id=subject_id(),
        book_id=found.book_id,
        themes=found.sheet.themes,
        kept=kept,
        sealer=sealer(),
        by=actor(),
    )
    return saved.id


@bp.get(_MINE)
@allow(Role.KNOWN, procedure=Procedure.RIGHTS)
def mine() -> str:
    """Every version, the last first."""
    with transaction() as database:
        versions = [saved for saved in queries.saved_of(database, subject_id()) if _is_read_here(saved)]
        books = {saved.book_id: queries.book_of_version(database, saved.book_id) for saved in versions}
    return render_template("eligibility/mine.html", versions=versions, books=books)


@bp.get(_VERSION)
@allow(Role.KNOWN, procedure=Procedure.RIGHTS)
def version(saved_id: int) -> str:
    """One version: its result that day, what changed since the one before, and whom it is shown to."""
    with transaction() as database:
        saved = _version_or_404(database, saved_id)
        shown = version_of(database, saved, is_read=_is_read_here)
        shares, shared_at = queries.shares_open(database, saved_id), queries.shared_at(database, saved_id)
        coming = queries.appointments_to_come(database, now(), subject_id())
        follows = bool(referents_of(database, [subject_id()], paris_day(now())))
    return render_template(
        "eligibility/version.html",
        version=shown,
        shares=[(one, _at(one, coming)) for one in shares],
        shared_at=shared_at,
        now=now(),
        coming=[one for one in coming if one.id not in {there.appointment_id for there in shares}],
        has_referent=follows,
        offers_referent=follows and all(one.appointment_id for one in shares),
        press=PressForm(formdata=None),
        done=request.args.get("fait", ""),
    )


@bp.post(f"{_VERSION}/montrer")
@allow(Role.KNOWN, procedure=Procedure.RIGHTS)
def show(saved_id: int) -> Response:
    """Shows a version to the référent, or to the agent of an appointment to come."""
    number = request.form.get("rendez-vous", "")
    appointment_id = whole(number)
    if number and appointment_id is None:
        abort(404)
    done = "expire"
    if PressForm().validate_on_submit():
        done = "montre"
        whose = {"saved_id": saved_id, "person_id": subject_id()}
        try:
            with transaction() as database:
                _version_or_404(database, saved_id)
                share(database, now(), **whose, appointment_id=appointment_id, by=actor())
        except Refused as refused:
            done = "annule" if refused.reason is KeepingFault.OVER else abort(404)
    return redirect(url_for("eligibility.version", saved_id=saved_id, fait=done), 303)


@bp.post(f"{_VERSION}/ne-plus-montrer")
@allow(Role.KNOWN, procedure=Procedure.RIGHTS)
def hide(saved_id: int) -> Response:
    """Takes a share back."""
    done = "expire"
    if PressForm().validate_on_submit():
        done = "retire"
        share_id = whole(request.form.get("partage", "")) or 0
        with transaction() as database:
            _version_or_404(database, saved_id)
            take_back(database, now(), share_id=share_id, person_id=subject_id(), by=actor())
    return redirect(url_for("eligibility.version", saved_id=saved_id, fait=done), 303)


@bp.post(f"{_VERSION}/effacer")
@allow(Role.KNOWN, procedure=Procedure.RIGHTS)
def erase(saved_id: int) -> Response:
    """Forgets a version."""
    if not PressForm().validate_on_submit():
        return redirect(url_for("eligibility.version", saved_id=saved_id, fait="expire"), 303)
    with _or_404(), transaction() as database:
        _version_or_404(database, saved_id)
        remove(database, now(), saved_id=saved_id, person_id=subject_id(), by=actor())
    return redirect(url_for("eligibility.mine"), 303)


def _version_or_404(database: Session, saved_id: int) -> SavedAnswers:
    saved = queries.saved(database, saved_id, person_id=subject_id())
    return saved if saved is not None and _is_read_here(saved) else abort(404)


def _is_read_here(saved: SavedAnswers) -> bool:
    """An agent who acts for a person reads what they wrote with them: the rest is for the person to show."""
    return not (g.acting and g.agent) or saved.agent_id == g.agent.id


def version_of(database: Session, saved: SavedAnswers, *, is_read: Callable[[SavedAnswers], bool]) -> Version:
    """A version as it was on its day, beside the one before, when whoever looks may read that one too."""
    book, kept, day = queries.book_of_version(database, saved.book_id), opened(saved), paris_day(saved.saved_at)
    result = result_of(database, book, kept.answers, saved.themes, day)
    version, before = Version(saved, book, kept, result), queries.saved_before(database, saved)
    if before is None or not is_read(before):
        return version
    return replace(version, compared=_compared(database, before, version))


def _compared(database: Session, before: SavedAnswers, version: Version) -> Compared:
    book, kept, day = version.book, version.kept, paris_day(version.saved.saved_at)
    book_then, then = queries.book_of_version(database, before.book_id), opened(before)
    last_day = paris_day(before.saved_at)
    facts_then = sense_of(database, book_then, then.answers, last_day).facts
    ways = moved(outcome(book_then, facts_then, last_day, before.themes), version.result.outcome)
    names = commune_names(database, then.answers) | commune_names(database, kept.answers)

    def words(book: Book, key: str, answer: str | None, on: date) -> str | None:
        if answer is None or answer in SILENT:
            return None
        return " ".join(said_of(book.questions[key], answer, on, names))

    return Compared(
        day=last_day,
        answered=[
            Answered(
                book.questions[one.key].text,
                words(book_then, one.key, one.before, last_day),
                words(book, one.key, one.now, day),
            )
            for one in changes(book, then.answers, kept.answers)
            if one.before is not None and one.now is not None and not {one.before, one.now} <= SILENT
        ],
        new=[book.rights[key].name for key in ways["new"]],
        gone=[book_then.rights[key].name for key in ways["gone"]],
    )


def _at(shown: AnswersShare, coming: Sequence[Appointment]) -> Appointment | None:
    return next((one for one in coming if one.id == shown.appointment_id), None)


@contextmanager
def _or_404() -> Iterator[None]:
    """What the domain refuses here was removed, or is somebody else's: there is nothing at this address."""
    try:
        yield
    except Refused:
        abort(404)
