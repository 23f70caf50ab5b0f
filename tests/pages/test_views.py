"""Pages that are read: each is checked by the client; here, what a person finds on them."""

import gzip
import re
from datetime import date

import pytest
from sqlalchemy.dialects.postgresql import Range

from portal.directory.models import BookedBy, Mds, PlaceAttachment
from portal.paths import STATIC, TEMPLATES
from tests.world import at

PLAIN = [
    "/",
    "/mes-droits",
    "/connexion",
    "/aide",
    "/lieux",
    "/infos",
    "/infos/bilan-de-4-ans",
    "/infos/bilan-de-4-ans/facile",
    "/infos/garantie-papier",
    "/infos/garantie-papier/facile",
    "/accessibilite",
    "/donnees-personnelles",
    "/mentions-legales",
    "/plan-du-site",
]


@pytest.mark.parametrize("path", PLAIN)
def test_every_page_is_whole_and_offers_help_before_and_after_the_directory_is_loaded(client, world, path):
    assert client.get(path).status_code == 200
    world.departement(phone="03 53 01 00 62", phone_hours="du lundi au vendredi")
    page = client.get(path).page
    assert page.title.endswith(" – La Bonne Porte")
    assert page.links()["Une personne peut m'aider"] == "/aide"
    assert 'href="tel:+33353010062"' in page.html


def test_home_opens_four_doors_and_the_urgent_one(client):
    links = client.get("/").page.links()
    doors = ["Prendre rendez-vous", "Connaître mes droits", "Mon espace", "Une personne peut m'aider", "C'est urgent"]
    found = [next(href for words, href in links.items() if words.startswith(door)) for door in doors]
    assert found[:4] == ["/rendez-vous", "/mes-droits", "/mon-espace", "/aide"]
    assert client.get(found[4]).status_code == 200


def test_every_link_of_the_site_map_leads_somewhere(client, world):
    world.departement()  # the blank forms say where they go back to
    for href in client.get("/plan-du-site").page.links().values():
        if href.startswith("/"):
            assert client.get(href).status_code in {200, 302, 303, 308}, href


def test_the_help_page_gives_the_number_and_what_each_emergency_number_is_for(client, world):
    world.departement()
    world.helpline("115", purpose="Vous n'avez pas de toit cette nuit.")
    world.helpline("114", purpose="Vous êtes sourd, envoyez un SMS.", by_text=True)
    page = client.get("/aide").page
    assert "03 53 01 00 62" in page.text()
    assert "Vous n'avez pas de toit cette nuit." in page.text()
    assert 'href="tel:115"' in page.html
    assert 'href="sms:114"' in page.html


def test_places_are_listed_by_territory(client, world):
    world.place(name="MDS du Port")
    page = client.get("/lieux").page
    assert "Arrageois" in [page.text(title) for title in page.all("h2")]
    assert "MDS du Port" in page.links()


def test_places_are_listed_nearest_first_from_a_commune(client, world):
    world.commune("62041", "Arras")
    world.place(name="MDS Loin", lat=50.95, lon=1.85)
    world.place(name="MDS Près", lat=50.29, lon=2.78)
    page = client.get("/lieux?commune=arras").page
    names = [page.text(title) for title in page.all("span", class_="choice-title")]
    assert names == ["MDS Près", "MDS Loin"]
    assert "en ligne droite" in page.text()


def test_an_unknown_commune_is_said_and_every_place_is_still_shown(client, world):
    world.place(name="MDS du Port")
    page = client.get("/lieux?commune=Marseille").page
    assert page.title.startswith("Erreur : ")
    assert "hors du Département" in page.text()
    assert "MDS du Port" in page.links()


@pytest.mark.parametrize("typed", ["%00", "a" * 3000, "%E2%80%AEsarra", "%F0%9F%98%80", "&insee=' OR 1=1"])
def test_nothing_typed_in_the_search_breaks_the_page(client, world, typed):
    world.place(name="MDS du Port")
    assert client.get(f"/lieux?commune={typed}").status_code == 200


def test_a_place_says_what_is_known_and_what_is_not(client, world):
    known = world.place(step_free=True, directions="Face à la gare.", hours=["Lundi, 9 h à 12 h"], is_demo_address=True)
    text = client.get(f"/lieux/{known.key}").page.text()
    assert "Accès sans marche" in text
    assert "Face à la gare." in text
    assert "adresse de démonstration" in text
    bare = world.place(street=None, phone=None, step_free=None, directions=None, hours=[], checked=False)
    text = client.get(f"/lieux/{bare.key}").page.text()
    assert "Rue non connue" in text
    assert "C'est le numéro du Département." in text
    assert text.count("information non connue") == 3
    assert "n'a pas encore vérifié ces informations" in text


