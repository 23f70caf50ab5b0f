"""From the subject to the hour: what a resident finds on the way, and what bad addresses answer."""

from datetime import date

import pytest
from sqlalchemy import event

from portal.directory.models import BookedBy, Mode
from tests.booking.journey import path_of
from tests.world import at


def test_the_urgent_door_stands_before_all_subjects(client, world) -> None:
    world.motif(title="Parler de mon budget")
    page = client.get("/rendez-vous").page
    doors = [words for words, href in page.links().items() if href.startswith("/rendez-vous/")]
    assert doors[0].startswith("C'est urgent")
    assert any("Parler de mon budget" in words and "30 minutes" in words for words in doors)


def test_a_subject_booked_by_agents_alone_is_neither_shown_nor_found(client, world) -> None:
    motif = world.motif(title="Visite avant audience", booked_by=BookedBy.AGENTS)
    assert "Visite avant audience" not in client.get("/rendez-vous").page.text()
    assert client.get(f"/rendez-vous/{motif.key}").status_code == 404


def test_what_happens_at_school_is_explained_and_never_booked(client, world) -> None:
    place = world.place()
    motif = world.motif(title="Bilan de 4 ans", booked_by=BookedBy.NOBODY, detail="Le bilan a lieu à l'école.")
    page = client.get(f"/rendez-vous/{motif.key}").page
    assert "Le bilan a lieu à l'école." in page.text()
    assert not page.all("form")
    assert client.get(path_of(motif, place)).headers["Location"].endswith(f"/rendez-vous/{motif.key}")


def test_the_urgent_page_gives_numbers_and_the_nearest_site_of_a_commune(client, world) -> None:
    world.helpline("115")
    world.helpline("114", by_text=True, purpose="Pour les personnes sourdes, par SMS.")
    world.place(name="MDS Arras")
    world.place(name="MDS Calais", lat=50.95, lon=1.85)
    page = client.get("/rendez-vous/urgent").page
    assert {"tel:115", "sms:114"} <= set(page.links().values())
    assert "MDS Arras" not in page.text()
    found = client.get("/rendez-vous/urgent?commune=arras").page
    assert "MDS Arras" in found.text()
    assert "MDS Calais" not in found.text()
    assert not found.choices("creneau")


def test_places_come_nearest_first_with_distance_access_phone_and_next_slot(client, world) -> None:
    near, motif, agent = world.office()
    far = world.place(lat=50.60, lon=2.40, step_free=None)
    world.opening(agent, far, motif, weekdays=[5], first_day=date(2026, 11, 28))
    page = client.get(f"/rendez-vous/{motif.key}?commune=62000").page
    assert [page.text(title) for title in page.all("h3")][:2] == [near.name, far.name]
    words = page.text()
    assert "Prochain créneau : lundi 23 novembre 2026 à 9 h 30" in words
    assert "Prochain créneau : samedi 28 novembre 2026 à 9 h" in words
    assert "Accès sans marche : information non connue" in words
    assert "moins de 1 km" in words
    assert "tel:+33353010010" in page.links().values()


def test_a_misspelt_commune_is_offered_and_an_unknown_one_is_said_with_a_way_on(client, world) -> None:
    place, motif, _agent = world.office()
    asked = client.get(f"/rendez-vous/{motif.key}?commune=Arars").page
    assert "Quelle commune ?" in asked.text()
    (chosen,) = [link for words, link in asked.links().items() if words.startswith("Arras")]
    assert place.name in client.get(chosen).page.text()
    page = client.get(f"/rendez-vous/{motif.key}?commune=Tombouctou").page
    assert "hors du Département" in page.text()
    assert page.fields()["commune"] == "Tombouctou"
    assert page.title.startswith("Erreur")


def test_several_communes_of_a_postcode_are_a_choice(client, world) -> None:
    place, motif, _agent = world.office()
    world.commune("62042", "Arrasville", search_key="arrasville")
    page = client.get(f"/rendez-vous/{motif.key}?commune=62000").page
    links = page.links()
    assert place.name not in page.text()
    chosen = next(href for words, href in links.items() if words.startswith("Arrasville"))
    assert place.name in client.get(chosen).page.text()


