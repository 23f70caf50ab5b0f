"""Where a message stands, which appointment comes next, which ways are left: rules, without a page."""

from datetime import timedelta

import pytest

from portal.booking.models import Appointment, AppointmentStatus
from portal.notifications.models import Message, Route, Status
from portal.people.models import Person, RouteState
from portal.people.models_credentials import CredentialKind
from portal.space.rules import Standing, doubtful, parted, standing, ways_left
from tests.conftest import NOW

MOBILE, EMAIL = CredentialKind.MOBILE, CredentialKind.EMAIL


def message(status, due=timedelta()):
    return Message(status=status, due_at=NOW + due)


def person(**given):
    values = {
        "mobile": "+33639980012",
        "mobile_state": RouteState.WORKS,
        "email": "Camille@exemple.fr",
        "email_state": RouteState.WORKS,
        "landline": None,
        "address": [],
        "address_state": RouteState.UNTRIED,
    }
    return Person(**values | given)


def appointment(number, hours, status=AppointmentStatus.BOOKED):
    return Appointment(id=number, starts_at=NOW + timedelta(hours=hours), status=status)


@pytest.mark.parametrize(
    ("status", "due", "where"),
    [
        (Status.WAITING, timedelta(minutes=1), Standing.PLANNED),
        (Status.WAITING, timedelta(), Standing.LEAVING),
        (Status.SENDING, timedelta(), Standing.LEAVING),
        (Status.SENT, timedelta(), Standing.SENT),
        (Status.DELIVERED, timedelta(), Standing.ARRIVED),
        (Status.QUEUED, timedelta(), Standing.PRINTED),
        (Status.IN_RUN, timedelta(), Standing.PRINTED),
        (Status.PRINTED, timedelta(), Standing.PRINTED),
        (Status.POSTED, timedelta(), Standing.POSTED),
        (Status.RETURNED, timedelta(), Standing.RETURNED),
        (Status.OPEN, timedelta(), Standing.HELD),
        (Status.DONE, timedelta(), Standing.TOLD),
        (Status.FAILED, timedelta(), Standing.FAILED),
        (Status.EXPIRED, timedelta(), Standing.TOO_LATE),
    ],
)
def test_a_message_stands_somewhere_for_whoever_reads_it(status, due, where):
    assert standing(message(status, due), NOW) is where


def test_appointments_are_parted_soonest_first_to_come_and_latest_first_otherwise():
    excused, revoked = AppointmentStatus.EXCUSED, AppointmentStatus.REVOKED
    rows = [
        appointment(1, 48),
        appointment(2, 2),
        appointment(3, -0.5),  # just begun: whoever looks for the door finds it
        appointment(4, -1),
        appointment(5, -48, AppointmentStatus.NOSHOW),
        appointment(6, 5, excused),
        appointment(7, 9, revoked),
    ]
    parts = parted(rows, NOW)
    assert [one.id for one in parts.coming] == [3, 2, 1]
    assert [one.id for one in parts.past] == [4, 5]
    assert [one.id for one in parts.cancelled] == [7, 6]


def test_a_way_is_doubtful_until_somebody_known_vouched_for_it_whatever_its_capitals():
    known = person()
    assert doubtful(known, set()) == [MOBILE, EMAIL]
    assert doubtful(known, {(EMAIL, "camille@exemple.fr"), (MOBILE, "+33639980099")}) == [MOBILE]
    assert doubtful(person(mobile=None, email=None), set()) == []


def test_the_ways_left_are_those_that_still_work_without_the_one_removed():
    full = person(address=["", "", "1 rue d'Essai", "", "62000 Arras"], landline="+33353010012")
    assert ways_left(full) == [Route.SMS, Route.EMAIL, Route.LETTER, Route.CALL]
    assert ways_left(full, without=MOBILE) == [Route.EMAIL, Route.LETTER, Route.CALL]
    assert ways_left(person(email=None), without=MOBILE) == []
    assert ways_left(person(email_state=RouteState.FAILED), without=MOBILE) == []
    assert ways_left(person(mobile_state=RouteState.FAILED), without=EMAIL) == [Route.CALL]
