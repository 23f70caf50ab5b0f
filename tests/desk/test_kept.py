"""The place that keeps somebody's letters: chosen with them on their card, replaced, kept by a merge, and undone."""

import pytest

from portal.desk.rules import DeskFault, shown
from portal.desk.rules_merge import Kept
from portal.desk.services import confirm_address
from portal.letters.rules_kept import kept_lines
from portal.people.models import Person, RouteState
from portal.refusal import Refused
from tests.desk.merging import hand_of, merged, parted

STREET = ["", "", "1 rue de la Démonstration", "", "62000 ARRAS"]


@pytest.fixture
def agent(world, house, enter):
    agent = world.agent("accueil", place=house.there)
    enter(agent)
    return agent


@pytest.fixture
def change(client, house):
    """Sends the form of the file, as it is but for what is typed."""

    def send(**typed):
        path = f"/agents/personnes/{house.person.id}/modifier"
        source = client.get(path).page
        (number,) = [at for at, form in enumerate(source.all("form")) if form.get("action") == path]
        return client.post(path, data=source.fields(number) | typed)

    return send


def fresh(database, person) -> Person:
    with database.transaction() as session:
        return session.get_one(Person, person.id)


def put(database, person, **values):
    with database.transaction() as session:
        for name, value in values.items():
            setattr(session.get_one(Person, person.id), name, value)


def test_an_agent_chooses_the_place_with_the_person_and_another_address_ends_it(
    client, database, house, agent, change
) -> None:
    card = f"/agents/personnes/{house.person.id}"
    page = client.get(f"{card}/modifier").page
    assert "Centre de PMI" not in page.text()  # its name would tell why one goes there
    assert (
        change(kept_at=str(house.there.id), street="1 rue d'Essai", postcode="62000", town="Arras").status_code == 422
    )
    assert change(kept_at=str(house.there.id)).status_code == 303
    person = fresh(database, house.person)
    assert (person.address, person.letters_kept_at_id) == (kept_lines(house.there), house.there.id)
    text = client.get(card).page.text()
    assert "Ses lettres l'attendent ici : MDS de Calais" in text
    assert "J'ai vérifié l'adresse" not in text
    with database.transaction() as session:
        row = session.get_one(Person, person.id)
        with pytest.raises(Refused) as refused:
            confirm_address(session, person.created_at, person_id=row.id, by=hand_of(agent), shown=shown(row))
    assert refused.value.reason is DeskFault.NOTHING_TO_CHECK
    assert change(wants_large_print="y").status_code == 303
    assert fresh(database, person).letters_kept_at_id == house.there.id
    put(database, person, address_state=RouteState.FAILED)
    assert "Ce lieu ne garde plus les lettres" in client.get(card).page.text()
    typed = {"kept_at": "non", "street": "1 rue d'Essai", "postcode": "62000", "town": "Arras"}
    assert change(**typed).status_code == 303
    assert fresh(database, person).letters_kept_at_id is None
    assert change(kept_at=str(house.there.id)).status_code == 303  # beside the address that it takes the place of
    assert fresh(database, person).address == kept_lines(house.there)


@pytest.mark.usefixtures("agent")
def test_a_place_that_keeps_no_more_stays_chosen_until_another_is(database, house, change) -> None:
    put(database, house.person, address=["", "A RETIRER MDS FERMEE", "1 RUE ESSAI", "", "62000 ARRAS"])
    put(database, house.person, letters_kept_at_id=house.here.id)
    assert change(wants_large_print="y").status_code == 303
    person = fresh(database, house.person)
    assert (person.address[1], person.letters_kept_at_id) == ("A RETIRER MDS FERMEE", house.here.id)


@pytest.mark.usefixtures("agent")
def test_a_discreet_person_is_asked_first_as_of_any_address(database, house, change) -> None:
    put(database, house.person, wants_discretion=True)
    answer = change(kept_at=str(house.there.id), wants_paper="y")
    assert answer.status_code == 422
    assert "A RETIRER MDS DE CALAIS" in answer.page.text()
    (number,) = [at for at, form in enumerate(answer.page.all("form")) if "modifier" in str(form.get("action"))]
    assert fresh(database, house.person).letters_kept_at_id is None
    fields = answer.page.fields(number)
    assert change(**fields, is_safe="y").status_code == 303
    person = fresh(database, house.person)
    assert (person.letters_kept_at_id, person.letters_chosen_at is not None) == (house.there.id, True)


