"""Somebody without an address chooses, in their space, the place that keeps their letters."""

from portal.letters.rules_kept import kept_lines
from portal.notifications.models import Message
from portal.people.models import Person
from portal.space.rules_export import ways_tree
from tests.letters.runs import queued_to

ADDRESS, PLACE = "/mon-espace/preferences/adresse", "/mon-espace/preferences/adresse/lieu"


def kept(database, person) -> Person:
    with database.transaction() as session:
        return session.get_one(Person, person.id)


def test_somebody_without_an_address_chooses_a_place_and_an_address_replaces_it(
    client, world, database, resident, enter, send
) -> None:
    enter(resident)
    assert "Aucun lieu ne peut garder vos lettres" in client.get(PLACE).page.text()
    first, second = world.place(name="MDS Essai Nord"), world.place(name="MDS Essai Sud")
    world.place(name="Centre de PMI")
    page = client.get(ADDRESS).page
    assert page.links()["Je n'ai pas d'adresse : gardez mes lettres dans un lieu"] == PLACE
    text = client.get(PLACE).page.text()
    assert "Une pièce d'identité n'est pas demandée" in text
    assert "Centre de PMI" not in text
    assert send(PLACE).status_code == 422
    assert "Vos lettres vous attendront" in client.follow(send(PLACE, kept_at=str(first.id))).page.text()
    person = kept(database, resident)
    assert (person.address, person.letters_kept_at_id) == (kept_lines(first), first.id)
    assert ways_tree(person)["adresse"]["lieu_qui_garde_les_lettres"] is True
    page = client.get(ADDRESS).page
    assert "A RETIRER MDS ESSAI NORD" in page.text()
    assert page.fields()["street"] == ""
    send(PLACE, kept_at=str(second.id))
    assert kept(database, resident).letters_kept_at_id == second.id
    empty = send(ADDRESS)  # its lines are empty: pressed as it is, it takes nothing away
    assert empty.status_code == 422
    assert "Sinon, vos lettres restent dans le lieu choisi." in empty.page.text()
    assert kept(database, resident).letters_kept_at_id == second.id
    send(ADDRESS, street="12 rue de la Démonstration", postcode="62000", town="Arras")
    assert kept(database, resident).letters_kept_at_id is None


def test_whoever_wants_silence_is_not_promised_to_be_told(client, world, database, resident, enter) -> None:
    world.place(name="MDS Essai Nord")
    enter(resident)
    assert "nous vous le disons autrement" in client.get(PLACE).page.text()
    with database.transaction() as session:
        session.get_one(Person, resident.id).wants_silence = True
    text = client.get(PLACE).page.text()
    assert "nous vous le disons autrement" not in text
    assert "Passez voir si une lettre vous attend." in text


def test_everything_by_post_is_asked_with_the_place(client, world, database, resident, enter, send) -> None:
    place = world.place(name="MDS Essai Nord")
    enter(resident)
    assert "adresse/lieu?tout=1" in str(client.get(f"{ADDRESS}?tout=1").page.links())
    client.follow(send(f"{PLACE}?tout=1", kept_at=str(place.id)))
    person = kept(database, resident)
    assert (person.wants_paper, person.letters_kept_at_id) == (True, place.id)


def test_a_name_too_long_for_the_envelope_is_said_beside_the_choice(world, enter, send) -> None:
    place = world.place(name="MDS Essai Nord")
    enter(world.person(given_names="Anne-Marie-Christine-Alexandrine-Josephine", family_name="De L'Essai Très Long"))
    answer = send(PLACE, kept_at=str(place.id))
    assert answer.status_code == 422
    assert "38 caractères" in answer.page.text()


def test_a_discreet_person_s_helper_chooses_a_place_and_no_letter_leaves(
    world, database, resident, enter, send
) -> None:
    place, helper = world.place(name="MDS Essai Nord"), world.person()
    with database.transaction() as session:
        session.get_one(Person, resident.id).wants_discretion = True
    enter(helper, mandate=world.mandate(resident, holder_id=helper.id, procedures=["preferences"]))
    send(PLACE, kept_at=str(place.id))
    person = kept(database, resident)
    assert (person.letters_kept_at_id, person.letters_chosen_at, person.lent_ways) == (place.id, None, ["address"])


def test_whoever_acts_for_somebody_discreet_reads_nowhere_which_place_they_chose(
    client, world, database, resident, enter, send
) -> None:
    place, helper = world.place(name="MDS Essai Nord"), world.person()
    enter(resident)
    send(PLACE, kept_at=str(place.id))
    with database.transaction() as session:
        session.get_one(Person, resident.id).wants_discretion = True
    assert "Nos SMS et nos e-mails ne disent pas quel lieu" in client.get(PLACE).page.text()
    enter(helper, mandate=world.mandate(resident, holder_id=helper.id, procedures=["preferences"]))
    assert not any("A RETIRER" in client.get(path).page.text() for path in ("/mon-espace/preferences", ADDRESS, PLACE))
    assert "checked" not in client.get(PLACE).page.html
    assert "Un lieu garde les lettres" in client.get("/mon-espace/preferences").page.text()


def test_nor_on_the_page_of_a_letter_nor_as_they_book_for_them(world, database, resident, client, enter, send) -> None:
    place, helper, motif = world.place(name="MDS Essai Nord"), world.person(), world.motif()
    world.opening(world.agent(place=place), place, motif)
    enter(resident)
    send(PLACE, kept_at=str(place.id))
    letter = queued_to(world, kept(database, resident), recipient_name="Camille Essai")
    page = f"/mon-espace/messages/{letter.message_id}"
    assert "A RETIRER" in client.get(page).page.text()
    with database.transaction() as session:
        session.get_one(Person, resident.id).wants_discretion = True
        session.get_one(Message, letter.message_id).recipient = "Camille Essai\nA RETIRER MDS ESSAI NORD\n62000 ARRAS"
    named = ["appointments", "preferences", "messages"]
    enter(helper, mandate=world.mandate(resident, holder_id=helper.id, procedures=named))
    shown = client.get(page).page
    assert "A RETIRER" not in shown.text()
    assert f"{page}.pdf" not in shown.links().values()
    assert client.get(f"{page}.pdf").status_code == 404
