"""One press: what became of an appointment, the waiting room, two screens at once, and what follows a missed one."""

import pytest
from sqlalchemy import select

from portal.booking.models import Appointment, AppointmentStatus
from portal.journal.models import JournalLine
from portal.notifications.models import Message, Route
from tests.agenda.conftest import forms
from tests.world import at

ROOM = "/agents/agenda/salle"
LIST = "/agents/agenda/liste"
FORGOTTEN = "/agents/agenda/oublis"


def row(database, appointment) -> Appointment:
    with database.transaction() as session:
        return session.get_one(Appointment, appointment.id)


@pytest.mark.parametrize(
    ("which", "what", "status", "said"),
    [
        ("first", "honore", AppointmentStatus.SEEN, "le rendez-vous a eu lieu"),
        ("first", "manque", AppointmentStatus.NOSHOW, "rendez-vous manqué"),
        ("first", "excuse", AppointmentStatus.EXCUSED, "la personne avait prévenu"),
        ("first", "annule", AppointmentStatus.REVOKED, "le service a annulé"),
        ("home", "porte", AppointmentStatus.NOSHOW, "porte close"),
    ],
)
def test_one_press_notes_it_says_so_where_it_was_and_is_taken_back_by_another(
    morning, enter, client, press, database, clock, which, what, status, said
) -> None:
    clock.set(at("2026-11-23", "15:10"))
    enter(morning.receiver)
    appointment = getattr(morning, which)
    answer = press(LIST, appointment, what)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{LIST}?")
    page = client.get(answer.headers["Location"]).page
    assert f"C'est noté : {said}." in page.text()
    noted = row(database, appointment)
    assert (noted.status, noted.is_door_closed) == (status, which == "home")
    press(answer.headers["Location"], appointment, "corrige")
    assert row(database, appointment).status is AppointmentStatus.BOOKED
    with database.transaction() as session:
        lines = session.scalars(select(JournalLine).where(JournalLine.object_id == appointment.id)).all()
    assert {line.actor_id for line in lines} == {morning.receiver.id}
    assert len(lines) == 2


def test_what_is_still_to_come_is_not_noted(morning, enter, client, database) -> None:
    enter(morning.receiver)
    page = client.get(LIST).page
    assert f"/agents/agenda/{morning.phone.id}/statut" not in {form.get("action") for form in forms(page)}
    answer = client.post(
        f"/agents/agenda/{morning.phone.id}/statut", data=page.fields(1) | {"acte": "honore", "sequence": "0"}
    )
    assert answer.status_code == 422
    assert "C'est trop tôt." in answer.page.text()
    assert row(database, morning.phone).status is AppointmentStatus.BOOKED


def test_whoever_presses_second_reads_what_it_became_and_by_whom(morning, enter, client, press, database) -> None:
    enter(morning.desk)
    page = client.get(LIST).page
    number = next(
        n for n, form in enumerate(forms(page)) if form.get("action") == f"/agents/agenda/{morning.first.id}/statut"
    )
    fields = page.fields(number)
    enter(morning.receiver)
    press(LIST, morning.first, "honore")
    enter(morning.desk)
    fields["csrf_token"] = client.get(LIST).page.fields(number)["csrf_token"]
    answer = client.post(f"/agents/agenda/{morning.first.id}/statut", data=fields | {"acte": "manque"})
    assert answer.status_code == 409
    for told in ("a changé pendant que vous le lisiez", "A eu lieu", "par Camille Essai-Un", "Rien n'a été noté"):
        assert told in answer.page.text(), told
    assert row(database, morning.first).status is AppointmentStatus.SEEN
    again = answer.page.fields(next(n for n, f in enumerate(forms(answer.page)) if "statut" in f.get("action", "")))
    client.post(f"/agents/agenda/{morning.first.id}/statut", data=again | {"acte": "corrige"})
    assert row(database, morning.first).status is AppointmentStatus.BOOKED


