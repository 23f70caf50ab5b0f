"""What may be booked, moved and cancelled, and until when."""

from datetime import date, timedelta

import pytest

from portal.booking.models import Appointment, AppointmentStatus, Invitation
from portal.booking.rules import (
    BookingRefusal,
    booking_refusal,
    cancel_refusal,
    cancel_until,
    invitation_refusal,
    is_over,
    move_refusal,
    move_until,
)
from portal.directory.models import BookedBy, Motif, Place
from portal.people.models import Person
from tests.world import at

NOW = at("2026-11-23", "09:02")
START = at("2026-11-24", "10:30")
A_SECOND = timedelta(seconds=1)


def motif(**given: object) -> Motif:
    return Motif(
        **{
            "id": 1,
            "booked_by": BookedBy.EVERYONE,
            "closed_on": None,
            "max_age_years": None,
            "cancel_minutes": 240,
            "move_minutes": 24 * 60,
        }
        | given
    )


def appointment(status: AppointmentStatus = AppointmentStatus.BOOKED, **given: object) -> Appointment:
    return Appointment(starts_at=START, ends_at=START + timedelta(minutes=30), status=status, motif=motif(**given))


def refusal(kind: Motif, *, by_agent: bool = False, born: date = date(1990, 1, 1), closed: date | None = None):
    place = Place(closed_on=closed)
    return booking_refusal(kind, place, START, NOW, births=[born], by_agent=by_agent)


def test_deadlines_are_the_minutes_of_the_motif_before_the_beginning() -> None:
    assert cancel_until(START, motif()) == at("2026-11-24", "06:30")
    assert move_until(START, motif()) == at("2026-11-23", "10:30")


@pytest.mark.parametrize(
    ("booked_by", "resident", "agent"),
    [
        (BookedBy.EVERYONE, None, None),
        (BookedBy.INVITED, None, None),
        (BookedBy.AGENTS, BookingRefusal.NOT_BOOKABLE, None),
        (BookedBy.NOBODY, BookingRefusal.NOT_BOOKABLE, BookingRefusal.NOT_BOOKABLE),
    ],
)
def test_a_motif_says_who_may_book_it(
    booked_by: BookedBy, resident: BookingRefusal | None, agent: BookingRefusal | None
) -> None:
    assert refusal(motif(booked_by=booked_by)) is resident
    assert refusal(motif(booked_by=booked_by), by_agent=True) is agent


def test_nothing_is_booked_from_the_day_on_which_the_place_or_the_motif_closes() -> None:
    closing, after = date(2026, 11, 24), date(2026, 11, 25)
    assert refusal(motif(closed_on=closing)) is BookingRefusal.CLOSED
    assert refusal(motif(), closed=closing) is BookingRefusal.CLOSED
    assert refusal(motif(closed_on=after), closed=after) is None


def test_the_past_is_not_booked_even_by_an_agent() -> None:
    for by_agent in (True, False):
        found = booking_refusal(motif(), Place(closed_on=None), START, START, births=[], by_agent=by_agent)
        assert found is BookingRefusal.PAST


def test_a_child_must_be_under_the_age_of_the_motif_on_the_day() -> None:
    kind = motif(max_age_years=6)
    assert refusal(kind, born=date(2020, 11, 25)) is None
    assert refusal(kind, born=date(2020, 11, 24)) is BookingRefusal.WRONG_AGE


def test_an_invitation_opens_its_motif_to_its_person_until_its_last_day() -> None:
    born = date(1990, 1, 1)
    invitation = Invitation(motif_id=1, last_day=date(2026, 11, 23), person=Person(birth_date=born))
    assert invitation_refusal(invitation, 1, born, NOW) is None
    refused = BookingRefusal.NOT_INVITED
    assert invitation_refusal(None, 1, born, NOW) is refused
    assert invitation_refusal(invitation, 2, born, NOW) is refused
    assert invitation_refusal(invitation, 1, date(1990, 1, 2), NOW) is refused
    assert invitation_refusal(invitation, 1, born, at("2026-11-24", "00:00")) is refused


def test_the_deadline_to_cancel_is_included_and_binds_residents_only() -> None:
    deadline = at("2026-11-24", "06:30")
    assert cancel_refusal(appointment(), deadline, by_agent=False) is None
    assert cancel_refusal(appointment(), deadline + A_SECOND, by_agent=False) is BookingRefusal.TOO_LATE_TO_CANCEL
    assert cancel_refusal(appointment(), deadline + A_SECOND, by_agent=True) is None


def test_what_has_begun_is_neither_cancelled_nor_moved_by_anyone() -> None:
    for by_agent in (True, False):
        assert cancel_refusal(appointment(), START, by_agent=by_agent) is BookingRefusal.PAST
        assert move_refusal(appointment(), START, by_agent=by_agent) is BookingRefusal.PAST
        seen = appointment(AppointmentStatus.SEEN)
        assert cancel_refusal(seen, NOW, by_agent=by_agent) is BookingRefusal.PAST
        assert move_refusal(seen, NOW, by_agent=by_agent) is BookingRefusal.PAST


def test_the_deadline_to_move_is_included_and_binds_residents_only() -> None:
    deadline = at("2026-11-23", "10:30")
    assert move_refusal(appointment(), deadline, by_agent=False) is None
    assert move_refusal(appointment(), deadline + A_SECOND, by_agent=False) is BookingRefusal.TOO_LATE_TO_MOVE
    assert move_refusal(appointment(), deadline + A_SECOND, by_agent=True) is None


@pytest.mark.parametrize("status", [AppointmentStatus.EXCUSED, AppointmentStatus.REVOKED])
def test_a_cancelled_appointment_is_not_moved(status: AppointmentStatus) -> None:
    assert move_refusal(appointment(status), NOW, by_agent=True) is BookingRefusal.ALREADY_CANCELLED


def test_residents_do_not_move_what_staff_alone_books() -> None:
    visit = appointment(booked_by=BookedBy.AGENTS)
    assert move_refusal(visit, NOW, by_agent=False) is BookingRefusal.NOT_BOOKABLE
    assert move_refusal(visit, NOW, by_agent=True) is None


def test_links_live_until_24_hours_after_the_end() -> None:
    end = START + timedelta(minutes=30)
    assert not is_over(appointment(), end + timedelta(hours=24))
    assert is_over(appointment(), end + timedelta(hours=24) + A_SECOND)
