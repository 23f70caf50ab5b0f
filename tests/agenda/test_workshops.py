"""Workshops on the screen: opened, changed with who is told said before, filled from a card, left, cancelled."""

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import select

from portal.booking.models import Appointment, AppointmentStatus, CancelReason, Workshop
from portal.directory.models import Motif, Place
from portal.notifications.models import Message, Route, Status
from portal.people.models import Agent, Person
from tests.entering import enter
from tests.world import World, at

ALL = "/agents/ateliers"
NEW = f"{ALL}/nouveau"
ADDRESS = ["", "", "1 RUE DE LA DEMONSTRATION", "", "62000 ARRAS"]


@dataclass(frozen=True)
class House:
    """A place, its welcome desk, an agent who leads a workshop on Thursday 3 December, another service beside."""

    here: Place
    motif: Motif
    leader: Agent
    desk: Agent
    stranger: Agent
    held: Workshop

    @property
    def url(self) -> str:
        return f"{ALL}/{self.held.id}"


@pytest.fixture
def house(world: World) -> House:
    here = world.place(name="MDS d'Essai")
    motif = world.motif(title="Tenir mon budget", neutral_words="rendez-vous avec le Département", minutes=90)
    leader = world.agent("professionnel", place=here, given_name="Camille", families=["social"])
    world.opening(leader, here, motif)
    desk = world.agent("accueil", place=here, given_name="Alix")
    stranger = world.agent("professionnel", place=here, given_name="Sasha", families=["pmi"])
    held = world.workshop(leader, here, motif, at("2026-12-03", "09:00"), title="Mon budget, pas à pas", seats=3)
    return House(here, motif, leader, desk, stranger, held)


@pytest.fixture
def give(house: House, world: World):
    """Gives somebody a seat; no message."""
    return lambda person: world.appointment(
        house.leader, house.here, house.motif, at("2026-12-03", "09:00"), person, workshop_id=house.held.id
    )


def typed(house: House, **given):
    """The form of a workshop, as it is filled in."""
    return {
        "motif": str(house.motif.id),
        "title": "Mon budget, suite",
        "place": str(house.here.id),
        "agent": str(house.leader.id),
        "day": ["4", "12", "2026"],
        "hour": "14 h 30",
        "minutes": "60",
        "seats": "8",
    } | given


def chosen(house: House) -> dict[str, str]:
    """What the lists of its form show as chosen."""
    return {"place": str(house.here.id), "agent": str(house.leader.id)}


def messages(database, *kinds: str) -> list[Message]:
    with database.transaction() as session:
        rows = session.scalars(
            select(Message).where(Message.kind.in_(kinds), Message.status != Status.WITHDRAWN).order_by(Message.id)
        )
        return list(rows)


def row(database, model, number):
    with database.transaction() as session:
        return session.get_one(model, number)


def test_a_workshop_is_opened_and_stands_in_the_list_and_in_the_agenda(house, client) -> None:
    enter(client, house.desk)
    page = client.get(ALL).page
    assert "Aucune place prise sur 3 , 3 places libres" in page.text()
    assert "Aucun atelier depuis un mois." in page.text()
    fields = client.get(page.links()["Ouvrir un atelier"]).page.fields()
    answer = client.post(NEW, data=fields | typed(house))
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).page
    assert "L'atelier est ouvert." in page.text()
    assert page.h1 == "Mon budget, suite"
    assert "vendredi 4 décembre 2026 14 h 30 – 15 h 30" in page.text()
    assert "Personne pour le moment." in page.text()
    day = client.get(f"/agents/agenda?qui=agent-{house.leader.id}&jour=2026-12-04").page
    assert day.links()["Atelier"] == answer.headers["Location"].partition("?")[0]