def test_all_places_are_one_press_away(client, world) -> None:
    _place, motif, agent = world.office()
    for _ in range(8):
        world.opening(agent, world.place(), motif, weekdays=[6])
    first = client.get(f"/rendez-vous/{motif.key}?commune=Arras").page
    assert len(first.all("li", class_="card place-card")) == 6
    everything = client.get(first.links()["Voir tous les lieux"]).page
    assert len(everything.all("li", class_="card place-card")) == 9


def test_a_place_without_a_free_slot_gives_its_phone_and_no_door(client, world) -> None:
    place, motif, _agent = world.office(horizon_days=1)
    world.absence(_agent, at("2026-11-20", "08:00"), at("2026-12-20", "08:00"))
    page = client.get(f"/rendez-vous/{motif.key}?commune=Arras").page
    assert "Pas de créneau libre" in page.text()
    assert f"Choisir ce lieu {place.name}" not in page.links()


def test_by_phone_nobody_is_told_to_come(client, world) -> None:
    place, motif, _agent = world.office(mode=Mode.PHONE)
    words = client.get(path_of(motif, place)).page.text()
    assert "Nous vous appelons" in words
    assert "rue de la Démonstration" not in words


def test_the_week_groups_slots_by_day_and_shows_each_hour_once(client, world) -> None:
    place, motif, _agent = world.office()
    world.opening(world.agent(), place, motif)
    page = client.get(path_of(motif, place) + "?semaine=2026-11-24").page
    legends = [page.text(legend) for legend in page.all("legend")]
    assert legends[:2] == ["lundi 23 novembre 2026", "mardi 24 novembre 2026"]
    slots = page.choices("creneau")
    assert len(slots) == len(set(slots)) == 5 + 4 * 6
    assert "2026-11-24T08:00Z" in slots


def test_the_weeks_follow_each_other_within_the_horizon_alone(client, world) -> None:
    place, motif, _agent = world.office(horizon_days=10)
    first = client.get(path_of(motif, place)).page
    assert "Semaine précédente" not in first.links()
    second = client.get(first.links()["Semaine suivante"]).page
    assert "Semaine du lundi 30 novembre" in second.h1 + second.text()
    assert "Semaine suivante" not in second.links()
    assert "Semaine précédente" in second.links()


def test_a_week_without_slots_leads_to_the_next_free_one(client, world) -> None:
    place, motif, agent = world.office()
    world.absence(agent, at("2026-11-20", "08:00"), at("2026-12-01", "08:00"))
    assert client.get(path_of(motif, place)).page.choices("creneau")[0] == "2026-12-01T08:00Z"
    empty = client.get(path_of(motif, place) + "?semaine=2026-11-23").page
    assert "Aucun créneau libre cette semaine." in empty.text()
    jump = client.get(empty.links()["mardi 1er décembre 2026 à 9 h"]).page
    assert jump.choices("creneau")[0] == "2026-12-01T08:00Z"


def test_no_slot_in_the_horizon_is_said_with_the_phone_number(client, world) -> None:
    place, motif, agent = world.office(horizon_days=5)
    world.absence(agent, at("2026-11-20", "08:00"), at("2027-11-20", "08:00"))
    page = client.get(path_of(motif, place)).page
    assert "Pas de créneau libre en ligne" in page.text()
    assert "tel:+33353010010" in page.links().values()


@pytest.mark.parametrize(
    "week", ["0001-01-01", "9999-12-31", "2026-11-31", "%00", "demain", "2026-W48-1", "", "2026-11-23T10:00"]
)
def test_a_week_that_cannot_be_leads_back_to_one_that_can(client, world, week) -> None:
    place, motif, _agent = world.office()
    answer = client.get(path_of(motif, place) + f"?semaine={week}")
    assert answer.status_code in {200, 400}
    assert answer.page.choices("creneau") or "Prochain créneau libre" in answer.page.text()


@pytest.mark.parametrize(
    "commune", ["%00", "%E2%80%AEsarra", "x" * 5000, "%F0%9F%98%80", "%27%3B--", "62%00000", "<b>"]
)
def test_a_commune_that_is_none_is_said_and_never_breaks(client, world, commune) -> None:
    _place, motif, _agent = world.office()
    for address in (f"/rendez-vous/{motif.key}", "/rendez-vous/urgent"):
        answer = client.get(f"{address}?commune={commune}&insee={commune}")
        assert answer.status_code == 200
        assert "Nous ne connaissons pas cette commune" in answer.page.text()


