"""What is written of the pre-diagnostic: versions kept because their person asked, whom they are shown to, counts."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from enum import StrEnum, auto

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.booking.models import Appointment, AppointmentStatus, Participation
from portal.clock import paris_day
from portal.eligibility.models import AnswersShare, Counted, RightsCount, SavedAnswers, SharedWith
from portal.eligibility.rules_kept import Kept
from portal.journal.services import Actor, ActorKind, record
from portal.people.models import Person
from portal.refusal import Refused
from portal.sealing import Sealer
from portal.web.throttle import first_times

REMEMBERED = timedelta(hours=24)  # longer than anybody leaves a browser open without thirty idle minutes


class KeepingFault(StrEnum):
    """Why a version cannot be shared or removed."""

    GONE = auto()  # it was removed, or is somebody else's
    NO_APPOINTMENT = auto()  # the appointment is not this person's
    OVER = auto()  # it was, and it is cancelled, or over


def keep(  # noqa: PLR0913 - a version's own columns
    session: Session,
    now: datetime,
    *,
    person_id: int,
    book_id: int,
    themes: Collection[str],
    kept: Kept,
    sealer: Sealer,
    by: Actor,
) -> SavedAnswers:
    """Keeps a new version of somebody's answers, sealed; the last one when it says the same. Does not commit.

    Earlier versions stay as they were.
    """
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))  # two presses
    last = session.scalar(
        select(SavedAnswers).where(SavedAnswers.person_id == person_id).order_by(SavedAnswers.id.desc()).limit(1)
    )
    asked = sorted(themes)
    if last and (last.book_id, last.themes) == (book_id, asked) and sealer.open(last.sealed) == kept.text():
        return last
    saved = SavedAnswers(
        person_id=person_id,
        book_id=book_id,
        themes=asked,
        sealed=sealer.seal(kept.text()),
        saved_at=now,
        agent_id=by.id if by.kind is ActorKind.AGENT else None,
    )
    session.add(saved)
    session.flush()
    _note(session, now, "rights.kept", (saved.id, person_id), by)
    return saved


def share(  # noqa: PLR0913 - whose, of what, and to whom
    session: Session, now: datetime, *, saved_id: int, person_id: int, appointment_id: int | None, by: Actor
) -> None:
    """Shows a version to the agent of an appointment to come, or (None) to whoever is the person's référent.

    Twice is once; one taken back is shown again. Raises Refused(KeepingFault). Does not commit.
    """
    _hold(session, saved_id, person_id)
    if appointment_id is not None and (fault := _fault_of(session, now, appointment_id, person_id)):
        raise Refused(fault)
    same = AnswersShare.appointment_id.is_not_distinct_from(appointment_id)
    there = session.scalars(select(AnswersShare).where(AnswersShare.saved_id == saved_id, same)).one_or_none()
    if there is None:
        with_whom = SharedWith.REFERENT if appointment_id is None else SharedWith.APPOINTMENT
        session.add(
            AnswersShare(saved_id=saved_id, shared_with=with_whom, appointment_id=appointment_id, shared_at=now)
        )
    elif there.ended_at is None:
        return
    else:
        there.shared_at, there.ended_at = now, None
    _note(session, now, "rights.shared", (saved_id, person_id), by)


def take_back(session: Session, now: datetime, *, share_id: int, person_id: int, by: Actor) -> None:
    """Nobody reads it through this share any more. Twice is once. Raises Refused(KeepingFault). Does not commit."""
    mine = select(SavedAnswers.id).where(SavedAnswers.person_id == person_id)
    ended = session.execute(
        update(AnswersShare)
        .where(AnswersShare.id == share_id, AnswersShare.saved_id.in_(mine), AnswersShare.ended_at.is_(None))
        .values(ended_at=now)
        .returning(AnswersShare.saved_id)
    ).scalar_one_or_none()
    if ended is not None:
        _note(session, now, "rights.unshared", (ended, person_id), by)


def remove(session: Session, now: datetime, *, saved_id: int, person_id: int, by: Actor) -> None:
    """Forgets a version and whom it was shown to. Raises Refused(KeepingFault.GONE). Does not commit."""
    _hold(session, saved_id, person_id)
    session.execute(delete(SavedAnswers).where(SavedAnswers.id == saved_id))
    _note(session, now, "rights.removed", (saved_id, person_id), by)


def count(session: Session, now: datetime, *, territory: str, seen: Iterable[tuple[Counted, str]]) -> None:
    """Adds one to what was seen, in the month of `now` in France. In one order, so that no two wait for each other.

    Nothing tells whose answers they were. Does not commit.
    """
    month = paris_day(now).replace(day=1)
    for kind, key in sorted(set(seen)):
        row = insert(RightsCount).values(month=month, territory=territory, kind=kind, key=key, count=1)
        session.execute(
            row.on_conflict_do_update(
                index_elements=[RightsCount.month, RightsCount.territory, RightsCount.kind, RightsCount.key],
                set_={"count": RightsCount.count + 1},
            )
        )


def count_once(  # noqa: PLR0913 - what was seen, and what tells that it was counted
    session: Session,
    now: datetime,
    *,
    territory: str,
    seen: Iterable[tuple[Counted, str]],
    mark: str,
    sealer: Sealer,
) -> None:
    """The same, of what was not counted yet for these answers; two requests at once count it once.

    `mark`: drawn for the answers of one browser, and kept there alone. What is remembered, for `REMEMBERED`, is a keyed
    hash of it with each thing seen: without the browser, nobody can tell what it names. Does not commit.
    """
    named = {f"rights:{sealer.hash('rights_seen', f'{mark} {kind} {key}')[:32]}": (kind, key) for kind, key in seen}
    new = first_times(session, now, named, remembered=REMEMBERED)
    count(session, now, territory=territory, seen=[named[one] for one in new])


def _hold(session: Session, saved_id: int, person_id: int) -> None:
    mine = (SavedAnswers.id == saved_id, SavedAnswers.person_id == person_id)
    if session.scalars(select(SavedAnswers.id).where(*mine).with_for_update()).one_or_none() is None:
        raise Refused(KeepingFault.GONE)


def _fault_of(session: Session, now: datetime, appointment_id: int, person_id: int) -> KeepingFault | None:
    query = (
        select(Appointment.status, Appointment.ends_at)
        .join(Participation, Participation.appointment_id == Appointment.id)
        .where(Appointment.id == appointment_id, Participation.person_id == person_id)
    )
    there = session.execute(query).one_or_none()
    if there is None:
        return KeepingFault.NO_APPOINTMENT
    is_to_come = there.status is AppointmentStatus.BOOKED and there.ends_at > now
    return None if is_to_come else KeepingFault.OVER


def _note(session: Session, now: datetime, verb: str, saved: tuple[int, int], by: Actor) -> None:
    """`saved`: the version and its person."""
    number, person_id = saved
    record(session, now, actor=by, verb=verb, for_person_id=person_id, object_kind="saved_answers", object_id=number)
