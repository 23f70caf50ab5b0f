"""The planner: who is told what by which routes, and when. Pure.

The table of section 5 of the first issue, and nothing else, decides here. It holds one promise: an event never ends
without a route that arrives in time, or a task in a human's hands.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from portal.clock import at_wall_clock, paris
from portal.notifications.models import Route, Step
from portal.notifications.post import PostalCalendar

HUMAN_MARGIN = timedelta(hours=24)  # before the appointment: a person can still be called
RETRY_FOR = timedelta(hours=24)  # a provider that is down for longer is not waited for
RETRY_AT_LEAST = timedelta(minutes=15)
TIDINGS_LAST = timedelta(days=30)  # what is no appointment's is worth telling for so long
REMINDER_DAYS = 2
LETTER_REMINDER_DAYS = 4  # a letter that arrives this many days before, or fewer, reminds by itself
PRINT_ROOM_OPENS = time(6, 0)  # letters of a day are drawn before the print room comes in
_A_MINUTE = timedelta(minutes=1)
_DIGITAL = (Route.SMS, Route.EMAIL)


class EventKind(StrEnum):
    """What has happened to an appointment."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Reach:
    """How a person can be told, and what they chose."""

    mobile: bool
    email: bool
    landline: bool
    address: bool
    wants_paper: bool
    wants_silence: bool
    wants_sms: bool = True
    wants_email: bool = True
    letters_wait: bool = False  # at a place that keeps them: such a letter tells nobody anything by itself


@dataclass(frozen=True)
class Event:
    """What has happened. `starts_at`: when the appointment begins (after a move: the new time).

    `old_starts_at`: for a move, the time that no longer holds: someone reached only by post is also called if the
    letter would arrive after it. `happened_at`: when it happened, if the planner goes round again later.
    """

    kind: EventKind
    starts_at: datetime
    discreet: bool
    old_starts_at: datetime | None = None
    happened_at: datetime | None = None


@dataclass(frozen=True)
class Tidings:
    """Something to tell that is no appointment's, told from `happened_at`, never by the routes of `avoid`."""

    happened_at: datetime
    avoid: frozenset[Route] = frozenset()


@dataclass(frozen=True)
class Planned:
    """One message to leave by one route. Transient failures are retried until `retry_until`, then another route."""

    step: Step
    route: Route
    due_at: datetime
    expires_at: datetime
    retry_until: datetime


def plan(
    reach: Reach, event: Event, now: datetime, failed: frozenset[Route], post: PostalCalendar
) -> tuple[Planned, ...]:
    """Every notice and reminder of an event, each (step, route) once; `failed` routes are not taken.

    Nothing for silence, for a discreet motif, or once the appointment has begun. Nothing is due before `now`, nor at
    or after the beginning.
    """
    notices = plan_notices(reach, event, now, failed, post)
    letter = next((post.arrival(notice.due_at) for notice in notices if notice.route is Route.LETTER), None)
    return (*notices, *plan_reminders(reach, event, now, failed, post, letter_arrives=letter))


def plan_notices(
    reach: Reach, event: Event, now: datetime, failed: frozenset[Route], post: PostalCalendar
) -> tuple[Planned, ...]:
    """What tells the event: each digital route now, and paper or a human where the table asks for one."""
    if _says_nothing(reach, event, now):
        return ()
    digital = _digital(reach, failed)
    routes = list(digital)
    if reach.wants_paper or not digital:
        arrives = post.arrival(now) if _takes_letters(reach, failed) else None
        by_letter = arrives is not None and arrives < post.day_of(event.starts_at)
        if by_letter:
            routes.append(Route.LETTER)
        tells = arrives is not None and arrives < _known_by(event, now, post) and not reach.letters_wait
        if not (by_letter and (digital or tells)):
            routes.append(_human(reach, failed))
    return tuple(_planned(Step.NOTICE, route, now, event, now) for route in routes)


def plan_reminders(  # noqa: PLR0913 - the table's own inputs
    reach: Reach,
    event: Event,
    now: datetime,
    failed: frozenset[Route],
    post: PostalCalendar,
    *,
    letter_arrives: date | None,
    last_resort: bool = False,
) -> tuple[Planned, ...]:
    """What reminds, two days before at the same hour on the wall; nothing for what was booked later than that.

    `letter_arrives`: when the letter that tells the event arrives, if there is one. `last_resort`: a reminder has
    failed, so that a task for the place is better than nothing.
    """
    mark = _mark(event.starts_at)
    if _says_nothing(reach, event, now) or event.kind is EventKind.CANCELLED or (event.happened_at or now) >= mark:
        return ()
    digital = _digital(reach, failed)
    due: dict[Route, datetime] = dict.fromkeys(digital, max(mark, now))
    if reach.wants_paper or not digital:
        posting = _reminder_posting(event, post, letter_arrives)
        serves = letter_arrives is not None and posting is None and not reach.letters_wait
        if posting is not None and _takes_letters(reach, failed) and posting >= post.posting_day(now):
            due[Route.LETTER] = max(now, post.instant(posting, PRINT_ROOM_OPENS))
            serves = not reach.letters_wait
        if not digital and not serves:
            human = _human(reach, failed)
            if human is Route.CALL or last_resort:
                due[human] = max(mark, now)
    return tuple(_planned(Step.REMINDER, route, at, event, now) for route, at in due.items())


