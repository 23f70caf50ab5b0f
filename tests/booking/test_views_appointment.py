"""One appointment, from its code and a birth date: seen, moved, cancelled; and shut to everyone else."""

from datetime import date, timedelta

import pytest

from portal.booking.models import AppointmentStatus
from portal.database import Database
from tests.booking.desk import alive, messages
from tests.booking.journey import HALF_PAST, booked, code_of
from tests.checked_pages import CheckedClient
from tests.world import at

BORN = ["29", "2", "1980"]
NOT_BORN = ["1", "1", "1990"]


@pytest.fixture
def office(world):
    return world.office()


@pytest.fixture
def made(world, office):
    """An appointment on Wednesday at nine, of someone born on 29 February 1980."""
    place, motif, agent = office
    person = world.person(birth_date=date(1980, 2, 29))
    return world.appointment(agent, place, motif, at("2026-11-25", "09:00"), person, code="K7M29XQ4")


def fresh(database: Database, made) -> object:
    with database.transaction() as session:
        return session.get(type(made), made.id)


def ask(client: CheckedClient, code: str, birth_date):
    fields = client.get("/r/").page.fields()  # a locked code shows no form; the token is that of the browser
    return client.post(f"/r/{code}", data=fields | {"birth_date": birth_date})


def unlocked(client: CheckedClient, code: str):
    return client.follow(ask(client, code, BORN))


@pytest.mark.parametrize("typed", ["K7M2-9XQ4", "k7m29xq4", " k7m2 9xq4 ", "K7M2–9XQ4"])
def test_a_code_is_typed_in_any_way(client, typed) -> None:
    fields = client.get("/r/").page.fields()
    answer = client.post("/r/", data=fields | {"code": typed})
    assert answer.headers["Location"] == "/r/K7M29XQ4"


def test_o_is_read_zero_and_i_and_l_are_read_one(client) -> None:
    fields = client.get("/r/").page.fields()
    assert client.post("/r/", data=fields | {"code": "oil0-1abc"}).headers["Location"] == "/r/01101ABC"


@pytest.mark.parametrize("typed", ["", "K7M2", "K7M2-9XQU", "\x00" * 8, "x" * 10_000, "\U0001f600" * 8])
def test_what_can_be_no_code_is_said_beside_its_line(client, typed) -> None:
    fields = client.get("/r/").page.fields()
    answer = client.post("/r/", data=fields | {"code": typed})
    assert answer.status_code == 422
    assert answer.page.all("p", class_="fault")


@pytest.mark.parametrize("code", ["K7M2", "%20%20", "x" * 3000, "K7M2-9XQU", "%F0%9F%98%80", "..", "K7M29XQ4K7M29XQ4"])
def test_an_address_with_no_code_in_it_leads_to_the_line_where_to_type_one(client, code) -> None:
    for page in ("", "/deplacer", "/annuler", "/agenda.ics"):
        answer = client.get(f"/r/{code}{page}", follow_redirects=True)
        assert answer.status_code == 404
        assert answer.page.fields()["code"] == "" or code == ".."


def test_a_code_alone_shows_nothing_of_the_appointment(client, made, office) -> None:
    place, motif, _agent = office
    page = client.get(f"/r/{made.code}")
    for private in (place.name, motif.title, "25 novembre", "Essai"):
        assert private not in page.page.text()
    for inside in ("deplacer", "annuler", "agenda.ics"):
        assert client.get(f"/r/{made.code}/{inside}").headers["Location"].endswith(f"/r/{made.code}")


def test_a_code_and_the_birth_date_open_the_appointment_for_half_an_hour(client, made, office, clock) -> None:
    place, motif, _agent = office
    page = unlocked(client, made.code)
    for shown in ("mercredi 25 novembre 2026 à 9 h", place.name, motif.title, "Pour annuler : jusqu'au mercredi 25"):
        assert shown in page.page.text()
    assert page.headers["Cache-Control"] == "no-store"
    for _ in range(2):
        clock.forward(timedelta(minutes=14))
        assert place.name in client.get(f"/r/{made.code}").page.text()
    clock.forward(timedelta(minutes=3))
    assert place.name not in client.get(f"/r/{made.code}").page.text()


def test_opening_one_code_opens_no_other(client, made, world, office) -> None:
    place, motif, agent = office
    other = world.appointment(agent, place, motif, at("2026-11-26", "09:00"))
    unlocked(client, made.code)
    assert place.name not in client.get(f"/r/{other.code}").page.text()
    assert client.get(f"/r/{other.code}/agenda.ics").status_code == 303


