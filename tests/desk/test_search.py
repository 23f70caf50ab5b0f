"""Finding a person from one box: a name any way, a birth date, a phone, a code; never those of others; no word kept."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.directory.models import Commune
from portal.journal.models import JournalLine
from portal.letters.models import Letter
from portal.letters.rules import reference_of
from portal.notifications.models import Route, Status
from portal.people.models import Person
from portal.people.models_mandates import MandateKind
from tests.checked_pages import Page, faults_of
from tests.desk.merging import promised
from tests.world import at

NONE = "Aucune fiche que vous pouvez ouvrir ne correspond."


def lines(database, verb):
    with database.transaction() as session:
        return list(session.scalars(select(JournalLine).where(JournalLine.verb == verb).order_by(JournalLine.id)))


def names(answer):
    """Those found, in their order."""
    return [answer.page.text(link) for link in answer.page.all("a") if link.get("data-found") is not None]


def typing(client, text, **more):
    """What the page shows as one types: the words, and the list as a page."""
    fields = client.get("/agents/personnes").page.fields(0) | {"q": text} | more
    answer = client.post("/agents/personnes/liste", data=fields)
    if answer.status_code != 200:
        return answer.status_code, None
    start = '<!doctype html><html lang="fr"><head><title>La Bonne Porte</title></head><body><main><h1>Liste</h1>'
    page = Page(f"{start}{answer.json['html']}</main></body></html>")
    assert faults_of(page) == []
    return answer.json["said"], page


@pytest.fixture
def accueil(house, world, enter):
    agent = world.agent("accueil", place=house.here)
    enter(agent)
    return agent


@pytest.mark.parametrize(
    "typed",
    [
        "LEFEVRE ESSAI",
        "camille lefèvre",
        "Lefebvre-Essai camille",  # sounds the same
        "lefe",
        "c lefevre",
        "lefevreessai",
        "durand",  # the name of birth
        "lefèvre 4/5/1990",
        "née le 4 mai 90 Lefèvre",
        "04 05 1990",
        "lefevre 1990",
        "06.39.98.00.33",
        "+33 (0)6 39 98 00 33 camille",
        "0639 98",
        "Essai@Exemple.fr",
    ],
)
@pytest.mark.usefixtures("accueil")
def test_a_person_is_found_by_what_they_say(house, search, database, typed) -> None:
    with database.transaction() as session:
        person = session.get_one(Person, house.person.id)
        person.birth_name, person.email = "Durand", "essai@exemple.fr"
    page = search(q=typed).page
    assert page.links()["Lefèvre-Essai Camille"] == f"/agents/personnes/{house.person.id}"
    assert "04/05/1990 (36 ans)" in page.text()
    (line,) = lines(database, "people.searched")
    assert (line.for_person_id, line.details) == (None, {"found": 1})


@pytest.mark.usefixtures("accueil")
def test_a_person_is_found_by_the_key_of_a_letter_as_far_as_the_agent_reads_them(
    house, world, database, clock, search, enter
) -> None:
    card = world.person(card_of_id=house.person.id, given_names="Camille", family_name="Lefevre")
    keys = [reference_of(number) for number in (123, 124)]
    for person, key in zip((house.person, card), keys, strict=True):
        letter = promised(database, clock.now, person, 0, route=Route.LETTER, status=Status.QUEUED)
        world._add(Letter(message_id=letter.id, reference=key, pages=1, sha256="essai", drawn_at=clock.now))
    for typed in (keys[0].lower(), f"{keys[0]}-1-1", keys[1]):
        assert names(search(q=typed)) == ["Lefèvre-Essai Camille"]
    assert NONE in search(q=reference_of(125)).page.text()
    enter(world.agent("professionnel", place=house.there))
    assert NONE in search(q=keys[0]).page.text()


@pytest.mark.usefixtures("accueil")
def test_a_person_is_found_by_the_code_of_their_appointment_and_so_is_their_guardian(house, world, search) -> None:
    child = world.person(given_names="Noé", family_name="Lefèvre-Essai", guardian_id=house.person.id, mobile=None)
    made = world.appointment(house.doctor, house.here, world.motif(), at("2026-11-27", "09:00"), child)
    assert names(search(q=f" {made.code[:4].lower()}-{made.code[4:]}")) == [
        "Lefèvre-Essai Camille",
        "Lefèvre-Essai Noé",
    ]
    assert NONE in search(q="K7M2-9XQ4").page.text()


@pytest.mark.usefixtures("accueil")
def test_whole_words_come_before_beginnings_and_beginnings_before_sounds(world, search) -> None:
    for family, given in (("Martain", "A"), ("Martinet", "A"), ("Martin", "B"), ("Martin", "A"), ("Zola", "Martin")):
        world.person(family_name=family, given_names=given)
    assert names(search(q="martin")) == ["Martin A", "Martin B", "Zola Martin", "Martinet A", "Martain A"]


@pytest.mark.usefixtures("accueil")
def test_what_is_shown_says_when_they_come_next_in_neutral_words_and_whether_they_are_perhaps_a_double(
    house, search, database
) -> None:
    with database.transaction() as session:
        person = session.get_one(Person, house.person.id)
        person.maybe_double, person.address = True, ["1 RUE DE L ESSAI", "62000 ARRAS"]
    text = search(q="lefèvre").page.text()
    assert "jeudi 26 novembre 2026 à 9 h Rendez-vous avec le Département" in text
    assert "nourrisson" not in text
    assert "Arras" in text
    assert "Peut-être un double" in text


@pytest.mark.parametrize("typed", ["", "l", "12", "31/2/1990", "\x00", "x" * 201])
@pytest.mark.usefixtures("accueil")
def test_too_little_or_nonsense_is_said_and_finds_nobody(search, database, typed) -> None:
    answer = search(q=typed)
    assert answer.status_code == 422
    assert "Camille Lefèvre" not in answer.page.text()
    assert lines(database, "people.searched") == []


@pytest.mark.usefixtures("accueil")
def test_figures_that_mean_nothing_are_named_and_the_rest_is_looked_for(search) -> None:
    answer = search(q="lefèvre 24/11")
    assert names(answer) == ["Lefèvre-Essai Camille"]
    assert "Ces chiffres n'ont pas été compris : 24/11." in answer.page.text()


@pytest.mark.usefixtures("accueil")
def test_cards_and_merged_files_are_not_shown_but_the_phone_of_a_card_leads_to_its_file(house, world, search) -> None:
    world.person(given_names="Camille", family_name="Carte", mobile="+33639980044", card_of_id=house.person.id)
    world.person(given_names="Camille", family_name="Double", mobile="+33639980045", merged_into_id=house.person.id)
    assert names(search(q="0639980044")) == ["Lefèvre-Essai Camille"]
    for typed in ("carte", "double", "0639980045"):
        assert NONE in search(q=typed).page.text()


def test_those_of_others_are_not_found(house, world, enter, search) -> None:
    for agent in (world.agent("encadrant", place=house.there), world.agent("professionnel"), world.agent("référent")):
        enter(agent)
        assert NONE in search(q="lefèvre").page.text()


def test_each_finds_their_own_however_many_others_fit(house, world, enter, search) -> None:
    for number in range(25):  # before Camille in the alphabet
        world.person(family_name="Lefèvre-Essai", given_names=f"Alix {'ABCDEFGHIJKLMNOPQRSTUVWXY'[number]}")
    follower, partner = world.agent("référent"), world.organisation()
    world.referent(house.person, follower)
    world.mandate(house.person, organisation_id=partner.id, kind=MandateKind.ORGANISATION)
    agents = (
        house.doctor,
        follower,
        world.agent("encadrant", place=house.here),
        world.agent("partenaire 2", organisation_id=partner.id),
    )
    for agent in agents:
        enter(agent)
        assert names(search(q="lefèvre")) == ["Lefèvre-Essai Camille"]
    enter(world.agent("partenaire 1", organisation_id=partner.id))
    page = search(q="lefèvre").page
    assert "Lefèvre-Essai Camille" in page.links()
    assert "04/05/1990" not in page.text()


def test_one_may_look_among_the_people_of_ones_own_territory_alone(house, world, enter, search, database) -> None:
    world.person(family_name="Lefèvre", given_names="Loin")
    world.person(family_name="Lefèvre", given_names="Près", address=["1 RUE DE L ESSAI", "62000 ARRAS"])
    enter(world.agent("accueil", place=house.here))
    assert len(names(search(q="lefèvre", scope="tout"))) == 3
    assert names(search(q="lefèvre", scope="mien")) == ["Lefèvre Près", "Lefèvre-Essai Camille"]
    enter(world.agent("accueil"))  # everywhere: nothing is far
    assert len(names(search(q="lefèvre", scope="mien"))) == 3
    with database.transaction() as session:
        assert session.get_one(Commune, "62041").postal_label == "ARRAS"


@pytest.mark.usefixtures("accueil")
def test_twenty_are_shown_and_the_rest_is_said(world, search) -> None:
    for number in range(22):
        world.person(family_name="Essai", given_names=f"Alix {'ABCDEFGHIJKLMNOPQRSTUV'[number]}")
    answer = search(q="essai 29/2/1980")
    assert len(names(answer)) == 20
    assert "Plus de 20 personnes. Précisez votre recherche." in answer.page.text()


@pytest.mark.usefixtures("accueil")
def test_nothing_that_was_typed_stands_in_an_address(client) -> None:
    (form,) = client.get("/agents/personnes").page.all("form", role="search")
    assert (form.get("method"), form.get("action")) == ("post", "/agents/personnes")
    assert form.get("data-live") == "/agents/personnes/liste"


@pytest.mark.usefixtures("accueil")
def test_the_list_follows_the_hand_that_types_and_the_journal_has_a_line_for_each_ten_seconds(
    client, database, clock
) -> None:
    assert typing(client, "l")[0] == "C'est trop court. Écrivez un nom, une date entière, un téléphone ou un code."
    said, page = typing(client, "lefe")
    assert (said, "Lefèvre-Essai Camille" in page.links()) == ("Une personne trouvée.", True)
    typing(client, "lefev")
    assert typing(client, "lefeva")[0] == NONE
    assert [line.details for line in lines(database, "people.searched")] == [{"found": 1}]
    clock.forward(timedelta(seconds=11))
    typing(client, "lefeva")
    assert len(lines(database, "people.searched")) == 2


@pytest.mark.usefixtures("accueil")
def test_a_list_asked_without_its_token_is_said_and_empty(client) -> None:
    answer = client.post("/agents/personnes/liste", data={"q": "lefèvre"})
    assert "Cette page est restée ouverte longtemps" in answer.json["said"]
    assert answer.json["html"] == ""


@pytest.mark.usefixtures("accueil")
def test_the_sixty_first_search_of_a_minute_waits_and_typing_bears_more(client) -> None:
    fields = client.get("/agents/personnes").page.fields(0) | {"q": "0639980033"}
    answers = [client.post("/agents/personnes", data=fields).status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]
    typed = [client.post("/agents/personnes/liste", data=fields).status_code for _ in range(151)]
    assert typed == [200] * 150 + [429]


@pytest.mark.parametrize("role", ["courrier", "admin"])
def test_letters_and_settings_search_nobody(world, enter, client, role) -> None:
    enter(world.agent(role))
    assert client.get("/agents/personnes").status_code == 403
    assert not client.get("/agents").page.all("form", role="search")


@pytest.mark.usefixtures("accueil")
def test_the_desk_of_an_accueil_begins_with_the_box(client) -> None:
    page = client.get("/agents").page
    (form,) = page.all("form", role="search")
    assert page.root.find(".//main//form") is form
    assert {"Mon bureau", "Personnes", "Mon compte"} <= set(page.links())
    assert "Suivi" not in page.links()