def plan_tidings(
    reach: Reach, tidings: Tidings, now: datetime, failed: frozenset[Route], post: PostalCalendar
) -> tuple[Planned, ...]:
    """What tells something that is no appointment's, useful for 30 days.

    Each digital route now, paper for those who chose it or have no other, a human where that cannot be. Nothing for
    silence, nor once it is over.
    """
    until = tidings.happened_at + TIDINGS_LAST
    if reach.wants_silence or now >= until:
        return ()
    closed = failed | tidings.avoid
    routes = list(_digital(reach, closed))
    if reach.wants_paper or not routes:
        by_letter = _takes_letters(reach, closed) and post.arrival(now) < post.day_of(until)
        is_told = by_letter and (bool(routes) or not reach.letters_wait)
        routes += [Route.LETTER] * by_letter
        routes += [] if is_told else [_human(reach, closed)]
    return tuple(_tidings_by(route, tidings, now) for route in routes)


def plan_one(route: Route, event: Event | Tidings, now: datetime) -> Planned:
    """One notice more, by a route that somebody asked for: whether it can arrive is for the caller to check."""
    if isinstance(event, Tidings):
        return _tidings_by(route, event, now)
    return _planned(Step.NOTICE, route, now, event, now)


def _tidings_by(route: Route, tidings: Tidings, now: datetime) -> Planned:
    until = tidings.happened_at + TIDINGS_LAST
    return Planned(Step.NOTICE, route, now, until, max(now, min(now + RETRY_FOR, until - _A_MINUTE)))


def _reminder_posting(event: Event, post: PostalCalendar, letter_arrives: date | None) -> date | None:
    """The day to post the reminder: the latest that arrives two days before. None: the telling letter reminds."""
    day = post.day_of(event.starts_at)
    if letter_arrives is not None and letter_arrives >= day - timedelta(days=LETTER_REMINDER_DAYS):
        return None
    posting = post.latest_posting_day(day - timedelta(days=REMINDER_DAYS))
    if letter_arrives is not None and post.arrival_of_posting(posting) <= letter_arrives:
        return None  # a bridge: both would come by the same post
    return posting


def _says_nothing(reach: Reach, event: Event, now: datetime) -> bool:
    return reach.wants_silence or event.discreet or now >= event.starts_at


def tells_at_once(reach: Reach, failed: frozenset[Route]) -> bool:
    """Whether an SMS or an e-mail tells somebody."""
    return bool(_digital(reach, failed))


def first_day_by_letter(reach: Reach, failed: frozenset[Route], now: datetime, post: PostalCalendar) -> date | None:
    """The first day for which whoever has letters alone knows of what leaves now: the day after the letter's arrival.

    None for whoever an SMS or an e-mail tells at once, and for whoever no letter reaches, or whose letters wait at a
    place: a human tells them.
    """
    if reach.wants_silence or reach.letters_wait or _digital(reach, failed) or not _takes_letters(reach, failed):
        return None
    return post.arrival(now) + timedelta(days=1)


def _digital(reach: Reach, failed: frozenset[Route]) -> tuple[Route, ...]:
    has = {Route.SMS: reach.mobile and reach.wants_sms, Route.EMAIL: reach.email and reach.wants_email}
    return tuple(route for route in _DIGITAL if has[route] and route not in failed)


def _takes_letters(reach: Reach, failed: frozenset[Route]) -> bool:
    return reach.address and Route.LETTER not in failed


def _human(reach: Reach, failed: frozenset[Route]) -> Route:
    # A mobile whose text messages fail may still ring.
    return Route.CALL if (reach.landline or reach.mobile) and Route.CALL not in failed else Route.DESK


def _mark(starts_at: datetime) -> datetime:
    wall = paris(starts_at)
    return at_wall_clock(wall.date() - timedelta(days=REMINDER_DAYS), wall.time())


def _useful_until(event: Event, now: datetime) -> Iterator[datetime]:
    yield event.starts_at
    if event.kind is EventKind.MOVED and event.old_starts_at is not None and event.old_starts_at > now:
        yield event.old_starts_at


def _known_by(event: Event, now: datetime, post: PostalCalendar) -> date:
    """The day before which the person must know: of the old time too, or they would come for nothing."""
    return post.day_of(min(_useful_until(event, now)))


def _planned(step: Step, route: Route, due: datetime, event: Event, now: datetime) -> Planned:
    deadline = min(_useful_until(event, now)) if step is Step.NOTICE else event.starts_at
    retry = max(min(due + RETRY_FOR, deadline - HUMAN_MARGIN), due + RETRY_AT_LEAST)
    return Planned(step, route, due, event.starts_at, max(due, min(retry, event.starts_at - _A_MINUTE)))
