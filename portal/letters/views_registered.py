"""A registered letter: marked so, its tracking number, its scanned proofs."""

from flask import Response as Answer
from flask import abort, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from portal.journal.services import record
from portal.letters.forms import ProofForm, RegisterForm
from portal.letters.forms_words import PROOF_FAULTS, REGISTER_FAULTS
from portal.letters.models import Letter
from portal.letters.queries import ROLES, letter_for, says_its_message
from portal.letters.queries_post import proof_of, proofs_of
from portal.letters.rules_post import LARGEST_PROOF, ProofFault, RegisterFault
from portal.letters.services_registered import add_proof, register
from portal.letters.views import bp, kind_words
from portal.letters.views_room import RUN, bytes_answer, state_words
from portal.people.views_browser import actor
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.request import now, reading, transaction

_LETTER = "/agents/courriers/recommandes/<int(max=9223372036854775807):letter_id>"
_AROUND = 100_000  # bytes that a browser sends around a file
_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@bp.route(_LETTER, methods=["GET", "POST"])
@allow(*ROLES)
def registered(letter_id: int) -> Response | str:
    """Says that a letter leaves as a registered one, and under which number."""
    form = RegisterForm()
    if request.method == "GET" or not form.validate():
        return _page(letter_id, form)
    try:
        with transaction() as session:
            register(
                session,
                now(),
                reference=_letter(session, letter_id).reference,
                number=form.number.data,
                by=actor(),
                is_registered=form.is_registered.data,
            )
    except Refused as refused:
        fault = RegisterFault(refused.reason)
        place = form.number if fault is RegisterFault.NUMBER else form.is_registered
        place.errors = [REGISTER_FAULTS[fault]]
        return _page(letter_id, form)
    return redirect(url_for("letters.registered", letter_id=letter_id, fait="note"), 303)


@bp.post(f"{_LETTER}/preuves")
@allow(*ROLES)
def add_letter_proof(letter_id: int) -> Response | str:
    """Keeps a scanned proof."""
    request.max_content_length = LARGEST_PROOF + _AROUND
    try:
        form = ProofForm()
        if not form.validate():
            return _page(letter_id, proof=form)
        with transaction() as session:
            reference = _letter(session, letter_id).reference
            add_proof(session, now(), reference=reference, content=form.proof.content, by=actor())
    except (Refused, RequestEntityTooLarge) as refused:
        fault = ProofFault(refused.reason) if isinstance(refused, Refused) else ProofFault.TOO_BIG
        form = ProofForm(formdata=None)
        form.proof.errors = [PROOF_FAULTS[fault]]
        return _page(letter_id, proof=form)
    return redirect(url_for("letters.registered", letter_id=letter_id, fait="preuve"), 303)


@bp.get(f"{_LETTER}/preuves/<{RUN}:proof_id>")
@allow(*ROLES)
def letter_proof(letter_id: int, proof_id: int) -> Answer:
    """A proof, as it was scanned: put among the downloads, never shown by the browser."""
    with transaction() as session:
        found = _letter(session, letter_id)
        proof = proof_of(session, letter_id, proof_id) or abort(404)
        record(
            session,
            now(),
            actor=actor(),
            verb="letter.proof_opened",
            for_person_id=found.message.person_id,
            object_kind="letter",
            object_id=letter_id,
        )
        name = f"preuve-{found.reference}-{proof.id}.{_ENDINGS[proof.mime]}"
        return bytes_answer(proof.content, name, proof.mime, is_shown=False)


def _letter(session: Session, letter_id: int) -> Letter:
    return letter_for(session, now(), letter_id, agent_id=g.agent.id) or abort(404)


def _page(letter_id: int, form: RegisterForm | None = None, *, proof: ProofForm | None = None) -> str:
    with reading() as session:
        found = _letter(session, letter_id)
        proofs = [(one.id, one.mime, one.added_at) for one in proofs_of(session, letter_id)]
    is_shown_first = form is None or request.method == "GET"
    if is_shown_first:
        data = {"is_registered": found.is_registered, "number": found.tracking_number or ""}
        form = RegisterForm(formdata=None, data=data)
    return render_template(
        "letters/registered.html",
        letter=found,
        kind=kind_words(found.message.kind),
        state=state_words(found),
        address=(found.message.recipient or "").splitlines() if says_its_message(found) else [],
        form=form,
        proof_form=proof or ProofForm(formdata=None),
        proofs=proofs,
        endings=_ENDINGS,
        form_has_errors=bool((form and form.errors) or (proof and proof.errors)),
    )