def test_five_wrong_dates_lock_a_code_for_fifteen_minutes_whether_it_exists_or_not(client, made, clock) -> None:
    seen = {}
    for code in (made.code, "ZZZZ9999"):
        answers = [ask(client, code, NOT_BORN) for _ in range(5)]
        seen[code] = [
            (answer.status_code, answer.page.text().replace(code[:4], "").replace(code[4:], "")) for answer in answers
        ]
    assert seen[made.code] == seen["ZZZZ9999"]
    assert [status for status, _words in seen[made.code]] == [422] * 4 + [429]
    assert ask(client, made.code, BORN).status_code == 429
    clock.forward(timedelta(minutes=15))
    assert ask(client, made.code, BORN).status_code == 303


@pytest.mark.parametrize(
    "typed", [["", "", ""], ["31", "2", "1980"], ["1", "1", "2030"], ["\x00", "x" * 9999, "1"], "29"]
)
def test_a_date_that_cannot_be_is_said_and_counts_for_nothing(client, made, typed) -> None:
    for _ in range(6):
        assert ask(client, made.code, typed).status_code == 422
    assert ask(client, made.code, BORN).status_code == 303


def test_moving_frees_the_old_hour_and_takes_the_new_one(client, office, database) -> None:
    place, motif, _agent = office
    page = booked(client, motif, place, "2026-11-26T08:00Z")
    code = code_of(page)
    move = client.get(f"/r/{code}/deplacer").page
    assert "2026-11-26T08:00Z" not in move.choices("creneau")
    answer = client.post(f"/r/{code}/deplacer", data=move.fields() | {"creneau": "2026-11-27T09:30Z"})
    moved = client.follow(answer)
    assert "vendredi 27 novembre 2026 à 10 h 30" in moved.page.text()
    assert "ont changé" in moved.page.text()
    assert {message.kind for message in messages(database)} >= {"appointment_booked", "appointment_moved"}


def test_moving_goes_week_by_week_and_keeps_the_week_when_no_hour_is_chosen(client, made) -> None:
    unlocked(client, made.code)
    page = client.get(f"/r/{made.code}/deplacer").page
    following = client.get(page.links()["Semaine suivante"]).page
    assert "Semaine du lundi 30 novembre" in following.text()
    (form,) = [form for form in following.all("form") if form.get("method") == "post"]
    answer = client.post(form.get("action"), data=following.fields())
    assert answer.status_code == 422
    assert "Choisissez un créneau." in answer.page.text()
    assert "Semaine du lundi 30 novembre" in answer.page.text()


@pytest.mark.parametrize("slot", ["2026-11-24T08:10Z", "2026-11-20T08:00Z", "2028-11-24T08:00Z"])
def test_an_hour_that_is_no_slot_moves_nothing(client, made, database, slot) -> None:
    unlocked(client, made.code)
    fields = client.get(f"/r/{made.code}/deplacer").page.fields()
    answer = client.post(f"/r/{made.code}/deplacer", data=fields | {"creneau": slot})
    assert answer.status_code == 409
    assert answer.page.choices("creneau")
    assert fresh(database, made).starts_at == made.starts_at


@pytest.mark.parametrize("slot", ["demain", "\x00", "2026-11-24T09:00", "0001-01-01T00:00+14:00", "x" * 9000])
def test_an_hour_that_cannot_be_read_moves_nothing(client, made, database, slot) -> None:
    unlocked(client, made.code)
    fields = client.get(f"/r/{made.code}/deplacer?semaine={slot[:20]}").page.fields()
    answer = client.post(f"/r/{made.code}/deplacer", data=fields | {"creneau": slot})
    assert answer.status_code == 422
    assert fresh(database, made).starts_at == made.starts_at


def test_cancelling_is_asked_then_done_and_tells_who_did_it(client, office, database) -> None:
    place, motif, _agent = office
    code = code_of(booked(client, motif, place))
    asked = client.get(f"/r/{code}/annuler").page
    assert "mardi 24 novembre 2026 à 9 h" in asked.text()
    done = client.follow(client.post(f"/r/{code}/annuler", data=asked.fields()))
    assert "Ce rendez-vous est annulé" in done.page.h1
    assert "Annulé par vous." in done.page.text()
    assert {kind for kind, _route, _person in alive(database)} == {"appointment_cancelled"}
    again = client.follow(client.post(f"/r/{code}/annuler", data=asked.fields()))
    assert "Ce rendez-vous est annulé" in again.page.h1
    assert client.get(f"/r/{code}/deplacer").status_code == 302


