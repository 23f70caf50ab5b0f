"""By when somebody must have been told, when to try again, and who else may be told."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.calls.rules import (
    AT_LEAST,
    Moment,
    TaskFault,
    again_fault,
    callback_deadline,
    deadline,
    event_at,
    is_working_day,
    next_working_day,
    proposals,
    window,
)
from portal.calls.rules_people import may_tell_relatives, numbers, right_holders
from portal.clock import paris
from portal.holidays import METROPOLE
from portal.notifications.models import Message, Route
from portal.people.models import Person, RouteState
from portal.people.models_mandates import Mandate, MandateKind
from tests.world import at

MOMENTS = some.integers(0, 4 * 365 * 24 * 60).map(
    lambda minutes: at("2026-01-01", "00:00") + timedelta(minutes=minutes)
)
SPANS = some.timedeltas(timedelta(0), timedelta(days=60))


@pytest.mark.parametrize(
    ("opened", "event", "by"),
    [
        (("2026-11-23", "09:02"), ("2026-12-15", "10:30"), ("2026-11-24", "09:02")),  # one working day
        (("2026-11-27", "16:00"), ("2026-12-15", "10:30"), ("2026-11-30", "16:00")),  # over a week-end
        (("2026-12-24", "10:00"), ("2027-01-15", "10:30"), ("2026-12-28", "10:00")),  # over Christmas
        (("2026-11-23", "09:00"), ("2026-11-24", "14:00"), ("2026-11-23", "14:00")),  # 24 hours before
        (("2026-11-23", "09:00"), ("2026-11-23", "18:00"), ("2026-11-23", "10:00")),  # an hour at least
        (("2026-11-23", "09:00"), ("2026-11-23", "09:20"), ("2026-11-23", "09:20")),  # never after the event
    ],
)
def test_somebody_is_told_within_a_working_day_and_a_day_before_the_event(opened, event, by):
    assert deadline(at(*opened), at(*event), METROPOLE) == at(*by)


@given(MOMENTS, SPANS)
def test_a_deadline_is_never_after_the_event_and_leaves_an_hour_when_there_is_one(opened, span):
    event = opened + span
    by = deadline(opened, event, METROPOLE)
    assert opened <= by <= event
    assert by == event or by >= opened + AT_LEAST


def test_the_old_hour_of_a_move_is_an_event_too_while_it_is_to_come():
    opened, old, new = at("2026-11-23", "09:00"), at("2026-11-25", "10:00"), at("2026-12-15", "10:00")
    assert event_at(new, opened, {"old_starts_at": old.isoformat()}) == old
    assert event_at(new, old, {"old_starts_at": old.isoformat()}) == new
    assert event_at(old, opened, {"old_starts_at": new.isoformat()}) == old
    assert event_at(new, opened, {"old_starts_at": None}) == event_at(new, opened, {}) == new


@pytest.mark.parametrize(
    ("moment", "now", "begins", "ends"),
    [
        (Moment.SOON, ("2026-11-23", "10:00"), ("2026-11-23", "10:00"), ("2026-11-23", "12:00")),
        (Moment.SOON, ("2026-11-23", "07:00"), ("2026-11-23", "09:00"), ("2026-11-23", "11:00")),
        (Moment.SOON, ("2026-11-23", "16:00"), ("2026-11-23", "16:00"), ("2026-11-23", "17:00")),
        (Moment.SOON, ("2026-11-27", "18:00"), ("2026-11-30", "09:00"), ("2026-11-30", "11:00")),
        (Moment.MORNING, ("2026-11-23", "08:00"), ("2026-11-23", "09:00"), ("2026-11-23", "12:00")),
        (Moment.MORNING, ("2026-11-23", "10:00"), ("2026-11-24", "09:00"), ("2026-11-24", "12:00")),
        (Moment.AFTERNOON, ("2026-11-23", "10:00"), ("2026-11-23", "14:00"), ("2026-11-23", "17:00")),
        (Moment.AFTERNOON, ("2026-11-28", "10:00"), ("2026-11-30", "14:00"), ("2026-11-30", "17:00")),
        (Moment.NEXT_DAY, ("2026-12-24", "10:00"), ("2026-12-28", "09:00"), ("2026-12-28", "17:00")),
    ],
)
def test_somebody_is_called_back_when_they_asked(moment, now, begins, ends):
    assert window(moment, at(*now), METROPOLE) == (at(*begins), at(*ends))


def test_a_call_that_was_asked_for_is_late_when_the_moment_is_over_and_an_hour_after_it_began_at_least():
    opened = at("2026-11-23", "16:30")
    assert callback_deadline(opened, at("2026-11-23", "17:00")) == at("2026-11-23", "17:30")
    assert callback_deadline(opened, at("2026-11-23", "18:30")) == at("2026-11-23", "18:30")


@pytest.mark.parametrize(
    ("now", "misses", "first"),
    [
        (("2026-11-23", "10:00"), 1, ("2026-11-23", "12:00")),  # two hours later
        (("2026-11-23", "16:00"), 1, ("2026-11-24", "09:00")),  # outside calling hours
        (("2026-11-23", "10:00"), 2, ("2026-11-23", "14:00")),  # another half of the day
        (("2026-11-23", "15:00"), 2, ("2026-11-24", "09:00")),
        (("2026-11-23", "10:00"), 3, ("2026-11-24", "14:00")),  # the next working day, at another hour
        (("2026-11-27", "15:00"), 9, ("2026-11-30", "10:30")),
    ],
)
def test_another_try_is_proposed_at_another_time(now, misses, first):
    assert proposals(at(*now), misses, at("2026-12-15", "10:30"), METROPOLE)[0] == at(*first)


@given(MOMENTS, some.integers(0, 5), SPANS)
def test_what_is_proposed_is_to_come_before_the_event_and_when_desks_call(now, misses, span):
    event = now + span
    found = proposals(now, misses, event, METROPOLE)
    assert len(set(found)) == len(found)
    for moment in found:
        assert now < moment < event
        assert is_working_day(paris(moment).date())
        assert 9 <= paris(moment).hour < 17


def test_nothing_is_proposed_when_the_event_is_too_near_and_a_moment_past_or_after_it_is_refused():
    now = at("2026-11-23", "10:00")
    event = now + timedelta(hours=1)
    assert proposals(now, 1, event, METROPOLE) == []
    assert again_fault(now + timedelta(minutes=30), now, event) is None
    assert again_fault(now, now, event) is TaskFault.TOO_LATE
    assert again_fault(event, now, event) is TaskFault.TOO_LATE


def test_public_holidays_are_no_working_days():
    assert next_working_day(at("2026-04-30", "12:00").date()).isoformat() == "2026-05-04"


def test_nobody_is_called_nor_late_on_a_public_holiday_of_the_territory():
    now, event = at("2026-04-02", "15:30"), at("2026-04-20", "10:00")  # Good Friday follows
    friday, tuesday = at("2026-04-03", "09:00"), at("2026-04-07", "09:00")
    for region, day in ((METROPOLE, friday), ("alsace_moselle", tuesday)):
        assert window(Moment.MORNING, now, region).starts_at == day
        assert window(Moment.NEXT_DAY, now, region).starts_at == day
        assert window(Moment.SOON, at("2026-04-02", "18:00"), region).starts_at == day
        assert proposals(now, 1, event, region)[0] == day
        assert deadline(now, event, region) == day + timedelta(hours=6, minutes=30)


def person(**given):
    values = {"mobile": None, "landline": None, "mobile_state": RouteState.UNTRIED, "wants_discretion": False}
    return Person(**{"id": 1, "is_protected": False} | values | given)


def message(**given):
    return Message(**{"route": Route.CALL, "to": None, "subject": "appointment"} | given)


def test_a_number_given_for_the_call_comes_first_and_one_that_failed_last():
    everything = person(mobile="+33639980001", landline="+33353010001", mobile_state=RouteState.FAILED)
    found = numbers(message(to="+33353010009"), everything)
    assert [number.way for number in found] == ["given", "landline", "mobile"]
    assert [number.has_failed for number in found] == [False, False, True]
    assert [number.way for number in numbers(message(to="+33639980001"), everything)] == ["landline", "mobile"]
    two = person(mobile="+33639980001", landline="+33353010001")
    assert [number.way for number in numbers(message(to="+33639980001"), two)] == ["mobile", "landline"]
    assert [number.way for number in numbers(message(to="+33353010009"), None)] == ["given"]
    assert numbers(message(route=Route.DESK), everything) == ()


def test_only_an_appointments_news_may_be_left_to_a_relative_and_never_of_somebody_discreet():
    assert may_tell_relatives(message(), person())
    assert not may_tell_relatives(message(), person(wants_discretion=True))
    assert not may_tell_relatives(message(subject="mandate"), person())


def mandate(number, kind=MandateKind.RELATIVE, procedures=("messages",), *, holder=True):
    row = Mandate(kind=kind, procedures=list(procedures))
    row.holder = Person(id=number) if holder else None
    return row


def test_the_right_to_know_is_the_guardians_and_that_of_a_mandate_which_names_it():
    guardian = SimpleNamespace(id=7)
    given = [
        mandate(2),
        mandate(3, procedures=("appointments",)),
        mandate(4, procedures=("rights",)),
        mandate(5, MandateKind.ORGANISATION),
        mandate(6, holder=False),
        mandate(2, procedures=("appointments",)),
        mandate(8, MandateKind.LEGAL),
    ]
    assert [one.id for one in right_holders(person(), guardian, given)] == [7, 2, 3, 8]
    assert [one.id for one in right_holders(person(is_protected=True), None, given)] == [8]
