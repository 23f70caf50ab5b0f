"""From who comes to the confirmation: one form that loses nothing, and one appointment."""

from datetime import date, timedelta

import pytest

from portal.booking.models import Appointment
from portal.directory.models import BookedBy, Mode
from portal.people.models import Person
from tests.booking.desk import alive, count, people
from tests.booking.journey import (
    ADDRESS,
    DOMINIQUE,
    HALF_PAST,
    NINE,
    NOTHING,
    booked,
    code_of,
    confirmed,
    details,
    path_of,
    reviewed,
)
from tests.world import at

ZOE = {
    "concerned": "enfant",
    "relative_family_name": "Essai",
    "relative_given_names": "Zoé",
    "relative_birth_date": ["2", "6", "2024"],
}


@pytest.fixture
def office(world):
    return world.office()


def faults(response) -> list[str]:
    return [response.page.text(fault) for fault in response.page.all("p", class_="fault")]


def test_a_booking_ends_on_a_page_with_the_code_the_day_the_place_and_the_routes(client, world, database) -> None:
    place, motif, _agent = world.office(bring=["Une pièce d'identité"])
    page = booked(client, motif, place)
    words = page.page.text()
    for said in (
        "mardi 24 novembre 2026 à 9 h",
        place.street,
        "la porte bleue",
        "Une pièce d'identité",
        "Un SMS part maintenant.",
        "Un e-mail part maintenant.",
        "Pour annuler : jusqu'au mardi 24 novembre 2026 à 5 h",
    ):
        assert said in words
    assert len(code_of(page)) == 8
    assert page.headers["Cache-Control"] == "no-store"
    assert sorted(route for _kind, route, _person in alive(database)) == ["email", "sms"]


def test_the_confirmation_offers_a_calendar_that_this_browser_may_open(client, office) -> None:
    place, motif, _agent = office
    page = booked(client, motif, place).page
    (link,) = [href for href in page.links().values() if href.endswith(".ics")]
    calendar = client.get(link)
    assert calendar.mimetype == "text/calendar"
    assert b"DTSTART:20261124T080000Z" in calendar.data


def test_another_browser_is_asked_the_birth_date_instead_of_the_confirmation(client, app, office) -> None:
    place, motif, _agent = office
    code = code_of(booked(client, motif, place))
    other = app.test_client()
    other.environ_base["wsgi.url_scheme"] = "https"
    answer = other.get(f"/rendez-vous/confirmation/{code}")
    assert answer.headers["Location"].endswith(f"/r/{code}")
    assert other.get("/rendez-vous/confirmation/pas-un-code").status_code == 302


def test_no_personal_data_stands_in_an_address(client, office) -> None:
    place, motif, _agent = office
    answer = confirmed(client, motif, place)
    assert answer.status_code == 303
    for private in ("Essai", "Dominique", "exemple", "0639"):
        assert private not in answer.headers["Location"]


def test_the_review_shows_all_that_was_typed_and_changing_keeps_it(client, office) -> None:
    place, motif, _agent = office
    page = reviewed(client, motif, place, **ADDRESS, **ZOE, landline="03 53 01 00 12", wants_large_print="y").page
    words = page.text()
    for said in (
        "Dominique Essai",
        "Zoé Essai",
        "06 39 98 00 12",
        "dominique@exemple.fr",
        "62000 Arras",
        "gros caractères",
    ):
        assert said in words
    back = client.post(path_of(motif, place, "/vous"), data=page.fields())
    fields = back.page.fields()
    assert fields["street"] == ADDRESS["street"]
    assert fields["birth_date"] == ["29", "2", "1980"]
    assert fields["relative_given_names"] == "Zoé"
    assert fields["wants_large_print"] == "y"
    assert fields["concerned"] == "enfant"
    assert not faults(back)


def test_for_a_child_the_one_who_answers_is_told_and_the_child_is_named(client, office, database) -> None:
    place, motif, _agent = office
    page = booked(client, motif, place, **ZOE).page
    assert "Pour Zoé" in page.text()
    parent, child = people(database)
    assert child.guardian_id == parent.id
    assert {person for _kind, _route, person in alive(database)} == {parent.id}