@pytest.mark.parametrize("who", ["colleague", "stranger"])
def test_an_appointment_of_others_does_not_exist(morning, world, enter, client, who) -> None:
    enter(morning.colleague if who == "colleague" else world.agent("accueil", place=morning.there))
    token = client.get("/agents/agenda/abonnements").page.fields()["csrf_token"]
    for path in ("", "/statut", "/suite"):
        address = f"/agents/agenda/{morning.first.id}{path}"
        answer = client.post(address, data={"csrf_token": token, "acte": "honore"}) if path else client.get(address)
        assert answer.status_code == 404


def test_a_workshop_has_no_status_of_its_own(morning, world, enter, client) -> None:
    held = world.workshop(morning.receiver, morning.here, morning.motif, at("2026-11-23", "10:30"))
    enter(morning.receiver)
    assert client.get(f"/agents/agenda/{held.appointment_id}").status_code == 404
    assert f"/agents/agenda/{held.appointment_id}/statut" not in client.get(LIST).get_data(as_text=True)


@pytest.mark.parametrize("what", ["", "autre"])
def test_a_press_without_its_token_or_of_no_button_notes_nothing(morning, enter, client, database, what) -> None:
    enter(morning.receiver)
    answer = client.post(f"/agents/agenda/{morning.first.id}/statut", data={"acte": what or "honore"})
    assert answer.status_code == 422
    assert "Recommencez." in answer.page.text()
    assert row(database, morning.first).status is AppointmentStatus.BOOKED


def test_a_press_never_leads_to_another_site(morning, enter, client) -> None:
    enter(morning.receiver)
    page = client.get(LIST).page
    number = next(n for n, form in enumerate(forms(page)) if "statut" in form.get("action", ""))
    fields = page.fields(number) | {"acte": "honore", "suite": "//autre.exemple/x"}
    answer = client.post(f"/agents/agenda/{morning.first.id}/statut", data=fields)
    assert answer.headers["Location"].startswith("/agents/agenda?")


def test_the_waiting_room_moves_people_on_by_one_press_each(morning, enter, client, press, database, clock) -> None:
    clock.set(at("2026-11-23", "09:05"))
    enter(morning.desk)
    press(ROOM, morning.first, "arrive")
    page = client.get(ROOM).page
    arrived = page.text(page.all("section", aria_labelledby="arrives")[0])
    assert "Nour Lefèvre-Essai" in arrived
    assert "Dans la salle d'attente depuis 9 h 05" in arrived
    press(ROOM, morning.first, "repart")
    assert row(database, morning.first).arrived_at is None
    for what, group in (("arrive", "arrives"), ("appelle", "appeles"), ("attend", "arrives"), ("honore", "recus")):
        press(ROOM, morning.first, what)
        page = client.get(ROOM).page
        assert "Nour" in page.text(page.all("section", aria_labelledby=group)[0]), what


def test_the_waiting_room_shows_who_comes_to_the_place_and_nobody_else(morning, world, enter, client) -> None:
    held = world.workshop(morning.receiver, morning.here, morning.motif, at("2026-11-23", "11:30"))
    seat = world.appointment(
        morning.receiver, morning.here, morning.motif, at("2026-11-23", "11:30"), workshop_id=held.id
    )
    enter(morning.desk)
    page = client.get(ROOM).page
    assert len(page.all("li", class_="room-line is-forgotten")) == 1
    assert page.all("li", id=f"rdv-{seat.id}")
    for missing in (morning.phone.id, morning.home.id, held.appointment_id):
        assert not page.all("li", id=f"rdv-{missing}")
    enter(morning.colleague)
    assert "Nour" not in client.get(ROOM).page.text()


