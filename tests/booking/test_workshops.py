"""Workshops: sessions with seats, each seat an appointment with its own messages."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.booking.availability import Scope, free_slots
from portal.booking.models import Appointment, AppointmentStatus, CancelReason
from portal.booking.queries import appointment
from portal.booking.queries_workshops import sheet, workshop, workshops_past, workshops_to_come
from portal.booking.rules import move_refusal
from portal.booking.rules_workshops import WorkshopFault, is_seat
from portal.booking.services import cancel
from portal.booking.services_status import StatusFault, arrive, mark
from portal.booking.services_workshops import (
    cancel_workshop,
    change_workshop,
    enrol,
    mark_all_present,
    open_workshop,
)
from portal.directory.models import BookedBy, Motif
from portal.directory.models_settings import DayException
from portal.journal.services import VISITOR, Actor
from portal.refusal import Refused
from tests.booking.desk import BASE, LATER, START, alive, journal, messages
from tests.reading import refusal
from tests.world import at

MINUTES = 90


@pytest.fixture
def house(world):
    """A place, a motif, the agent who leads, and someone at its welcome desk."""
    place, motif, agent = world.office()
    return place, motif, agent, Actor.agent(world.agent("accueil", place=place).id)


@pytest.fixture
def run(database):
    """`run(verb, now, …)`: one press, in a transaction of its own."""

    def press(verb, now, **given):
        with database.transaction() as session:
            return verb(session, now, **given)

    return press


@pytest.fixture
def hosted(run, world, house):
    """`hosted(seats=…)`: a session on Thursday from 9:00 to 10:30."""
    place, motif, agent, desk = house

    def make(**given):
        return run(
            open_workshop,
            world.now,
            **{
                "motif_id": motif.id,
                "place_id": place.id,
                "agent_id": agent.id,
                "starts_at": START,
                "minutes": MINUTES,
                "seats": 8,
                "title": "  Mon budget,  pas à pas ",
                "by": desk,
            }
            | given,
        )

    return make


@pytest.fixture
def seat(run, world, house):
    """`seat(session, person)`: gives them one."""

    def give(session, person, now=None, by=house[3]):
        return run(enrol, now or world.now, workshop_id=session.id, person_id=person.id, by=by, base_url=BASE)

    return give


def test_a_workshop_holds_the_agent_s_time_for_nobody(world, house, hosted, database) -> None:
    _, motif, _, _ = house
    made = hosted()
    assert made.title == "Mon budget, pas à pas"
    with database.transaction() as session:
        held = appointment(session, made.appointment_id)
        assert (held.participations, held.busy_until - held.starts_at) == ([], timedelta(minutes=MINUTES))
        assert not is_seat(held)
        day = date(2026, 11, 26)
        starts = [slot.starts_at for slot in free_slots(session, world.now, Scope(motif), day, day)]
        assert starts == [at("2026-11-26", hour) for hour in ("10:30", "11:00", "11:30")]
    assert refusal(hosted) is WorkshopFault.AGENT_TAKEN
    assert [(line.verb, line.object_id) for line in journal(database)] == [("workshop.opened", made.id)]


def test_a_workshop_is_not_opened_in_the_past_on_a_closed_day_nor_over_an_absence(
    world, house, hosted, database
) -> None:
    place, _, agent, _ = house
    assert refusal(hosted, starts_at=world.now) is WorkshopFault.OVER
    assert refusal(hosted, starts_at=at("2026-12-25", "09:00")) is WorkshopFault.CLOSED
    bridge, opens = date(2026, 11, 27), date(2026, 12, 25)
    with database.transaction() as session:
        session.add(DayException(day=bridge, place_id=None, is_open=False, label="pont"))
        session.add(DayException(day=opens, place_id=None, is_open=False, label="fermé"))
        session.add(DayException(day=opens, place_id=place.id, is_open=True, label="permanence"))
    assert refusal(hosted, starts_at=at("2026-11-27", "09:00")) is WorkshopFault.CLOSED
    assert hosted(starts_at=at("2026-12-25", "09:00")), "open here, whatever the other places do"
    world.absence(agent, at("2026-11-30", "10:00"), at("2026-11-30", "12:00"))
    assert refusal(hosted, starts_at=at("2026-11-30", "09:00")) is WorkshopFault.AGENT_AWAY
    assert refusal(hosted, agent_id=world.agent(is_active=False).id) is WorkshopFault.AGENT_AWAY
    explained = world.motif(booked_by=BookedBy.NOBODY)
    assert refusal(hosted, motif_id=explained.id) is WorkshopFault.CLOSED
    assert refusal(hosted, place_id=world.place(closed_on=date(2026, 11, 1)).id, by=everywhere(world)) is (
        WorkshopFault.CLOSED
    )
    for missing in ({"motif_id": 0}, {"place_id": 0}, {"agent_id": 0}):
        with pytest.raises(LookupError):
            hosted(**missing)


def everywhere(world):
    return Actor.agent(world.agent("accueil").id)


def test_nobody_opens_fills_changes_or_cancels_a_workshop_of_another_service(world, house, hosted, run, seat) -> None:
    place, _, agent, desk = house
    stranger = Actor.agent(world.agent("professionnel", place=place, families=["pmi"]).id)
    not_yours = WorkshopFault.NOT_YOUR_SERVICE
    assert refusal(hosted, by=stranger) is not_yours
    assert refusal(hosted, by=VISITOR) is not_yours
    made, person = hosted(), world.person()
    assert refusal(seat, made, person, by=stranger) is not_yours
    there = {"workshop_id": made.id, "base_url": BASE}
    assert refusal(run, cancel_workshop, world.now, reason=CancelReason.MISTAKE, by=stranger, **there) is not_yours
    new = {"place_id": place.id, "agent_id": agent.id, "starts_at": LATER, "minutes": 60, "seats": 8, "title": "Autre"}
    assert refusal(run, change_workshop, world.now, by=stranger, **there, **new) is not_yours
    elsewhere = new | {"place_id": world.place().id}
    assert refusal(run, change_workshop, world.now, by=desk, **there, **elsewhere) is not_yours


def test_each_seat_is_an_appointment_with_its_code_its_messages_and_its_line(
    world, house, hosted, seat, database
) -> None:
    _, motif, _, _ = house
    made, person = hosted(seats=2), world.person(email=None)
    world.wish(person, motif)
    taken = seat(made, person)
    assert taken.code
    assert (taken.starts_at, taken.ends_at, taken.workshop_id) == (START, START + timedelta(minutes=MINUTES), made.id)
    assert is_seat(taken)
    assert alive(database) == [
        ("appointment_booked", "sms", person.id),
        ("appointment_reminder", "sms", person.id),
    ]
    assert messages(database)[0].context["move_until"] is None, "a seat cannot be moved, and nothing says that it can"
    assert journal(database)[-1].verb == "appointment.booked"
    assert refusal(seat, made, person) is WorkshopFault.ALREADY
    seat(made, world.person())
    assert refusal(seat, made, world.person()) is WorkshopFault.FULL
    with database.transaction() as session:
        from_list = workshop(session, made.id)
        assert (from_list.taken, from_list.free) == (2, 0)
        assert [one.participations[0].person_id for one in sheet(session, made.id)] == [person.id, person.id + 1]


def test_a_seat_that_is_cancelled_is_free_and_one_cannot_be_moved_alone(world, hosted, seat, run, database) -> None:
    made, person = hosted(seats=1), world.person()
    taken = seat(made, person)
    with database.transaction() as session:
        whole = appointment(session, taken.id)
        assert move_refusal(whole, world.now, by_agent=False) is not None
        assert move_refusal(whole, world.now, by_agent=True) is not None
    run(cancel, world.now, appointment_id=taken.id, base_url=BASE, by=Actor.person(person.id))
    assert {kind for kind, _, _ in alive(database)} == {"appointment_cancelled"}
    again = seat(made, person)
    assert again.id != taken.id, "who cancelled may come back"


def test_a_workshop_that_has_begun_still_takes_whoever_comes_until_it_ends(world, hosted, seat) -> None:
    made = hosted()
    assert seat(made, world.person(), START + timedelta(minutes=10))
    assert refusal(seat, made, world.person(), START + timedelta(minutes=MINUTES)) is WorkshopFault.OVER


def test_a_seat_is_for_those_of_the_right_age_and_with_a_file(world, hosted, seat, database, house) -> None:
    with database.transaction() as session:
        session.get_one(Motif, house[1].id).max_age_years = 6
    made = hosted()
    assert refusal(seat, made, world.person()) is WorkshopFault.WRONG_AGE
    with pytest.raises(LookupError):
        seat(made, house[2].__class__(id=999))
    made.id = 999
    with pytest.raises(LookupError):
        seat(made, world.person())


def test_a_person_has_no_more_seats_to_come_than_the_motif_allows(world, hosted, seat, run, database, house) -> None:
    with database.transaction() as session:
        session.get_one(Motif, house[1].id).upcoming_limit = 2
    made = [hosted(starts_at=START + timedelta(days=day)) for day in (0, 1, 4)]
    person, other = world.person(), world.person()
    world.appointment(house[2], house[0], house[1], LATER + timedelta(days=5), person)  # no seat: it has its own limit
    first, _second = seat(made[0], person), seat(made[1], person)
    assert refusal(seat, made[2], person) is WorkshopFault.LIMIT
    assert seat(made[2], other)
    assert refusal(seat, made[0], person) is WorkshopFault.ALREADY
    run(cancel, world.now, appointment_id=first.id, by=house[3], base_url=BASE, reason=CancelReason.MISTAKE)
    assert seat(made[2], person)
    begun = hosted(starts_at=START - timedelta(days=1))
    assert refusal(seat, begun, person) is WorkshopFault.LIMIT
    assert seat(begun, person, START - timedelta(days=1) + timedelta(minutes=5))  # they are there


def test_one_who_is_enrolled_twice_at_once_has_what_the_motif_allows(world, hosted, database, house) -> None:
    made, person = [hosted(starts_at=START + timedelta(days=day)) for day in (0, 1, 4, 5)], world.person()

    def press(one):
        try:
            with database.transaction() as session:
                enrol(session, world.now, workshop_id=one.id, person_id=person.id, by=house[3], base_url=BASE)
        except Refused as refusal:
            return refusal.reason
        return None

    with ThreadPoolExecutor(max_workers=4) as pool:
        assert sorted(str(answer) for answer in pool.map(press, made)) == ["None"] + ["limit"] * 3


def test_more_agents_than_seats_press_at_once_and_each_seat_is_given_once(world, hosted, database, house) -> None:
    made, people = hosted(seats=3), [world.person() for _ in range(6)]

    def press(person):
        try:
            with database.transaction() as session:
                enrol(session, world.now, workshop_id=made.id, person_id=person.id, by=house[3], base_url=BASE)
        except Refused as refusal:
            return refusal.reason
        return None

    with ThreadPoolExecutor(max_workers=6) as pool:
        answers = sorted(str(answer) for answer in pool.map(press, people))
    assert answers == ["None"] * 3 + ["full"] * 3


def test_another_hour_or_place_is_told_to_all_who_have_a_seat_and_another_agent_to_nobody(
    world, house, hosted, seat, run, database
) -> None:
    place, motif, agent, _ = house
    by = everywhere(world)
    made, person, gone = hosted(), world.person(email=None), world.person()
    taken = seat(made, person)
    run(cancel, world.now, appointment_id=seat(made, gone).id, base_url=BASE, by=Actor.person(gone.id))
    new = {"place_id": place.id, "agent_id": agent.id, "starts_at": START, "minutes": MINUTES, "seats": 4}

    def change(**given):
        return run(
            change_workshop,
            world.now,
            **{"workshop_id": made.id, "title": "Autre nom", "by": by, "base_url": BASE, **new} | given,
        )

    same = change()
    assert (same.title, same.seats, same.appointment.sequence) == ("Autre nom", 4, 1)
    before = alive(database)
    colleague = world.agent()
    assert change(agent_id=colleague.id, sequence=1).appointment.agent_id == colleague.id
    assert alive(database) == before
    assert refusal(change, sequence=1) is WorkshopFault.CHANGED
    assert refusal(change, seats=0) is WorkshopFault.FEWER_SEATS
    later = change(starts_at=LATER)
    assert later.appointment.starts_at == LATER
    moved = [one for one in messages(database) if one.kind == "appointment_moved"]
    assert [(one.person_id, one.context["old_starts_at"] is None) for one in moved] == [(person.id, False)]
    there = world.place()
    change(starts_at=LATER, place_id=there.id)
    moved = [one for one in messages(database) if one.kind == "appointment_moved"]
    assert (moved[-1].context["place_name"], moved[-1].context["old_place"]) == (there.name, place.name)
    assert moved[-1].context["old_starts_at"] is None, "the hour stands"
    with database.transaction() as session:
        assert appointment(session, taken.id).place_id == there.id
    world.appointment(colleague, place, motif, at("2026-11-27", "09:00"))
    over = {"starts_at": at("2026-11-27", "09:00"), "agent_id": colleague.id}
    assert refusal(change, **over) is WorkshopFault.AGENT_TAKEN
    with pytest.raises(LookupError):
        change(workshop_id=999)


def test_who_was_received_already_is_not_told_of_another_hour(world, house, hosted, seat, run, database) -> None:
    place, _, agent, desk = house
    made = hosted()
    taken = seat(made, world.person(email=None))
    early, before = START - timedelta(minutes=20), alive(database)
    run(arrive, early, appointment_id=taken.id, by=desk)
    run(mark, early, appointment_id=taken.id, status=AppointmentStatus.SEEN, by=desk)
    new = {"place_id": place.id, "agent_id": agent.id, "starts_at": LATER, "minutes": 60, "seats": 8}
    change = {"workshop_id": made.id, "title": "Plus tard", "by": desk, "base_url": BASE, **new}
    assert run(change_workshop, early, **change).appointment.starts_at == LATER
    assert alive(database) == before


def test_cancelling_a_workshop_tells_everybody_and_frees_the_agent(world, house, hosted, seat, run, database) -> None:
    made, people = hosted(), [world.person(email=None), world.person(email=None)]
    for person in people:
        seat(made, person)
    press = {"workshop_id": made.id, "reason": CancelReason.AGENT_AWAY, "by": house[3], "base_url": BASE}
    assert refusal(run, cancel_workshop, world.now, **press, sequence=7) is WorkshopFault.CHANGED
    assert refusal(run, cancel_workshop, START, **press) is WorkshopFault.OVER
    run(cancel_workshop, world.now, **press)
    run(cancel_workshop, world.now, **press)
    assert alive(database) == [("appointment_cancelled", "sms", person.id) for person in people]
    with database.transaction() as session:
        rows = session.scalars(select(Appointment).order_by(Appointment.id)).all()
        assert {(row.status, row.cancel_reason) for row in rows} == {
            (AppointmentStatus.REVOKED, CancelReason.AGENT_AWAY)
        }
        assert workshops_to_come(session, world.now) == []
    assert refusal(seat, made, world.person()) is WorkshopFault.CANCELLED
    new = {"place_id": house[0].id, "agent_id": house[2].id, "starts_at": LATER, "minutes": 60, "seats": 8}
    change = {"workshop_id": made.id, "title": "Non", "by": house[3], "base_url": BASE, **new}
    assert refusal(run, change_workshop, world.now, **change) is WorkshopFault.CANCELLED
    assert hosted(), "the agent's time is free"


def test_the_sheet_is_by_name_and_everybody_present_is_noted_in_one_press(
    world, house, hosted, seat, run, database
) -> None:
    made = hosted()
    names = ("Zola", "essai", "Abeille")
    for name in names:
        seat(made, world.person(family_name=name))
    with database.transaction() as session:
        rows = [one.participations[0].person.family_name for one in sheet(session, made.id)]
    assert rows == ["Abeille", "essai", "Zola"]
    assert refusal(run, mark_all_present, world.now, workshop_id=made.id, by=house[3]) is StatusFault.TOO_SOON
    assert run(mark_all_present, START, workshop_id=made.id, by=house[3]) == 3
    assert run(mark_all_present, START, workshop_id=made.id, by=house[3]) == 0
    with database.transaction() as session:
        assert {one.status for one in sheet(session, made.id)} == {AppointmentStatus.SEEN}


def test_workshops_to_come_and_past_are_listed_by_place_and_motif(world, house, database) -> None:
    place, motif, agent, _ = house
    soon = world.workshop(agent, place, motif, START, seats=2)
    past = world.workshop(agent, place, motif, at("2026-11-20", "09:00"))
    world.workshop(agent, place, motif, at("2026-10-20", "09:00"))
    there, other = world.place(), world.motif()
    later = world.workshop(agent, there, other, LATER)
    world.appointment(agent, place, motif, START, workshop_id=soon.id)
    with database.transaction() as session:

        def ids(rows):
            return [one.workshop.id for one in rows]

        assert ids(workshops_to_come(session, world.now)) == [soon.id, later.id]
        assert ids(workshops_to_come(session, world.now, place_ids=[there.id])) == [later.id]
        assert ids(workshops_to_come(session, world.now, motif_id=motif.id)) == [soon.id]
        assert ids(workshops_past(session, world.now)) == [past.id]
        assert ids(workshops_past(session, world.now, place_ids=[there.id])) == []
        assert [one.taken for one in workshops_to_come(session, world.now)] == [1, 0]
        assert workshop(session, 999) is None


@pytest.mark.parametrize(
    ("of_workshop", "booked_by", "words"),
    [
        (True, BookedBy.EVERYONE, "C'est un atelier : l'heure est la même pour tout le monde."),
        (False, BookedBy.AGENTS, "Pour changer l'heure, demandez-nous."),
    ],
)
def test_a_resident_reads_why_the_hour_stands_and_may_cancel(client, world, of_workshop, booked_by, words) -> None:
    place, motif, agent = world.office(booked_by=booked_by)
    session = world.workshop(agent, place, motif, START)
    person = world.person(birth_date=date(1980, 2, 29))
    workshop_id = session.id if of_workshop else None
    taken = world.appointment(agent, place, motif, START if of_workshop else LATER, person, workshop_id=workshop_id)
    fields = client.get("/r/").page.fields()
    client.post(f"/r/{taken.code}", data=fields | {"birth_date": ["29", "2", "1980"]})
    assert client.get(f"/r/{taken.code}/deplacer").headers["Location"] == f"/r/{taken.code}"
    page = client.get(f"/r/{taken.code}").page
    assert words in page.text()
    assert "Changer l'heure" not in page.text()
    assert f"/r/{taken.code}/annuler" in str(page.links())