def test_someone_with_no_way_to_be_told_gets_the_code_to_note_and_the_place_tells(client, office, database) -> None:
    place, motif, _agent = office
    page = booked(client, motif, place, **NOTHING).page
    assert "Notez ce code" in page.text()
    assert "Le lieu vous donnera les nouvelles en personne." in page.text()
    assert {route for _kind, route, _person in alive(database)} == {"desk"}


def test_the_review_says_gently_when_nobody_can_be_told(client, office) -> None:
    place, motif, _agent = office
    assert "aucun moyen de vous joindre" in reviewed(client, motif, place, **NOTHING).page.text()
    assert "aucun moyen de vous joindre" not in reviewed(client, motif, place).page.text()


def test_the_paper_guarantee_says_when_the_letter_leaves_and_arrives(client, office, database) -> None:
    place, motif, _agent = office
    slot = "2026-12-15T08:00Z"
    page = booked(client, motif, place, slot, **NOTHING, **ADDRESS, wants_paper="y").page
    assert "Une lettre part le lundi 23 novembre 2026." in page.text()
    assert {route for _kind, route, _person in alive(database)} == {"letter"}


def test_a_call_needs_a_phone_and_a_visit_an_address(client, world) -> None:
    place, motif, _agent = world.office(mode=Mode.PHONE)
    assert "écrivez votre téléphone, ou celui d'un proche" in faults(reviewed(client, motif, place, **NOTHING))[0]
    assert reviewed(client, motif, place, **NOTHING, landline="03 53 01 00 12").status_code == 200
    home, visit, _agent = world.office(mode=Mode.HOME)
    assert "écrivez votre adresse" in faults(reviewed(client, visit, home))[0]
    assert reviewed(client, visit, home, **ADDRESS).status_code == 200


def test_a_discreet_appointment_sends_nothing_and_says_how_to_learn_the_news(client, world, database) -> None:
    place, motif, _agent = world.office(discreet=True, title="Entretien privé")
    page = booked(client, motif, place).page
    assert "Ce rendez-vous est discret." in page.text()
    assert "Entretien privé" not in page.text()
    assert alive(database) == []


def test_whoever_asks_for_silence_is_told_nothing(client, office, database) -> None:
    place, motif, _agent = office
    page = booked(client, motif, place, wants_silence="y").page
    assert "Vous avez choisi : ne me contactez pas." in page.text()
    assert alive(database) == []


