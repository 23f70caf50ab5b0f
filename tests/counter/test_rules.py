"""What an agent may be shown while they book: places, halves of days, ages, and what a paper may say."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from portal.booking.models import AppointmentStatus, CancelReason
from portal.counter import rules
from portal.counter.rules import Filters, HalfDay
from portal.directory.models import Mode
from portal.people.queries_access import Service
from tests.world import at

NINE, TWO = at("2026-11-24", "09:00"), at("2026-11-24", "14:00")


@pytest.mark.parametrize(
    ("services", "places"),
    [
        (
            [
                Service(None, frozenset({1}), may_overbook=False),
                Service(frozenset({"pmi"}), frozenset({2}), may_overbook=False),
            ],
            {1, 2},
        ),
        ([Service(frozenset({"social"}), frozenset({2}), may_overbook=False)], set()),
        (
            [Service(frozenset({"pmi"}), None, may_overbook=False), Service(None, frozenset({1}), may_overbook=False)],
            None,
        ),
        ([], set()),
    ],
    ids=["two services", "another service's", "everywhere", "no service"],
)
def test_an_agent_books_where_one_of_their_services_does(services, places):
    assert rules.places_for(services, "pmi") == places
    assert rules.places_to_overbook(services, "pmi") == frozenset()


def test_who_may_overbook_may_so_at_the_places_of_that_role():
    services = [Service(None, frozenset({1}), may_overbook=True), Service(None, frozenset({2}), may_overbook=False)]
    assert rules.places_to_overbook(services, "pmi") == {1}


def test_filters_begin_at_the_later_of_a_day_and_an_hour_and_cut_days_at_noon():
    assert Filters().start is None
    assert Filters(since=date(2026, 11, 25), after=NINE).start == at("2026-11-25", "00:00") - timedelta(seconds=1)
    assert Filters(after=TWO).start == TWO
    assert [Filters(half=half).wants(hour) for half in HalfDay for hour in (NINE, TWO)] == [True, False, False, True]
    assert Filters().wants(TWO)
    assert (Filters(after=NINE).is_any, Filters(place_id=3).is_any) == (False, True)


def test_a_motif_does_not_fit_those_of_the_wrong_age_on_the_day():
    motif = SimpleNamespace(max_age_years=6)
    young, old = SimpleNamespace(birth_date=date(2023, 1, 1)), SimpleNamespace(birth_date=date(2000, 1, 1))
    assert rules.unfit(motif, [young, old], NINE) == [old]


def test_residents_book_from_the_notice_to_the_horizon():
    motif = SimpleNamespace(notice_minutes=60, horizon_days=2)
    assert rules.bookable_from(motif, NINE) == at("2026-11-24", "10:00")
    assert rules.bookable_until(motif, NINE) == at("2026-11-26", "09:00")


@pytest.mark.parametrize(
    ("status", "starts_at", "workshop_id", "may"),
    [
        (AppointmentStatus.BOOKED, TWO, None, True),
        (AppointmentStatus.BOOKED, NINE, None, False),
        (AppointmentStatus.EXCUSED, TWO, None, False),
        (AppointmentStatus.BOOKED, TWO, 1, False),
    ],
)
def test_what_is_to_come_may_change_and_a_seat_may_not(status, starts_at, workshop_id, may):
    made = SimpleNamespace(status=status, starts_at=starts_at, workshop_id=workshop_id)
    assert rules.may_change(made, NINE) is may


def test_it_is_the_person_who_cancels_when_they_asked():
    assert [rules.is_by_person(reason) for reason in CancelReason] == [True, False, False, False, False]


@pytest.mark.parametrize(
    ("kind", "mode", "street", "name"),
    [
        ("pmi", Mode.PLACE, "2 rue de l'Essai", "2 rue de l'Essai"),
        ("pmi", Mode.PLACE, None, "PMI Essai"),
        ("mds_site", Mode.PLACE, "2 rue de l'Essai", "PMI Essai"),
        ("pmi", Mode.PHONE, "2 rue de l'Essai", "PMI Essai"),
    ],
)
def test_a_paper_names_no_service_where_the_street_leads_there(kind, mode, street, name):
    made = SimpleNamespace(place=SimpleNamespace(kind=kind, street=street), motif=SimpleNamespace(mode=mode))
    context = {"place_name": "PMI Essai", "place_lines": ["2 rue de l'Essai", "62000 Arras"], "names": ["Noé Essai"]}
    said = rules.slip_context(context, made, ["Noé"])
    assert (said["place_name"], said["names"], said["cancel_until"]) == (name, ["Noé"], None)
    assert said["place_lines"] == (["62000 Arras"] if name == street else context["place_lines"])
