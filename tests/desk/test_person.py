"""A file as each agent reads it: theirs or not, whole or not; its reasons kept; each reading in the journal."""

from datetime import date

import pytest
from sqlalchemy import select

from portal.booking.models import AppointmentStatus
from portal.journal.models import JournalLine
from portal.people.models import RouteState
from tests.world import at

PRIVATE = ("nourrisson", "PMI", "pmi", "puéricultrice")


def read(client, person):
    return client.get(f"/agents/personnes/{person.id}")


def agent_of(world, house, kind):
    """An agent of each kind whose own the person is."""
    if kind == "accueil":
        return world.agent("accueil", place=house.here)
    if kind == "encadrant":
        return world.agent("encadrant", place=house.here)
    if kind == "référent":
        agent = world.agent("référent")
        world.referent(house.person, agent)
        return agent
    return house.doctor


@pytest.mark.parametrize("kind", ["accueil", "encadrant", "référent", "professionnel"])
def test_an_agent_reads_the_file_of_their_own_and_the_journal_says_so(
    house, world, enter, client, database, kind
) -> None:
    agent = agent_of(world, house, kind)
    enter(agent)
    page = read(client, house.person).page
    for shown in ("Camille Lefèvre-Essai", "04/05/1990", "06 39 98 00 33", "pas encore essayé"):
        assert shown in page.text()
    with database.transaction() as session:
        line = session.scalars(select(JournalLine).where(JournalLine.verb == "file.read")).one()
        assert (line.actor_id, line.for_person_id) == (agent.id, house.person.id)


@pytest.mark.parametrize("role", ["encadrant", "professionnel", "référent"])
def test_for_any_other_agent_the_file_does_not_exist(house, world, enter, client, role) -> None:
    enter(world.agent(role, place=house.there))
    assert read(client, house.person).status_code == 404
    for page in ("identite", "adresse", "lettre", "modifier", "protection/oui"):
        answer = client.post(
            f"/agents/personnes/{house.person.id}/{page}",
            data=client.get("/agents/personnes").page.fields() | {"document": "carte", "language": "fr"},
        )
        assert answer.status_code == (403 if role == "encadrant" else 404)


@pytest.mark.parametrize("role", ["courrier", "admin"])
def test_letters_and_settings_open_no_file(house, world, enter, client, role) -> None:
    enter(world.agent(role))
    assert read(client, house.person).status_code == 403


def test_numbers_that_are_nobody_s_and_cards_do_not_exist(house, world, enter, client) -> None:
    card = world.person(card_of_id=house.person.id)
    enter(world.agent("accueil"))
    assert [read(client, card).status_code, client.get("/agents/personnes/999").status_code] == [404, 404]
    assert client.get("/agents/personnes/99999999999999").status_code == 404


def test_whoever_calls_or_comes_is_known_at_every_welcome_desk(house, world, enter, client) -> None:
    caller = world.person()
    enter(world.agent("accueil", place=house.there))
    assert [read(client, one).status_code for one in (caller, house.person)] == [200, 200]
    enter(world.agent("encadrant", place=house.there))
    assert read(client, caller).status_code == 404


def test_an_address_says_the_territory(house, world, enter, client) -> None:
    world.commune()
    lives = world.person(address=["", "", "1 rue de la Démonstration", "", "62000 ARRAS"])
    enter(world.agent("encadrant", place=house.there))
    assert read(client, lives).status_code == 404
    enter(world.agent("encadrant", place=house.here))
    assert read(client, lives).status_code == 200


@pytest.mark.parametrize("kind", ["accueil elsewhere", "encadrant", "référent"])
def test_neutral_words_never_let_the_reason_out(house, world, enter, client, kind) -> None:
    agent = world.agent("accueil") if kind == "accueil elsewhere" else agent_of(world, house, kind)
    with_its_own_place = kind == "encadrant"
    enter(agent)
    page = read(client, house.person)
    assert "Rendez-vous avec le Département" in page.page.text()  # as any line, it begins with a capital
    html = page.get_data(as_text=True)
    if with_its_own_place:
        html = html.replace(house.here.name.replace("'", "&#39;"), "").replace(house.here.name, "")
    assert [word for word in PRIVATE if word in html] == []


def test_the_place_is_told_by_its_street_where_its_name_would_tell_why(house, world, enter, client) -> None:
    enter(world.agent("accueil"))
    words = read(client, house.person).page.text()
    assert "rue de la Démonstration, 62000 Arras" in words
    assert "Centre de PMI" not in words


