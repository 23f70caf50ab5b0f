"""Print runs: letters that wait become files to print, each letter in one run, whoever asks and however many ask."""

import logging
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Integer, and_, cast, delete, func, select, update
from sqlalchemy.orm import Session, undefer

from portal.journal.services import MACHINE, record
from portal.letters.models import Letter, Printer, PrintRun, PullReason, RunFile, RunState
from portal.letters.queries_runs import (
    ENVELOPE,
    LATE,
    Envelope,
    has_unmade,
    run_of_cut_off,
    unmade_file,
    useless_if_posted,
    wrong_with,
)
from portal.letters.rules_post import Fate, fate
from portal.letters.rules_runs import Group, Piece, arranged
from portal.letters.run_file import put_together, separator
from portal.locks import Lock, hold
from portal.notifications.holding import BusyError, hold_whole
from portal.notifications.models import Message, Status
from portal.notifications.outcomes import give_up
from portal.notifications.post import PostalCalendar
from portal.notifications.wanted import was_drawn_otherwise
from portal.people.models import Person

log = logging.getLogger(__name__)


def make_run(  # noqa: PLR0913 - when, whose post, by whom
    session: Session,
    now: datetime,
    *,
    post: PostalCalendar,
    by: int | None,
    cut_off_at: datetime | None = None,
    printer: Printer = Printer.ROOM,
    is_whole: bool = False,
) -> PrintRun | None:
    """Takes every letter that waits into a new run, whose files are then to be made; None when there is none to take.

    At a cut-off: those that were due before it, once, however many workers ask. A letter that would arrive too late, or
    that is no longer what its reader wants, or where, is left out: it is for `turn_late` and `send_back`. So is one
    that is being changed at this instant; raises `holding.BusyError` in its place when the run must be whole.
    """
    hold(session, Lock.RUN, 0)
    if cut_off_at is not None and run_of_cut_off(session, cut_off_at) is not None:
        return None
    posting_day = _posting_day(now, post, cut_off_at)
    wanted = _wanted(post, posting_day, cut_off_at)
    taken = _take(session, wanted, is_whole=is_whole)
    if not taken:
        return None
    groups = arranged(taken.values())
    run = PrintRun(
        cut_off_at=cut_off_at,
        made_at=now,
        made_by=by,
        posting_day=posting_day,
        printer=printer,
        letters=len(taken),
        sheets=sum(group.sheets_each * len(group.pieces) for group in groups),
        files=[
            RunFile(position=at, sheets_each=group.sheets_each, letters=len(group.pieces))
            for at, group in enumerate(groups, start=1)
        ],
    )
    session.add(run)
    session.flush()
    _place(session, run, groups)
    session.execute(
        update(Message)
        .where(Message.id.in_(select(Letter.message_id).where(Letter.run_id == run.id)))
        .values(status=Status.IN_RUN)
        .execution_options(synchronize_session=False)
    )
    return run


def make_file(session: Session, now: datetime, *, run_id: int | None = None, file_id: int | None = None) -> bool:
    """Makes one file more of a run, or of the oldest that lacks one, or the file of a number.

    False when none is left to make, or to take.

    Several workers may each make one; what a worker leaves when it dies is free again. A letter whose bytes are no
    longer those that were drawn is not printed: it is set aside, pulled from the run (ALTERED), and drawn anew for the
    next one; the rest of the file is made without it.
    """
    file = unmade_file(session, run_id=run_id, file_id=file_id)
    if file is None:
        return False
    run = session.get_one(PrintRun, file.run_id)
    letters = session.scalars(
        select(Letter).where(Letter.file_id == file.id).options(undefer(Letter.pdf)).order_by(Letter.position)
    ).all()
    whole = [(letter, pdf) for letter in letters if (pdf := _bytes_of(letter)) is not None]
    if len(whole) < len(letters):
        _set_aside(session, now, run, letters, kept=[letter for letter, _pdf in whole])
    separating = _separator(run, file, [letter for letter, _pdf in whole])
    made = put_together(separating, [pdf for _letter, pdf in whole])
    file.pdf, file.sha256, file.made_at = made, sha256(made).hexdigest(), now
    session.flush()
    # The last two files may end at the same instant: whoever comes second sees that both are made.
    session.refresh(run, with_for_update=True)
    if run.state is RunState.MAKING and not has_unmade(session, run.id):
        run.state = RunState.MADE
    return True


def send_back(session: Session, now: datetime) -> int:
    """Letters in no run whose envelope no longer says where they should go wait again, to be drawn anew; how many.

    Those too that say it otherwise than their reader now wants: language, print, discretion. What was drawn is
    forgotten: it never left the house. A registered letter is kept as pulled, with its proofs: what is drawn in its
    place is registered too.
    """
    hold(session, Lock.RUN, 0)  # or a run that is being made would take some for letters that somebody changes
    rows = session.execute(
        select(Message.id, was_drawn_otherwise(), *ENVELOPE)
        .outerjoin(Person, Person.id == Message.person_id)
        .where(Message.status == Status.QUEUED)
        .order_by(Message.id)
        .with_for_update(of=Message, skip_locked=True)
        .execution_options(yield_per=1000)
    )
    moved = [number for number, is_old, *where in rows if is_old or wrong_with(Envelope(*where)) is not None]
    session.execute(update(Message).where(Message.id.in_(moved)).values(status=Status.WAITING))
    forget_drawn(session, now, moved)
    return len(moved)


