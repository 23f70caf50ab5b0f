"""The attendance sheet: neutral on paper, ticked by one press each; two agents at once lose nothing."""

from datetime import timedelta

import pytest

from portal.booking.models import Appointment, AppointmentStatus
from tests.agenda.conftest import forms
from tests.entering import enter
from tests.world import at

STARTS = at("2026-11-23", "09:00")


@pytest.fixture
def shop(world):
    """(the leader, the welcome desk, the workshop, three seats): it began a moment ago."""
    here, motif = world.place(name="MDS d'Essai"), world.motif(title="Arrêter l'alcool", minutes=60)
    leader = world.agent("professionnel", place=here, families=["social"])
    desk = world.agent("accueil", place=here)
    held = world.workshop(leader, here, motif, STARTS, title="Arrêter l'alcool ensemble", seats=5)
    people = [
        world.person(family_name=name, given_names="Lou") for name in ("Zola-Essai", "Abel-Essai", "Martin-Essai")
    ]
    seats = [world.appointment(leader, here, motif, STARTS, one, workshop_id=held.id) for one in people]
    return leader, desk, held, seats


@pytest.fixture
def tick(client, shop):
    """Presses a button of the sheet for one seat, or for everybody."""
    url = f"/agents/ateliers/{shop[2].id}/feuille"

    def press(what, seat=None, fields=None):
        return client.post(url, data=(fields or fields_of(client.get(url).page, seat)) | {"acte": what})

    return press


def fields_of(page, seat):
    """What the form of a seat sends, as the page shows it."""
    if seat is None:
        return {"csrf_token": page.fields()["csrf_token"]}
    sent = [page.fields(n) for n in range(len(forms(page)))]
    return next(one for one in sent if one.get("rdv") == str(seat.id))


def statuses(database, seats):
    with database.transaction() as session:
        return [session.get_one(Appointment, seat.id).status.value for seat in seats]


def test_each_is_ticked_by_one_press_and_taken_back_by_another(shop, client, tick, database) -> None:
    leader, _desk, held, seats = shop
    enter(client, leader)
    for what, seat, status in (
        ("honore", seats[0], "seen"),
        ("manque", seats[1], "noshow"),
        ("excuse", seats[2], "excused"),
        ("corrige", seats[2], "booked"),
    ):
        answer = tick(what, seat)
        assert answer.status_code == 303
        assert statuses(database, [seat]) == [status]
        page = client.get(answer.headers["Location"]).page
        assert "Essai : C'e" in page.text()
    assert [page.text(th) for th in page.all("th", scope="row")] == [
        "Lou Abel-Essai",
        "Lou Martin-Essai",
        "Lou Zola-Essai",
    ]
    assert client.post(f"/agents/ateliers/{held.id}/feuille", data={"acte": "honore"}).status_code == 422


def test_everybody_is_here_then_the_exceptions(shop, client, tick, database) -> None:
    _leader, desk, _held, seats = shop
    enter(client, desk)
    tick("manque", seats[1])
    answer = tick("tous")
    page = client.get(answer.headers["Location"]).page
    assert "2 présences sont notées." in page.text()
    assert "2 personnes sont venues. Tout est noté." in page.text()
    assert statuses(database, seats) == ["seen", "noshow", "seen"], "what was noted stands"
    tick("corrige", seats[2])
    assert tick("manque", seats[2]).status_code == 303
    assert statuses(database, seats) == ["seen", "noshow", "noshow"]


def test_whoever_ticks_second_reads_what_the_first_noted(shop, client, tick, database) -> None:
    leader, desk, held, seats = shop
    url = f"/agents/ateliers/{held.id}/feuille"
    enter(client, leader)
    seen_by_leader = fields_of(client.get(url).page, seats[0])
    enter(client, desk)
    tick("manque", seats[0])
    enter(client, leader)
    seen_by_leader["csrf_token"] = client.get(url).page.fields()["csrf_token"]
    answer = tick("honore", fields=seen_by_leader)
    assert answer.status_code == 409
    for words in ("a changé pendant que vous le lisiez", "Rien n'a été noté.", "Lou Zola-Essai Manqué"):
        assert words in answer.page.text(), words
    assert statuses(database, seats[:1]) == ["noshow"]
    assert tick("honore", fields=seen_by_leader | {"rdv": "999999"}).status_code == 409


def test_nothing_is_ticked_before_the_hour_and_a_past_one_still_is(shop, client, tick, clock, database) -> None:
    leader, _desk, held, seats = shop
    enter(client, leader)
    clock.set(STARTS - timedelta(hours=1))
    page = client.get(f"/agents/ateliers/{held.id}/feuille").page
    assert "Les présences se notent dès 9 h." in page.text()
    assert tick("tous").status_code == 422
    assert statuses(database, seats) == ["booked"] * 3
    clock.set(STARTS + timedelta(days=5))
    enter(client, leader)
    assert "3 présences à noter" in client.get("/agents/ateliers").page.text()
    tick("excuse", seats[0])
    tick("tous")
    assert statuses(database, seats) == [AppointmentStatus.EXCUSED.value, "seen", "seen"]
    assert "Toutes les présences sont notées" in client.get("/agents/ateliers").page.text()


def test_the_paper_tells_the_title_only_when_asked_and_has_lines_for_the_unexpected(shop, client) -> None:
    leader, _desk, held, _seats = shop
    enter(client, leader)
    page = client.get(f"/agents/ateliers/{held.id}/feuille").page

    def on_paper(shown):
        return [shown.text(e) for e in shown.root.iter() if "print-only" in (e.get("class") or "").split()]

    assert not any("alcool" in words for words in on_paper(page))
    assert "Rendez-vous avec le Département" in on_paper(page)
    assert "Signature" in on_paper(page)
    assert len(page.all("tr", class_="print-only sheet-blank")) == 2
    asked = client.get(page.links()["Écrire le titre"]).page
    assert "Arrêter l'alcool ensemble" in on_paper(asked)
    assert "Signature" not in on_paper(client.get(page.links()["Sans la colonne « Signature »"]).page)
