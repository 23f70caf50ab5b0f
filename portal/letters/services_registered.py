"""Registered letters (recommandé): marked so before the post takes them, their number and their scanned proofs kept."""

import zlib
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.journal.services import Actor
from portal.letters.models import Letter, LetterProof
from portal.letters.queries_registered import bearer_of
from portal.letters.queries_runs import letter_by_reference, run_of
from portal.letters.rules_post import LEFT, ProofFault, RegisterFault, proof_kind, tracking_number
from portal.letters.services_post import note_letter
from portal.locks import Lock, hold
from portal.notifications.models import Status
from portal.refusal import Refused

_IN_THE_HOUSE = (Status.QUEUED, Status.IN_RUN, Status.PRINTED)


def register(  # noqa: PLR0913 - which letter, what was shown and what is said of it, by whom
    session: Session,
    now: datetime,
    *,
    reference: str,
    number: str,
    by: Actor,
    is_registered: bool = True,
    shown: Sequence[str] | None = None,
) -> Letter:
    """A letter leaves as a registered one, under the number that La Poste gave it (empty as long as it has none).

    Marked, or unmarked, before the post takes it; its number may be given or put right afterwards, never taken away.
    No two letters bear one number, whoever types them at the same instant. `shown`: as `is_noted` said it when the page
    was shown; None: there was no page. The same again changes nothing. Journaled. Raises `Refused` (RegisterFault).
    """
    known = tracking_number(number) if is_registered and number else None
    if known is not None:
        hold(session, Lock.TRACKING, zlib.crc32(known.encode()))
    letter = _held(session, reference)
    if letter is None:
        raise Refused(RegisterFault.UNKNOWN)
    _refuse_marking(letter, is_registered=is_registered)
    if is_registered and number and known is None:
        raise Refused(RegisterFault.NUMBER)
    if (letter.is_registered, letter.tracking_number) == (is_registered, known):
        return letter
    if shown is not None and list(shown) != is_noted(letter):
        raise Refused(RegisterFault.CHANGED)
    if known is None and letter.tracking_number is not None and _has_left(letter):
        raise Refused(RegisterFault.NEEDED)
    if known is not None and bearer_of(session, known, but=letter.id) is not None:
        raise Refused(RegisterFault.TAKEN)
    letter.is_registered, letter.tracking_number = is_registered, known
    note_letter(session, now, by, "letter.registered", letter)
    return letter


def is_noted(letter: Letter) -> list[str]:
    """What a page shows of a letter: nothing of an ordinary one, else its number, empty when it has none."""
    return [letter.tracking_number or ""] if letter.is_registered else []


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


def _held(session: Session, reference: str) -> Letter | None:
    """The letter, held; its run before it: what is posted at this instant waits, or is seen."""
    found = letter_by_reference(session, reference)
    if found is not None and found.run_id is not None:
        run_of(session, found.run_id, is_held=True)
    return letter_by_reference(session, reference, is_held=True)


def _refuse_marking(letter: Letter, *, is_registered: bool) -> None:
    """Raises `Refused` where how a letter leaves changes after it has left, or when it does not leave."""
    if letter.is_registered == is_registered:
        return
    if _has_left(letter):
        raise Refused(RegisterFault.LEFT)
    if letter.pulled_at is not None or letter.message.status not in _IN_THE_HOUSE:
        raise Refused(RegisterFault.STAYS)


def _has_left(letter: Letter) -> bool:
    """Whether the post has had this sheet; of one pulled, or come back, the message tells of the one drawn since."""
    return letter.returned_at is not None or (letter.pulled_at is None and letter.message.status in LEFT)
