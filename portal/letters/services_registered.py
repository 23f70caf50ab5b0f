"""Registered letters (recommandé): marked so before the post takes them, their number and their scanned proofs kept."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.journal.services import Actor
from portal.letters.models import Letter, LetterProof
from portal.letters.queries_runs import letter_by_reference
from portal.letters.rules_post import LEFT, ProofFault, RegisterFault, proof_kind, tracking_number
from portal.letters.services_post import note_letter
from portal.notifications.models import Status
from portal.refusal import Refused

_IN_THE_HOUSE = (Status.QUEUED, Status.IN_RUN, Status.PRINTED)


def register(  # noqa: PLR0913 - which letter, what is said of it, by whom
    session: Session, now: datetime, *, reference: str, number: str, by: Actor, is_registered: bool = True
) -> Letter:
    """A letter leaves as a registered one, under the number that La Poste gave it (empty as long as it has none).

    Marked, or unmarked, before the post takes it; its number may be given or put right afterwards. Journaled. Raises
    `Refused` (RegisterFault).
    """
    letter = letter_by_reference(session, reference, is_held=True)
    if letter is None:
        raise Refused(RegisterFault.UNKNOWN)
    status = letter.message.status
    if letter.is_registered != is_registered and (letter.pulled_at is not None or status not in _IN_THE_HOUSE):
        raise Refused(RegisterFault.LEFT if status in LEFT else RegisterFault.STAYS)
    known = tracking_number(number) if is_registered and number else None
    if is_registered and number and known is None:
        raise Refused(RegisterFault.NUMBER)
    if (letter.is_registered, letter.tracking_number) != (is_registered, known):
        letter.is_registered, letter.tracking_number = is_registered, known
        note_letter(session, now, by, "letter.registered", letter)
    return letter


def add_proof(session: Session, now: datetime, *, reference: str, content: bytes, by: Actor) -> LetterProof:
    """Keeps the scanned proof of a registered letter; the same bytes twice are one. Journaled.

    PDF, JPEG or PNG by their own bytes, 5 MB at most; no virus is looked for. Raises `Refused` (ProofFault,
    RegisterFault).
    """
    letter = letter_by_reference(session, reference, is_held=True)
    if letter is None:
        raise Refused(RegisterFault.UNKNOWN)
    if not letter.is_registered:
        raise Refused(ProofFault.ORDINARY)
    kind = proof_kind(content)
    if isinstance(kind, ProofFault):
        raise Refused(kind)
    digest = sha256(content).hexdigest()
    same = select(LetterProof).where(LetterProof.letter_id == letter.id, LetterProof.sha256 == digest)
    proof = session.scalars(same.order_by(LetterProof.id)).first()
    if proof is None:
        proof = LetterProof(
            letter_id=letter.id, mime=kind, sha256=digest, content=content, added_at=now, added_by=by.id or 0
        )
        session.add(proof)
        session.flush()
        note_letter(session, now, by, "letter.proof_added", letter)
    return proof
