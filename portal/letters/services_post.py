"""A run on its way to the post: printed, put in envelopes and counted, posted; letters pulled from it or printed again.

Each step is taken once, whoever says so and however many at the same instant. Journaled.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session, joinedload, undefer

from portal.journal.services import Actor, record
from portal.letters.models import Letter, Printer, PrintRun, PullReason, RunFile, RunState
from portal.letters.queries_post import expected_of, late_messages, pull_reason, unnumbered
from portal.letters.queries_runs import left_in_time, letter_by_reference, run_of, to_pull
from portal.letters.rules_post import LEFT, Counts, Fate, PostFault, PullFault, ReprintFault, fate
from portal.letters.services_outside import close_outside
from portal.notifications.holding import BusyError, hold_subjects, take_all
from portal.notifications.models import Message, Route, Status
from portal.notifications.outbox import replan_without
from portal.notifications.outcomes import give_up, locked_whole
from portal.notifications.post import PostalCalendar
from portal.refusal import Refused


class Pulled(NamedTuple):
    """A letter taken out of the tray; `is_new`: it was not before."""

    letter: Letter
    is_new: bool


def mark_printed(  # noqa: PLR0913 - which run, which of its files, by whom, what the printer counted
    session: Session, now: datetime, *, run_id: int, by: Actor, counter: int | None = None, position: int | None = None
) -> PrintRun:
    """A run is on paper: the files of it that were not yet, or the one at a `position`. With the last, the run is.

    `counter`: the sheets that the printer's own counter says for the whole run; None: everything came out. Raises
    `Refused` (PostFault: OUTSIDE, NOT_MADE, ALREADY, BUSY) and `LookupError`: no such run, or no such file of it.
    """
    run = _held_here(session, run_id)
    if run.state is not RunState.MADE:
        raise Refused(PostFault.NOT_MADE if run.state is RunState.MAKING else PostFault.ALREADY)
    files = [file for file in run.files if position in {None, file.position}]
    if not files:
        raise LookupError(position)
    printed = [file for file in files if file.printed_at is None]
    if not printed:
        raise Refused(PostFault.ALREADY)
    for file in printed:
        file.printed_at, file.printed_by = now, by.id
    _advance(session, _placed(run_id, printed), Message.status == Status.IN_RUN, status=Status.PRINTED)
    if all(file.printed_at for file in run.files):
        run.state, run.printed_at, run.printed_by, run.counter = RunState.PRINTED, now, by.id, counter
    _note(session, now, by, "run.printed", run, position=position)
    return run


def correct_counter(session: Session, now: datetime, *, run_id: int, by: Actor, counter: int | None) -> PrintRun:
    """What the printer's counter says of a run that is printed, typed anew; None: everything came out. Until the post.

    Raises `Refused` (PostFault: OUTSIDE, NOT_PRINTED, ALREADY) and `LookupError`.
    """
    run = _held_here(session, run_id)
    _refuse_unprinted(run)
    run.counter = counter
    _note(session, now, by, "run.counter_corrected", run)
    return run


def count(  # noqa: PLR0913 - which run, by whom, what was counted
    session: Session, now: datetime, *, run_id: int, by: Actor, letters: int, sheets: int
) -> PrintRun:
    """Keeps what was counted as it was put in envelopes, sheets without separators; until the post, counted again.

    Whether it is what the run holds is asked when it is posted. Raises `Refused` (PostFault: OUTSIDE, NOT_PRINTED,
    ALREADY) and `LookupError`.
    """
    run = _held_here(session, run_id)
    _refuse_unprinted(run)
    run.inserted_at, run.inserted_by = now, by.id
    run.counted_letters, run.counted_sheets = letters, sheets
    _note(session, now, by, "run.counted", run)
    return run


def post(  # noqa: PLR0913 - which run, by whom, when, and the post
    session: Session, now: datetime, *, run_id: int, by: Actor, posted_on: date, post: PostalCalendar
) -> PrintRun:
    """The post has taken a run; its letters should arrive on the day that follows from `posted_on`.

    Only on a day on which letters are posted, when nothing in it is left to pull, each registered letter has its
    number, and what was counted is what it holds. A letter that arrives too late for its use leaves all the same, and
    the planner goes round for it. One that was given up as too late since, but left in time, is posted: the call made
    in its place stands, for somebody told twice is better than one not told. Raises `Refused` (PostFault) and
    `LookupError`.
    """
    run = _held_here(session, run_id)
    _refuse_unprinted(run)
    if not post.day_of(run.made_at) <= posted_on <= post.day_of(now):
        raise Refused(PostFault.BAD_DAY)
    if not post.is_working_day(posted_on):
        raise Refused(PostFault.NO_POST)
    was_in_time = left_in_time(posted_on, post)
    if to_pull(session, run_id, but=was_in_time):
        raise Refused(PostFault.TO_PULL)
    if unnumbered(session, run_id):
        raise Refused(PostFault.NO_NUMBER)
    if run.counted_letters is None or run.counted_sheets is None:
        raise Refused(PostFault.NOT_COUNTED)
    expected = expected_of(session, run)
    if Counts(run.counted_letters, run.counted_sheets) != expected:
        raise Refused(PostFault.COUNT_DIFFERS)
    late = late_messages(session, run_id, posted_on, post)
    hold_subjects(session, ((message.subject, message.subject_id) for message in late))
    run.state, run.posted_at, run.posted_by, run.posted_on = RunState.POSTED, now, by.id, posted_on
    left = _leave(session, now, run, or_(Message.status == Status.PRINTED, was_in_time), post)
    if left + _came_back(session, run_id) != expected.letters:
        raise Refused(PostFault.TO_PULL)  # overtaken at this very instant
    for message in late:
        replan_without(session, now, message, Route.LETTER, post, steps=(message.step,))
    _note(session, now, by, "run.posted", run)
    return run


def close_empty(session: Session, now: datetime, *, run_id: int, by: Actor) -> PrintRun:
    """Ends a run all of whose letters were pulled: nothing of it is posted, on no day.

    Raises `Refused` (PostFault: NOT_MADE, NOT_EMPTY, ALREADY) and `LookupError`.
    """
    run = _held(session, run_id)
    if run.state in {RunState.MAKING, RunState.POSTED}:
        raise Refused(PostFault.ALREADY if run.state is RunState.POSTED else PostFault.NOT_MADE)
    if expected_of(session, run).letters:
        raise Refused(PostFault.NOT_EMPTY)
    run.state, run.posted_at, run.posted_by = RunState.POSTED, now, by.id
    _note(session, now, by, "run.closed", run)
    return run


def pull(  # noqa: PLR0913 - which letter, why, by whom, and the post
    session: Session, now: datetime, *, reference: str, reason: PullReason | None, by: Actor, post: PostalCalendar
) -> Pulled:
    """Takes a letter out of its run, or out of those that wait for one; once: again, it changes nothing.

    `reason`: None to take the one that follows from what is so now. Asked for: its message is withdrawn. Overtaken: it
    is over already. Rejected by the printer: the planner goes round. Otherwise it is drawn anew, with another
    reference. Raises `Refused` (PullFault): never after the post has taken it.
    """
    found = letter_by_reference(session, reference)
    run = run_of(session, found.run_id, is_held=True) if found is not None and found.run_id is not None else None
    message = locked_whole(session, found.message_id) if found is not None else None
    letter = letter_by_reference(session, reference, is_held=True)
    if letter is None or message is None:
        raise Refused(PullFault.UNKNOWN)
    if letter.pulled_at is not None:
        return Pulled(letter, is_new=False)
    has_left = letter.returned_at is not None or message.status in LEFT
    if has_left or (run is not None and run.state is RunState.POSTED and run.printer is Printer.ROOM):
        raise Refused(PullFault.LEFT)
    reason = reason or pull_reason(session, message)
    if reason is None:
        raise Refused(PullFault.MAY_LEAVE)
    letter.pulled_at, letter.pull_reason = now, reason
    session.flush()
    _follow(session, now, message, fate(reason, message.status), post)
    note_letter(session, now, by, "letter.pulled", letter, reason=list(PullReason).index(reason) + 1)
    if run is not None:
        close_outside(session, now, run, post=post)
    return Pulled(letter, is_new=True)


def reprint(session: Session, now: datetime, *, reference: str, by: Actor) -> Letter:
    """The letter with the bytes that were drawn, to be printed again in the place of spoiled sheets; counted.

    Raises `Refused` (ReprintFault): a letter that must not leave, as things are now, is not printed again; of one in
    its tray `queries_post.pull_reason` says why. Nor is one that is in no run: its run would print it a second time.
    """
    chosen = (
        select(Letter).where(Letter.reference == reference).options(joinedload(Letter.message), undefer(Letter.pdf))
    )
    letter = session.scalars(chosen.with_for_update(of=Letter)).one_or_none()
    if letter is None:
        raise Refused(ReprintFault.UNKNOWN)
    has_ended = letter.pulled_at is not None or letter.returned_at is not None
    if has_ended:
        raise Refused(ReprintFault.STAYS)
    if letter.message.status not in LEFT and pull_reason(session, letter.message) is not None:
        raise Refused(ReprintFault.STAYS if letter.run_id is None else ReprintFault.TO_PULL)
    if letter.run_id is None:
        raise Refused(ReprintFault.WAITS)
    if letter.pdf is None:
        raise Refused(ReprintFault.GONE)
    letter.reprints += 1
    note_letter(session, now, by, "letter.reprinted", letter, run_id=letter.run_id)
    return letter


def _held(session: Session, run_id: int) -> PrintRun:
    run = run_of(session, run_id, is_held=True)
    if run is None:
        raise LookupError(run_id)
    return run


def _held_here(session: Session, run_id: int) -> PrintRun:
    """A run that the room itself prints and gives to the post."""
    run = _held(session, run_id)
    if run.printer is Printer.OUTSIDE:
        raise Refused(PostFault.OUTSIDE)
    return run


def _refuse_unprinted(run: PrintRun) -> None:
    if run.state is RunState.POSTED:
        raise Refused(PostFault.ALREADY)
    if run.state is not RunState.PRINTED:
        raise Refused(PostFault.NOT_PRINTED)


def _placed(run_id: int, files: Sequence[RunFile]) -> ColumnElement[bool]:
    """Whether a message is that of a letter in these files of a run."""
    # One that was pulled, or came back, may be drawn anew: its message is another letter's.
    is_there = and_(Letter.pulled_at.is_(None), Letter.returned_at.is_(None))
    of_files = Letter.file_id.in_([file.id for file in files])
    return Message.id.in_(select(Letter.message_id).where(Letter.run_id == run_id, of_files, is_there))


def _leave(session: Session, now: datetime, run: PrintRun, is_there: ColumnElement[bool], post: PostalCalendar) -> int:
    """The letters of a run are at the post since the day that it says, whenever that is said; how many."""
    day = run.posted_on or post.day_of(now)
    left_at = now if day == post.day_of(now) else max(run.made_at, post.instant(day, time(12)))
    return _advance(
        session,
        _placed(run.id, run.files),
        is_there,
        status=Status.POSTED,
        sent_at=left_at,
        arrives_on=post.arrival_of_posting(day),
        last_error=None,
    )


def _advance(session: Session, *which: ColumnElement[bool], **values: Any) -> int:
    """Messages of a run's letters take a step, those that nothing overtook; how many. Raises `Refused` (BUSY)."""
    try:
        take_all(session, *which)  # of many subjects: nobody waits for us who has one of them
    except BusyError as busy:
        raise Refused(PostFault.BUSY) from busy
    done = session.execute(
        update(Message)
        .where(*which)
        .values(**values)
        .returning(Message.id)
        .execution_options(synchronize_session="fetch")
    )
    return len(done.all())