def test_confirming_twice_makes_one_appointment_and_shows_the_same_page(client, office, database) -> None:
    place, motif, _agent = office
    fields = reviewed(client, motif, place).page.fields()
    first, second = (client.post(path_of(motif, place, "/confirmer"), data=fields) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert count(database, Appointment) == 1


def test_going_back_for_somebody_else_at_another_hour_is_another_appointment(client, office, database) -> None:
    place, motif, _agent = office
    fields = reviewed(client, motif, place).page.fields()
    first = code_of(client.follow(client.post(path_of(motif, place, "/confirmer"), data=fields)))
    other = {"creneau": HALF_PAST, "given_names": "Claude", "birth_date": ["3", "3", "1983"]}
    second = client.follow(client.post(path_of(motif, place, "/confirmer"), data=fields | other))
    assert code_of(second) != first
    assert "9 h 30" in second.page.text().replace("\u00a0", " ")
    assert count(database, Appointment) == 2


def test_going_back_to_the_same_hour_leads_to_the_appointment_that_was_made(client, office) -> None:
    place, motif, _agent = office
    fields = reviewed(client, motif, place).page.fields()
    code = code_of(client.follow(client.post(path_of(motif, place, "/confirmer"), data=fields)))
    again = client.post(path_of(motif, place, "/verifier"), data=fields)
    assert again.headers["Location"] == f"/rendez-vous/confirmation/{code}"
    somebody_else = client.post(path_of(motif, place, "/verifier"), data=fields | {"given_names": "Claude"})
    assert somebody_else.status_code == 409


def test_going_back_for_another_hour_of_ones_own_is_never_confirmed_with_the_old_one(client, office, database) -> None:
    place, motif, _agent = office
    fields = reviewed(client, motif, place).page.fields()
    client.post(path_of(motif, place, "/confirmer"), data=fields)
    again = client.post(path_of(motif, place, "/confirmer"), data=fields | {"creneau": HALF_PAST})
    assert again.status_code == 409
    assert "déjà un rendez-vous" in again.page.h1
    assert count(database, Appointment) == 1


def test_the_loser_of_a_race_keeps_all_and_takes_a_near_slot(client, world, database) -> None:
    place, motif, agent = world.office()
    fields = reviewed(client, motif, place, **ADDRESS).page.fields()
    world.appointment(agent, place, motif, at("2026-11-24", "09:00"))
    lost = client.post(path_of(motif, place, "/confirmer"), data=fields)
    assert lost.status_code == 409
    assert "n'est plus libre" in lost.page.h1
    slots = lost.page.choices("creneau")
    assert HALF_PAST in slots
    assert NINE not in slots
    kept = lost.page.fields()
    assert kept["street"] == ADDRESS["street"]
    assert kept["request_key"] == fields["request_key"]
    unchosen = client.post(path_of(motif, place, "/confirmer"), data=kept)
    assert unchosen.status_code == 400
    assert unchosen.page.fields()["street"] == ADDRESS["street"]
    won = client.follow(client.post(path_of(motif, place, "/confirmer"), data=kept | {"creneau": HALF_PAST}))
    assert "mardi 24 novembre 2026 à 9 h 30" in won.page.text()
    assert count(database, Appointment) == 2


def test_an_expired_session_keeps_what_was_typed(client, office, clock, database) -> None:
    place, motif, _agent = office
    typed = details(client, motif, place).page.fields() | DOMINIQUE
    clock.forward(timedelta(minutes=45))
    refused = client.post(path_of(motif, place, "/verifier"), data=typed)
    assert "Rien n'est perdu" in refused.page.text()
    assert refused.page.fields()["email"] == DOMINIQUE["email"]
    fields = client.post(path_of(motif, place, "/verifier"), data=refused.page.fields()).page.fields()
    clock.forward(timedelta(minutes=45))
    again = client.post(path_of(motif, place, "/confirmer"), data=fields)
    assert "Rien n'est perdu" in again.page.text()
    assert "Vérifier et confirmer" in again.page.h1
    assert count(database, Appointment) == 0
    done = client.follow(client.post(path_of(motif, place, "/confirmer"), data=again.page.fields()))
    assert "Votre rendez-vous est pris" in done.page.h1


def test_an_opened_letter_outlives_the_session_in_the_form(client, world, clock) -> None:
    place, motif, _agent = world.office(booked_by=BookedBy.INVITED)
    invitation = world.invitation(world.person(birth_date=date(1980, 2, 29)), motif)
    form = client.get(f"/rendez-vous/{motif.key}").page.fields()
    client.post(f"/rendez-vous/{motif.key}", data=form | {"code": invitation.code, "birth_date": ["29", "2", "1980"]})
    fields = reviewed(client, motif, place).page.fields()
    clock.forward(timedelta(minutes=45))
    again = client.post(path_of(motif, place, "/confirmer"), data=fields)
    done = client.follow(client.post(path_of(motif, place, "/confirmer"), data=again.page.fields()))
    assert "Votre rendez-vous est pris" in done.page.h1
    forged = fields | {"laissez_passer": "forged", "csrf_token": again.page.fields()["csrf_token"]}
    clock.forward(timedelta(minutes=45))
    assert client.post(path_of(motif, place, "/confirmer"), data=forged).status_code == 302


def test_someone_elses_birth_date_does_not_use_a_letter(client, world) -> None:
    place, motif, _agent = world.office(booked_by=BookedBy.INVITED)
    invitation = world.invitation(world.person(birth_date=date(1980, 2, 29)), motif)
    form = client.get(f"/rendez-vous/{motif.key}").page.fields()
    client.post(f"/rendez-vous/{motif.key}", data=form | {"code": invitation.code, "birth_date": ["29", "2", "1980"]})
    answer = reviewed(client, motif, place, birth_date=["1", "1", "1990"])
    assert answer.status_code == 422
    assert "qui a reçu la lettre" in faults(answer)[0]


@pytest.mark.parametrize(
    "wrong",
    [
        ("family_name", "", "Écrivez votre nom de famille"),
        ("family_name", "x" * 10_000, "100 caractères au plus"),
        ("given_names", "Zoé \U0001f600", "lettres"),
        ("given_names", "\u202eeuqinimoD", "lettres"),
        ("given_names", "Domi\x00nique", "lettres"),
        ("birth_date", ["31", "2", "1980"], "Cette date n'existe pas"),
        ("birth_date", ["1", "1", "2030"], "dans le futur"),
        ("birth_date", ["", "", ""], "Écrivez votre date de naissance"),
        ("birth_date", ["9" * 5000, "\x00", "-1"], "Cette date n'existe pas"),
        ("birth_date", "29", "Cette date n'existe pas"),
        ("birth_date", ["1_0", "1", "1980"], "Cette date n'existe pas"),
        ("mobile", "03 53 01 00 12", "n'est pas un mobile"),
        ("mobile", "06 39", "Il manque des chiffres"),
        ("email", "dominique", "Il manque le signe @"),
        ("landline", "36 39 98", "Il manque des chiffres"),
        ("concerned", "voisin", "Choisissez pour qui"),
        ("postcode", "62999", "Ce code postal n'existe pas"),
        ("town", "Lens", "n'a pas ce code postal"),
        ("street", "x" * 50, "38 caractères au plus"),
        ("flat", "\U0001f3e0", "lettres"),
    ],
)
def test_what_is_wrong_is_named_beside_its_line_and_nothing_is_lost(client, office, wrong, database) -> None:
    field, typed, said = wrong
    place, motif, _agent = office
    answer = reviewed(client, motif, place, **(ADDRESS | {field: typed}))
    assert answer.status_code == 422
    assert len(faults(answer)) == 1
    assert said in faults(answer)[0]
    assert answer.page.title.startswith("Erreur")
    assert answer.page.fields()["town"] == (typed if field == "town" else "Arras")
    assert count(database, Person) == 0


def test_a_relative_must_be_named_and_one_left_over_is_forgotten(client, office) -> None:
    place, motif, _agent = office
    missing = reviewed(client, motif, place, concerned="proche")
    assert len(faults(missing)) == 3
    left_over = reviewed(
        client, motif, place, **(ZOE | {"concerned": "moi", "relative_birth_date": ["1", "1", "2030"]})
    )
    assert left_over.status_code == 200
    assert "Zoé" not in left_over.page.text()


def test_an_appointment_for_small_children_is_for_nobody_else(client, world) -> None:
    place, motif, _agent = world.office(max_age_years=6)
    assert details(client, motif, place).page.choices("concerned") == ["enfant", "proche"]
    old = reviewed(client, motif, place, **(ZOE | {"relative_birth_date": ["24", "11", "2020"]}))
    assert "moins de 6 ans" in faults(old)[0]
    young = reviewed(client, motif, place, **(ZOE | {"relative_birth_date": ["25", "11", "2020"]}))
    assert young.status_code == 200


def test_a_name_too_long_for_an_envelope_is_asked_again_and_never_cut(client, office) -> None:
    place, motif, _agent = office
    long = {"family_name": "Essai-De-La-Longue-Demonstration-Du-Nord", "given_names": "Dominique"}
    assert "38 caractères" in faults(reviewed(client, motif, place, **ADDRESS, flat="Chez Mme Essai", **long))[0]
    assert reviewed(client, motif, place, **long).status_code == 200


@pytest.mark.parametrize(
    "slot",
    [
        "2026-11-24T08:10Z",  # between two slots
        "2026-11-20T08:00Z",  # past
        "2026-11-28T08:00Z",  # a Saturday
        "2027-11-24T08:00Z",  # beyond the horizon
    ],
)
def test_an_hour_that_is_no_slot_leads_back_to_the_week(client, office, slot) -> None:
    place, motif, _agent = office
    answer = details(client, motif, place, slot)
    assert answer.status_code == 409
    assert "Ce créneau n'est pas libre" in answer.page.text()
    assert answer.page.choices("creneau")


@pytest.mark.parametrize(
    "slot", ["", "demain", "2026-11-24T09:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "\x00", "x" * 9000]
)
def test_an_hour_that_cannot_be_read_leads_back_to_the_week(client, office, slot) -> None:
    place, motif, _agent = office
    assert details(client, motif, place, slot).status_code == 400
    fields = reviewed(client, motif, place).page.fields() | {"creneau": slot}
    for page in ("/vous", "/verifier", "/confirmer"):
        answer = client.post(path_of(motif, place, page), data=fields)
        assert answer.status_code == 400
        assert answer.page.choices("creneau")


def test_a_slot_forged_at_the_last_moment_is_refused_without_a_trace(client, office, world, database) -> None:
    place, motif, _agent = office
    fields = reviewed(client, motif, place).page.fields()
    for slot in ("2026-11-24T08:10Z", "2026-11-20T08:00Z"):
        answer = client.post(path_of(motif, place, "/confirmer"), data=fields | {"creneau": slot})
        assert answer.status_code == 409
    elsewhere = world.place()
    answer = client.post(path_of(motif, elsewhere, "/confirmer"), data=fields)
    assert answer.status_code == 409
    assert count(database, Appointment) == count(database, Person) == 0


@pytest.mark.parametrize("key", ["", "\x00", "x" * 500, "0" * 31])
def test_a_forged_or_missing_key_of_the_form_is_replaced(client, office, database, key) -> None:
    place, motif, _agent = office
    assert confirmed(client, motif, place, request_key=key).status_code == 303
    assert count(database, Appointment) == 1


def test_a_reload_of_the_review_leads_back_to_the_week(client, office) -> None:
    place, motif, _agent = office
    for page in ("/verifier", "/confirmer"):
        assert client.get(path_of(motif, place, page)).headers["Location"] == path_of(motif, place)


def test_a_second_appointment_of_one_kind_is_said_with_a_way_on(client, office, database) -> None:
    place, motif, _agent = office
    booked(client, motif, place)
    answer = confirmed(client, motif, place, HALF_PAST)
    assert answer.status_code == 409
    assert "déjà un rendez-vous" in answer.page.h1
    assert count(database, Appointment) == 1


def test_nothing_tells_whether_a_file_existed(client, app, office, world) -> None:
    place, motif, _agent = office
    world.person(
        family_name="Essai",
        given_names="Dominique",
        birth_date=date(1980, 2, 29),
        mobile="+33639980012",
        email="ancienne@exemple.fr",
        address=["", "", "1 rue Cachée", "", "62000 ARRAS"],
        wants_paper=True,
    )
    known = booked(client, motif, place, "2026-11-26T08:00Z", email="")
    stranger = app.test_client()
    stranger.environ_base["wsgi.url_scheme"] = "https"
    new = booked(stranger, motif, place, "2026-11-26T08:30Z", email="", given_names="Personne")
    shown = [
        answer.page.text().replace(code_of(answer)[:4], "").replace(code_of(answer)[4:], "") for answer in (known, new)
    ]
    assert shown[0] == shown[1].replace("9 h 30", "9 h").replace("5 h 30", "5 h")


def test_the_review_of_a_discreet_appointment_names_nothing_and_says_that_nothing_is_sent(client, world) -> None:
    words = {"title": "Parler de contraception", "detail": "Une conseillère vous reçoit."}
    place, motif, _agent = world.office(discreet=True, **words)
    page = reviewed(client, motif, place).page
    assert "contraception" not in page.text()
    assert "conseillère" not in page.text()
    assert "Nous n'envoyons aucun message" in page.text()