def test_a_place_leads_to_what_anyone_may_book_there_and_to_nothing_else(client, world):
    place = world.place()
    offered = world.motif(title="Consultation d'essai")
    reserved = world.motif(title="Visite réservée", booked_by=BookedBy.AGENTS)
    elsewhere = world.motif(title="Ailleurs")
    world.opening(world.agent(), place, offered, reserved)
    world.opening(world.agent(), world.place(), elsewhere)
    page = client.get(f"/lieux/{place.key}").page
    assert f"/rendez-vous/{offered.key}/{place.key}" in page.links().values()
    assert "Visite réservée" not in page.text()
    assert "Ailleurs" not in page.text()


def test_a_closed_or_unknown_place_is_not_found_and_the_page_leads_on(client, world):
    closed = world.place(closed_on=date(2026, 11, 1))
    for key in (closed.key, "nulle-part", "..%2f..%2fetc"):
        response = client.get(f"/lieux/{key}")
        assert response.status_code == 404
        assert "/aide" in response.page.links().values()


def test_the_bilan_of_four_years_is_explained_and_never_booked(client):
    page = client.get("/infos/bilan-de-4-ans").page
    assert "à l'école maternelle" in page.text()
    assert "3 ans et demi à 4 ans et demi" in page.text()
    assert not page.all("form")
    assert "/infos/bilan-de-4-ans/facile" in page.links().values()


@pytest.mark.parametrize("path", [path for path in PLAIN if path.endswith("/facile")])
def test_an_easy_page_has_short_sentences_and_does_not_claim_readers(client, path):
    page = client.get(path).page
    main = page.all("main")[0]
    sentences = re.findall(r"[^.?!]+[.?!]", " ".join(page.text(p) for p in main.iter("p") if not p.get("class")))
    assert sentences
    assert [sentence for sentence in sentences if len(sentence.split()) > 12] == []
    assert "n'a pas encore été relue" in page.text()


def test_a_page_that_does_not_exist_still_gives_the_number(client, world):
    world.departement()
    response = client.get("/nulle-part")
    assert response.status_code == 404
    assert "03 53 01 00 62" in response.page.text()


def test_an_unknown_information_page_is_not_found(client):
    assert client.get("/infos/rien").status_code == 404
    assert client.get("/infos/rien/facile").status_code == 404


def test_the_accessibility_page_claims_no_audit(client):
    page = client.get("/accessibilite").page
    assert page.h1 == "Accessibilité : non conforme"
    assert "partiellement" not in page.text()


def test_a_first_visit_weighs_less_than_100_kilobytes_in_six_requests(client, world):
    world.departement()
    html = client.get("/").get_data()
    assert len(gzip.compress(html)) < 14 * 1024
    addresses = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', html.decode()))
    assert len(addresses) + 1 <= 6
    weight = len(html)
    for address in addresses:
        with client.get(address) as response:
            weight += len(response.get_data())
    assert weight < 100 * 1024


def test_the_style_sheet_asks_for_the_very_fonts_that_the_page_announces(client):
    announced = set(re.findall(r'href="/static/(fonts/[^"]+)"', client.get("/").get_data(as_text=True)))
    asked = set(re.findall(r'url\("(fonts/[^"]+)"\)', (STATIC / "portal.css").read_text()))
    assert announced == asked


def test_each_pictogram_follows_the_colour_of_its_text_and_is_hidden():
    for file in (TEMPLATES / "components" / "icons").glob("*.svg"):
        drawing = file.read_text()
        assert 'stroke="currentColor"' in drawing, file
        assert 'aria-hidden="true"' in drawing, file


def test_the_mark_is_the_same_in_the_page_and_as_an_icon():
    drawn = re.compile(r'<(?:path|rect|circle)[^>]*"')
    page = drawn.findall((TEMPLATES / "components" / "mark.html").read_text())
    assert page == drawn.findall((STATIC / "mark.svg").read_text())


def test_a_place_that_changes_hands_is_listed_under_its_territory_of_the_day(client, world, database, clock):
    place = world.place(name="MDS du Port")
    world.territory("calaisis", "Calaisis")
    change = date(2026, 12, 1)
    with database.transaction() as session:
        session.query(PlaceAttachment).one().valid = Range(date(2020, 1, 1), change)
        session.flush()
        mds = session.query(Mds).filter_by(key="mds-calaisis").one()
        session.add(PlaceAttachment(place_id=place.id, mds_id=mds.id, valid=Range(change, None)))

    def territories():
        page = client.get("/lieux").page
        return [page.text(title) for title in page.all("main")[0].iter("h2")]

    assert territories() == ["Arrageois"]
    clock.set(at("2026-12-01", "00:01"))
    assert territories() == ["Calaisis"]
