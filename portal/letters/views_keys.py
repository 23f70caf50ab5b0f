"""Letters by their key: one that is pulled from its run, or out of those that wait; one that is printed again."""

from enum import StrEnum
from hashlib import sha256

from flask import abort, g, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.letters.forms import SHEET, PullForm, ReprintForm
from portal.letters.forms_words import PULL_FAULTS, REPRINT_FAULTS
from portal.letters.queries import ROLES
from portal.letters.queries_post import just_pulled, letter_of_key, pull_reason
from portal.letters.rules import key_of
from portal.letters.rules_post import PullFault, ReprintFault
from portal.letters.run_file import sheet_of
from portal.letters.services_post import pull, reprint
from portal.letters.views import bp
from portal.letters.views_room import REASONS, bytes_answer, room_of
from portal.notifications.queries_post import calendar_of
from portal.people.views_browser import actor
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.request import now, reading, transaction
from portal.web.text import printable


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
