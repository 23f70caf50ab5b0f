"""The calendar of the post: the next weeks, and the days on which nothing leaves, entered with their effect shown."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from flask import redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.holidays import REGIONS
from portal.letters.forms_calendar import CLOSURES, LINES, ClosureForm
from portal.letters.queries import ROLES
from portal.letters.services_calendar import close_days, open_days
from portal.letters.views import bp
from portal.letters.views_room import require_the_room, room_of
from portal.notifications.models_post import Closure, PostalClosure
from portal.notifications.post import Holds, PostalCalendar
from portal.notifications.queries_post import calendar_of, closures, letters_under_way, region_of
from portal.notifications.rules_post import (
    FURTHEST,
    PAST_KEPT,
    Effect,
    days_to_close,
    effect_of,
    with_closed,
    without_closed,
)
from portal.people.views_browser import actor
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.i18n import language
from portal.web.request import now, reading, transaction
from portal.words import NBSP, capital, short_day_words

Page = str | tuple[str, int] | Response

WEEKS = 8
HELD = {
    Holds.POSTED: _l("Départ"),
    Holds.DELIVERED: _l("Distribution seule"),
    Holds.SUNDAY: _l("Rien"),
    Holds.HOLIDAY: _l("Jour férié"),
    Holds.CLOSED: _l("Service fermé"),
    Holds.STOPPED: _l("La Poste ne passe pas"),
}
_ICONS = {Holds.HOLIDAY: "calendar-x", Holds.CLOSED: "lock", Holds.STOPPED: "triangle-alert"}
_NOTHING = frozenset({Holds.SUNDAY, Holds.HOLIDAY})
_BETWEEN = {Closure.ROOM: _NOTHING | {Holds.DELIVERED}, Closure.POST: _NOTHING}  # what parts no days in a row
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """A day of the table. `arrives`: when what leaves then arrives, in words."""

    day: date
    name: str
    held: str
    words: str
    icon: str
    arrives: str
    is_today: bool
    is_past: bool


@dataclass(frozen=True)
class Range:
    """Days closed in one way, entered together: in a row, Sundays and holidays between them not counted."""

    first: date
    last: date
    closure: Closure
    days: int
    words: str
    reason: str


@dataclass(frozen=True)
class Opening:
    """Closed days that are about to be taken away: from when to when, closed how, and what that changes.

    `mark`: the days, so that a page can tell whether their effect was shown.
    """

    first: date
    last: date
    closure: Closure
    words: str
    effect: Effect
    mark: str


@bp.route("/agents/courriers/calendrier", methods=["GET", "POST"])
@allow(*ROLES)
def calendar() -> Page:
    """The weeks, and the form: what closed days change is shown before they are written."""
    with transaction() as session:
        form, post = ClosureForm(), calendar_of(session)
        if request.method != "POST":
            return _page(session, form)
        require_the_room(session)
        if not form.check(post, post.day_of(now())):
            return _page(session, form), 422
        if request.form.get("vu") != form.mark:
            return _page(session, form, _effect(session, form, post))
    first, last = form.days
    try:
        with transaction() as session:
            reason = form.reason.data
            close_days(session, now(), first=first, last=last, closure=form.closure, reason=reason, by=actor())
    except Refused as refusal:
        form.refuse(refusal.reason)
        with reading() as session:
            return _page(session, form), 409
    return redirect(url_for("letters.calendar", fait="ferme"), 303)


@bp.post("/agents/courriers/calendrier/retirer")
@allow(*ROLES)
def open_again() -> Page:
    """Takes away days closed in one way, once what that changes was shown; twice is once."""
    is_sent = PortalForm().validate_on_submit()
    try:
        with transaction() as session:
            require_the_room(session)
            opening = _opening(session) if is_sent else None
            if opening is None:
                return redirect(url_for("letters.calendar", fait="parti"), 303)
            first, last = opening.first, opening.last
            if request.form.get("vu") != opening.mark:
                return _page(session, ClosureForm(formdata=None), opening=opening)
            open_days(session, now(), first=first, last=last, closure=opening.closure, by=actor())
            done = "reste" if closures(session, first, last) else "retire"
    except Refused:
        return redirect(url_for("letters.calendar", fait="occupe"), 303)
    return redirect(url_for("letters.calendar", fait=done), 303)


def _opening(session: Session) -> Opening | None:
    """What was asked to be taken away; None when it is not there any more, or never was."""
    first, last = (_day_of(request.form.get(name, "")) for name in ("du", "au"))
    closure = next((one for one in Closure if one.value == request.form.get("quoi")), None)
    if first is None or last is None or closure is None:
        return None
    days = [row.day for row in closures(session, first, last) if row.closure is closure]
    if not days:
        return None
    before = calendar_of(session)
    effect = effect_of(letters_under_way(session, now()), before, without_closed(before, days, closure), now())
    return Opening(first, last, closure, str(CLOSURES[closure]), effect, "~".join([closure.value, *map(str, days)]))


def _page(session: Session, form: ClosureForm, effect: Effect | None = None, *, opening: Opening | None = None) -> str:
    personal_page()
    post = calendar_of(session)
    today = post.day_of(now())
    return render_template(
        "letters/calendar.html",
        form=form,
        effect=effect,
        opening=opening,
        mark=form.mark if effect is not None else "",
        lines={closure.value: words for closure, words in LINES.items()},
        weeks=weeks_of(post, today),
        today=today,
        listed=_ranges(post, closures(session, today - timedelta(days=PAST_KEPT), today + timedelta(days=FURTHEST))),
        one_press=PortalForm(formdata=None),
        posted=post.posting_day(now()),
        arrives=post.arrival(now()),
        cut_off=post.cut_off,
        delivery_days=post.delivery_days,
        region=REGIONS[region_of(session)],
        **room_of(session),
        done=request.args.get("fait", ""),
        form_has_errors=bool(form.errors),
    )


def weeks_of(post: PostalCalendar, today: date) -> list[list[Day]]:
    """The days of this week and of the next ones, Monday first."""
    monday = today - timedelta(days=today.weekday())
    days = [_day(post, monday + timedelta(days=number), today) for number in range(7 * WEEKS)]
    return [days[start : start + 7] for start in range(0, len(days), 7)]


def _day(post: PostalCalendar, day: date, today: date) -> Day:
    held = post.holds(day)
    arrives = _short(post.arrival_of_posting(day)) if held is Holds.POSTED else ""
    words, icon = str(HELD[held]), _ICONS.get(held, "")
    return Day(day, capital(_short(day)), held.value, words, icon, arrives, day == today, day < today)


def _short(day: date) -> str:
    """A day whose words may stand one under the other: its cell is narrow."""
    return short_day_words(day, language()).replace(NBSP, " ")


def _effect(session: Session, form: ClosureForm, post: PostalCalendar) -> Effect:
    after = with_closed(post, days_to_close(post, *form.days, form.closure), form.closure)
    return effect_of(letters_under_way(session, now()), post, after, now())


def _ranges(post: PostalCalendar, listed: Iterable[PostalClosure]) -> list[Range]:
    """Days closed in one way, in a row and for the same reason, as one; soonest first."""
    rows = list(listed)
    number = 0
    numbered = []
    for at, row in enumerate(rows):
        before = rows[at - 1] if at else None
        number += before is None or not _goes_on(post, before, row)
        numbered.append((number, row))
    grouped = [[row for _number, row in some] for _number, some in groupby(numbered, key=lambda one: one[0])]
    found = [
        Range(some[0].day, some[-1].day, some[0].closure, len(some), str(CLOSURES[some[0].closure]), some[0].reason)
        for some in grouped
    ]
    return sorted(found, key=lambda one: (one.first, one.closure))


def _goes_on(post: PostalCalendar, before: PostalClosure, row: PostalClosure) -> bool:
    if (before.closure, before.reason) != (row.closure, row.reason):
        return False
    day, bare = before.day + _A_DAY, replace(post, stopped=frozenset())  # a bridge goes on under a strike
    while day < row.day and bare.holds(day) in _BETWEEN[row.closure]:
        day += _A_DAY
    return day == row.day


def _day_of(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed[:10])
    except ValueError:
        return None