def test_what_cannot_be_is_said_beside_its_field_and_nothing_typed_is_lost(house, world, client) -> None:
    world.absence(house.leader, at("2026-12-07", "08:00"), at("2026-12-07", "18:00"))
    enter(client, house.desk)
    token = client.get(NEW).page.fields()["csrf_token"]
    for given, field, words in (
        ({"hour": "25 h"}, "hour", "Écrivez une heure. Exemple : 10 h 30"),
        ({"minutes": "0"}, "minutes", "Écrivez un nombre entier de 5 à 480."),
        ({"seats": "201"}, "seats", "Écrivez un nombre entier de 1 à 200."),
        ({"motif": "999"}, "motif", "Choisissez un motif."),
        ({"day": ["31", "2", "2026"]}, "day", "Cette date n'existe pas."),
        ({"day": ["20", "11", "2026"]}, "day", "C'est trop tard pour cet atelier."),
        ({"day": ["25", "12", "2026"]}, "day", "Ce jour est férié"),
        ({"day": ["3", "12", "2026"], "hour": "9 h 30"}, "agent", "Cet agent a déjà un rendez-vous à cette heure."),
        ({"day": ["7", "12", "2026"]}, "agent", "Cet agent est absent à cette heure"),
    ):
        answer = client.post(NEW, data=typed(house, csrf_token=token, **given))
        assert answer.status_code == 422, given
        fault = answer.page.all("p", id=f"{field}-fault")
        assert fault, (given, answer.page.text())
        assert words in answer.page.text(fault[0]), given
        assert answer.page.all("input", id="title")[0].get("value") == "Mon budget, suite"
        assert answer.page.title.startswith("Erreur :")


def test_who_is_told_of_another_hour_is_said_before_it_is_saved(house, give, world, client, database) -> None:
    give(world.person(email=None))
    give(world.person(mobile=None, email=None, address=ADDRESS, wants_paper=True))
    give(world.person(wants_silence=True))
    enter(client, house.desk)
    fields = client.get(f"{house.url}/modifier").page.fields() | chosen(house)
    assert (fields["hour"].replace("\u00a0", " "), fields["minutes"], fields["seats"]) == ("9 h", "90", "3")
    review = client.post(f"{house.url}/modifier", data=fields | {"hour": "10 h"})
    assert review.status_code == 200
    for words in ("2 personnes seront prévenues :", "1 SMS", "1 lettre", "Une personne inscrite ne recevra rien."):
        assert words in review.page.text(), words
    assert messages(database, "appointment_moved") == []
    assert row(database, Appointment, house.held.appointment_id).starts_at == at("2026-12-03", "09:00")
    done = client.post(f"{house.url}/modifier", data=review.page.fields())
    assert "Les personnes inscrites sont prévenues." in client.get(done.headers["Location"]).page.text()
    assert {one.route for one in messages(database, "appointment_moved")} >= {Route.SMS, Route.LETTER}
    fewer = client.get(f"{house.url}/modifier").page.fields() | chosen(house) | {"seats": "2"}
    answer = client.post(f"{house.url}/modifier", data=fewer)
    assert "Plus de personnes sont déjà inscrites." in answer.page.text(answer.page.all("p", id="seats-fault")[0])
    silent = client.post(f"{house.url}/modifier", data=fewer | {"seats": "5", "title": "Autre titre"})
    assert "L'atelier est changé." in client.get(silent.headers["Location"]).page.text(), "nobody to tell: no review"
    assert row(database, Workshop, house.held.id).title == "Autre titre"


def test_the_second_of_two_agents_who_change_it_sees_what_it_became(house, client, database) -> None:
    enter(client, house.desk)
    first = client.get(f"{house.url}/modifier").page.fields() | chosen(house)
    assert client.post(f"{house.url}/modifier", data=first | {"hour": "11 h"}).status_code == 303
    answer = client.post(f"{house.url}/modifier", data=first | {"title": "Le mien"})
    assert answer.status_code == 409
    assert "Quelqu'un a changé cet atelier pendant ce temps." in answer.page.text()
    assert "Maintenant : jeudi 3 décembre 2026 à 11 h – 12 h 30" in answer.page.text()
    again = answer.page.fields() | chosen(house)
    assert again["title"] == "Le mien"
    assert client.post(f"{house.url}/modifier", data=again | {"hour": "11 h"}).status_code == 303
    stale = client.get(f"{house.url}/annuler").page.fields() | {"reason": "agent_away", "sequence": "0"}
    assert client.post(f"{house.url}/annuler", data=stale).status_code == 409
    assert row(database, Appointment, house.held.appointment_id).status is AppointmentStatus.BOOKED


