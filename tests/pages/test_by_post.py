"""Any page of the closed list is sent by post to anybody who gives an address; nothing else is."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from portal.codes import shown
from portal.directory.models import BookedBy, Departement, Mds, Place, PlaceAttachment
from portal.letters.desk import PrintRoom
from portal.letters.models import Letter
from portal.notifications.models import Message
from portal.pages.queries_by_post import MOST_HOURS, free_hours
from portal.paper.models import FormKind
from portal.paper.rules import BLANK_CODES
from portal.sealing import Sealer
from tests.entering import enter_person

TYPED = {
    "name": "Camille Essai",
    "street": "12 rue de la Démonstration",
    "postcode": "62000",
    "town": "Arras",
    "language": "fr",
}


@pytest.fixture(autouse=True)
def directory(world):
    world.departement()
    world.commune()


def ask(client, key, **typed):
    form = client.get("/par-courrier", query_string={"page": key}).page.fields()
    return client.post("/par-courrier", data=form | TYPED | typed)


def sent(database):
    with database.transaction() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def words(message, language="fr"):
    sections = message.context["pages"][language]["sections"]
    lines = [part["heading"] for part in sections]
    lines += ["".join(text for text, _ in block["runs"]) for part in sections for block in part["blocks"]]
    return " | ".join(lines).replace("\u00a0", " ")


def hours_under(message, *headings):
    """The days of the list under each of these headings, without weekday and year."""
    sections = {part["heading"]: part["blocks"] for part in message.context["pages"]["fr"]["sections"]}
    lists = [[block["runs"][0][0] for block in sections[one] if block["role"] == "item"] for one in headings]
    return [[day.replace("\u00a0", " ").partition(" ")[2].partition(" 2026")[0] for day in days] for days in lists]


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("infos/garantie-papier", "Une lettre de rappel, quelques jours avant."),
        ("infos/garantie-papier/facile", "Donnez votre adresse."),
        ("infos/bilan-de-4-ans", "Que regarde-t-elle ?"),
        ("aide", "Appelez le Département"),
        ("mes-droits", "Une personne regarde vos droits avec vous"),
        ("accessibilite", "Tout marche au clavier, et sans JavaScript."),
        ("donnees-personnelles", "Vos rendez-vous, et les messages que nous vous envoyons."),
        ("mentions-legales", "La Bonne Porte est un programme libre."),
        ("lieux", "12 rue de la Démonstration, 62223 Saint-Nicolas"),
        ("lieux?insee=62041", "Votre commune : Arras"),
    ],
)
def test_each_page_has_its_buttons_and_leaves_with_its_own_words(client, world, database, key, says) -> None:
    world.place(name="MDS Essai", street="12 rue de la Démonstration", postal_code="62223", city="Saint-Nicolas")
    page = client.get(f"/{key}").page
    assert page.links()["Recevoir par courrier"].partition("page=")[2]
    assert "data-print" in page.html
    answer = client.follow(ask(client, key))
    assert "Elle arrive vers le jeudi 26 novembre 2026." in answer.page.text()
    (message,) = sent(database)
    assert (message.person_id, message.to) == (None, "\n\n12 rue de la Démonstration\n\n62000 Arras")
    assert says in words(message)
    assert message.context["large_print"] is key.endswith("facile")


def test_a_place_is_sent_in_both_languages_without_what_only_a_screen_needs(client, world, database) -> None:
    place = world.place(name="MDS Essai", directions="La porte bleue.")
    ask(client, f"lieux/{place.key}", language="en", large_print="y")
    (message,) = sent(database)
    assert set(message.context["pages"]) == {"fr", "en"}
    assert "La porte bleue." in words(message, "en")
    assert "OpenStreetMap" not in words(message)
    assert message.context["large_print"] is True


def test_free_hours_are_sent_as_dates_in_full_and_only_those_that_an_answer_can_still_take(
    client, world, clock, database
) -> None:
    place, motif, _agent = world.office(neutral_words="rendez-vous")
    page = client.get(f"/rendez-vous/{motif.key}/{place.key}").page
    assert "Recevoir par courrier" in page.links()
    ask(client, f"rendez-vous/{motif.key}/{place.key}")
    (message,) = sent(database)
    # It comes on Thursday 26. Posted on Friday 27, a letter comes back on Tuesday 1; ours arrives on Friday 4.
    near, later = hours_under(message, "À prendre par téléphone seulement", "À prendre par téléphone ou par lettre")
    assert near == ["27 novembre", "30 novembre", "1er décembre", "2 décembre"]
    assert later[:2] == ["7 décembre", "8 décembre"]
    assert "Postez-la le vendredi 27 novembre 2026 au plus tard." in words(message)
    assert (message.context["slots"], message.expires_at > clock.now + timedelta(days=7)) == (True, True)
    with database.transaction() as session:
        found = free_hours(session, clock.now, motif.key, place.key)
    assert {len(hours) for _day, hours in found.days} <= set(range(1, MOST_HOURS + 1))


@pytest.mark.parametrize("large", ["", "y"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_with_the_free_hours_goes_a_sheet_that_asks_who_where_and_when_and_bears_its_code(
    client, world, clock, database, settings, language, large
) -> None:
    place, motif, _agent = world.office(title="Parler de mon budget")
    ask(client, f"rendez-vous/{motif.key}/{place.key}", language=language, **({"large_print": "y"} if large else {}))
    room = PrintRoom(settings.base_url, Sealer(settings.secret_key))
    with database.transaction() as session:
        (message,) = session.scalars(select(Message))
        room.draw(session, message, clock.now)
        pdf = session.scalars(select(Letter)).one().pdf
    sheet = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages[2:])
    assert shown(BLANK_CODES[FormKind.WISH]) in sheet
    assert "Parler de mon budget" in sheet
    assert place.name in sheet
    if language == "fr":
        for asked in ("Nom de famille", "Code postal et ville", "3 jours et heures de la liste", "lundi"):
            assert asked in sheet


def test_where_nobody_can_be_called_only_hours_that_a_letter_can_take_are_sent(client, world, database) -> None:
    place, motif, _agent = world.office()
    with database.transaction() as session:
        session.execute(update(Place).values(phone=None))
        session.execute(update(Departement).values(phone=None, phone_hours=None))
    ask(client, f"rendez-vous/{motif.key}/{place.key}")
    said = words(sent(database)[0])
    assert "novembre 2026 :" not in said
    assert "À prendre par lettre" in said


@pytest.mark.parametrize("given", [{"booked_by": BookedBy.INVITED}, {"with_referent": True}, {"discreet": True}])
def test_hours_that_not_everybody_may_take_are_not_sent_and_a_discreet_subject_is_not_named(
    client, world, database, given
) -> None:
    place, motif, _agent = world.office(title="Un sujet très personnel", **given)
    key = f"rendez-vous/{motif.key}/{place.key}"
    if "discreet" not in given:
        assert client.get("/par-courrier", query_string={"page": key}).status_code == 404
        return
    ask(client, key)
    assert "personnel" not in str(sent(database)[0].context)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/aide",
        "infos/rien",
        "infos/rien/facile",
        "lieux/rien",
        "lieux?insee=99999",
        "rendez-vous/rien/rien",
        "mon-espace",
        "http://ailleurs.exemple/aide",
        "aide" * 60,
    ],
)
def test_nothing_but_the_pages_of_the_list_is_sent(client, key) -> None:
    assert client.get("/par-courrier", query_string={"page": key}).status_code == 404
    assert client.get("/par-courrier/envoye", query_string={"page": key}).status_code == 404


def test_hours_of_a_place_that_does_not_offer_them_and_no_free_hour_at_all(client, world, database) -> None:
    place, motif, agent = world.office()
    other = world.place(name="Ailleurs")
    assert client.get("/par-courrier", query_string={"page": f"rendez-vous/{motif.key}/{other.key}"}).status_code == 404
    world.absence(agent, world.now - timedelta(days=1), world.now + timedelta(days=400))
    ask(client, f"rendez-vous/{motif.key}/{place.key}")
    assert "Pas d’heure libre en ce moment" in words(sent(database)[0])


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name": ""}, "Écrivez votre prénom et votre nom."),
        ({"name": "Anne-Maximilienne-Wilhelmine " * 2 + "X" * 20}, "doivent tenir en 38 caractères"),
        ({"name": "Љубица Пробна"}, "écrivez prénom et nom en lettres latines"),
        ({"street": ""}, "Écrivez le numéro et la rue."),
        ({"town": "Calais"}, "Cette ville n'a pas ce code postal."),
        ({"postcode": "", "town": "", "street": ""}, "Écrivez votre code postal."),
        ({"language": "xx"}, "Choisissez une langue."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, database, typed, says) -> None:
    answer = ask(client, "aide", **typed)
    assert answer.status_code == 422
    assert says in answer.page.text()
    assert answer.page.fields()["name"] == {**TYPED, **typed}["name"].strip()
    assert sent(database) == []


def test_whoever_is_signed_in_presses_once_and_finds_the_letter_in_their_messages(client, world, database) -> None:
    address = ["", "", "12 rue de la Démonstration", "", "62000 Arras"]
    person = world.person(address=address, wants_large_print=True)
    enter_person(client, person)
    form = client.get("/par-courrier?page=aide").page.fields()
    assert client.post("/par-courrier", data=form).status_code == 303
    (message,) = sent(database)
    assert (message.person_id, message.to, message.context["large_print"]) == (person.id, "\n".join(address), True)
    assert "Une page que vous avez demandée" in client.get("/mon-espace/messages").page.text()


def test_nobody_floods_a_letter_box_written_in_any_way(client, database) -> None:
    written = [
        {"street": "12 rue de la Démonstration"},
        {"street": "12, RUE DE LA  DEMONSTRATION"},
        {"street": "12 rue de-la-démonstration."},
        {"street": "", "locality": "12 rue de la Démonstration"},
    ]
    for number, lines in enumerate(written):
        assert ask(client, "aide", name=f"Camille {'ABCD'[number]}", **lines).status_code == 303
    assert ask(client, "aide").status_code == 429
    assert len(sent(database)) == 4
    assert ask(client, "aide", street="14 rue de la Démonstration").status_code == 303


def test_a_page_longer_than_a_letter_is_offered_in_parts_then_by_telephone(client, world, database) -> None:
    world.territory("calaisis", "Calaisis")
    long = {"street": "12 rue de la Très Longue Démonstration", "city": "Saint-Nicolas-sur-la-Canche-Essai"}
    places = [world.place(name=f"Maison du Département Solidarité {number}", **long) for number in range(60)]
    with database.transaction() as session:
        mds = session.query(Mds).filter_by(key="mds-calaisis").one()
        ids = [place.id for place in places[:30]]
        for row in session.scalars(select(PlaceAttachment).where(PlaceAttachment.place_id.in_(ids))):
            row.mds_id = mds.id
    assert "Quelle partie voulez-vous ?" not in client.get("/par-courrier?page=aide").page.text()
    refused = ask(client, "lieux", large_print="y")
    assert refused.status_code == 422
    said, (_first, second) = refused.page.text(), refused.page.choices("part")
    assert "Quelle partie voulez-vous ?" in said
    assert "Pour tout avoir, appelez le 03 53 01 00 62" in said
    assert client.follow(ask(client, "lieux", large_print="y", part=second)).status_code == 200
    assert sent(database)[0].context["part"] == [2, 2]
    with database.transaction() as session:
        session.execute(update(PlaceAttachment).values(mds_id=mds.id))
    assert "trop longue pour une lettre" in ask(client, "lieux", large_print="y").page.text()


def test_without_a_page_those_that_can_be_asked_for_are_listed(client) -> None:
    listed = client.get("/par-courrier").page
    asked = [link.get("href") for link in listed.all("a") if "page=" in link.get("href", "")]
    assert len(asked) >= 4
    assert all(client.get(address).status_code == 200 for address in asked)
    assert client.get("/par-courrier/envoye").location == "/par-courrier"
