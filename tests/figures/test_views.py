"""What those who answer for a place read of its appointments, and of how long one waits there."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.booking.models import AppointmentStatus
from portal.figures.models import WaitingTime
from portal.figures.services import note_waiting
from portal.notifications.models import Message, Route, Status, Step
from tests.entering import enter
from tests.world import at


def text_of(page) -> str:
    return " ".join(page.text().replace("\u00a0", " ").split())


@pytest.fixture
def month(world, clock):
    """At one place ten appointments of ten people: six honoured, two missed, one cancelled in time, one late."""
    place, motif, agent = world.office(title="Parler de mon budget", cancel_minutes=240)
    day = clock.now.date() - timedelta(days=10)
    statuses = [AppointmentStatus.SEEN] * 6 + [AppointmentStatus.NOSHOW] * 2 + [AppointmentStatus.EXCUSED] * 2
    made = []
    for number, status in enumerate(statuses):
        starts_at = at(str(day), f"{8 + number:02}:00")
        changed = starts_at - timedelta(hours=1 if number == 9 else 30)
        given = {"status": status, "created_at": starts_at - timedelta(days=10), "changed_at": changed}
        person = world.person(wants_paper=number < 5, address=["1 RUE DE L ESSAI", "62000 ARRAS"])
        made.append(world.appointment(agent, place, motif, starts_at, person, **given))
    return place, motif, agent, made


def remind(database, appointment, route: Route) -> None:
    with database.transaction() as session:
        person_id = appointment.participations[0].person_id
        session.add(
            Message(
                event_id=uuid4(),
                event={},
                subject="appointment",
                subject_id=appointment.id,
                person_id=person_id,
                kind="appointment_reminder",
                step=Step.REMINDER,
                route=route,
                context={},
                status=Status.DELIVERED,
                created_at=appointment.created_at,
                due_at=appointment.created_at,
                expires_at=appointment.starts_at,
                retry_until=appointment.starts_at,
                attempts=1,
            )
        )


def test_the_follow_up_says_how_many_came_missed_and_cancelled_by_motif_place_reminder_and_lead_time(
    client, world, database, month
) -> None:
    place, _motif, _agent, made = month
    for appointment in made[:7]:
        remind(database, appointment, Route.SMS)
    for appointment in made[:5]:
        remind(database, appointment, Route.LETTER)
    enter(client, world.agent("encadrant", place=place))
    text = text_of(client.get("/agents/suivi").page)
    assert "Toutes 10 60 % 20 % 10 % 10 % 0" in text
    assert "Parler de mon budget 10 60 % 20 %" in text
    assert f"{place.name} 10 60 %" in text
    assert "De 8 à 14 jours avant 10 60 %" in text
    assert "Lettre, SMS 5 100 % 0 %" in text
    assert "SMS Caché : on pourrait reconnaître quelqu'un" in text
    assert "Aucun rappel Caché : on pourrait reconnaître quelqu'un" in text


def test_a_period_whose_other_days_are_of_a_few_people_is_not_shown(client, world, month) -> None:
    place, motif, agent, _made = month
    for number in range(3):
        starts_at = at("2026-09-01", f"{8 + number:02}:00")
        given = {"status": AppointmentStatus.SEEN, "created_at": starts_at - timedelta(days=10)}
        world.appointment(agent, place, motif, starts_at, world.person(), **given)
    enter(client, world.agent("encadrant", place=place))
    assert "Toutes 13 " in text_of(client.get("/agents/suivi?periode=90").page)
    month_alone = text_of(client.get("/agents/suivi?periode=30").page)
    assert "Ces nombres sont cachés" in month_alone
    assert "Toutes 10" not in month_alone


def test_the_same_is_said_of_people_with_letters(client, world, month) -> None:  # noqa: ARG001 - a month of appointments
    enter(client, world.agent("admin"))
    assert "Avec des lettres 5 100 % 0 % 0 % 0 % 0" in text_of(client.get("/agents/suivi?qui=courrier&periode=30").page)


def test_an_encadrant_reads_their_places_only_and_another_period_is_another_page(client, world, month) -> None:  # noqa: ARG001 - a month of appointments
    enter(client, world.agent("encadrant", place=world.place()))
    assert "Aucun rendez-vous dans cette période" in text_of(client.get("/agents/suivi").page)
    assert client.get("/agents/suivi?periode=31").status_code == 404


def test_waiting_times_are_noted_once_a_day_as_those_who_book_see_them(world, database, clock) -> None:
    place, motif, agent = world.office(notice_minutes=3 * 24 * 60)
    far = world.place()
    world.opening(agent, far, motif, first_day=clock.now.date() + timedelta(days=400))
    of_agents = world.motif(booked_by="agents", notice_minutes=60 * 24 * 60)
    world.opening(agent, place, of_agents)
    world.opening(agent, place, world.motif(booked_by="nobody"))
    with database.transaction() as session:
        assert note_waiting(session, clock.now) == 3
        assert note_waiting(session, clock.now) == 0
    with database.transaction() as session:
        written = session.execute(select(WaitingTime.place_id, WaitingTime.motif_id, WaitingTime.days)).all()
    rows = {(place_id, motif_id): days for place_id, motif_id, days in written}
    assert rows.keys() == {(place.id, motif.id), (far.id, motif.id), (place.id, of_agents.id)}
    assert 3 <= rows[place.id, motif.id] <= 6
    assert rows[far.id, motif.id] is None
    assert rows[place.id, of_agents.id] <= 3


def test_two_workers_note_a_day_once_and_a_house_without_motifs_nothing(world, database, clock) -> None:
    world.place()
    with database.transaction() as session:
        assert note_waiting(session, clock.now) == 0
    world.office()
    with database.transaction() as first:
        assert note_waiting(first, clock.now) == 1
    clock.forward(timedelta(days=1))
    with database.transaction() as session:
        assert note_waiting(session, clock.now) == 1


def test_the_wait_is_drawn_with_its_table_the_longest_first(client, world, database, clock) -> None:
    place, motif, agent = world.office()
    slow = world.place(name="MDS de Saint-Omer")
    world.opening(agent, slow, motif, first_day=date(2027, 6, 1))
    today = clock.now.date()
    with database.transaction() as session:
        for number in range(30):
            session.add(
                WaitingTime(day=today - timedelta(days=number), motif_id=motif.id, place_id=place.id, days=number // 2)
            )
            days = None if number % 7 == 0 else 12 + number
            session.add(WaitingTime(day=today - timedelta(days=number), motif_id=motif.id, place_id=slow.id, days=days))
    enter(client, world.agent("admin"))
    page = client.get("/agents/suivi/attente").page
    text = text_of(page)
    assert text.index("MDS de Saint-Omer Pas de créneau") < text.index(f"{place.name} 0 jour")
    assert "Jours d'attente à MDS de Saint-Omer, sur 90 jours" in text
    other = client.get(f"/agents/suivi/attente?motif={motif.key}&lieu={place.id}").page
    assert f"Jours d'attente à {place.name}, sur 90 jours" in text_of(other)
    assert client.get("/agents/suivi/attente?motif=rien").status_code == 404
    assert client.get("/agents/suivi/attente?lieu=999999").status_code == 404


def test_before_the_first_note_the_page_says_when_it_comes(client, world) -> None:
    enter(client, world.agent("admin"))
    assert "La première note se fait dans la journée" in text_of(client.get("/agents/suivi/attente").page)