def test_a_workshop_is_cancelled_with_a_reason_and_everybody_is_told(house, give, world, client, database) -> None:
    seat = give(world.person(email=None))
    enter(client, house.desk)
    page = client.get(f"{house.url}/annuler").page
    assert "Une personne sera prévenue : 1 SMS" in page.text()
    empty = client.post(f"{house.url}/annuler", data=page.fields())
    assert empty.status_code == 422
    assert "Choisissez pourquoi l'atelier est annulé." in empty.page.text()
    assert row(database, Appointment, seat.id).status is AppointmentStatus.BOOKED, "trying it on is not doing it"
    done = client.post(f"{house.url}/annuler", data=page.fields() | {"reason": "agent_away"})
    page = client.get(done.headers["Location"]).page
    assert "L'atelier est annulé." in page.text()
    assert "Places rendues" in page.text()
    assert row(database, Appointment, seat.id).cancel_reason is CancelReason.AGENT_AWAY
    assert len(messages(database, "appointment_cancelled")) == 1
    assert client.get(f"{house.url}/modifier").status_code == 409


def test_a_seat_is_given_from_the_card_and_the_page_says_who_was_told_how(house, world, client, database) -> None:
    person = world.person(given_names="Nour", family_name="Lefèvre-Essai", email=None, mobile="+33639980033")
    enter(client, house.desk)
    card = client.get(f"/agents/personnes/{person.id}").page
    listed = client.get(next(url for words, url in card.links().items() if words.startswith("Inscrire à un atelier")))
    choice = next(url for words, url in listed.page.links().items() if words.startswith("Inscrire : Mon budget"))
    recap = client.get(choice).page
    assert "Un SMS part tout de suite 06 39 98 00 33" in recap.text()
    assert messages(database, "appointment_booked") == []
    done = client.post(f"/agents/personnes/{person.id}/ateliers", data=recap.fields())
    assert done.status_code == 303
    page = client.get(done.headers["Location"]).page
    for words in ("La personne est inscrite.", "Un SMS part tout de suite", "06 39 98 00 33", "Rappel par SMS"):
        assert words in page.text(), words
    told = [one.route for one in messages(database, "appointment_booked")]
    again = client.post(f"/agents/personnes/{person.id}/ateliers", data=recap.fields())
    assert again.headers["Location"].endswith("fait=deja"), "pressed twice, it is given once"
    assert [one.route for one in messages(database, "appointment_booked")] == told
    assert "1 place prise sur 3" in client.get(house.url).page.text()
    seat = done.headers["Location"].partition("?")[0]
    assert "Pour son inscription : un SMS" in client.get(seat).page.text()
    doors = client.get(f"/agents/personnes/{person.id}").page.links()
    assert not any(words.startswith("Déplacer") for words in doors), "its hour is the workshop's"
    cancel = next(url for words, url in doors.items() if words.startswith("Annuler"))
    assert client.get(cancel).headers["Location"] == f"{seat}/retirer"
    assert client.get(cancel.replace("annuler", "deplacer")).status_code == 409


