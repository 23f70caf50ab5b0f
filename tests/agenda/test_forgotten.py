"""Outcomes that nobody has noted: gathered, noted one by one or several at once, counted."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import update

from portal.booking.models import Appointment, AppointmentStatus
from tests.agenda.conftest import forms
from tests.entering import enter as enter_agent
from tests.world import at

PATH = "/agents/agenda/oublis"


@pytest.fixture
def old(morning, world):
    """Three more, of days before, and one at another place."""
    days = ("2026-11-18", "2026-11-17", "2026-11-19")
    made = [world.appointment(morning.receiver, morning.here, morning.motif, at(day, "09:00")) for day in days]
    world.appointment(world.agent("professionnel"), morning.there, morning.motif, at("2026-11-17", "09:00"))
    return made


def several(client, appointments, what):
    page = client.get(PATH).page
    number = next(n for n, form in enumerate(forms(page)) if form.get("id") == "plusieurs")
    ticked = [one.get("value") for one in page.all("input", type="checkbox")]
    wanted = {f"{one.id}" for one in appointments}
    rdv = [value for value in ticked if value.split(":")[0] in wanted]
    return page.fields(number) | {"acte": what, "rdv": rdv}


def test_they_gather_oldest_first_and_are_counted(morning, old, enter, client) -> None:
    for agent in (morning.receiver, morning.desk):
        enter(agent)
        page = client.get(PATH).page
        assert "4 rendez-vous sont passés et rien n'est noté." in page.text()
        days = [page.text(cell).split(" 2026")[0] for cell in page.all("th", scope="row")]
        assert days == ["mardi 17 novembre", "mercredi 18 novembre", "jeudi 19 novembre", "lundi 23 novembre"]
        assert "À noter 4" in client.get("/agents/agenda").page.text()
    assert len(old) == 3


def test_one_press_takes_it_out_of_the_list(morning, old, enter, client, press) -> None:
    enter(morning.receiver)
    answer = press(PATH, old[0], "manque")
    page = client.get(answer.headers["Location"]).page
    assert "3 rendez-vous sont passés" in page.text()
    assert "rendez-vous manqué" in page.text()


def test_several_are_noted_at_once_and_those_that_changed_stay(morning, old, enter, client, database) -> None:
    enter(morning.receiver)
    data = several(client, old, "honore")
    with database.transaction() as session:
        session.execute(update(Appointment).where(Appointment.id == old[2].id).values(sequence=7))
    answer = client.post(PATH, data=data | {"rdv": [*data["rdv"], "999999:0", "x", "1:y"]})
    page = client.get(answer.headers["Location"]).page
    assert "2 rendez-vous sont notés." in page.text()
    assert "4 autres ont changé entre-temps." in page.text()
    with database.transaction() as session:
        statuses = [session.get_one(Appointment, one.id).status for one in old]
    assert statuses == [AppointmentStatus.SEEN, AppointmentStatus.SEEN, AppointmentStatus.BOOKED]


@pytest.mark.usefixtures("old")
def test_what_was_ticked_is_kept_when_the_connection_is_lost(morning, enter, client) -> None:
    enter(morning.receiver)
    (form,) = client.get(PATH).page.all("form", id="plusieurs")
    assert form.get("data-keep") == ""


def test_nothing_ticked_or_nothing_said_notes_nothing(morning, old, enter, client) -> None:
    enter(morning.receiver)
    data = several(client, [], "honore")
    answer = client.post(PATH, data=data)
    assert (answer.status_code, "Cochez au moins un rendez-vous" in answer.page.text()) == (422, True)
    data = several(client, old, "porte")
    assert client.post(PATH, data=data).status_code == 422
    assert client.post(PATH, data={"acte": "honore", "rdv": data["rdv"]}).status_code == 422
    assert "4 rendez-vous" in client.get(PATH).page.text()


def test_nobody_notes_what_is_not_theirs(morning, old, enter, client, database) -> None:
    enter(morning.receiver)
    data = several(client, old, "honore")
    enter(morning.colleague)
    data["csrf_token"] = client.get("/agents/agenda/abonnements").page.fields()["csrf_token"]
    client.post(PATH, data=data)
    with database.transaction() as session:
        assert {session.get_one(Appointment, one.id).status for one in old} == {AppointmentStatus.BOOKED}


def test_whoever_leads_everywhere_counts_everything(old, world, enter, client) -> None:
    enter(world.agent("encadrant"))
    assert "5 rendez-vous" in client.get(PATH).page.text()
    assert client.get(f"{PATH}?page=abc").status_code == 200
    assert "Tout est noté." in client.get(f"{PATH}?page=9").page.text()
    assert old


def test_two_who_press_at_once_in_opposite_orders_never_wait_for_each_other(morning, old, app, world) -> None:
    browsers, sent = [], []
    for what in ("honore", "manque"):
        browser = app.test_client()
        browser.environ_base["wsgi.url_scheme"] = "https"
        enter_agent(browser, world.agent("accueil", place=morning.here))
        browsers.append(browser)
        sent.append(several(browser, old, what))
    sent[1]["rdv"] = sent[1]["rdv"][::-1]
    together = Barrier(2)

    def run(number: int) -> int:
        together.wait()
        return browsers[number].post(PATH, data=sent[number]).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, range(2))) == [303, 303]