def test_an_expired_page_cancels_nothing_and_says_so(client, made, database) -> None:
    unlocked(client, made.code)
    client.get(f"/r/{made.code}/annuler")
    answer = client.post(f"/r/{made.code}/annuler", data={"csrf_token": "old"})
    assert answer.status_code == 422
    assert "Rien n'est perdu" in answer.page.text()
    assert fresh(database, made).status is AppointmentStatus.BOOKED


def test_past_the_deadlines_the_page_says_to_phone_and_changes_nothing(client, made, clock, database) -> None:
    clock.set(at("2026-11-25", "05:30"))
    page = unlocked(client, made.code).page
    assert "Il est trop tard pour changer ou annuler en ligne." in page.text()
    assert "tel:+33353010010" in page.links().values()
    for inside in ("deplacer", "annuler"):
        assert client.get(f"/r/{made.code}/{inside}").status_code == 302
        data = client.get("/r/").page.fields() | {"creneau": "2026-11-27T08:00Z"}
        refused = client.follow(client.post(f"/r/{made.code}/{inside}", data=data))
        assert "n'est plus possible en ligne" in refused.page.text()
    assert fresh(database, made).status is AppointmentStatus.BOOKED


def test_a_day_after_its_end_the_code_opens_nothing_and_says_where_to_go(client, made, clock, office) -> None:
    place, _motif, _agent = office
    clock.set(at("2026-11-26", "09:29"))
    assert place.name in unlocked(client, made.code).page.text()
    clock.set(at("2026-11-26", "09:31"))
    over = client.get(f"/r/{made.code}")
    assert over.status_code == 410
    clock.forward(timedelta(hours=1))
    answer = ask(client, made.code, BORN)
    assert answer.status_code == 410
    assert "Ce rendez-vous est passé" in answer.page.h1
    assert ask(client, made.code, NOT_BORN).status_code == 422


def test_the_birth_date_of_a_child_or_of_the_one_who_answers_opens(client, world, office) -> None:
    place, motif, agent = office
    parent = world.person(birth_date=date(1980, 2, 29))
    child = world.person(birth_date=date(2024, 6, 2), guardian_id=parent.id, given_names="Zoé")
    made = world.appointment(agent, place, motif, at("2026-11-25", "10:00"), child)
    other = world.appointment(agent, place, motif, at("2026-11-25", "11:00"), child)
    assert ask(client, made.code, ["2", "6", "2024"]).status_code == 303
    assert "Pour Zoé" in unlocked(client, other.code).page.text()


def test_a_discreet_appointment_keeps_its_subject_to_itself(client, world) -> None:
    place, motif, agent = world.office(discreet=True, title="Entretien privé")
    person = world.person(birth_date=date(1980, 2, 29))
    made = world.appointment(agent, place, motif, at("2026-11-25", "10:00"), person)
    words = unlocked(client, made.code).page.text()
    assert "Entretien privé" not in words
    assert motif.neutral_words[1:] in words


def test_the_browser_that_booked_may_change_at_once(client, office) -> None:
    place, motif, _agent = office
    code = code_of(booked(client, motif, place, HALF_PAST))
    assert place.name in client.get(f"/r/{code}").page.text()


@pytest.mark.parametrize(
    ("given", "is_offered"), [({}, True), ({"wants_discretion": True}, False), ({"wants_paper": True}, False)]
)
def test_whoever_has_a_code_alone_is_led_to_the_choice_of_letters_and_back_after_signing_in(
    client, world, office, given, is_offered
) -> None:
    place, motif, agent = office
    person = world.person(birth_date=date(1980, 2, 29), address=["", "", "1 RUE D ESSAI", "", "62000 ARRAS"], **given)
    world.appointment(agent, place, motif, at("2026-11-25", "09:00"), person, code="K7M29XQ4")
    page = unlocked(client, "K7M29XQ4").page
    assert ("/mon-espace/preferences" in page.links().values()) is is_offered
    assert "1 RUE D ESSAI" not in page.text()  # a code and a birth date tell no address
    answer = client.get("/mon-espace/preferences")
    assert answer.location == "/connexion?suite=/mon-espace/preferences"
