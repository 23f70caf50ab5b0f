"""A call that was answered is noted once, and a call that was asked for is made."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from portal.calls import queries, services_tasks
from portal.calls.models import CallOutcome, CallReceived
from portal.calls.queries_received import sheet, subject
from portal.calls.rules import CallFault, Moment, Reason
from portal.calls.services_received import Call, CallBack, receive
from portal.calls.services_tasks import Then
from portal.directory.models import Departement
from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.notifications.models import Message, Route, Status
from portal.refusal import Refused
from portal.upkeep import upkeep
from tests.entering import enter_person
from tests.world import at

BASE = "https://porte.exemple.fr"


@pytest.fixture
def agent(world):
    world.departement()
    return world.agent("accueil")


@pytest.fixture
def answered(database, clock, agent):
    """Notes a call; gives its row, or why it was refused."""

    def note(outcome, *, key=None, back=None, **more):
        call = Call(key=key or uuid4(), outcome=outcome, **more)
        try:
            with database.transaction() as session:
                return receive(session, clock(), call=call, by=Actor.agent(agent.id), base_url=BASE, call_back=back)
        except Refused as refusal:
            return refusal.reason

    return note


@pytest.fixture
def seen(database, clock, agent):
    def tasks():
        with database.transaction() as session:
            return queries.open_tasks(session, clock(), agent_id=agent.id)

    return tasks


def test_a_call_is_noted_once_however_often_the_page_is_sent(answered, rows, world):
    key, person = uuid4(), world.person()

    def press(_):
        return answered(CallOutcome.INFORMED, key=key, person_id=person.id)

    with ThreadPoolExecutor(4) as pool:
        noted = list(pool.map(press, range(4)))
    assert sum(one is not None for one in noted) == 1
    assert [(one.outcome, one.person_id) for one in rows(CallReceived)] == [(CallOutcome.INFORMED, person.id)]
    assert [(one.verb, one.for_person_id) for one in rows(JournalLine)] == [("call.received", person.id)]


def test_whoever_is_sent_elsewhere_is_sent_to_somebody(answered, subjects, rows):
    assert answered(CallOutcome.PARTNER) is CallFault.NO_PARTNER
    partner = subjects["partners"][0]
    answered(CallOutcome.PARTNER, partner_id=partner.id)
    answered(CallOutcome.INFORMED, partner_id=partner.id)
    assert [one.partner_id for one in rows(CallReceived)] == [partner.id, None]


def test_an_unknown_caller_is_called_back_at_the_number_they_gave(answered, seen, clock):
    answered(
        CallOutcome.CALL_BACK,
        back=CallBack(Moment.AFTERNOON, Reason.PAPERS, "+33353010077"),
    )
    (task,) = seen()
    assert (task.name, [number.number for number in task.numbers]) == ("", ["+33353010077"])
    assert (task.message.status, task.message.to) == (Status.OPEN, "+33353010077")
    assert task.message.due_at == at("2026-11-23", "14:00")
    assert task.deadline == at("2026-11-23", "17:00")
    assert task.message.expires_at == task.message.due_at + timedelta(days=14)
    assert "Rappelez ce numéro" in task.words
    assert "une question sur un papier" in task.words
    assert "vérifiez qui parle" not in task.words
    clock.set(at("2026-11-23", "17:01"))
    assert seen()[0].is_overdue


def test_a_known_caller_is_called_back_by_name(answered, world, seen):
    person = world.person(language="en", landline="+33353010045")
    answered(CallOutcome.CALL_BACK, person_id=person.id, back=CallBack(Moment.SOON, Reason.NEWS, None))
    (task,) = seen()
    assert task.name in task.words
    assert "préfère l'anglais" in task.words
    assert "vérifiez qui parle" in task.words
    assert [number.way for number in task.numbers] == ["landline", "mobile"]


def test_nobody_is_promised_a_call_without_a_number(answered, world, rows):
    nobody = world.person(mobile=None, email=None)
    back = CallBack(Moment.SOON, Reason.QUESTION, None)
    assert answered(CallOutcome.CALL_BACK, person_id=nobody.id, back=back) is CallFault.NO_NUMBER
    assert answered(CallOutcome.CALL_BACK, back=back) is CallFault.NO_NUMBER
    assert answered(CallOutcome.CALL_BACK, person_id=world.person().id) is CallFault.NO_NUMBER
    assert rows(CallReceived) == rows(Message) == []


def wrong(database, clock, agent, task, way):
    with database.transaction() as session:
        return services_tasks.note_wrong_number(
            session, clock(), task_id=task.message.id, by=Actor.agent(agent.id), way=way
        )


def test_a_wrong_number_of_an_unknown_caller_ends_the_task_and_of_a_known_one_leaves_it_at_the_place(
    answered, world, seen, database, clock, agent, row
):
    number = "+33353010077"
    answered(CallOutcome.CALL_BACK, back=CallBack(Moment.SOON, Reason.QUESTION, number))
    (unknown,) = seen()
    assert wrong(database, clock, agent, unknown, "given") is Then.NOBODY
    assert row(Message, unknown.message.id).status is Status.FAILED
    person = world.person(mobile=None, email=None, landline="+33353010045")
    answered(CallOutcome.CALL_BACK, person_id=person.id, back=CallBack(Moment.SOON, Reason.QUESTION, number))
    (known,) = seen()
    assert wrong(database, clock, agent, known, "given") is Then.OTHER_NUMBER
    (known,) = seen()
    assert wrong(database, clock, agent, known, "landline") is Then.AT_THE_PLACE
    (known,) = seen()
    assert (known.message.route, known.numbers) == (Route.DESK, ())
    assert "quand cette personne vient" in known.words


def test_a_call_that_asked_for_an_appointment_is_tied_to_the_one_that_was_booked(
    answered, world, rows, database, clock, agent
):
    parent = world.person()
    child = world.person(guardian_id=parent.id, mobile=None, email=None)
    place, motif = world.place(), world.motif()
    world.appointment(agent, place, motif, at("2026-12-01", "09:00"), child, created_at=clock() - timedelta(minutes=1))
    answered(CallOutcome.BOOKED, person_id=parent.id)
    answered(CallOutcome.BOOKED, person_id=world.person().id)
    answered(CallOutcome.INFORMED, person_id=parent.id)
    soon, later = clock() + timedelta(minutes=5), clock() + timedelta(minutes=31)
    world.appointment(agent, place, motif, at("2026-12-02", "09:00"), child, created_at=later)
    booked = world.appointment(agent, place, motif, at("2026-12-03", "09:00"), child, created_at=soon)

    def tie():
        with database.transaction() as session:
            return upkeep(session, clock()).calls  # nobody needs to open a page of calls

    assert [tie(), tie()] == [1, 0]
    assert [one.appointment_id for one in rows(CallReceived)] == [booked.id, None, None]


def test_whoever_asked_for_a_call_reads_so_in_their_space(answered, world, client):
    person = world.person()
    answered(CallOutcome.CALL_BACK, person_id=person.id, back=CallBack(Moment.SOON, Reason.NEWS, None))
    enter_person(client, person)
    page = client.get("/mon-espace/messages").page
    assert "Vous avez demandé un appel" in page.text()
    (address,) = [url for url in page.links().values() if url.startswith("/mon-espace/messages/")]
    assert "Une personne va vous le dire" in client.get(address).page.text()


def test_who_is_closed_today_receives_nobody_and_an_open_place_of_the_house_does(database, world, agent):
    here, beside = world.place(), world.place()
    today = world.now.date()

    def receiving(day):
        with database.transaction() as session:
            found = sheet(session, day, None, agent_id=agent.id, roles=["accueil"], place_id=here.id)
        return [site.id for site in found.receiving]

    assert receiving(today) == [here.id]
    world.odd_day(today, here)
    assert receiving(today) == [beside.id]
    assert receiving(today + timedelta(days=1)) == [here.id]
    assert receiving(at("2026-12-25", "09:00").date()) == []


def test_a_subject_offers_the_motifs_of_the_agent_s_own_service_alone(database, world, agent, subjects):
    there = world.place()
    other = world.agent("professionnel", place=there, families=["pmi"])
    same = world.agent("professionnel", place=there, families=[subjects["motif"].family])

    def offered(who):
        with database.transaction() as session:
            chosen = subject(session, world.now.date(), "loyer")
            found = sheet(
                session, world.now.date(), chosen, agent_id=who.id, roles=["professionnel"], place_id=there.id
            )
            return [motif.key for motif in found.motifs]

    assert (offered(agent), offered(same), offered(other)) == (["logement"], ["logement"], [])


def test_the_territory_says_when_somebody_may_be_called(answered, seen, database, clock):
    with database.transaction() as session:
        session.get_one(Departement, 1).holiday_region = "alsace_moselle"
    clock.set(at("2027-03-25", "16:30"))  # Good Friday follows, then Easter Monday
    answered(CallOutcome.CALL_BACK, back=CallBack(Moment.NEXT_DAY, Reason.NEWS, "+33353010099"))
    assert [task.message.due_at for task in seen()] == [at("2027-03-30", "09:00")]
    assert {task.region for task in seen()} == {"alsace_moselle"}
