"""The card of a person: one screen for whoever has them on the phone, and no word that is not theirs to read."""

from datetime import timedelta
from uuid import uuid4

import pytest

from portal.booking.models import AppointmentStatus
from portal.booking.models_waiting import Wish
from portal.calls.models import CallOutcome, CallReceived
from portal.desk.rules_card import Missed, Standing, missed, says_subject, standing
from portal.directory.models_subjects import Partner, Subject
from portal.notifications.models import Message, Route, Status
from portal.people.models import Person, RouteState
from tests.desk.merging import promised
from tests.world import at


def read(client, person):
    return client.get(f"/agents/personnes/{person.id}").page


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"status": Status.WAITING, "due": 1}, Standing.PLANNED),
        ({"status": Status.WAITING, "due": 0}, Standing.LEAVING),
        ({"status": Status.SENDING}, Standing.LEAVING),
        ({"status": Status.SENT}, Standing.LEFT),
        ({"status": Status.SENT, "route": Route.LETTER}, Standing.POSTED),
        ({"status": Status.DELIVERED}, Standing.ARRIVED),
        ({"status": Status.QUEUED, "route": Route.LETTER}, Standing.PRINTED),
        ({"status": Status.IN_RUN, "route": Route.LETTER}, Standing.IN_RUN),
        ({"status": Status.PRINTED, "route": Route.LETTER}, Standing.ON_PAPER),
        ({"status": Status.POSTED, "route": Route.LETTER}, Standing.POSTED),
        ({"status": Status.RETURNED, "route": Route.LETTER}, Standing.RETURNED),
        ({"status": Status.OPEN, "route": Route.CALL}, Standing.TO_CALL),
        ({"status": Status.OPEN, "route": Route.DESK}, Standing.TO_SAY),
        ({"status": Status.DONE, "route": Route.CALL}, Standing.TOLD),
        ({"status": Status.FAILED}, Standing.NOT_LEFT),
        ({"status": Status.FAILED, "left": True}, Standing.NOT_ARRIVED),
        ({"status": Status.FAILED, "left": True, "route": Route.LETTER}, Standing.RETURNED),
        ({"status": Status.EXPIRED}, Standing.TOO_LATE),
    ],
)
def test_where_a_message_stands_is_one_of_a_few_plain_things(clock, given, expected) -> None:
    message = Message(
        status=given["status"],
        route=given.get("route", Route.SMS),
        due_at=clock.now + timedelta(days=given.get("due", 0)),
        sent_at=clock.now if given.get("left") else None,
    )
    assert standing(message, clock.now) is expected


def test_what_was_cancelled_counts_neither_as_kept_nor_as_missed() -> None:
    statuses = [AppointmentStatus(name) for name in ("seen", "noshow", "excused", "revoked", "noshow", "booked")]
    assert missed(statuses) == Missed(2, 4)


def test_a_subject_that_leads_to_another_service_is_not_named() -> None:
    assert says_subject(motif_families=[], families=[], is_own=False)
    assert says_subject(motif_families=["pmi"], families=[], is_own=True)
    assert not says_subject(motif_families=["pmi", "social"], families=["social"], is_own=False)


def called(world, house, agent, **given):
    return CallReceived(
        **{
            "request_key": uuid4(),
            "at": world.now - timedelta(days=1),
            "agent_id": agent.id,
            "person_id": house.person.id,
            "outcome": CallOutcome.INFORMED,
        }
        | given
    )


def subject(key: str, title: str, *motifs: str) -> Subject:
    return Subject(
        key=key, position=1, shortcut=key[:1], title=title, answer="Une réponse.", is_urgent=False,
        motif_keys=list(motifs), partner_keys=[], source="essai",
    )  # fmt: skip


