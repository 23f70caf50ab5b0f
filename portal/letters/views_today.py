"""The print room today: when the post leaves, what waits for it, what cannot leave, and the run made by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.letters.forms import WaitingForm
from portal.letters.models import Letter, Printer, PrintRun
from portal.letters.queries import FIRST, LISTED, ROLES, letters_found, letters_waiting
from portal.letters.queries_blocked import count_blocked, count_to_check, count_unanswered, count_unprintable
from portal.letters.queries_gone import Gone, gone_from
from portal.letters.queries_post import letter_of_key
from portal.letters.queries_runs import going_on
from portal.letters.queries_today import (
    LATE_SHOWN,
    Late,
    Waiting,
    holds_the_room,
    latest_run,
    letter_sizes,
    too_late_by_place,
    waiting_by_kind,
)
from portal.letters.rules import key_of
from portal.letters.rules_today import left_until
from portal.letters.services_hand import make_by_hand
from portal.letters.views import bp, kind_words
from portal.letters.views_room import doors, require_the_room, size_words, words_left
from portal.notifications.post import PostalCalendar
from portal.notifications.queries_post import calendar_of
from portal.people.views_browser import actor
from portal.refusal import Refused
from portal.web.access import allow, may_open
from portal.web.forms import PortalForm
from portal.web.request import now, portal, reading, transaction
from portal.web.text import whole
from portal.words import NBSP, day_words, hour_words

_LAST_PAGE = 99_999


@dataclass(frozen=True)
class Row:
    """A letter in the list."""

    id: int
    reference: str
    kind: str
    recipient: str
    town: str
    pages: int
    drawn_at: datetime
    large_window: bool


@dataclass(frozen=True)
class Kind:
    """A line of the table of what waits."""

    name: str
    letters: int
    one_sheet: int
    more_sheets: int
    sheets: int


@bp.route("/agents/courriers", methods=["GET", "POST"])
@allow(*ROLES)
def waiting() -> Response | str:
    """Today: the cut-off, what waits and what does not leave, and the letters, oldest first; or those of a name.

    A key, typed or scanned, opens its letter wherever it stands.
    """
    search = WaitingForm()
    wanted = (search.wanted.data or "") if search.validate_on_submit() else ""
    if (number := _letter_of_key(wanted)) is not None:
        return redirect(url_for("letters.twin", letter_id=number), 303)
    page = _page_asked()
    count, after = (LISTED, (page - 1) * LISTED) if page else (FIRST, 0)
    with reading() as session:
        found = (
            letters_found(session, now(), wanted, agent_id=g.agent.id)
            if wanted
            else letters_waiting(session, now(), agent_id=g.agent.id, count=count, after=after)
        )
        kinds = waiting_by_kind(session, now(), agent_id=g.agent.id)
        room = holds_the_room(session, now(), g.agent.id)
        latest = latest_run(session)
        running = going_on(session) if room else ()
        return render_template(
            "letters/today.html",
            form=PortalForm(),
            clock=_clock(calendar_of(session)),
            kinds=[_kind(one) for one in kinds],
            total=_kind(_sum(kinds)),
            rows=[_row(one) for one in found],
            sizes={at: size_words(size) for at, size in letter_sizes(session, [one.id for one in found]).items()},
            search=search,
            wanted=wanted,
            is_key=key_of(wanted) is not None,
            page=page,
            after=after,
            blocked=count_blocked(session, now(), agent_id=g.agent.id),
            to_check=count_to_check(session, now(), agent_id=g.agent.id),
            unanswered=count_unanswered(session, now(), agent_id=g.agent.id),
            unprintable=count_unprintable(session, now(), agent_id=g.agent.id),
            late=_late(session),
            has_room=room,
            running=running,
            left_in=_left_in(session, running),
            seen=latest.id if latest else 0,
            doors=doors(),
            opens=may_open,
            said=request.args.get("fait", ""),
            form_has_errors=bool(search.errors),
        )


@bp.post("/agents/courriers/lots")
@allow(*ROLES)
def make_run() -> Response:
    """Puts the letters that wait into a run; pressed twice, the second press leads to the run of the first."""
    with transaction() as session:
        require_the_room(session)
        if not PortalForm().validate_on_submit():
            return redirect(url_for("letters.waiting", fait="expire"), 303)
        printer = Printer(portal().settings.printer)
        post = calendar_of(session)
        try:
            made = make_by_hand(
                session,
                now(),
                post=post,
                seen=whole(request.form.get("vu")) or 0,
                by=actor(),
                printer=printer,
                shown=_shown_cut_off(),
            )
        except Refused:
            return redirect(url_for("letters.waiting", fait="passe"), 303)
        if made is None:
            return redirect(url_for("letters.waiting", fait="rien"), 303)
        return redirect(url_for("letters.run", run_id=made.run.id, fait="lot" if made.is_new else "deja"), 303)


def _letter_of_key(typed: str) -> int | None:
    """The letter of this agent's places that bears the key typed; None when none does, or it is no key."""
    key = key_of(typed)
    if key is None:
        return None
    with reading() as session:
        found = letter_of_key(session, now(), key, agent_id=g.agent.id)
        return found.id if found is not None else None


def _left_in(session: Session, running: Sequence[PrintRun]) -> dict[int, int]:
    """How many letters each run still holds, those pulled left out."""
    gone = gone_from(session, [run.id for run in running])
    return {run.id: run.letters - gone.get(run.id, Gone()).pulled for run in running}


def _shown_cut_off() -> datetime:
    """The cut-off that the page said; what is none is past."""
    try:
        return datetime.fromisoformat(request.form.get("depart", "")[:40]).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)


def _page_asked() -> int:
    number = whole(request.args.get("page"), _LAST_PAGE)
    return 0 if number is None else max(1, number)


def _clock(post: PostalCalendar) -> dict[str, str]:
    cut_off = post.next_cut_off(now())
    hour = hour_words(cut_off.astimezone(post.zone).time())
    return {
        "day": f"{day_words(post.day_of(cut_off))} à{NBSP}{hour}",
        "left": words_left(left_until(cut_off, now())),
        "at": cut_off.isoformat(),
        "seconds": str(int((cut_off - now()).total_seconds())),
        "arrives": day_words(post.arrival(now())),
    }


def _late(session: Session) -> dict[str, Any]:
    found: Sequence[Late] = too_late_by_place(session, now(), agent_id=g.agent.id)
    told = {name: sum(getattr(one, name) for one in found) for name in ("calls", "desks", "written")}
    total = sum(one.letters for one in found)
    return {"places": found, "total": total, "untold": total - sum(told.values()), "days": LATE_SHOWN.days, **told}


def _sum(kinds: Sequence[Waiting]) -> Waiting:
    return Waiting(
        "", sum(one.letters for one in kinds), sum(one.one_sheet for one in kinds), sum(one.sheets for one in kinds)
    )


def _kind(one: Waiting) -> Kind:
    name = kind_words(one.kind) if one.kind else ""
    return Kind(name, one.letters, one.one_sheet, one.letters - one.one_sheet, one.sheets)


def _row(found: Letter) -> Row:
    lines = (found.message.recipient or "").splitlines()
    return Row(
        id=found.id,
        reference=found.reference,
        kind=kind_words(found.message.kind),
        recipient=lines[0],
        town=next((line for line in reversed(lines[1:]) if line[:1].isdigit()), lines[-1]),
        pages=found.pages,
        drawn_at=found.drawn_at,
        large_window=found.large_window,
    )
