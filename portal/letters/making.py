"""What the worker does for the print room: the run of each cut-off, its files, letters too late, letters kept."""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import select

from portal.clock import Clock
from portal.database import Database
from portal.letters.address import Communes
from portal.letters.models import Printer
from portal.letters.queries_kept import kept_people, untold
from portal.letters.queries_returns import held_back
from portal.letters.queries_runs import is_cut_off_over, is_still_drawn, late_letters, unmade_files
from portal.letters.rules_kept import Kept
from portal.letters.services_check import end_checked
from portal.letters.services_kept import follow_place, tell_waiting
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
    are drawn anew first; it waits for them, and for those asked for in time that are still to be drawn, a few minutes
    at most (`is_still_drawn`). A fault that one letter or one file meets stays with it; the others go on.
    """
    now = clock()
    with database.transaction() as session:
        post = calendar_of(session)
        cut_off = post.last_cut_off(now)
        is_over = is_cut_off_over(session, now, cut_off, post)
        end_answered(session)
        end_checked(session, now)
        held = held_back(session, now)
    _each(database, "leaves again", held, lambda number: _leave_again(database, now, number))
    if not is_over and (_send_back(database, now) or _is_still_drawn(database, now, cut_off)):
        _make_files(database, clock)
        return  # before the run is made, nothing is too late for it
    if not is_over:
        _make_run(database, now, post, cut_off, printer)
    _turn_late(database, clock)
    _make_files(database, clock)


def look_after_kept(database: Database, clock: Clock, communes: Communes, *, base_url: str) -> None:
    """Follows the places that keep letters, and tells those for whom some have come.

    Several workers may do so at once. One person at a time: a fault that one meets stays with them.
    """
    with database.transaction() as session:
        people = kept_people(session)
    _each(database, "kept for person", people, lambda number: _follow(database, clock(), communes, number))
    with database.transaction() as session:
        news = {one.letter_id: one for one in untold(session, clock())}
    _each(database, "tells of", news, lambda number: _tell(database, clock(), news[number], base_url))


def _follow(database: Database, now: datetime, communes: Communes, person_id: int) -> None:
    with database.transaction() as session:
        follow_place(session, now, communes, person_id=person_id)


def _tell(database: Database, now: datetime, one: Kept, base_url: str) -> None:
    with database.transaction() as session:
        tell_waiting(session, now, one, base_url=base_url)


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


def _leave_again(database: Database, now: datetime, message_id: int) -> None:
    with database.transaction() as session:  # one person's at a time: whoever holds two might wait for us
        leave_again(session, now, message_id=message_id)


def _turn_late(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        late = late_letters(session, clock(), calendar_of(session))
    _each(database, "is too late", late, lambda number: _turn_one(database, clock(), number))


def _turn_one(database: Database, now: datetime, message_id: int) -> None:
    with database.transaction() as session:
        turn_late(session, now, message_id=message_id, post=calendar_of(session))


def _is_still_drawn(database: Database, now: datetime, cut_off: datetime) -> bool:
    with database.transaction() as session:
        return is_still_drawn(session, now, cut_off)


def _send_back(database: Database, now: datetime) -> int:
    with database.transaction() as session:
        return send_back(session, now)


def _make_files(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        unmade = unmade_files(session)
    _each(database, "file", unmade, lambda number: _make_one(database, clock(), number))


def _make_one(database: Database, now: datetime, file_id: int) -> None:
    with database.transaction() as session:
        make_file(session, now, file_id=file_id)


def _each(database: Database, what: str, numbers: Iterable[int], act: Callable[[int], None]) -> None:
    """Does each of them; of one that cannot be done, its number and the kind of its fault are noted.

    Raises what the database does when it is away: that is no fault of theirs.
    """
    for number in numbers:
        try:
            act(number)
        except Exception as fault:  # noqa: BLE001 - the others wait for their run
            # The stack may quote what a letter says: its kind is enough to look for it.
            log.error("print room, %s %d: %s", what, number, type(fault).__name__)  # noqa: TRY400
            with database.transaction() as session:
                session.scalar(select(1))
