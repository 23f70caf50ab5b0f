"""What is read of a run on its way to the post."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, undefer

from portal.letters.models import Letter, LetterProof, PrintRun, PullReason
from portal.letters.queries import of_room
from portal.letters.queries_runs import (
    ENVELOPE,
    IN_THE_HOUSE,
    LATE,
    Envelope,
    papers_of,
    useless_if_posted,
    wrong_with,
)
from portal.letters.rules_post import Counts
from portal.notifications.models import Message, Status
from portal.notifications.post import PostalCalendar
from portal.people.models import Person

JUST_PULLED = 20


def letter_of_key(session: Session, now: datetime, reference: str, *, agent_id: int) -> Letter | None:
    """The letter that bears a reference, with its message, when it is of this agent's places; no bytes."""
    chosen = select(Letter).join(Letter.message).where(Letter.reference == reference)
    mine = of_room(session, now, agent_id)
    return session.scalars(chosen.where(mine).options(joinedload(Letter.message))).one_or_none()


def just_pulled(session: Session, now: datetime, *, agent_id: int) -> Sequence[Letter]:
    """The last letters pulled, of this agent's places, the latest first."""
    mine = of_room(session, now, agent_id)
    chosen = select(Letter).join(Letter.message).where(Letter.pulled_at.is_not(None), mine)
    return session.scalars(chosen.order_by(Letter.pulled_at.desc(), Letter.id.desc()).limit(JUST_PULLED)).all()


def expected_of(session: Session, run: PrintRun) -> Counts:
    """The envelopes and sheets that a run holds, those pulled left out."""
    pulled = session.execute(
        select(func.count(Letter.id), func.coalesce(func.sum((Letter.pages + 1) // 2), 0)).where(
            Letter.run_id == run.id, Letter.pulled_at.is_not(None)
        )
    ).one()
    return Counts(run.letters - pulled[0], run.sheets - int(pulled[1]))


def set_aside(session: Session, run_id: int) -> dict[int, Counts]:
    """The letters of a run that stand in none of its files, for their bytes had been altered: how many, by file."""
    rows = session.execute(
        select(Letter.file_id, func.count(Letter.id), func.sum((Letter.pages + 1) // 2))
        .where(Letter.run_id == run_id, Letter.position.is_(None))
        .group_by(Letter.file_id)
        .order_by(Letter.file_id)
    )
    return {file_id: Counts(letters, int(sheets)) for file_id, letters, sheets in rows if file_id is not None}


def unnumbered(session: Session, run_id: int) -> Sequence[Letter]:
    """The registered letters of a run that have no tracking number yet, those pulled left out; in their order."""
    chosen = select(Letter).where(
        Letter.run_id == run_id,
        Letter.pulled_at.is_(None),
        Letter.returned_at.is_(None),
        Letter.is_registered,
        Letter.tracking_number.is_(None),
    )
    return session.scalars(chosen.order_by(Letter.file_id, Letter.position)).all()


def large_windows(session: Session, run_id: int) -> Sequence[Letter]:
    """The letters of a run that need the envelope with the 45 mm window, those pulled left out; no messages."""
    return papers_of(
        session, run_id, Letter.large_window.is_(True), Letter.pulled_at.is_(None), Letter.returned_at.is_(None)
    )


def arrival_of(session: Session, run_id: int) -> date | None:
    """The day on which the last letters of a run should arrive, of those that the post has; None when it has none."""
    chosen = select(func.max(Message.arrives_on)).join(Letter, Letter.message_id == Message.id)
    is_there = Letter.pulled_at.is_(None), Letter.returned_at.is_(None)
    return session.scalar(chosen.where(Letter.run_id == run_id, *is_there, Message.status == Status.POSTED))


def late_messages(session: Session, run_id: int, posted_on: date, post: PostalCalendar) -> list[Message]:
    """The messages of a run, printed, that arrive too late for their use when posted on a day."""
    chosen = select(Message).join(Letter, Letter.message_id == Message.id)
    chosen = chosen.where(Letter.run_id == run_id, Letter.pulled_at.is_(None), Letter.returned_at.is_(None))
    chosen = chosen.where(Message.status == Status.PRINTED)
    return list(session.scalars(chosen.where(useless_if_posted(posted_on, post)).order_by(Message.id)))


def pull_reason(session: Session, message: Message) -> PullReason | None:
    """Why a letter drawn must not leave, as things are now; None when it may."""
    if message.status not in {*IN_THE_HOUSE, Status.QUEUED}:
        is_late = message.status is Status.FAILED and message.last_error == LATE
        return PullReason.TOO_LATE if is_late else PullReason.OVERTAKEN
    return wrong_with(envelope_of(session, message.id))


def envelope_of(session: Session, message_id: int) -> Envelope:
    """Where the letter of a message was sent, and where it would go now."""
    chosen = select(*ENVELOPE).select_from(Message).outerjoin(Person, Person.id == Message.person_id)
    return Envelope(*session.execute(chosen.where(Message.id == message_id)).one())


def proofs_of(session: Session, letter_id: int) -> Sequence[LetterProof]:
    """The scanned proofs of a registered letter, oldest first; no bytes."""
    chosen = select(LetterProof).where(LetterProof.letter_id == letter_id)
    return session.scalars(chosen.order_by(LetterProof.added_at, LetterProof.id)).all()


def proof_of(session: Session, letter_id: int, proof_id: int) -> LetterProof | None:
    """One of them with its bytes; None when it is another letter's."""
    chosen = select(LetterProof).where(LetterProof.id == proof_id, LetterProof.letter_id == letter_id)
    return session.scalars(chosen.options(undefer(LetterProof.content))).one_or_none()
