"""Print runs, read: what is in them, what must be taken out, what would be too late."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from portal.letters.address import BadAddressError, printed_lines
from portal.letters.models import Letter, PrintRun, PullReason, RunFile, RunState
from portal.notifications.models import Message, Route, Status
from portal.notifications.packing import SINGLE
from portal.notifications.post import DRAWN_WITHIN, PostalCalendar
from portal.notifications.wanted import says_too_much
from portal.people.models import Person, RouteState

IN_THE_HOUSE = (Status.IN_RUN, Status.PRINTED)  # in a run, not at the post yet
UNTRUSTED = (RouteState.DOUBTFUL, RouteState.FAILED)
LATE = "too_late"  # why a letter did not leave (`Message.last_error`)
_LISTED = 60
_ONE_DAY = timedelta(days=1)


def runs(session: Session, *, count: int = _LISTED) -> Sequence[PrintRun]:
    """The latest runs with their files (no bytes), newest first."""
    chosen = select(PrintRun).options(selectinload(PrintRun.files)).order_by(PrintRun.id.desc()).limit(count)
    return session.scalars(chosen).all()


def run_of(session: Session, run_id: int, *, is_held: bool = False) -> PrintRun | None:
    """A run with its files (no bytes); held, nobody else changes it until the transaction ends."""
    chosen = select(PrintRun).where(PrintRun.id == run_id).options(selectinload(PrintRun.files))
    if is_held:
        chosen = chosen.with_for_update(of=PrintRun).execution_options(populate_existing=True)
    return session.scalars(chosen).one_or_none()


def file_of(session: Session, run_id: int, position: int) -> RunFile | None:
    """A file of a run with its bytes, if they are still kept."""
    chosen = select(RunFile).where(RunFile.run_id == run_id, RunFile.position == position)
    return session.scalars(chosen.options(undefer(RunFile.pdf))).one_or_none()


def letters_of(session: Session, run_id: int, *which: ColumnElement[bool]) -> Sequence[Letter]:
    """The letters of a run in the order of the paper, with their messages; those pulled among them.

    `which`: those alone.
    """
    return session.scalars(_in_order(run_id, *which).options(joinedload(Letter.message))).all()


def papers_of(session: Session, run_id: int, *which: ColumnElement[bool]) -> Sequence[Letter]:
    """The same without their messages: of thousands, every word would be read for nothing."""
    return session.scalars(_in_order(run_id, *which)).all()


def _in_order(run_id: int, *which: ColumnElement[bool]) -> Select[Letter]:
    placed = select(Letter).join(RunFile, RunFile.id == Letter.file_id).where(Letter.run_id == run_id, *which)
    return placed.order_by(RunFile.position, Letter.position)


def letter_by_reference(session: Session, reference: str, *, is_held: bool = False) -> Letter | None:
    """The letter that bears a reference, with its message."""
    chosen = select(Letter).where(Letter.reference == reference).options(joinedload(Letter.message))
    if is_held:
        chosen = chosen.with_for_update(of=Letter).execution_options(populate_existing=True)
    return session.scalars(chosen).one_or_none()


class Envelope(NamedTuple):
    """Where a letter that was drawn goes, and where its person's letters should go now (the columns of `ENVELOPE`)."""

    printed: str | None
    to: str | None  # asked for with the letter
    name: str
    bears_code: bool
    person_id: int | None
    address: list[str] | None
    address_state: RouteState | None
    is_discreet: bool | None
    chosen_at: datetime | None
    is_silent: bool | None  # they asked for no message since, and this one is not what they asked for
    says_too_much: bool | None  # they asked for discretion since, and it says where they go


ENVELOPE = (
    Message.recipient,
    Message.to,
    Message.context["recipient_name"].astext,
    Message.context.has_key("challenge"),
    Person.id,
    Person.address,
    Person.address_state,
    Person.wants_discretion,
    Person.letters_chosen_at,
    and_(Person.wants_silence, Message.event["kind"].astext != SINGLE),
    says_too_much(),
)


def to_pull(session: Session, run_id: int, *, but: ColumnElement[bool] | None = None) -> list[Letter]:
    """The letters to be taken out of the tray before the post comes, in the order of the paper.

    Those that something overtook, and those whose person has another address since, or none that can be trusted, or
    has asked that it should not be said where they go. Computed from what is so now: whatever changed, nothing has to
    remember to say so. `but`: messages of which nothing is overtaken that seems to be (`left_in_time`).
    """
    may_leave = or_(Message.status.in_(IN_THE_HOUSE), false() if but is None else but)
    rows = session.execute(
        select(Letter.id, may_leave, *ENVELOPE)
        .join(Letter.message)
        .outerjoin(Person, Person.id == Message.person_id)
        .where(Letter.run_id == run_id, Letter.pulled_at.is_(None), Letter.returned_at.is_(None))
        .order_by(Letter.id)
    )
    wrong = [
        number for number, is_wanted, *envelope in rows if not is_wanted or wrong_with(Envelope(*envelope)) is not None
    ]
    if not wrong:
        return []
    return list(letters_of(session, run_id, Letter.id.in_(wrong)))


