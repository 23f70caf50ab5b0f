"""A day cut in pieces, closed days, what may be pressed, who knows what."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from portal.agenda.rules_acts import Act, Standing, acts, can_cancel, standing
from portal.agenda.rules_agenda import Booked, Item, Kind, Viewer, agent_day, bounds, grouped, open_hours, wall_minutes
from portal.agenda.rules_closings import Closing, Holiday, Place, Shut, Special, closing_of, holiday_of
from portal.booking.models import AppointmentStatus
from portal.directory.models import Mode
from portal.holidays import REGIONS, holidays_of
from tests.world import at

DAY = date(2026, 11, 23)
HERE = Place(1, "Ici", None)


def hour(text: str) -> datetime:
    return at(DAY.isoformat(), text)


def second(text: str) -> int:
    return int(hour(text).timestamp())


def booked(starts: str = "10:00", ends: str = "10:30", **given: Any) -> Booked:
    """An appointment at a place, nothing noted."""
    values: dict[str, Any] = {
        "id": 1,
        "agent_id": 7,
        "place_id": 1,
        "starts_at": hour(starts),
        "ends_at": hour(ends),
        "busy_until": hour(ends),
        "status": AppointmentStatus.BOOKED,
        "changed_at": hour("08:00"),
        "overbook_reason": None,
        "arrived_at": None,
        "called_at": None,
        "is_door_closed": False,
        "sequence": 0,
        "family": "pmi",
        "motif_key": "motif",
        "title": "Consultation",
        "neutral_words": "rendez-vous",
        "is_discreet": False,
        "mode": Mode.PLACE,
        "place_name": "Ici",
        "workshop_id": None,
        "workshop_title": None,
        "seats": None,
        "taken": 0,
    }
    return Booked(**values | given)


def shown(items) -> list[tuple[str, str, str]]:
    return [(one.kind.value, f"{one.starts_at:%H%M}", f"{one.ends_at:%H%M}") for one in items]


def test_a_day_is_what_is_booked_what_is_free_and_when_one_is_away() -> None:
    hours = [(second("09:00"), second("12:00")), (second("14:00"), second("15:00"))]
    day = agent_day(
        7,
        DAY,
        hours,
        [
            booked(busy_until=hour("10:40")),
            booked("11:00", "11:57", id=2, busy_until=hour("11:57")),
            booked("14:00", "14:30", id=3, status=AppointmentStatus.EXCUSED),
        ],
        [(hour("13:00"), hour("14:20")), (at("2026-11-22", "08:00"), at("2026-11-22", "23:00"))],
    )
    assert shown(day.items) == [
        ("free", "0800", "0900"),
        ("booked", "0900", "0930"),
        ("free", "0940", "1000"),
        ("booked", "1000", "1057"),  # the three minutes left are no free time
        ("away", "1200", "1320"),
        ("booked", "1300", "1330"),  # cancelled: it takes no time
        ("free", "1320", "1400"),
    ]
    assert [len(group) for group in day.groups] == [1, 1, 1, 1, 3]


def test_an_absence_is_cut_at_midnight() -> None:
    day = agent_day(7, DAY, [], [], [(at("2026-11-20", "12:00"), at("2026-11-30", "12:00"))])
    assert (day.items[0].ends_at - day.items[0].starts_at) == timedelta(hours=24)


def test_what_overlaps_stands_together() -> None:
    items = [
        Item(Kind.BOOKED, hour(a), hour(b))
        for a, b in (("09:00", "11:00"), ("09:30", "10:00"), ("10:30", "11:30"), ("11:30", "12:00"))
    ]
    assert [len(group) for group in grouped(items)] == [3, 1]
    assert grouped([]) == []


def test_hours_follow_the_wall_and_closed_places_are_out(world) -> None:
    place, motif, agent = world.office()
    other = world.place()
    rows = [world.opening(agent, other, motif, starts=time(11)), world.opening(agent, place, motif)]
    days = [DAY + timedelta(days=number) for number in range(3)]
    found = open_hours(rows, days, {(DAY, place.id), (days[1], other.id)})
    assert [[(b - a) // 60 for a, b in found[day]] for day in days] == [[60], [180], [180]]
    assert open_hours(rows, [], set()) == {}


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 4, 6), Holiday.EASTER_MONDAY),
        (date(2026, 5, 14), Holiday.ASCENSION),
        (date(2026, 5, 25), Holiday.WHIT_MONDAY),
        (date(2026, 12, 25), Holiday.CHRISTMAS),
        (date(2008, 5, 1), Holiday.LABOUR),  # Ascension too
        (date(2026, 11, 23), None),
    ],
)
def test_holidays_have_names(day: date, name: Holiday | None) -> None:
    assert holiday_of(day) is name


@pytest.mark.parametrize("region", REGIONS)
def test_each_holiday_of_each_region_has_its_own_name(region) -> None:
    for year in (2026, 2027, 2028):
        names = [holiday_of(day, region) for day in holidays_of(year, region)]
        assert None not in names
        assert len(set(names)) == len(names)
    assert holiday_of(date(2027, 3, 26), "alsace_moselle") is Holiday.GOOD_FRIDAY
    assert holiday_of(date(2027, 12, 20), "la_reunion") is Holiday.ABOLITION
    friday = closing_of(date(2027, 3, 26), HERE, [], "alsace_moselle")
    assert friday == Closing(Shut.HOLIDAY, holiday=Holiday.GOOD_FRIDAY)
    assert closing_of(date(2027, 3, 26), HERE, []) is None


def test_a_day_is_closed_by_what_is_said_of_the_place_first() -> None:
    christmas = date(2026, 12, 25)
    everywhere = Special(christmas, None, is_open=True, label="Ouvert partout")
    here = Special(christmas, 1, is_open=False, label="Travaux")
    elsewhere = Special(christmas, 2, is_open=True, label="Ailleurs")
    assert closing_of(christmas, HERE, []) == Closing(Shut.HOLIDAY, holiday=Holiday.CHRISTMAS)
    assert closing_of(christmas, HERE, [elsewhere]) == Closing(Shut.HOLIDAY, holiday=Holiday.CHRISTMAS)
    assert closing_of(christmas, HERE, [everywhere]) is None
    assert closing_of(christmas, HERE, [here, everywhere]) == Closing(Shut.CLOSED, "Travaux")
    assert closing_of(DAY, HERE, [here]) is None
    assert closing_of(DAY, HERE._replace(closed_on=DAY), []) == Closing(Shut.CLOSED)
    assert closing_of(DAY, HERE._replace(closed_on=DAY + timedelta(days=1)), []) is None


def test_a_grid_goes_from_nine_to_five_and_farther_when_it_must() -> None:
    late = agent_day(7, DAY, [], [booked("18:00", "18:10")], [(hour("00:00"), hour("23:00"))])
    early = agent_day(7, DAY, [(second("07:30"), second("08:00"))], [], [])
    assert bounds([]) == (9, 17)
    assert bounds([late, early]) == (7, 19)


def test_minutes_of_a_wall_clock_stay_within_the_day() -> None:
    before, after = at("2026-11-22", "23:00"), at("2026-11-24", "01:00")
    assert [wall_minutes(one, DAY) for one in (before, hour("09:05"), after)] == [0, 545, 1440]


def test_who_comes_is_known_to_the_agent_and_to_the_desk_of_the_place() -> None:
    viewer = Viewer(7, places=frozenset({1, 2}), desk=frozenset({2}), families=frozenset({"pmi"}))
    assert viewer.knows(agent_id=7, place_id=3)
    assert viewer.knows(agent_id=8, place_id=2)
    assert not viewer.knows(agent_id=8, place_id=1)
    assert (viewer.is_near(1), viewer.is_near(3)) == (True, False)
    everywhere = Viewer(9, places=None, desk=None)
    assert everywhere.knows(agent_id=8, place_id=1)
    assert everywhere.is_near(5)
    assert viewer.sees_reason(agent_id=8, family="pmi")
    assert not everywhere.sees_reason(agent_id=8, family="pmi")
    assert everywhere.sees_reason(agent_id=9, family="pmi")


HOME, PHONE = {"mode": Mode.HOME}, {"mode": Mode.PHONE}
HERE_ALREADY = {"arrived_at": hour("09:20")}
CALLED = HERE_ALREADY | {"called_at": hour("09:40")}
OVER = (Act.SEEN, Act.NOSHOW, Act.EXCUSED, Act.REVOKED)


@pytest.mark.parametrize(
    ("now", "given", "wanted"),
    [
        ("06:59", {}, ()),
        ("07:00", {}, (Act.ARRIVE,)),
        ("07:00", PHONE, ()),
        ("10:00", {}, (Act.ARRIVE, *OVER)),
        ("10:30", {}, OVER),
        ("10:00", PHONE, OVER),
        ("10:00", HOME, (Act.SEEN, Act.NOSHOW, Act.DOOR, Act.EXCUSED, Act.REVOKED)),
        ("09:25", HERE_ALREADY, (Act.CALL, Act.LEAVE)),
        ("09:30", HERE_ALREADY, (Act.CALL, Act.SEEN, Act.LEAVE)),
        ("10:05", HERE_ALREADY, (Act.CALL, Act.SEEN, Act.REVOKED, Act.LEAVE)),
        ("10:05", CALLED, (Act.SEEN, Act.REVOKED, Act.UNCALL)),
        ("10:05", {"workshop_id": 4}, ()),
        ("11:00", {"status": AppointmentStatus.SEEN}, (Act.UNDO,)),
        ("11:00", {"status": AppointmentStatus.EXCUSED}, ()),
        ("11:00", {"status": AppointmentStatus.EXCUSED, "changed_at": hour("10:40")}, (Act.UNDO,)),
    ],
)
def test_the_presses_that_make_sense(now: str, given: dict[str, Any], wanted: tuple[Act, ...]) -> None:
    assert acts(booked(**given), hour(now)) == wanted


def test_somebody_who_came_on_another_day_cannot_be_called() -> None:
    assert acts(booked(**HERE_ALREADY), at("2026-11-24", "09:00")) == (Act.SEEN, Act.REVOKED, Act.LEAVE)


def test_what_is_to_come_is_cancelled_elsewhere() -> None:
    assert can_cancel(booked(), hour("09:00"))
    assert not can_cancel(booked(), hour("10:00"))
    assert not can_cancel(booked(**HERE_ALREADY), hour("09:30"))
    assert not can_cancel(booked(workshop_id=3), hour("09:00"))
    assert not can_cancel(booked(status=AppointmentStatus.REVOKED), hour("09:00"))


@pytest.mark.parametrize(
    ("now", "given", "wanted"),
    [
        ("09:00", {}, Standing.TO_COME),
        ("10:00", {}, Standing.RUNNING),
        ("10:30", {}, Standing.FORGOTTEN),
        ("10:30", {"workshop_id": 1}, Standing.RUNNING),
        ("09:30", HERE_ALREADY, Standing.ARRIVED),
        ("09:50", CALLED, Standing.CALLED),
        ("23:30", CALLED, Standing.CALLED),
        ("11:00", {"status": AppointmentStatus.NOSHOW}, Standing.MISSED),
        ("11:00", {"status": AppointmentStatus.NOSHOW, "is_door_closed": True}, Standing.DOOR),
        ("11:00", {"status": AppointmentStatus.SEEN}, Standing.SEEN),
        ("11:00", {"status": AppointmentStatus.REVOKED}, Standing.REVOKED),
    ],
)
def test_how_an_appointment_stands(now: str, given: dict[str, Any], wanted: Standing) -> None:
    assert standing(booked(**given), hour(now)) is wanted


@pytest.mark.parametrize("given", [HERE_ALREADY, CALLED])
def test_nobody_spends_the_night_in_a_waiting_room(given: dict[str, Any]) -> None:
    assert standing(booked(**given), hour("23:59")) is not Standing.FORGOTTEN
    assert standing(booked(**given), at("2026-11-24", "00:00")) is Standing.FORGOTTEN
    over_midnight = booked("23:30", "23:59", **given)._replace(ends_at=at("2026-11-24", "00:30"))
    assert standing(over_midnight, at("2026-11-24", "00:10")) is not Standing.FORGOTTEN