def test_whoever_came_yesterday_and_was_never_seen_is_to_be_noted_and_waits_no_more(
    morning, world, enter, client, press, database, clock
) -> None:
    late = world.appointment(
        morning.receiver,
        morning.here,
        morning.motif,
        at("2026-11-23", "17:30"),
        world.person(given_names="Ilan"),
        arrived_at=at("2026-11-23", "17:20"),
    )
    world.appointment(
        morning.receiver,
        morning.here,
        morning.motif,
        at("2026-11-23", "18:00"),
        world.person(given_names="Mina"),
        arrived_at=at("2026-11-23", "17:50"),
        called_at=at("2026-11-23", "18:01"),
    )
    clock.set(at("2026-11-23", "18:40"))
    enter(morning.desk)
    page = client.get(ROOM).page
    assert "Ilan" in page.text(page.all("section", aria_labelledby="arrives")[0])
    assert "Mina" in page.text(page.all("section", aria_labelledby="appeles")[0])
    clock.set(at("2026-11-24", "00:01"))
    enter(morning.desk)
    room = client.get(ROOM).page.text()
    assert not {"Ilan", "Mina"} & set(room.split())
    day = client.get(f"/agents/agenda?qui=lieu-{morning.here.id}&jour=2026-11-23").page.text()
    assert "Dans la salle d'attente" not in day
    assert "depuis" not in day
    forgotten = client.get(FORGOTTEN).page.text()
    assert {"Ilan", "Mina"} <= set(forgotten.split())
    press(FORGOTTEN, late, "honore")
    assert row(database, late).status is AppointmentStatus.SEEN


def test_a_room_that_reads_itself_again_does_not_keep_the_session_open(morning, enter, client, clock) -> None:
    enter(morning.desk)
    assert client.get(ROOM).status_code == 200
    clock.set(at("2026-11-23", "10:35"))
    assert client.get(ROOM, headers={"Portal-Watching": "1"}).status_code == 200
    clock.set(at("2026-11-23", "10:41"))  # more than twenty minutes after the last time somebody was there
    assert "/agents/connexion" in client.get(ROOM).headers.get("Location", "")


def test_after_a_missed_one_it_can_be_told_or_called_once(morning, enter, client, press, database) -> None:
    enter(morning.receiver)
    answer = press(LIST, morning.first, "manque")
    assert "Que faire maintenant ?" in client.get(answer.headers["Location"]).page.text()
    path = f"/agents/agenda/{morning.first.id}"
    for what, said in (
        ("appeler", "Un collègue appellera"),
        ("ecrire", "Un message part."),
        ("ecrire", "Un message part."),
    ):
        page = client.get(path).page
        number = next(n for n, form in enumerate(forms(page)) if form.get("action") == f"{path}/suite")
        led = client.post(f"{path}/suite", data=page.fields(number) | {"acte": what})
        assert said in client.get(led.headers["Location"]).page.text()
    with database.transaction() as session:
        routes = session.scalars(select(Message.route).where(Message.kind == "appointment_missed")).all()
    assert routes.count(Route.CALL) == 1
    assert Route.LETTER in routes
    assert len(routes) == len(set(routes))
    assert "un appel à faire" in client.get(path).page.text()


def test_what_cannot_follow_is_said(morning, enter, client, database) -> None:
    enter(morning.receiver)
    token = client.get("/agents/agenda/abonnements").page.fields()["csrf_token"]
    path = f"/agents/agenda/{morning.first.id}/suite"
    answer = client.post(path, data={"csrf_token": token, "acte": "ecrire"})
    assert answer.status_code == 422
    assert "n'est pas noté comme manqué" in answer.page.text()
    assert client.post(path, data={"csrf_token": token, "acte": "autre"}).status_code == 422
    with database.transaction() as session:
        assert session.scalars(select(Message)).all() == []


def test_another_date_is_offered_without_saying_what_it_was_about(morning, enter, client, press, clock) -> None:
    clock.set(at("2026-11-23", "15:10"))
    for agent, has_key in ((morning.desk, False), (morning.receiver, True)):
        enter(agent)
        page = client.get(f"/agents/agenda/{morning.first.id}").page
        if has_key:
            press(f"/agents/agenda/{morning.first.id}", morning.first, "corrige")
        answer = press(f"/agents/agenda/{morning.first.id}", morning.first, "manque")
        for address in (answer.headers["Location"], f"/agents/agenda/{morning.first.id}"):
            page = client.get(address).page
            assert (morning.motif.key in page.html) is has_key
            assert f"/agents/personnes/{morning.person.id}/rendez-vous" in page.html