def _came_back(session: Session, run_id: int) -> int:
    """Letters that the post brought back before anybody said that it had taken them."""
    back = select(Letter.id).where(Letter.run_id == run_id, Letter.pulled_at.is_(None), Letter.returned_at.is_not(None))
    return len(session.scalars(back.order_by(Letter.id)).all())


def _follow(session: Session, now: datetime, message: Message, what: Fate, post: PostalCalendar) -> None:
    if what is Fate.AGAIN:
        message.status, message.due_at, message.last_error = Status.WAITING, now, None
    elif what is Fate.WITHDRAWN:
        message.status = Status.WITHDRAWN
    elif what is Fate.ROUND:
        give_up(session, now, message.id, code="pulled", post=post)
    session.flush()


def _note(session: Session, now: datetime, by: Actor, verb: str, run: PrintRun, **ids: int | None) -> None:
    session.flush()
    record(session, now, actor=by, verb=verb, object_kind="print_run", object_id=run.id, **ids)


def note_letter(session: Session, now: datetime, by: Actor, verb: str, letter: Letter, **ids: int | None) -> None:
    """One line of the journal about a letter, for the person it is to; its message is loaded."""
    session.flush()
    record(
        session,
        now,
        actor=by,
        verb=verb,
        for_person_id=letter.message.person_id,
        object_kind="letter",
        object_id=letter.id,
        **ids,
    )
