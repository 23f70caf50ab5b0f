"""The post and the planner."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.clock import PARIS, at_wall_clock, paris, paris_day
from portal.notifications.models import Route, Step
from portal.notifications.packing import pack, unpack
from portal.notifications.planner import (
    TIDINGS_LAST,
    Event,
    EventKind,
    Planned,
    Reach,
    Tidings,
    plan,
    plan_reminders,
    plan_tidings,
)
from portal.notifications.post import PostalCalendar
from tests.french_post import FRENCH_POST as POST

NOBODY = Reach(mobile=False, email=False, landline=False, address=False, wants_paper=False, wants_silence=False)
NONE = frozenset[Route]()
NOTICE, REMINDER = Step.NOTICE, Step.REMINDER
SMS, EMAIL, LETTER, CALL, DESK = Route.SMS, Route.EMAIL, Route.LETTER, Route.CALL, Route.DESK


def at(day: str, hour: str = "10:30") -> datetime:
    return at_wall_clock(date.fromisoformat(day), time.fromisoformat(hour))


def reach(*ways: str) -> Reach:
    return replace(NOBODY, **dict.fromkeys(ways, True))


def event(starts_at: datetime, kind: EventKind = EventKind.BOOKED, **more) -> Event:
    return Event(kind, starts_at, **{"discreet": False} | more)


def routes(planned: tuple[Planned, ...]) -> set[tuple[Step, Route]]:
    return {(one.step, one.route) for one in planned}


def due(planned: tuple[Planned, ...], step: Step, route: Route) -> datetime:
    return next(one.due_at for one in planned if (one.step, one.route) == (step, route))


# The post. November 2026: the 11th is a Wednesday and a holiday.


@pytest.mark.parametrize(
    ("queued", "posted", "arrives"),
    [
        (at("2026-11-23", "16:29"), "2026-11-23", "2026-11-26"),  # a Monday before the cut-off
        (at("2026-11-23", "16:30"), "2026-11-24", "2026-11-27"),  # at the cut-off: the next working day
        (at("2026-11-27", "17:00"), "2026-11-30", "2026-12-03"),  # a Friday evening
        (at("2026-11-26", "09:00"), "2026-11-26", "2026-11-30"),  # Saturday is postal, Sunday is not
        (at("2026-11-10", "17:00"), "2026-11-12", "2026-11-16"),  # the 11th is a holiday
        (at("2026-11-09", "09:00"), "2026-11-09", "2026-11-13"),  # the postman rests on the 11th
        (at("2026-12-24", "17:00"), "2026-12-28", "2026-12-31"),  # Christmas, then a week-end
    ],
)
def test_a_letter_is_posted_and_arrives_on_these_days(queued, posted, arrives):
    assert POST.posting_day(queued) == date.fromisoformat(posted)
    assert POST.arrival(queued) == date.fromisoformat(arrives)


def test_a_day_the_post_room_closes_is_no_working_day_and_still_a_postal_day():
    post = PostalCalendar(lambda _day: False, closed_days=frozenset({date(2026, 11, 13)}))

    assert not post.is_working_day(date(2026, 11, 13))
    assert post.is_postal_day(date(2026, 11, 13))
    assert post.posting_day(at("2026-11-13", "09:00")) == date(2026, 11, 16)


@given(st.dates(date(2024, 1, 1), date(2040, 12, 31)))
def test_the_latest_posting_day_arrives_by_then_and_the_next_working_day_would_not(day):
    posting = POST.latest_posting_day(day)
    following = posting + timedelta(days=1)
    while not POST.is_working_day(following):
        following += timedelta(days=1)

    assert POST.is_working_day(posting)
    assert POST.arrival_of_posting(posting) <= day < POST.arrival_of_posting(following)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2040, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC)))  # noqa: DTZ001
def test_a_letter_never_arrives_before_one_queued_earlier(now):
    later = now + timedelta(hours=7)

    assert POST.posting_day(now) <= POST.posting_day(later)
    assert POST.arrival(now) <= POST.arrival(later)
    assert POST.posting_day(now) >= paris_day(now)


# The table. Now is Monday 2 November 2026, 10:00; far is Thursday 26 November, 10:30.

NOW = at("2026-11-02", "10:00")
FAR = at("2026-11-26")
SOON = at("2026-11-04", "11:00")  # more than 48 h ahead, too soon for a letter
TOMORROW = at("2026-11-03")


@pytest.mark.parametrize(
    ("ways", "starts_at", "expected"),
    [
        (("mobile", "email"), FAR, {(NOTICE, SMS), (NOTICE, EMAIL), (REMINDER, SMS), (REMINDER, EMAIL)}),
        (("mobile",), FAR, {(NOTICE, SMS), (REMINDER, SMS)}),
        (("email", "landline"), FAR, {(NOTICE, EMAIL), (REMINDER, EMAIL)}),
        (("mobile", "email"), TOMORROW, {(NOTICE, SMS), (NOTICE, EMAIL)}),
        (
            ("mobile", "address", "wants_paper"),
            FAR,
            {(NOTICE, SMS), (NOTICE, LETTER), (REMINDER, SMS), (REMINDER, LETTER)},
        ),
        (("address", "wants_paper"), FAR, {(NOTICE, LETTER), (REMINDER, LETTER)}),
        (("address",), FAR, {(NOTICE, LETTER), (REMINDER, LETTER)}),
        (("address", "landline"), TOMORROW, {(NOTICE, CALL)}),
        (("address", "landline"), SOON, {(NOTICE, CALL), (REMINDER, CALL)}),
        (("address", "mobile", "wants_paper"), TOMORROW, {(NOTICE, SMS), (NOTICE, CALL)}),
        (("address",), TOMORROW, {(NOTICE, DESK)}),
        (("landline",), FAR, {(NOTICE, CALL), (REMINDER, CALL)}),
        ((), FAR, {(NOTICE, DESK)}),
        (("mobile", "email", "address", "landline", "wants_paper", "wants_silence"), FAR, set()),
    ],
)
def test_each_kind_of_person_is_told_by_these_routes_and_no_other(ways, starts_at, expected):
    assert routes(plan(reach(*ways), event(starts_at), NOW, NONE, POST)) == expected


def test_a_discreet_motif_says_nothing():
    assert plan(reach("mobile", "address"), event(FAR, discreet=True), NOW, NONE, POST) == ()


@pytest.mark.parametrize("now", [FAR, FAR + timedelta(days=1)])
def test_nothing_is_planned_once_the_appointment_has_begun(now):
    assert plan(reach("mobile", "landline"), event(FAR), now, NONE, POST) == ()


def test_a_cancelled_appointment_is_told_once_and_never_reminded_of():
    planned = plan(reach("mobile", "address", "wants_paper"), event(FAR, EventKind.CANCELLED), NOW, NONE, POST)

    assert routes(planned) == {(NOTICE, SMS), (NOTICE, LETTER)}


def test_reminders_leave_two_days_before_at_the_same_hour_on_the_wall_across_a_clock_change():
    after_the_change = at("2026-10-26", "09:00")  # clocks go back on Sunday 25 October

    planned = plan(reach("mobile"), event(after_the_change), at("2026-10-01"), NONE, POST)

    assert due(planned, REMINDER, SMS) == at("2026-10-24", "09:00")


def test_the_reminder_letter_is_posted_on_the_last_day_that_arrives_two_days_before():
    planned = plan(reach("address"), event(FAR), NOW, NONE, POST)

    posted = POST.posting_day(due(planned, REMINDER, LETTER))
    assert posted == date(2026, 11, 20)  # a Friday: Saturday, Monday, Tuesday 24th
    assert POST.arrival_of_posting(posted) == date(2026, 11, 24)


def test_no_reminder_letter_comes_by_the_same_post_as_the_first_when_the_post_room_is_closed_in_between():
    closed = frozenset(date(2026, 11, day) for day in (24, 25, 26, 27))
    post = PostalCalendar(POST.is_holiday, closed_days=closed)

    planned = plan(reach("address"), event(at("2026-12-01")), at("2026-11-23", "10:00"), NONE, post)

    assert routes(planned) == {(NOTICE, LETTER)}


@pytest.mark.parametrize(
    ("starts_at", "reminded"),
    [
        (at("2026-11-09"), False),  # the confirmation arrives on Thursday the 5th: four days before
        (at("2026-11-10"), True),  # five days before
    ],
)
def test_the_reminder_letter_is_omitted_when_the_confirmation_arrives_four_days_before_or_later(starts_at, reminded):
    planned = plan(reach("address"), event(starts_at), NOW, NONE, POST)

    assert ((REMINDER, LETTER) in routes(planned)) is reminded
    assert (NOTICE, LETTER) in routes(planned)


def test_a_failed_text_message_sends_the_planner_to_paper_and_a_failed_call_to_the_place():
    someone = reach("mobile", "address")

    assert routes(plan(someone, event(FAR), NOW, frozenset({SMS}), POST)) == {(NOTICE, LETTER), (REMINDER, LETTER)}
    assert routes(plan(someone, event(TOMORROW), NOW, frozenset({SMS}), POST)) == {(NOTICE, CALL)}
    assert routes(plan(someone, event(TOMORROW), NOW, frozenset({SMS, CALL}), POST)) == {(NOTICE, DESK)}


def test_someone_on_paper_is_also_called_when_the_letter_would_arrive_after_the_old_time():
    moved = event(FAR, EventKind.MOVED, old_starts_at=TOMORROW)

    assert routes(plan(reach("address", "landline"), moved, NOW, NONE, POST)) == {
        (NOTICE, LETTER),
        (NOTICE, CALL),
        (REMINDER, LETTER),
    }
    assert (NOTICE, CALL) not in routes(plan(reach("address", "mobile", "wants_paper"), moved, NOW, NONE, POST))


def test_a_reminder_that_failed_the_day_before_becomes_a_call_and_without_a_phone_a_task():
    booked = event(FAR, happened_at=NOW)
    eve = FAR - timedelta(hours=30)

    called = plan_reminders(reach("mobile"), booked, eve, frozenset({SMS}), POST, letter_arrives=None, last_resort=True)
    told = plan_reminders(reach("email"), booked, eve, frozenset({EMAIL}), POST, letter_arrives=None, last_resort=True)

    assert [(one.route, one.due_at) for one in called] == [(CALL, eve)]
    assert [(one.route, one.due_at) for one in told] == [(DESK, eve)]


def test_retries_end_a_day_before_the_appointment_or_after_a_day_but_last_a_quarter_of_an_hour():
    def until(starts_at: datetime) -> datetime:
        return plan(reach("mobile"), event(starts_at), NOW, NONE, POST)[0].retry_until

    assert until(FAR) == NOW + timedelta(hours=24)
    assert until(NOW + timedelta(hours=30)) == NOW + timedelta(hours=6)
    assert until(NOW + timedelta(hours=3)) == NOW + timedelta(minutes=15)
    assert until(NOW + timedelta(minutes=5)) == NOW + timedelta(minutes=4)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31)).map(lambda naive: naive.replace(tzinfo=PARIS))  # noqa: DTZ001
reaches = st.builds(Reach, **dict.fromkeys(Reach.__dataclass_fields__, st.booleans()))
ahead = st.one_of(
    st.timedeltas(timedelta(seconds=1), timedelta(days=60)), st.timedeltas(timedelta(seconds=1), timedelta(days=9))
)


@st.composite
def events(draw):
    now = draw(moments).astimezone(UTC)
    starts_at = now + draw(ahead)
    old = draw(st.none() | ahead.map(lambda delay: now + delay))
    kind = draw(st.sampled_from(EventKind))
    return now, Event(kind, starts_at, draw(st.booleans()), old if kind is EventKind.MOVED else None)


@example((NOW, event(at("2026-11-26"))), reach("mobile"), frozenset({SMS}))
@given(events(), reaches, st.frozensets(st.sampled_from(Route)))
def test_no_event_ends_without_a_route_in_time_or_a_task(told, someone, failed):
    now, what = told
    planned = plan(someone, what, now, failed, POST)
    notices = [one for one in planned if one.step is NOTICE]

    if what.discreet or someone.wants_silence:
        assert planned == ()
        return
    matters = min(what.starts_at, what.old_starts_at or what.starts_at)
    in_time = [
        one for one in notices if one.route in {SMS, EMAIL, CALL, DESK} or POST.arrival(one.due_at) < paris_day(matters)
    ]
    assert in_time
    assert all(one.due_at == now for one in notices)


@given(events(), reaches, st.frozensets(st.sampled_from(Route)))
def test_nothing_leaves_after_the_start_or_too_late_or_twice_or_by_a_failed_route(told, someone, failed):
    now, what = told
    planned = plan(someone, what, now, failed, POST)

    assert len(routes(planned)) == len(planned)
    for one in planned:
        assert now <= one.due_at <= one.retry_until < one.expires_at == what.starts_at
        assert one.route not in failed - {DESK}
        if one.route is LETTER:
            assert POST.arrival(one.due_at) < paris_day(what.starts_at)
        if one.step is REMINDER:
            assert what.kind is not EventKind.CANCELLED


@given(events(), reaches)
def test_a_reminder_is_two_days_before_or_a_letter_that_arrives_before_that_and_after_the_first(told, someone):
    now, what = told
    planned = plan(someone, what, now, NONE, POST)
    first = next((POST.arrival(one.due_at) for one in planned if (one.step, one.route) == (NOTICE, LETTER)), None)

    for one in planned:
        if one.step is REMINDER and one.route is LETTER:
            arrives = POST.arrival(one.due_at)
            assert arrives <= paris_day(what.starts_at) - timedelta(days=2)
            assert first is None or arrives > first
        elif one.step is REMINDER:
            assert paris_day(one.due_at) == paris_day(what.starts_at) - timedelta(days=2)
            assert abs(paris(one.due_at).hour - paris(what.starts_at).hour) <= 1


# Tidings: what is told that is no appointment's


@given(moments, st.timedeltas(timedelta(0), timedelta(days=40)), reaches, *[st.frozensets(st.sampled_from(Route))] * 2)
def test_tidings_reach_everyone_by_what_they_chose_or_by_a_human(happened_at, later, someone, failed, avoid):
    now = happened_at + later
    until = happened_at + TIDINGS_LAST
    planned = plan_tidings(someone, Tidings(happened_at, avoid), now, failed, POST)
    found = {one.route for one in planned}

    if someone.wants_silence or now >= until:
        assert planned == ()
        return
    assert found
    assert len(found) == len(planned)
    assert not found & (failed | avoid) - {DESK}
    assert found & {LETTER, CALL, DESK} or not someone.wants_paper
    assert (SMS in found) == (someone.mobile and someone.wants_sms and SMS not in failed | avoid)
    assert (EMAIL in found) == (someone.email and someone.wants_email and EMAIL not in failed | avoid)
    for one in planned:
        assert one.step is NOTICE
        assert one.due_at == now <= one.retry_until < one.expires_at == until
        assert one.route is not LETTER or POST.arrival(now) < paris_day(until)


@pytest.mark.parametrize(
    "event_kept",
    [
        Tidings(NOW, frozenset({SMS, EMAIL})),
        Tidings(NOW),
        Event(EventKind.MOVED, NOW, False, NOW, NOW),  # noqa: FBT003
        Event(EventKind.BOOKED, NOW, True, None, NOW),  # noqa: FBT003
    ],
)
def test_what_a_message_keeps_of_its_event_is_read_back_the_same(event_kept):
    assert unpack(pack(event_kept)) == event_kept


def test_a_single_message_keeps_no_event():
    assert unpack({"kind": "single"}) is None
