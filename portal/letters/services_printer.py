"""An outside printer in the place of the print room: what it says of each letter, taken as often as it is said."""

from datetime import datetime, time

from sqlalchemy.orm import Session

from portal.journal.services import MACHINE, record
from portal.letters.models import Letter, PrintRun, PullReason, RunState
from portal.letters.queries_post import pull_reason
from portal.letters.queries_printer import LEFT_PULLED, is_there, is_told_left
from portal.letters.queries_runs import letter_by_reference
from portal.letters.rules_post import LEFT
from portal.letters.rules_printer import Line, LineFault, Said
from portal.letters.services_outside import close_outside, hold_outside
from portal.letters.services_post import note_letter, pull
from portal.letters.services_registered import register
from portal.notifications.models import Status
from portal.notifications.outcomes import locked_whole
from portal.notifications.post import PostalCalendar
from portal.refusal import Refused


def note_given(session: Session, now: datetime, *, run_id: int) -> None:
    """The printer has a run: from now on what it says of its letters is believed. Journaled, once."""
    run = session.get_one(PrintRun, run_id, with_for_update=True)
    if run.given_at is None:
        run.given_at = now
        _note_run(session, now, "run.given", run)


def take_number(session: Session, now: datetime, line: Line) -> LineFault | None:
    """Writes the tracking number that the printer says of a registered letter, when none is known. Journaled.

    The number that is known stays: somebody may have put it right since. Of any other letter nothing is kept. Gives
    NUMBER for one that cannot be: of no such form, another letter's, not the one that is known.
    """
    letter = letter_by_reference(session, line.reference)
    if letter is None or not letter.is_registered or not is_there(session, letter.id):
        return None
    try:
        register(session, now, reference=letter.reference, number=line.tracking, by=MACHINE, shown=[""])
    except Refused:
        return LineFault.NUMBER
    return None


def take(session: Session, now: datetime, line: Line, *, post: PostalCalendar) -> LineFault | None:
    """Writes what the printer says of a letter; what is known already, or was overtaken by more, changes nothing.

    Posted: the day it should arrive is known from then on. Rejected, or taken out: it is pulled, for the reason that
    follows from what is so now, as in the room; without any, the planner goes round. The printer's words are kept with
    it. A run is printed once a letter of it is, and over once none is left (`close_outside`). Journaled.

    Gives what is wrong. Nothing is written then but this: of a letter that left though it was pulled (PULLED), a line
    of the journal; of a registered one posted without its number (NO_NUMBER), all that the line says.
    """
    letter = letter_by_reference(session, line.reference)
    run = hold_outside(session, letter.run_id) if letter is not None else None
    if letter is None or run is None or run.given_at is None:
        return LineFault.LETTER
    locked_whole(session, letter.message_id)
    letter_by_reference(session, line.reference, is_held=True)
    if not post.day_of(run.made_at) <= line.day <= post.day_of(now):
        return LineFault.DAY
    fault = _take_whole(session, now, line, letter, post)
    if run.state is RunState.MADE and line.said in {Said.PRINTED, Said.POSTED}:
        run.state, run.printed_at = RunState.PRINTED, now
        _note_run(session, now, "run.printed", run)
    close_outside(session, now, run, post=post)
    return fault


def _take_whole(session: Session, now: datetime, line: Line, letter: Letter, post: PostalCalendar) -> LineFault | None:
    if letter.pulled_at is not None:
        return _note_left(session, now, letter) if line.said is Said.POSTED else None
    has_ended = letter.returned_at is not None or letter.message.status in LEFT  # else its message may be another's
    if not has_ended and line.said in {Said.REJECTED, Said.TAKEN_OUT}:
        _take_out(session, now, line, letter, post)
    elif not has_ended:
        _advance(letter, line, post)
    lacks_number = letter.is_registered and letter.tracking_number is None
    return LineFault.NO_NUMBER if lacks_number and line.said is Said.POSTED else None


def _advance(letter: Letter, line: Line, post: PostalCalendar) -> None:
    message = letter.message
    if line.said is Said.POSTED:  # even what was overtaken meanwhile: it is on its way
        message.status, message.sent_at = Status.POSTED, post.instant(line.day, time(12))
        message.arrives_on = post.arrival_of_posting(line.day)
    elif message.status is Status.IN_RUN:
        message.status = Status.PRINTED


def _take_out(session: Session, now: datetime, line: Line, letter: Letter, post: PostalCalendar) -> None:
    letter.rejection = line.reason or None
    reason = pull_reason(session, letter.message) or PullReason.REJECTED
    pull(session, now, reference=letter.reference, reason=reason, by=MACHINE, post=post)


def _note_left(session: Session, now: datetime, letter: Letter) -> LineFault:
    """Nothing else follows: what tells the person instead is on its way too, or has told them."""
    if not is_told_left(session, letter):
        note_letter(session, now, MACHINE, LEFT_PULLED, letter)
    return LineFault.PULLED


def _note_run(session: Session, now: datetime, verb: str, run: PrintRun) -> None:
    session.flush()
    record(session, now, actor=MACHINE, verb=verb, object_kind="print_run", object_id=run.id)