def test_an_agent_of_the_family_and_the_appointment_s_own_read_the_reason(house, world, enter, client) -> None:
    for agent in (world.agent("accueil", place=house.here, families=["pmi"]), house.doctor):
        enter(agent)
        assert "Consultation du nourrisson" in read(client, house.person).page.text()
    enter(world.agent("accueil", place=house.here, families=["cpef"]))
    assert "nourrisson" not in read(client, house.person).page.text()


def test_a_file_shows_relatives_choices_cards_and_what_to_beware_of(house, world, enter, client, database) -> None:
    with database.transaction() as session:
        person = session.merge(house.person)
        person.is_protected = person.wants_discretion = person.wants_silence = person.maybe_double = True
        person.wants_paper, person.language, person.email_state = True, "en", RouteState.FAILED
    world.person(given_names="Noé", family_name="Proche", birth_date=date(2021, 1, 2), guardian_id=person.id)
    world.person(mobile="+33639980055", card_of_id=person.id)
    enter(world.agent("accueil", place=house.here))
    words = read(client, person).page.text()
    for told in (
        "Sous protection juridique",
        "Messages discrets",
        "Ne veut pas être contactée",
        "double",
        "Noé Proche (02/01/2021)",
        "tout arrive par courrier",
        "English",
        "ne fonctionne pas",
        "06 39 98 00 55",
    ):
        assert told in words


def test_a_relative_s_file_leads_to_whoever_answers_for_them(house, world, enter, client) -> None:
    child = world.person(given_names="Noé", guardian_id=house.person.id)
    world.appointment(house.doctor, house.here, world.motif(), at("2026-11-27", "10:00"), child)
    enter(world.agent("accueil", place=house.here))
    assert read(client, child).page.links()["Camille Lefèvre-Essai"] == f"/agents/personnes/{house.person.id}"
    assert "pour Noé" in read(client, house.person).page.text()


def test_what_became_of_past_appointments_is_said(house, world, enter, client) -> None:
    motif = world.motif()
    for day, status in (("02", AppointmentStatus.SEEN), ("03", AppointmentStatus.NOSHOW)):
        world.appointment(house.doctor, house.here, motif, at(f"2026-11-{day}", "09:00"), house.person, status=status)
    enter(house.doctor)
    words = read(client, house.person).page.text()
    for told in ("Rendez-vous à venir", "A eu lieu", "Manqué", "1 rendez-vous manqué sur 2"):
        assert told in words


def test_a_partner_reads_those_who_gave_it_a_mandate_as_far_as_its_convention_goes(house, world, enter, client) -> None:
    ccas, other = world.organisation(), world.organisation()
    welcome = world.agent("partenaire 1", organisation_id=ccas.id)
    shared = world.agent("partenaire 2", organisation_id=ccas.id)
    stranger = world.agent("partenaire 2", organisation_id=other.id)
    enter(welcome)
    assert read(client, house.person).status_code == 404
    world.mandate(house.person, organisation_id=ccas.id)
    words = read(client, house.person).page.text()
    assert "Camille Lefèvre-Essai" in words
    assert "Rendez-vous avec le Département" in words
    for kept in ("06 39 98 00 33", "04/05/1990", "Modifier la fiche", *PRIVATE):
        assert kept not in words
    fields = client.get("/agents/personnes").page.fields()
    found = client.post("/agents/personnes", data=fields | {"q": "0639980033"}).page
    assert f"/agents/personnes/{house.person.id}" in found.links().values()
    assert "04/05/1990" not in found.text()
    enter(shared)
    assert "06 39 98 00 33" in read(client, house.person).page.text()
    enter(stranger)
    assert read(client, house.person).status_code == 404


def test_a_mandate_that_is_over_shows_a_partner_nothing(house, world, enter, client, clock) -> None:
    ccas = world.organisation()
    world.mandate(house.person, organisation_id=ccas.id, ends_at=at("2026-11-24", "09:00"))
    enter(world.agent("partenaire 1", organisation_id=ccas.id))
    assert read(client, house.person).status_code == 200
    clock.set(at("2026-11-24", "09:00"))
    enter(world.agent("partenaire 1", organisation_id=ccas.id))
    assert read(client, house.person).status_code == 404