@pytest.mark.parametrize("key", ["inconnu", "%00", "MOTIF", "x" * 3000, "..", "%F0%9F%98%80"])
def test_forged_subjects_and_places_do_not_exist(client, world, key) -> None:
    place, motif, _agent = world.office()
    for address in (f"/rendez-vous/{key}", f"/rendez-vous/{motif.key}/{key}", f"/rendez-vous/{key}/{place.key}/vous"):
        assert client.get(address, follow_redirects=True).status_code == 404, address


def test_a_letter_opens_its_subject_for_this_browser_alone(client, app, world) -> None:
    place, motif, _agent = world.office(booked_by=BookedBy.INVITED)
    person = world.person(birth_date=date(1980, 2, 29))
    invitation = world.invitation(person, motif)
    assert client.get(path_of(motif, place)).headers["Location"].endswith(motif.key)
    form = client.get(f"/rendez-vous/{motif.key}").page.fields()
    wrong = client.post(
        f"/rendez-vous/{motif.key}", data=form | {"code": invitation.code, "birth_date": ["1", "1", "1980"]}
    )
    assert wrong.status_code == 422
    assert wrong.page.fields()["code"] == invitation.code
    typed = {"code": f" {invitation.code[:4].lower()}-{invitation.code[4:]}", "birth_date": ["29", "2", "1980"]}
    opened = client.follow(client.post(f"/rendez-vous/{motif.key}", data=form | typed))
    assert opened.page.fields() == {"commune": ""}
    assert client.get(path_of(motif, place)).status_code == 200
    other = app.test_client()
    other.environ_base["wsgi.url_scheme"] = "https"
    assert other.get(path_of(motif, place)).status_code == 302


def test_a_letter_of_another_subject_opens_nothing(client, world) -> None:
    motif = world.motif(booked_by=BookedBy.INVITED)
    other = world.invitation(world.person(), world.motif(booked_by=BookedBy.INVITED))
    form = client.get(f"/rendez-vous/{motif.key}").page.fields()
    answer = client.post(
        f"/rendez-vous/{motif.key}", data=form | {"code": other.code, "birth_date": ["29", "2", "1980"]}
    )
    assert answer.status_code == 422


def test_five_wrong_letters_lock_the_code_and_say_to_call(client, world) -> None:
    motif = world.motif(booked_by=BookedBy.INVITED)
    form = client.get(f"/rendez-vous/{motif.key}").page.fields() | {
        "code": "ABCD2345",
        "birth_date": ["1", "1", "1980"],
    }
    answers = [client.post(f"/rendez-vous/{motif.key}", data=form).page.text() for _ in range(6)]
    assert ["trop d'essais" in words for words in answers] == [False] * 4 + [True] * 2


def test_ones_own_referent_alone_is_shown(client, world) -> None:
    place, motif, agent = world.office(booked_by=BookedBy.INVITED, with_referent=True)
    elsewhere = world.place()
    world.opening(world.agent(), elsewhere, motif)
    person = world.person()
    world.referent(person, agent)
    invitation = world.invitation(person, motif)
    form = client.get(f"/rendez-vous/{motif.key}").page.fields()
    opened = client.follow(
        client.post(
            f"/rendez-vous/{motif.key}", data=form | {"code": invitation.code, "birth_date": ["29", "2", "1980"]}
        )
    )
    assert place.name in opened.page.text()
    assert elsewhere.name not in opened.page.text()
    assert client.get(path_of(motif, place)).page.choices("creneau")
    assert not client.get(path_of(motif, elsewhere)).page.choices("creneau")


def test_more_places_ask_no_more_questions_of_the_database(client, world, app) -> None:
    _place, motif, _agent = world.office()
    client.get(f"/rendez-vous/{motif.key}?commune=Arras")
    counted = []
    engine = app.extensions["portal"].database.engine
    event.listen(engine, "before_cursor_execute", lambda *given: counted.append(given[2]))
    client.get(f"/rendez-vous/{motif.key}?commune=Arras")
    alone = len(counted)
    for _ in range(30):
        world.opening(world.agent(), world.place(), motif)
    counted.clear()
    client.get(f"/rendez-vous/{motif.key}?commune=Arras&tous=1")
    assert len(counted) <= alone + 2
