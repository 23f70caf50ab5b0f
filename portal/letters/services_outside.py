"""The end of a run that an outside printer has: nobody in the house says it, its letters do."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.journal.services import MACHINE, record
from portal.letters.models import Printer, PrintRun, RunState
from portal.letters.queries_printer import is_any_to_leave, last_posting
from portal.notifications.post import PostalCalendar


def hold_outside(session: Session, run_id: int | None) -> PrintRun | None:
    """A run of an outside printer, held (before its messages, as everybody does); None for any other, or no run."""
    chosen = select(PrintRun).where(PrintRun.id == run_id, PrintRun.printer == Printer.OUTSIDE)
    return session.scalars(chosen.with_for_update().execution_options(populate_existing=True)).one_or_none()


def close_outside(session: Session, now: datetime, run: PrintRun, *, post: PostalCalendar) -> None:
    """Ends a run of an outside printer once each of its letters was pulled, posted or brought back; the run is held.

    `posted_on` is then the latest day on which one left; None when none did. Journaled, once. A run of the room is left
    as it is, and so is one whose files are being made.
    """
    if run.printer is not Printer.OUTSIDE or run.state in {RunState.MAKING, RunState.POSTED}:
        return
    session.flush()
    if is_any_to_leave(session, run.id):
        return
    run.state, run.posted_at, run.posted_on = RunState.POSTED, now, last_posting(session, run, now, post)
    session.flush()
    verb = "run.posted" if run.posted_on else "run.closed"
    record(session, now, actor=MACHINE, verb=verb, object_kind="print_run", object_id=run.id)
