"""An agent's agenda in their own calendar: made, read without signing in, revoked; what it never says."""

from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from portal.agenda.models import CalendarFeed
from portal.booking.models import Appointment, AppointmentStatus
from portal.directory.models import Mode
from portal.people.models import Agent
from tests.agenda.conftest import forms
from tests.world import at

PATH = "/agents/agenda/abonnements"


@pytest.fixture
def subscribe(client):
    """Makes a feed as the page does, and gives its path."""

    def make(**typed) -> str:
        fields = client.get(PATH).page.fields()
        fields.pop("discreet", None)
        page = client.post(PATH, data=fields | typed).page
        address = page.text(page.all("p", id="adresse")[0])
        assert address.startswith("https://porte.exemple.fr/agenda/")
        return address.removeprefix("https://porte.exemple.fr")

    return make


def read(client, path: str) -> list[dict[str, str]]:
    """The events of a feed, soonest first, as a calendar that never signed in reads them."""
    answer = client.application.test_client().get(path, base_url="https://localhost")
    assert answer.status_code == 200
    events = Calendar.from_ical(answer.get_data()).walk("VEVENT")
    names = ("UID", "SUMMARY", "LOCATION", "STATUS", "SEQUENCE", "DTSTART")
    return [{name: str(getattr(e.get(name), "dt", e.get(name))) for name in names} for e in events]


def test_a_feed_names_no_service_no_place_and_no_family_name(morning, enter, client, subscribe) -> None:
    enter(morning.receiver)
    path = subscribe()
    events = read(client, path)
    assert [event["SUMMARY"] for event in events][:1] == ["Rendez-vous avec le Département\u00a0: Nour L."]
    assert events[2]["LOCATION"] == "Par téléphone"
    assert events[3]["LOCATION"] == "À domicile"
    assert events[0]["DTSTART"] == "2026-11-23 08:00:00+00:00"
    text = client.get(path).get_data(as_text=True)
    for kept in ("Lefèvre", "nourrisson", "PMI", "MDS", "06 39", "DEMONSTRATION", "62000 ARRAS"):
        assert kept not in text, kept


def test_discreet_titles_say_only_that_the_time_is_taken(morning, enter, client, subscribe) -> None:
    enter(morning.receiver)
    assert {event["SUMMARY"] for event in read(client, subscribe(discreet="y"))} == {"Occupé"}


def test_nobody_is_named_who_is_discreet(morning, world, enter, client, subscribe) -> None:
    hidden = world.person(given_names="Maud", wants_discretion=True)
    world.appointment(morning.receiver, morning.here, morning.motif, at("2026-11-24", "09:00"), hidden)
    private = world.motif(discreet=True)
    world.appointment(morning.receiver, morning.here, private, at("2026-11-24", "10:00"), morning.person)
    world.workshop(morning.receiver, morning.here, morning.motif, at("2026-11-24", "11:00"))
    enter(morning.receiver)
    titles = [event["SUMMARY"] for event in read(client, subscribe())][4:]
    assert titles == ["Rendez-vous avec le Département", "Rendez-vous avec le Département", "Atelier"]


def test_it_goes_a_month_back_and_a_year_ahead_and_says_what_was_cancelled(
    morning, world, enter, client, subscribe, database, clock
) -> None:
    motif = world.motif(mode=Mode.VIDEO)
    for day in ("2026-10-23", "2026-10-26", "2027-11-22", "2027-11-26"):
        world.appointment(morning.receiver, morning.here, motif, at(day, "10:30"))
    enter(morning.receiver)
    path = subscribe()
    days = [event["DTSTART"][:10] for event in read(client, path)]
    assert days == ["2026-10-26", *["2026-11-23"] * 4, "2027-11-22"]
    with database.transaction() as session:
        row = session.get_one(Appointment, morning.home.id)
        row.status, row.sequence, row.changed_at = AppointmentStatus.REVOKED, 3, clock()
    cancelled = [event for event in read(client, path) if event["STATUS"] == "CANCELLED"]
    assert [(event["UID"], event["SEQUENCE"]) for event in cancelled] == [
        (f"agenda-{morning.home.id}@porte.exemple.fr", "3")
    ]
    with database.transaction() as session:
        session.get_one(Appointment, morning.home.id).changed_at = clock() - timedelta(days=31)
    assert "CANCELLED" not in {event["STATUS"] for event in read(client, path)}


def test_absences_come_when_they_were_asked_for(morning, enter, client, subscribe) -> None:
    enter(morning.colleague)
    assert [event["SUMMARY"] for event in read(client, subscribe())] == []
    assert [event["SUMMARY"] for event in read(client, subscribe(absences="y"))] == ["Absence"]


def test_a_calendar_that_has_it_already_is_told_so_and_its_reading_is_noted_once_an_hour(
    morning, enter, client, subscribe, database, clock
) -> None:
    enter(morning.receiver)
    path = subscribe()
    first = client.get(path)
    assert first.headers["Cache-Control"] == "private, max-age=300"
    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")

    def read_at():
        with database.transaction() as session:
            return session.scalars(select(CalendarFeed.read_at)).one()

    noted = read_at()
    clock.forward(timedelta(minutes=59))
    client.get(path)
    assert read_at() == noted == at("2026-11-23", "10:20")
    clock.forward(timedelta(minutes=1))
    client.get(path)
    assert read_at() == at("2026-11-23", "11:20")


def test_what_is_unknown_revoked_or_of_somebody_who_left_is_not_there(
    morning, enter, client, subscribe, database
) -> None:
    enter(morning.receiver)
    path, other = subscribe(), subscribe()
    assert client.get("/agenda/nothing.ics").status_code == 404
    page = client.get(PATH).page
    assert len(page.all("form")) == 4
    with database.transaction() as session:
        newest, oldest = session.scalars(select(CalendarFeed.id).order_by(CalendarFeed.id.desc())).all()
        assert path.split("/")[2] not in str(session.scalars(select(CalendarFeed.token_hash)).all())
    end = f"{PATH}/{oldest}/fin"
    fields = page.fields(next(n for n, form in enumerate(forms(page)) if form.get("action") == end))
    enter(morning.colleague)
    token = client.get(PATH).page.fields()
    assert client.post(end, data=token).status_code == 404
    enter(morning.receiver)
    assert client.post(end).status_code == 303
    assert client.get(path).status_code == 200
    fields["csrf_token"] = client.get(PATH).page.fields()["csrf_token"]
    led = client.post(end, data=fields)
    assert "Cet abonnement est arrêté." in client.get(led.headers["Location"]).page.text()
    assert client.post(end, data=fields).status_code == 404
    assert [client.get(path).status_code, client.get(other).status_code] == [404, 200]
    with database.transaction() as session:
        session.get_one(Agent, morning.receiver.id).is_active = False
    assert client.get(other).status_code == 404
    assert newest != oldest


def test_ten_feeds_are_enough(morning, enter, client, subscribe) -> None:
    enter(morning.receiver)
    for _ in range(10):
        subscribe()
    answer = client.post(PATH, data=client.get(PATH).page.fields())
    assert answer.status_code == 422
    assert "Vous avez déjà dix abonnements." in answer.page.text()
    assert client.post(PATH, data={"discreet": "y"}).status_code == 422
