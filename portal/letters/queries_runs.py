"""Print runs, read: what is in them, what must be taken out, what would be too late."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from portal.clock import at_wall_clock
from portal.letters.address import BadAddressError, printed_lines
from portal.letters.models import Letter, PrintRun, RunFile, RunState
from portal.notifications.models import Message, Status
from portal.notifications.packing import SINGLE
from portal.notifications.post import PostalCalendar
from portal.people.models import Person, RouteState

IN_THE_HOUSE = (Status.IN_RUN, Status.PRINTED)  # in a run, not at the post yet
UNTRUSTED = (RouteState.DOUBTFUL, RouteState.FAILED)
_LISTED = 60


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
    chosen = (
        select(Letter)
        .join(RunFile, RunFile.id == Letter.file_id)
        .where(Letter.run_id == run_id, *which)
        .options(joinedload(Letter.message))
        .order_by(RunFile.position, Letter.position)
    )
    return session.scalars(chosen).all()


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
)


def to_pull(session: Session, run_id: int) -> list[Letter]:
    """The letters to be taken out of the tray before the post comes, in the order of the paper.

    Those that something overtook, and those whose person has another address since, or none that can be trusted.
    Computed from what is so now: whatever changed, nothing has to remember to say so.
    """
    rows = session.execute(
        select(Letter.id, Message.status, *ENVELOPE)
        .join(Letter.message)
        .outerjoin(Person, Person.id == Message.person_id)
        .where(Letter.run_id == run_id, Letter.pulled_at.is_(None), Letter.returned_at.is_(None))
        .order_by(Letter.id)
    )
    wrong = [
        number
        for number, status, *envelope in rows
        if status not in IN_THE_HOUSE or not still_goes_there(Envelope(*envelope))
    ]
    if not wrong:
        return []
    return list(letters_of(session, run_id, Letter.id.in_(wrong)))


def still_goes_there(one: Envelope) -> bool:
    """Whether the envelope of a letter that was drawn says where it should go now."""
    if one.is_silent:
        return False  # nowhere
    if one.person_id is None or (one.to is not None and not one.bears_code):
        return True  # to an address that was asked for
    address = one.address or []
    if one.to is not None and one.to != "\n".join(address):
        return False  # a code that opens a file goes where the file says, or nowhere
    if one.address_state in UNTRUSTED or (one.to is None and one.is_discreet and one.chosen_at is None):
        return False
    try:
        return "\n".join(printed_lines(one.name, address)) == one.printed
    except BadAddressError:
        return False


def unmade_file(session: Session, *, run_id: int | None) -> RunFile | None:
    """A file that nobody has made or is making, held."""
    chosen = select(RunFile).where(RunFile.made_at.is_(None)).order_by(RunFile.run_id, RunFile.position).limit(1)
    if run_id is not None:
        chosen = chosen.where(RunFile.run_id == run_id)
    return session.scalars(chosen.with_for_update(skip_locked=True)).one_or_none()


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
    return Message.expires_at < at_wall_clock(post.arrival_of_posting(day) + timedelta(days=1), time())


def run_of_cut_off(session: Session, cut_off_at: datetime) -> PrintRun | None:
    """The run that was made for a cut-off."""
    return session.scalars(select(PrintRun).where(PrintRun.cut_off_at == cut_off_at)).one_or_none()


def going_on(session: Session) -> Sequence[PrintRun]:
    """Runs that the post has not taken yet, oldest first, with their files (no bytes)."""
    chosen = select(PrintRun).where(PrintRun.state != RunState.POSTED).options(selectinload(PrintRun.files))
    return session.scalars(chosen.order_by(PrintRun.id)).all()
