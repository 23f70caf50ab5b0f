"""A registered letter: marked so, its tracking number, its scanned proofs."""

from flask import Response as Answer
from flask import abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from portal.journal.services import record
from portal.letters.forms import ProofForm, RegisterForm
from portal.letters.forms_words import PROOF_FAULTS, REGISTER_FAULTS
from portal.letters.models import Letter
from portal.letters.queries import ROLES, letter_for, says_its_message
from portal.letters.queries_post import letter_of_key, proof_of, proofs_of, unnumbered
from portal.letters.queries_registered import bearer_of, next_unnumbered
from portal.letters.queries_today import holds_the_room
from portal.letters.rules import key_of
from portal.letters.rules_post import LARGEST_PROOF, ProofFault, RegisterFault, tracking_number
from portal.letters.services_registered import add_proof, is_noted, register
from portal.letters.views import bp, kind_words
from portal.letters.views_room import RUN, bytes_answer, state_words
from portal.people.views_browser import actor
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.request import now, reading, transaction

_LETTER = "/agents/courriers/recommandes/<int(max=9223372036854775807):letter_id>"
_AROUND = 100_000  # bytes that a browser sends around a file
_OF_NUMBER = (RegisterFault.NUMBER, RegisterFault.TAKEN, RegisterFault.NEEDED, RegisterFault.CHANGED)
_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@bp.route(_LETTER, methods=["GET", "POST"])
@allow(*ROLES)
def registered(letter_id: int) -> Response | str:
    """Says that a letter leaves as a registered one, and under which number; then comes the next that has none."""
    form, shown = RegisterForm(), request.form.getlist("montre")
    if request.method == "GET" or not form.validate():
        return _page(letter_id, form)
    # A number says it too; unticked on a letter that was shown as registered, the box takes the number with it.
    form.is_registered.data = form.is_registered.data or (bool(form.number.data) and not shown)
    try:
        with transaction() as session:
            letter = _register(session, form, letter_id, shown)
            after = next_unnumbered(session, now(), letter, agent_id=g.agent.id) if letter.tracking_number else None
    except Refused as refused:
        _say_fault(form, RegisterFault(refused.reason), letter_id)
        return _page(letter_id, form)
    if after is None:
        return redirect(url_for("letters.registered", letter_id=letter_id, fait="note"), 303)
    return redirect(url_for("letters.registered", letter_id=after, fait="suivante", cle=letter.reference), 303)


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


def _register(session: Session, form: RegisterForm, letter_id: int, shown: list[str]) -> Letter:
    return register(
        session,
        now(),
        reference=_letter(session, letter_id).reference,
        number=form.number.data,
        by=actor(),
        is_registered=form.is_registered.data,
        shown=shown,
    )


def _say_fault(form: RegisterForm, fault: RegisterFault, letter_id: int) -> None:
    """Says why what was typed is refused: of a number, which letter bears it; of an old page, what is so now."""
    words = str(REGISTER_FAULTS[fault])
    if fault is RegisterFault.TAKEN:
        with reading() as session:
            bearer = bearer_of(session, tracking_number(form.number.data) or "", but=letter_id)
        if bearer is not None:
            words = str(_("La lettre %(key)s a déjà ce numéro. Vérifiez les deux étiquettes.", key=bearer))
    elif fault is RegisterFault.CHANGED:
        with reading() as session:
            words = f"{words} {_words_of(is_noted(_letter(session, letter_id)))}"
    place = form.number if fault in _OF_NUMBER else form.is_registered
    place.errors = [words]


def _words_of(noted: list[str]) -> str:
    if not noted:
        return str(_("Elle n'est plus en recommandé. Vérifiez, puis enregistrez."))
    if not noted[0]:
        return str(_("Elle est en recommandé, sans numéro. Vérifiez, puis enregistrez."))
    return str(_("Son numéro est maintenant %(number)s. Vérifiez, puis enregistrez.", number=noted[0]))


def _before(session: Session) -> str:
    """The key of the letter noted just before this one; nothing when the address names none."""
    key = key_of(request.args.get("cle", ""))
    found = letter_of_key(session, now(), key, agent_id=g.agent.id) if key else None
    return found.reference if found is not None else ""


def _letter(session: Session, letter_id: int) -> Letter:
    return letter_for(session, now(), letter_id, agent_id=g.agent.id) or abort(404)


def _page(letter_id: int, form: RegisterForm | None = None, *, proof: ProofForm | None = None) -> str:
    with reading() as session:
        found = _letter(session, letter_id)
        proofs = [(one.id, one.mime, one.added_at) for one in proofs_of(session, letter_id)]
        left = len(unnumbered(session, found.run_id)) if found.run_id is not None else 0
        before, has_room = _before(session), holds_the_room(session, now(), g.agent.id)
    if form is None or request.method == "GET":
        data = {"is_registered": found.is_registered, "number": found.tracking_number or ""}
        form = RegisterForm(formdata=None, data=data)
    if form.number.errors or (proof is None and is_noted(found) == [""]):
        form.awaits_scan()
    return render_template(
        "letters/registered.html",
        letter=found,
        kind=kind_words(found.message.kind),
        state=state_words(found),
        address=(found.message.recipient or "").splitlines() if says_its_message(found) else [],
        form=form,
        shown=is_noted(found),
        before=before,
        left=left,
        has_room=has_room,
        proof_form=proof or ProofForm(formdata=None),
        proofs=proofs,
        endings=_ENDINGS,
        form_has_errors=bool(form.errors or (proof and proof.errors)),
    )
