"""A letter that waits at a place tells nobody anything by itself: somebody, or another way, tells the same."""

import pytest

from portal.notifications.models import Route, Step
from portal.notifications.planner import EventKind, Tidings, first_day_by_letter, plan, plan_reminders, plan_tidings
from tests.french_post import FRENCH_POST as POST
from tests.notifications.test_rules import FAR, NONE, NOW, at, event, reach, routes

NOTICE, REMINDER = Step.NOTICE, Step.REMINDER
SMS, LETTER, CALL, DESK = Route.SMS, Route.LETTER, Route.CALL, Route.DESK


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        (("mobile",), {(NOTICE, SMS), (REMINDER, SMS)}),
        (("mobile", "wants_paper"), {(NOTICE, SMS), (NOTICE, LETTER), (REMINDER, SMS), (REMINDER, LETTER)}),
        (("landline",), {(NOTICE, LETTER), (NOTICE, CALL), (REMINDER, LETTER), (REMINDER, CALL)}),
        ((), {(NOTICE, LETTER), (NOTICE, DESK), (REMINDER, LETTER)}),
        (("wants_silence",), set()),
    ],
)
def test_whoever_has_a_message_is_told_by_it_and_a_human_tells_the_others(ways, expected):
    kept = reach("address", "letters_wait", *ways)

    assert routes(plan(kept, event(FAR), NOW, NONE, POST)) == expected


def test_a_letter_that_waits_reminds_of_nothing_either_though_it_has_just_come():
    kept, soon = reach("address", "letters_wait", "landline"), at("2026-11-09")

    planned = plan_reminders(
        kept, event(soon, EventKind.BOOKED), NOW, NONE, POST, letter_arrives=at("2026-11-05").date()
    )
    assert routes(planned) == {(REMINDER, CALL)}
    assert first_day_by_letter(kept, NONE, NOW, POST) is None


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        ((), {LETTER, DESK}),
        (("landline",), {LETTER, CALL}),
        (("mobile",), {SMS}),
        (("mobile", "wants_paper"), {SMS, LETTER}),
    ],
)
def test_what_is_no_appointment_s_is_told_so_too(ways, expected):
    planned = plan_tidings(reach("address", "letters_wait", *ways), Tidings(NOW), NOW, NONE, POST)

    assert {one.route for one in planned} == expected