def wrong_with(one: Envelope) -> PullReason | None:
    """Why a letter that was drawn must not leave: its envelope says where it no longer goes, or it says too much."""
    if one.is_silent:
        return PullReason.ASKED  # it goes nowhere
    if one.person_id is None or (one.to is not None and not one.bears_code):
        return None  # to an address that was asked for
    address = one.address or []
    if one.to is not None and one.to != "\n".join(address):
        return PullReason.MOVED_AWAY  # a code that opens a file goes where the file says, or nowhere
    if one.address_state in UNTRUSTED or (one.to is None and one.is_discreet and one.chosen_at is None):
        return PullReason.DOUBTFUL
    if not _is_printed(one.name, address, one.printed):
        return PullReason.MOVED_AWAY
    return PullReason.REWORDED if one.says_too_much else None


def _is_printed(name: str, address: list[str], printed: str | None) -> bool:
    try:
        return "\n".join(printed_lines(name, address)) == printed
    except BadAddressError:
        return False


def unmade_file(session: Session, *, run_id: int | None = None, file_id: int | None = None) -> RunFile | None:
    """A file that nobody has made or is making, held; of a run, or that one alone."""
    chosen = select(RunFile).where(RunFile.made_at.is_(None)).order_by(RunFile.run_id, RunFile.position).limit(1)
    if run_id is not None:
        chosen = chosen.where(RunFile.run_id == run_id)
    if file_id is not None:
        chosen = chosen.where(RunFile.id == file_id)
    return session.scalars(chosen.with_for_update(skip_locked=True)).one_or_none()


def unmade_files(session: Session) -> Sequence[int]:
    """The numbers of all files still to be made, those of the oldest run first."""
    unmade = select(RunFile.id).where(RunFile.made_at.is_(None))
    return session.scalars(unmade.order_by(RunFile.run_id, RunFile.position)).all()


def has_unmade(session: Session, run_id: int) -> bool:
    """Whether a file of a run is still to be made."""
    unmade = select(RunFile.id).where(RunFile.run_id == run_id, RunFile.made_at.is_(None)).order_by(RunFile.id)
    return session.scalar(unmade.limit(1)) is not None


def too_late(now: datetime, post: PostalCalendar) -> ColumnElement[bool]:
    """Whether a letter's message, drawn and not posted, would arrive on the day its use ends, or later.

    One that is in a run can still be given to the post today; one that is in none goes with the next cut-off.
    """
    day = post.day_of(now)
    given = day if post.is_working_day(day) else post.posting_day(now)
    return or_(
        and_(Message.status == Status.QUEUED, useless_if_posted(post.posting_day(now), post)),
        and_(Message.status.in_(IN_THE_HOUSE), useless_if_posted(given, post)),
    )


def useless_if_posted(day: date, post: PostalCalendar) -> ColumnElement[bool]:
    """Whether what is posted on a day arrives on the day its use ends, or later."""
    return Message.expires_at < post.end_of(post.arrival_of_posting(day))


def left_in_time(day: date, post: PostalCalendar) -> ColumnElement[bool]:
    """Whether a letter that was given up as too late had left in time: posted on a day that is said afterwards."""
    return and_(Message.status == Status.FAILED, Message.last_error == LATE, ~useless_if_posted(day, post))


def late_letters(session: Session, now: datetime, post: PostalCalendar) -> Sequence[int]:
    """The messages of letters drawn that would arrive too late (`too_late`), the most urgent first."""
    late = select(Message.id).where(Message.route == Route.LETTER, too_late(now, post))
    return session.scalars(late.order_by(Message.expires_at, Message.id)).all()


def run_of_cut_off(session: Session, cut_off_at: datetime) -> PrintRun | None:
    """The run that was made for a cut-off."""
    return session.scalars(select(PrintRun).where(PrintRun.cut_off_at == cut_off_at)).one_or_none()


def is_cut_off_over(session: Session, now: datetime, cut_off_at: datetime, post: PostalCalendar) -> bool:
    """Whether the run of a cut-off is made, or is not to be: its day had another, at the hour that was set before.

    An hour that is set anew makes the run of its day at once only when it had none, or when that hour has just passed.
    """
    if run_of_cut_off(session, cut_off_at) is not None:
        return True
    if now < cut_off_at + 2 * DRAWN_WITHIN:  # it is still waited for, or about to be made
        return False
    day = post.day_of(cut_off_at)
    begins, ends = post.instant(day, time()), post.instant(day + _ONE_DAY, time())
    of_day = select(PrintRun.id).where(PrintRun.cut_off_at >= begins, PrintRun.cut_off_at < ends)
    return session.scalar(of_day.order_by(PrintRun.id).limit(1)) is not None


def is_still_drawn(session: Session, now: datetime, cut_off_at: datetime) -> bool:
    """Whether a letter that was due before a cut-off is still to be drawn, and may be in time for its run.

    Within a few minutes of it (`DRAWN_WITHIN`), by the clock: neither a worker that died nor a letter that cannot be
    drawn holds the others up for longer.
    """
    if now >= cut_off_at + DRAWN_WITHIN:
        return False
    to_draw = select(Message.id).where(
        Message.status.in_((Status.WAITING, Status.SENDING)),
        Message.route == Route.LETTER,
        Message.due_at < cut_off_at,
        Message.expires_at > now,
    )
    return session.scalar(to_draw.order_by(Message.due_at, Message.id).limit(1)) is not None


def going_on(session: Session) -> Sequence[PrintRun]:
    """Runs that the post has not taken yet, oldest first, with their files (no bytes)."""
    chosen = select(PrintRun).where(PrintRun.state != RunState.POSTED).options(selectinload(PrintRun.files))
    return session.scalars(chosen.order_by(PrintRun.id)).all()
