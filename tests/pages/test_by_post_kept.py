"""A page asked for by post: what limits it, what is said of it, and the part of it that was chosen."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.directory.models import Mds, PlaceAttachment
from portal.letters.address import doors
from portal.sealing import Sealer
from portal.web.throttle import Limit, Spent, key_of
from tests.entering import enter_person
from tests.pages.test_by_post import TYPED, ask, sent


@pytest.fixture(autouse=True)
def directory(world):
    world.departement()
    world.commune()


@pytest.fixture
def used_up(database, clock, settings):
    def written(name, who, count):
        key = key_of(Limit(name, count, timedelta(days=1)), who, Sealer(settings.secret_key))
        with database.transaction() as session:
            session.add(Spent(key=key, since=clock.now, until=clock.now + timedelta(hours=9), count=count))

    return written


def test_a_street_number_is_flooded_by_no_line_that_changes_nothing(client, database, used_up) -> None:
    (door,) = doors([TYPED["street"], "62000 Arras"])
    used_up("pages-to-door", door, 20)
    for lines in ({"flat": "Appt 7"}, {"locality": "BP 7"}, {"street": "BP 8", "building": TYPED["street"]}):
        assert ask(client, "aide", **lines).status_code == 429
    assert sent(database) == []
    assert ask(client, "aide", street="14 rue de la Démonstration").status_code == 303


def test_once_strangers_have_used_up_the_day_the_page_says_who_sends_it_and_a_person_known_is_served(
    client, world, database, used_up, caplog
) -> None:
    used_up("pages-in-all", "everybody", 500)
    refused = ask(client, "aide")
    assert refused.status_code == 429
    said = refused.page.text()
    assert "Nous ne pouvons plus envoyer de page aujourd'hui par ce site." in said
    assert "Appelez le 03 53 01 00 62 . Une personne vous l'envoie." in said
    assert "La lettre arrive" not in said
    assert refused.page.fields()["street"] == TYPED["street"]
    assert ["500" in line for line in caplog.messages] == [True]
    assert sent(database) == []
    enter_person(client, world.person())
    assert ask(client, "aide").status_code == 303


def test_the_day_that_was_said_stays_the_same_tomorrow(client, clock) -> None:
    done = ask(client, "aide").location
    clock.forward(timedelta(days=1))
    assert "Elle arrive vers le jeudi 26 novembre 2026." in client.get(done).page.text()
    assert not any(word in done for word in ("Camille", "Essai", "rue", "62000"))
    for other in ("/par-courrier/envoye?page=aide", done[:-3], done.replace("page=aide", "page=lieux")):
        assert "Elle arrive dans quelques jours." in client.get(other).page.text()


def test_a_postal_box_beside_a_street_makes_no_other_letter_box(client, database) -> None:
    for number in range(4):
        asked = ask(client, "aide", name=f"Camille {'ABCD'[number]}", locality=f"BP {number}")
        assert asked.status_code == 303
    assert ask(client, "aide", locality="BP 7").status_code == 429
    assert len(sent(database)) == 4


def test_each_person_whose_letters_a_place_keeps_has_a_letter_box_there_and_a_refusal_loses_nothing(
    client, world, database, used_up
) -> None:
    place = world.place(name="MDS Essai Nord", postal_code="62000", city="Arras")
    lines = {"building": "A retirer MDS Essai Nord", "street": place.street}
    (door,) = doors([place.street, "62000 Arras"])
    used_up("pages-to-door", door, 20)
    for _ in range(4):
        assert ask(client, "aide", **lines).status_code == 303
    assert ask(client, "aide", name="Claude Essai", **lines).status_code == 303
    refused = ask(client, "aide", **lines)
    assert refused.status_code == 429
    assert "Nous ne pouvons plus envoyer de page aujourd'hui par ce site." in refused.page.text()
    assert refused.page.fields()["building"] == lines["building"]
    assert ask(client, "aide", **lines | {"building": "A retirer chez moi"}).status_code == 429  # a door like another
    assert len(sent(database)) == 2  # the same page to the same person leaves once


def test_a_part_chosen_before_the_page_was_cut_otherwise_is_asked_for_again(client, world, database) -> None:
    long = {"street": "12 rue de la Très Longue Démonstration", "city": "Saint-Nicolas-sur-la-Canche-Essai"}
    places = [world.place(name=f"Maison du Département Solidarité {number}", **long) for number in range(90)]
    for name in ("calaisis", "boulonnais"):
        world.territory(name, name.capitalize())
    with database.transaction() as session:
        for at, name in enumerate(("calaisis", "boulonnais"), start=1):
            mds_id = session.scalars(select(Mds.id).filter_by(key=f"mds-{name}")).one()
            ids = [place.id for place in places[30 * at : 30 * (at + 1)]]
            moved = update(PlaceAttachment).where(PlaceAttachment.place_id.in_(ids))
            session.execute(moved.values(mds_id=mds_id))
    second = ask(client, "lieux").page.choices("part")[1]
    again = ask(client, "lieux", part=second, large_print="y")
    assert again.status_code == 422
    assert "La page n'est plus coupée au même endroit. Choisissez de nouveau une partie." in again.page.text()
    assert (again.page.fields()["street"], len(again.page.choices("part"))) == (TYPED["street"], 3)
    assert sent(database) == []
    assert ask(client, "lieux", part=again.page.choices("part")[1], large_print="y").status_code == 303
    assert sent(database)[0].context["part"] == [2, 3]