def forget_drawn(session: Session, now: datetime, message_ids: Sequence[int]) -> None:
    """Letters drawn for these messages, and in no run, are to be drawn anew: as `send_back`."""
    is_drawn = (
        Letter.message_id.in_(message_ids),
        Letter.pulled_at.is_(None),
        Letter.returned_at.is_(None),
        Letter.run_id.is_(None),
    )
    kept = update(Letter).where(*is_drawn, Letter.is_registered)
    session.execute(kept.values(pulled_at=now, pull_reason=PullReason.MOVED_AWAY))
    session.execute(delete(Letter).where(*is_drawn))


def turn_late(session: Session, now: datetime, *, message_id: int, post: PostalCalendar) -> bool:
    """Gives up a letter that would arrive too late (`late_letters`), and sends the planner round for it.

    False when it has left meanwhile, or was ended.
    """
    return give_up(session, now, message_id, code=LATE, post=post)


def _posting_day(now: datetime, post: PostalCalendar, cut_off_at: datetime | None) -> date:
    """At its cut-off a run leaves on the same day; made later (a worker that was down), with the next post."""
    if cut_off_at is not None and post.day_of(cut_off_at) == post.day_of(now):
        return post.day_of(now)
    return post.posting_day(now)


def _wanted(post: PostalCalendar, posting_day: date, cut_off_at: datetime | None) -> ColumnElement[bool]:
    is_in_time = ~useless_if_posted(posting_day, post)
    wanted = and_(Message.status == Status.QUEUED, Letter.pulled_at.is_(None), Letter.returned_at.is_(None), is_in_time)
    return wanted if cut_off_at is None else and_(wanted, Message.due_at < cut_off_at)


def _take(session: Session, wanted: ColumnElement[bool], *, is_whole: bool) -> dict[int, Piece]:
    """The letters to take, by the numbers of their messages, which are held.

    Without waiting for who holds one: they may hold two, and wait for us.
    """
    found = session.execute(
        select(Message.id, Letter.id, Letter.pages, Letter.postcode, was_drawn_otherwise(), *ENVELOPE)
        .join(Letter.message)
        .outerjoin(Person, Person.id == Message.person_id)
        .where(wanted)
        .order_by(Message.id)
        .with_for_update(of=Message, skip_locked=True)
        .execution_options(yield_per=1000)
    )
    seen, taken = 0, {}
    for message_id, letter_id, pages, postcode, is_old, *envelope in found:
        seen += 1
        if not is_old and wrong_with(Envelope(*envelope)) is None:
            taken[message_id] = Piece((pages + 1) // 2, postcode, letter_id)
    if is_whole and seen < (session.scalar(select(func.count(Letter.id)).join(Letter.message).where(wanted)) or 0):
        raise BusyError
    return taken


def _place(session: Session, run: PrintRun, groups: Iterable[Group]) -> None:
    """Writes where each letter stands: in which file, and at which place."""
    placed = [
        (piece.letter_id, file.id, at)
        for file, group in zip(run.files, groups, strict=True)
        for at, piece in enumerate(group.pieces, start=1)
    ]
    columns = [
        cast([row[column] for row in placed], ARRAY(kind)) for column, kind in enumerate((BigInteger, Integer, Integer))
    ]
    places = func.unnest(*columns).table_valued("letter_id", "file_id", "position").render_derived()
    session.execute(
        update(Letter)
        .where(Letter.id == places.c.letter_id)
        .values(run_id=run.id, file_id=places.c.file_id, position=places.c.position)
        .execution_options(synchronize_session=False)
    )


def _bytes_of(letter: Letter) -> bytes | None:
    """The bytes that were drawn; None when they are no longer the same."""
    return letter.pdf if letter.pdf is not None and sha256(letter.pdf).hexdigest() == letter.sha256 else None


def _set_aside(
    session: Session, now: datetime, run: PrintRun, letters: Sequence[Letter], *, kept: Sequence[Letter]
) -> None:
    """Pulls the letters that are not kept, whose messages wait again; those that stay close up."""
    session.refresh(run, with_for_update=True)  # before its messages, as everybody does
    altered = [letter for letter in letters if letter not in kept]
    hold_whole(session, [letter.message_id for letter in altered])
    for letter in altered:
        message = session.get_one(Message, letter.message_id, with_for_update=True, populate_existing=True)
        session.refresh(letter, with_for_update=True)
        letter.position = None
        if letter.pulled_at is not None:
            continue
        letter.pulled_at, letter.pull_reason = now, PullReason.ALTERED
        if fate(PullReason.ALTERED, message.status) is Fate.AGAIN:
            message.status, message.due_at = Status.WAITING, now
        session.flush()
        record(
            session,
            now,
            actor=MACHINE,
            verb="letter.pulled",
            for_person_id=message.person_id,
            object_kind="letter",
            object_id=letter.id,
            reason=list(PullReason).index(PullReason.ALTERED) + 1,
        )
        log.error("letter altered id=%s", letter.id)
    session.flush()
    for at, letter in enumerate(kept, start=1):  # one by one: two never have the same place
        session.execute(update(Letter).where(Letter.id == letter.id).values(position=at))


def _separator(run: PrintRun, file: RunFile, letters: Sequence[Letter]) -> bytes:
    codes = [letter.postcode for letter in letters if letter.postcode]
    lines = [
        f"{len(letters)} lettre{'s' * (len(letters) > 1)}",
        f"{file.sheets_each} feuille{'s' * (file.sheets_each > 1)} par lettre",
    ]
    if codes:
        lines.append(f"De {codes[0]} à {codes[-1]}")
    return separator(f"Lot {run.id}, fichier {file.position}", run.posting_day, lines)
