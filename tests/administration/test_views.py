"""Settings on screen: motifs, places and days, by those who may, with what they touch and their history."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.booking.availability import Scope, free_slots
from portal.directory.models import Motif, Place
from portal.directory.models_settings import DayException, SettingChange
from portal.files.report import Report
from portal.files.upsert import upsert
from tests.entering import enter
from tests.world import at


def text_of(page) -> str:
    return " ".join(page.text().replace("\u00a0", " ").split()).replace(" .", ".")


@pytest.fixture
def office(world):
    """A place with its encadrant, a motif, and an admin."""
    place, motif, agent = world.office(title="Parler de mon budget")
    return place, motif, agent, world.agent("encadrant", place=place), world.agent("admin")


def fields_of(client, url: str) -> dict[str, str]:
    return client.get(url).page.fields(0)


def row(database, model, number: int):
    with database.transaction() as session:
        return session.get(model, number)


def test_an_encadrant_writes_the_hours_and_the_phone_of_their_place_and_the_history_says_it(
    client, database, office
) -> None:
    place, _motif, _agent, encadrant, admin = office
    enter(client, encadrant)
    url = f"/agents/reglages/lieux/{place.id}"
    typed = fields_of(client, url) | {
        "phone": "0353010077",
        "hours": "Lundi, de 9 h à 12 h\r\n\r\n Mardi matin ",
        "step_free": "non",
    }
    answer = client.post(url, data=typed)
    assert answer.status_code == 303
    written = row(database, Place, place.id)
    assert (written.phone, written.hours, written.step_free) == (
        "03 53 01 00 77",
        ["Lundi, de 9 h à 12 h", "Mardi matin"],
        False,
    )
    assert written.edited == ["hours", "phone", "step_free"]
    assert "Le lieu est enregistré" in text_of(client.get(answer.location).page)
    enter(client, admin)
    history = text_of(client.get("/agents/reglages/historique?quoi=place").page)
    assert f"Lieu {place.name}" in history
    assert "Avant : 03 53 01 00 10 Après : 03 53 01 00 77" in history
    assert "Avant : Oui Après : Non" in history


def test_what_was_changed_on_screen_is_not_undone_by_the_files(client, database, office) -> None:
    place, _motif, _agent, encadrant, _admin = office
    enter(client, encadrant)
    url = f"/agents/reglages/lieux/{place.id}"
    client.post(url, data=fields_of(client, url) | {"phone": "03 53 01 00 77"})
    report = Report()
    with database.transaction() as session:
        wanted = {place.key: {"phone": "03 53 01 00 11", "city": "Lens"}}
        upsert(session, Place, "key", wanted, report.tally("places"))
    written = row(database, Place, place.id)
    assert (written.phone, written.city) == ("03 53 01 00 77", "Lens")


def test_an_encadrant_does_not_touch_another_s_place_nor_any_motif(client, world, office) -> None:
    _place, motif, _agent, encadrant, _admin = office
    other = world.place()
    enter(client, encadrant)
    assert client.get(f"/agents/reglages/lieux/{other.id}").status_code == 404
    assert client.get(f"/agents/reglages/motifs/{motif.id}").status_code == 403
    assert other.name not in text_of(client.get("/agents/reglages/lieux").page)
    assert "un administrateur peut les changer" in text_of(client.get("/agents/reglages/motifs").page)
    assert client.get("/agents/reglages").status_code == 200


def test_bad_values_of_a_motif_are_said_beside_their_fields_and_nothing_typed_is_lost(client, database, office) -> None:
    _place, motif, _agent, _encadrant, admin = office
    enter(client, admin)
    url = f"/agents/reglages/motifs/{motif.id}"
    bad = {"minutes": "trois", "neutral_words": "rendez-vous PMI", "bring": "x" * 121, "title": "", "booked_by": "rien"}
    answer = client.post(url, data=fields_of(client, url) | bad)
    text = text_of(answer.page)
    assert answer.status_code == 422
    for sentence in (
        "Écrivez un nombre entier de 5 à 480.",
        "« PMI » dit le sujet du rendez-vous.",
        "Écrivez 120 caractères au plus sur chaque ligne.",
        "Écrivez un titre.",
        "Choisissez qui peut réserver.",
    ):
        assert sentence in text
    assert answer.page.fields(0)["minutes"] == "trois"
    never = client.post(url, data=fields_of(client, url) | {"notice_minutes": "1440", "horizon_days": "1"})
    assert "Personne ne pourrait réserver" in text_of(never.page)
    many = client.post(url, data=fields_of(client, url) | {"bring": "\n".join("abcdefghijklm"), "before": "🙂"})
    assert "Écrivez 12 lignes au plus." in text_of(many.page)
    assert row(database, Motif, motif.id).edited == []


def test_a_motif_of_referents_is_not_opened_to_everyone(client, world, office) -> None:
    motif = world.motif(booked_by="invited", with_referent=True)
    enter(client, office[4])
    url = f"/agents/reglages/motifs/{motif.id}"
    answer = client.post(url, data=fields_of(client, url) | {"booked_by": "everyone"})
    assert "Ce motif est pour les personnes invitées" in text_of(answer.page)


def test_a_motif_once_changed_rules_what_is_booked_next(client, database, office) -> None:
    _place, motif, _agent, _encadrant, admin = office
    enter(client, admin)
    url = f"/agents/reglages/motifs/{motif.id}"
    client.post(url, data=fields_of(client, url) | {"minutes": "45", "bring": "Vos papiers", "after": ""})
    written = row(database, Motif, motif.id)
    assert (written.minutes, written.bring, written.edited) == (45, ["Vos papiers"], ["bring", "minutes"])
    assert client.post(url, data=fields_of(client, url)).status_code == 303
    with database.transaction() as session:
        assert len(session.scalars(select(SettingChange).order_by(SettingChange.id)).all()) == 1


def test_the_second_of_two_who_change_a_place_sees_what_the_first_wrote_and_chooses(
    client, app, database, office
) -> None:
    place, _motif, _agent, encadrant, admin = office
    enter(client, encadrant)
    url = f"/agents/reglages/lieux/{place.id}"
    mine = fields_of(client, url)
    other = app.test_client()
    enter(other, admin)
    other.post(url, data=fields_of(other, url) | {"phone": "03 53 01 00 88"})
    answer = client.post(url, data=mine | {"directions": "La porte verte."})
    assert answer.status_code == 409
    assert "Quelqu'un vient de changer ceci." in text_of(answer.page)
    assert "Téléphone 03 53 01 00 88" in text_of(answer.page)
    again = answer.page.fields(0)
    assert again["directions"] == "La porte verte."
    assert client.post(url, data=again).status_code == 303
    assert row(database, Place, place.id).directions == "La porte verte."


def test_a_day_closed_touches_people_who_are_counted_before_it_is_written(client, database, world, office) -> None:
    place, motif, agent, encadrant, _admin = office
    world.appointment(agent, place, motif, at("2026-12-14", "10:00"))
    enter(client, encadrant)
    url = "/agents/reglages/jours"
    typed = fields_of(client, url) | {
        "day": ["14", "12", "2026"],
        "place": str(place.id),
        "kind": "ferme",
        "label": "travaux",
    }
    first = client.post(url, data=typed)
    assert "Ce jour touche un rendez-vous." in text_of(first.page)
    with database.transaction() as session:
        assert session.scalar(select(DayException)) is None
    done = client.post(url, data=typed | {"vu": "1"}, follow_redirects=True)
    assert "Des personnes sont à prévenir" in text_of(done.page)
    with database.transaction() as session:
        found = session.get(Motif, motif.id)
        assert (
            free_slots(session, at("2026-12-01", "09:00"), Scope(found), date(2026, 12, 14), date(2026, 12, 14)) == []
        )
    twice = client.post(url, data=typed | {"vu": "1"})
    assert twice.status_code == 409
    assert "Ce jour est déjà écrit" in text_of(twice.page)


def test_a_day_is_taken_away_once_by_whoever_it_belongs_to(client, database, office) -> None:
    place, _motif, _agent, encadrant, admin = office
    enter(client, admin)
    url = "/agents/reglages/jours"
    everywhere = fields_of(client, url) | {
        "day": ["25", "12", "2026"],
        "place": "tous",
        "kind": "ouvert",
        "label": "Noël travaillé",
    }
    assert client.post(url, data=everywhere).status_code == 303
    client.post(url, data=everywhere | {"day": ["15", "12", "2026"], "place": str(place.id), "kind": "ferme"})
    with database.transaction() as session:
        here, all_places = session.scalars(select(DayException.id).order_by(DayException.day)).all()
    enter(client, encadrant)
    page = client.get(url).page
    assert "Noël travaillé" in text_of(page)
    press = {"csrf_token": page.fields(0)["csrf_token"]}
    assert client.post(f"{url}/{all_places}/retirer", data=press).status_code == 404
    assert client.post(f"{url}/{here}/retirer", data=press).status_code == 303
    assert client.post(f"{url}/{here}/retirer", data=press).status_code == 303
    assert client.post(f"{url}/{all_places}/retirer", data={"csrf_token": "x"}).status_code == 303
    with database.transaction() as session:
        assert session.scalars(select(DayException.id)).all() == [all_places]
        kinds = session.scalars(select(SettingChange.kind).order_by(SettingChange.id)).all()
    assert kinds == ["day", "day", "day"]
    enter(client, admin)
    assert "Noël travaillé" in text_of(client.get("/agents/reglages/historique").page)


def test_a_day_past_or_missing_is_refused_in_words(client, clock, office) -> None:
    enter(client, office[4])
    url = "/agents/reglages/jours"
    past = clock.now.date() - timedelta(days=1)
    answer = client.post(url, data=fields_of(client, url) | {"day": [str(past.day), str(past.month), str(past.year)]})
    text = text_of(answer.page)
    assert answer.status_code == 422
    assert "Ce jour est passé." in text
    assert "Choisissez un lieu." in text
    assert "Écrivez pourquoi." in text


def test_pages_without_anything_say_so(client, world) -> None:
    world.departement()
    enter(client, world.agent("admin"))
    assert "Aucun jour n'est écrit." in text_of(client.get("/agents/reglages/jours").page)
    assert "Aucun changement." in text_of(client.get("/agents/reglages/historique").page)
    assert "Aucun lieu n'est à vous." in text_of(client.get("/agents/reglages/lieux").page)