def test_a_workshop_finds_who_to_enrol_and_says_that_it_is_full_with_a_way_to_wait(house, give, world, client) -> None:
    person = world.person(family_name="Moreau-Essai", given_names="Lou")
    enter(client, house.desk)
    search = client.get(next(url for words, url in client.get(house.url).page.links().items() if "quelqu'un" in words))
    found = client.post(f"{house.url}/inscrire", data=search.page.fields() | {"q": "moreau essai"}).page
    assert found.links()["Moreau-Essai Lou"] == f"/agents/personnes/{person.id}/ateliers?atelier={house.held.id}"
    assert client.post(f"{house.url}/inscrire", data=search.page.fields() | {"q": ""}).status_code == 422
    recap = client.get(found.links()["Moreau-Essai Lou"]).page.fields()
    for _seat in range(3):
        give(world.person())
    late = client.post(f"/agents/personnes/{person.id}/ateliers", data=recap)
    assert late.status_code == 409
    assert "Cet atelier est complet." in late.page.text()
    wait = next(url for words, url in late.page.links().items() if words.startswith("Inscrire sur la liste d'attente"))
    assert wait == f"/agents/personnes/{person.id}/attente?motif={house.motif.key}"
    assert client.get(f"{house.url}/inscrire").status_code == 409
    assert "Complet" in client.get(house.url).page.text().replace("complet", "Complet")


@pytest.mark.parametrize(
    ("reason", "status"),
    [("person_asked", AppointmentStatus.EXCUSED), ("wrong_subject", AppointmentStatus.REVOKED)],
)
def test_a_seat_is_taken_back_by_the_person_or_by_the_service(
    house, give, world, client, database, reason, status
) -> None:
    seat = give(world.person(email=None))
    enter(client, house.desk)
    url = f"{house.url}/inscrits/{seat.id}/retirer"
    page = client.get(url).page
    assert "La personne est prévenue : 1 SMS." in page.text()
    done = client.post(url, data=page.fields() | {"reason": reason})
    assert "La place est libre." in client.get(done.headers["Location"]).page.text()
    assert row(database, Appointment, seat.id).status is status
    assert client.get(url).status_code == 409
    assert "Cette place a été rendue." in client.get(f"{house.url}/inscrits/{seat.id}").page.text()


def test_others_read_no_name_no_title_and_change_nothing(house, give, world, client) -> None:
    seat = give(world.person(family_name="Lefèvre-Essai"))
    enter(client, house.stranger)
    page = client.get(house.url).page
    assert "Rendez-vous avec le Département" in page.h1
    assert "Lefèvre" not in page.text()
    assert "budget" not in page.text()
    assert "Et une personne suivie par un autre service." in page.text()
    for end in ("/modifier", "/annuler", "/inscrire", "/feuille"):
        refused = client.get(f"{house.url}{end}")
        assert refused.status_code == 409, end
        assert "Cet atelier est d'un autre service, ou d'un autre lieu." in refused.page.text()
        assert "Lefèvre" not in refused.page.text()
    assert client.get(f"{house.url}/inscrits/{seat.id}").status_code == 404
    elsewhere = world.agent("professionnel", place=world.place(), families=["social"])
    enter(client, elsewhere)
    assert client.get(house.url).status_code == 404
    assert "Aucun atelier à venir dans vos lieux." in client.get(ALL).page.text()
    for role in ("courrier", "admin"):
        enter(client, world.agent(role, place=house.here if role == "courrier" else None))
        assert client.get(ALL).status_code == 403, role


def test_a_person_of_another_file_is_not_enrolled_by_who_may_not_read_it(house, world, client) -> None:
    enter(client, house.leader)
    unknown: Person = world.person()
    assert client.get(f"/agents/personnes/{unknown.id}/ateliers?atelier={house.held.id}").status_code == 404


def test_nobody_whose_account_is_suspended_or_over_is_offered_to_lead(house, world, client) -> None:
    offered = world.agent("professionnel", place=house.here, given_name="Noa", families=["social"])
    gone = [
        world.agent("professionnel", place=house.here, given_name="Partie", families=["social"], **given)
        for given in (
            {"suspended_at": at("2026-11-20", "10:00")},
            {"expires_on": date(2026, 11, 23)},
            {"is_active": False},
        )
    ]
    for one in (offered, *gone):
        world.opening(one, house.here, house.motif)
    enter(client, house.desk, place_id=house.here.id)
    page = client.get(NEW).page
    values = {option.get("value") for option in page.all("option")}
    assert str(offered.id) in values
    assert not values & {str(one.id) for one in gone}
