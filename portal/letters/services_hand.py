"""A print run made by hand, before the cut-off: once, however often the button is pressed."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy.orm import Session

from portal.journal.services import Actor, record
from portal.letters.models import Printer, PrintRun
from portal.letters.queries_today import latest_run
from portal.letters.services_runs import make_run, send_back
from portal.locks import Lock, hold
from portal.notifications.post import PostalCalendar
from portal.refusal import Refused


class HandFault(StrEnum):
    """Why a run is not made."""

    LATER = "later"  # the cut-off that was shown is past


class Made(NamedTuple):
    """The run that holds the letters; `is_new`: this press made it."""

    run: PrintRun
    is_new: bool


def make_by_hand(  # noqa: PLR0913 - when, whose post, what was seen, by whom, for whom
    session: Session,
    now: datetime,
    *,
    post: PostalCalendar,
    seen: int,
    by: Actor,
    printer: Printer = Printer.ROOM,
    shown: datetime | None = None,
) -> Made | None:
    """Takes the letters that wait into a run for whoever prints; None when there is none to take.

    `seen`: the number of the latest run when the button was shown. A run made since, by a second press, by somebody
    else or by the worker, is the answer: a press never makes two. `shown`: the cut-off that was said with the button;
    when it is another one now, the run would leave with another post: raises `Refused` (HandFault.LATER). Letters that
    are no longer what their readers want are drawn anew at once, for the next run.
    """
    hold(session, Lock.RUN, 0)
    latest = latest_run(session)
    if latest is not None and latest.id > seen:
        return Made(latest, is_new=False)
    if shown is not None and shown != post.next_cut_off(now):
        raise Refused(HandFault.LATER)
    send_back(session, now)  # the worker looks for them at cut-offs alone
    run = make_run(session, now, post=post, by=by.id, printer=printer)
    if run is None:
        return None
    record(session, now, actor=by, verb="run.made", object_kind="print_run", object_id=run.id)
    return Made(run, is_new=True)
