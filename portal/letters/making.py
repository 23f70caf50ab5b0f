"""What the worker does for the print room: the run of each cut-off, its files, and the letters that come too late."""

import logging
import time
from datetime import datetime

from portal.clock import Clock
from portal.database import Database
from portal.letters.models import Printer
from portal.letters.queries_returns import held_back
from portal.letters.queries_runs import run_of_cut_off
from portal.letters.services_check import end_checked
from portal.letters.services_returns import end_answered, leave_again
from portal.letters.services_runs import make_file, make_run, send_back, turn_late
from portal.notifications.holding import BusyError
from portal.notifications.post import PostalCalendar
from portal.notifications.queries_post import calendar_of

_TRIES = 20
_REST = 0.1  # seconds between two

log = logging.getLogger(__name__)


def print_due(database: Database, clock: Clock, *, printer: Printer = Printer.ROOM) -> None:
    """Does what is due now; several workers may run at once, and one that dies leaves the rest to the others.

    The run of the latest cut-off is made once, even late (a worker that was down). Letters whose address has changed
    are drawn anew first: they leave with this run if they are ready at the next call.
    """
    now = clock()
    with database.transaction() as session:
        post = calendar_of(session)
        cut_off = post.last_cut_off(now)
        is_made = run_of_cut_off(session, cut_off) is not None
        end_answered(session)
        end_checked(session, now)
        held = held_back(session, now)
    for message_id in held:
        with database.transaction() as session:  # one person's at a time: whoever holds two might wait for us
            leave_again(session, now, message_id=message_id)
    if not is_made and _send_back(database, now):
        return
    if not is_made:
        _make_run(database, now, post, cut_off, printer)
    while _turn_one(database, clock):
        continue
    _make_files(database, clock)


def _make_run(database: Database, now: datetime, post: PostalCalendar, cut_off: datetime, printer: Printer) -> None:
    """Whole: nobody holds a message for long. After a few tries, with those that can be taken."""
    for left in reversed(range(_TRIES)):
        try:
            with database.transaction() as session:
                run = make_run(session, now, post=post, by=None, cut_off_at=cut_off, printer=printer, is_whole=left > 0)
        except BusyError:
            time.sleep(_REST)
            continue
        if run is not None:
            log.info("run %d: %d letters", run.id, run.letters)
        return


def _turn_one(database: Database, clock: Clock) -> bool:
    with database.transaction() as session:
        return turn_late(session, clock(), post=calendar_of(session))


def _send_back(database: Database, now: datetime) -> int:
    with database.transaction() as session:
        return send_back(session, now)


def _make_files(database: Database, clock: Clock) -> None:
    is_left = True
    while is_left:
        with database.transaction() as session:
            is_left = make_file(session, clock())