def test_one_screen_says_all_that_was_said_asked_and_promised(house, world, enter, client, clock, database) -> None:
    agent = world.agent("accueil", place=house.here)
    budget = world.motif(family="social", title="Parler du budget", neutral_words="rendez-vous avec le Département")
    starts_at = (clock.now + timedelta(days=5)).isoformat()
    about = {"language": "fr", "starts_at": starts_at}
    promised(database, clock.now, house.person, 1, context=about)
    promised(database, clock.now, house.person, 1, route=Route.LETTER, status=Status.SENT, context=about)
    promised(database, clock.now, house.person, 1, route=Route.CALL, status=Status.OPEN, kind="appointment_booked")
    promised(database, clock.now, house.person, 1, route=Route.EMAIL, status=Status.FAILED, sent_at=clock.now)
    promised(database, clock.now, house.person, 1, route=Route.DESK, status=Status.WITHDRAWN, kind="space_closed")
    world.mandate(house.person, organisation_id=world.organisation(name="CCAS d'Essai").id)
    world.referent(house.person, house.doctor)
    child = world.person(given_names="Noé", guardian_id=house.person.id)
    with database.transaction() as session:
        plain, private = subject("loyer", "Payer mon loyer"), subject("bebe", "Mon bébé", "pmi-1")
        partner = Partner(key="caf", name="CAF du Pas-de-Calais", line="Allocations.", source="essai")
        session.add_all([plain, private, partner])
        session.flush()
        world_motif = world.motif(key="pmi-1", family="pmi")
        session.add_all(
            [
                called(world, house, agent, subject_id=plain.id),
                called(world, house, house.doctor, subject_id=private.id),
                called(world, house, agent, outcome=CallOutcome.PARTNER, partner_id=partner.id),
            ]
        )
        for person, motif in ((house.person, budget), (child, world_motif)):
            session.add(Wish(person_id=person.id, motif_id=motif.id, first_day=clock.now.date(), created_at=clock.now))
        person = session.get_one(Person, house.person.id)
        person.birth_name, person.lent_ways, person.wants_sms = "Ancien-Essai", ["mobile"], False
        person.mobile_state, person.address = RouteState.WORKS, ["1 RUE DE L ESSAI", "62000 ARRAS"]
        person.address_confirmed_at = clock.now
    enter(agent)
    words = read(client, house.person).text()
    for told in (
        "Ancien-Essai", "36 ans", f"Fiche n° {house.person.id}",
        "CCAS d'Essai peut agir pour elle", "À lui dire", "posté", "pas arrivé", "prévu", "à dire au téléphone",
        "ne veut pas de SMS", "Écrit par quelqu'un qui agit pour elle", "vérifiée le 23/11/2026",
        "Payer mon loyer", "Un appel", "CAF du Pas-de-Calais", "Référent", "pour Noé", "Aucun rendez-vous depuis un an",
    ):  # fmt: skip
        assert told in words, told
    for kept in ("Mon bébé", "Espace fermé", "Parler du budget"):
        assert kept not in words


def test_each_act_stands_where_the_agent_may_do_it(house, world, enter, client) -> None:
    enter(world.agent("accueil", place=house.here))
    links = read(client, house.person).links()
    here = f"/agents/personnes/{house.person.id}"
    for address in (
        f"{here}/rendez-vous",
        f"{here}/attente",
        f"{here}/modifier",
        f"{here}/mandats",
        f"{here}/fusionner",
    ):
        assert address in links.values()
    assert f"/agents/appel?personne={house.person.id}" in links.values()
    assert f"/agents/personnes/nouvelle?proche={house.person.id}" in links.values()
    coming = [url for url in links.values() if url.startswith("/agents/rendez-vous/")]
    assert [url.rpartition("/")[2] for url in coming[1:]] == ["deplacer", "annuler"]


def test_a_card_without_anything_says_so_plainly(world, enter, client) -> None:
    world.departement()
    nobody = world.person(mobile=None, email=None)
    enter(world.agent("accueil"))
    words = read(client, nobody).text()
    for told in (
        "Aucun rendez-vous à venir", "Aucun message depuis un an", "Aucun moyen de la joindre",
        "Aucun appel reçu depuis un an", "Aucun rendez-vous depuis un an",
    ):  # fmt: skip
        assert told in words


def test_nothing_missed_is_said_too(house, world, enter, client) -> None:
    motif = world.motif()
    world.appointment(
        house.doctor, house.here, motif, at("2026-11-02", "09:00"), house.person, status=AppointmentStatus.SEEN
    )
    enter(house.doctor)
    assert "Aucun rendez-vous manqué." in read(client, house.person).text()


def test_a_wish_names_no_place_that_tells_why_one_goes_there(house, world, enter, client) -> None:
    clinic = world.place(name="Centre de PMI d'Essai", kind="pmi")
    world.wish(house.person, world.motif(family="pmi"), clinic)
    enter(world.agent("accueil", place=house.here))
    words = read(client, house.person).text()
    assert "Centre de PMI d'Essai" not in words
    assert clinic.street in words
    enter(world.agent("accueil", place=clinic))
    assert "Centre de PMI d'Essai" in read(client, house.person).text()