@pytest.mark.usefixtures("agent")
def test_a_discreet_person_is_asked_of_a_place_alone_and_of_another_after_it(
    client, world, database, house, change
) -> None:
    put(database, house.person, wants_discretion=True, wants_paper=False)
    for place in (house.there, world.place(name="MDS Essai Nord")):
        answer = change(kept_at=str(place.id))
        assert answer.status_code == 422
        (number,) = [at for at, form in enumerate(answer.page.all("form")) if "modifier" in str(form.get("action"))]
        assert change(**answer.page.fields(number), is_safe="y").status_code == 303
        person = fresh(database, house.person)
        assert (person.letters_kept_at_id, person.letters_chosen_at is not None) == (place.id, True)
    assert change(wants_large_print="y").status_code == 303  # the same place: nothing to ask
    put(database, house.person, letters_chosen_at=None)
    assert change(wants_large_print="").status_code == 303
    assert fresh(database, house.person).letters_chosen_at is None
    assert "Aucune lettre ne part vers ce lieu" in client.get(f"/agents/personnes/{house.person.id}").page.text()
    assert change(wants_paper="y").status_code == 422


@pytest.mark.usefixtures("agent")
def test_a_name_that_no_envelope_holds_is_said_beside_the_place(database, house, change) -> None:
    put(database, house.person, given_names="Anne-Marie-Christine-Alexandrine-Josephine", family_name="De L'Essai Long")
    answer = change(kept_at=str(house.there.id))
    assert answer.status_code == 422
    assert "38 caractères" in answer.page.text()
    assert fresh(database, house.person).letters_kept_at_id is None


@pytest.mark.usefixtures("agent")
def test_a_place_from_which_a_letter_came_back_is_said_anew_with_the_file(client, database, house, change) -> None:
    assert change(kept_at=str(house.there.id)).status_code == 303
    put(database, house.person, address_state=RouteState.DOUBTFUL)
    assert "Une lettre est revenue de ce lieu" in client.get(f"/agents/personnes/{house.person.id}").page.text()
    unsaid = change(wants_large_print="y")
    assert unsaid.status_code == 422
    assert "Choisissez le lieu qui garde ses lettres" in unsaid.page.text()
    assert change(kept_at=str(house.there.id)).status_code == 303
    person = fresh(database, house.person)
    assert (person.letters_kept_at_id, person.address_state) == (house.there.id, RouteState.UNTRIED)


@pytest.mark.parametrize("whose", [Kept.KEPT, Kept.GONE])
def test_two_files_made_one_keep_the_place_with_the_address_that_is_kept(world, database, clock, house, whose) -> None:
    agent, there = world.agent("accueil"), house.there
    kept, gone = world.person(address=STREET), world.person(address=kept_lines(there), letters_kept_at_id=there.id)
    made = merged(database, clock.now, kept, gone, agent, address=whose)
    is_taken = whose is Kept.GONE
    one = fresh(database, kept)
    assert one.letters_kept_at_id == (there.id if is_taken else None)
    assert one.address == (kept_lines(there) if is_taken else STREET)
    parted(database, clock.now, made, agent)
    assert (fresh(database, kept).address, fresh(database, kept).letters_kept_at_id) == (STREET, None)
    assert fresh(database, gone).letters_kept_at_id == there.id


def test_a_kept_file_that_takes_an_address_and_gives_it_back_has_its_place_again(world, database, clock, house) -> None:
    agent, there = world.agent("accueil"), house.there
    kept, gone = world.person(address=kept_lines(there), letters_kept_at_id=there.id), world.person(address=STREET)
    made = merged(database, clock.now, kept, gone, agent, address=Kept.GONE)
    assert fresh(database, kept).letters_kept_at_id is None
    parted(database, clock.now, made, agent)
    assert (fresh(database, kept).address, fresh(database, kept).letters_kept_at_id) == (kept_lines(there), there.id)
