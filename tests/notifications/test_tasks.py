"""What no machine can deliver is in an agent's hands, until it is said."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.notifications.dispatch import send_due
from portal.notifications.models import Message
from portal.notifications.tasks import finish_task, open_tasks
from tests.entering import enter as enter_as
from tests.world import at

FAR = at("2026-12-15", "10:30")


def open_messages():
    return select(Message).where(Message.status == "open").options(joinedload(Message.person)).order_by(Message.id)


@pytest.fixture
def task(world, told, database, gateways, clock):
    """Someone who has a landline and nothing else was promised a call."""
    world.departement()
    told(world.person(mobile=None, email=None, landline="+33353010045"), starts_at=FAR)
    send_due(database, gateways, clock)
    with database.transaction() as session:
        (open_one,) = session.scalars(open_messages()).all()
    return open_one


def enter(client, world, role, **given):
    """Someone of this role at the desk; their page and themselves."""
    agent = world.agent(role, **given)
    enter_as(client, agent)
    return client.get("/agents").page, agent


def test_the_desk_leads_to_the_people_to_tell_and_saying_it_closes_the_task(client, world, task, database):
    desk, _agent = enter(client, world, "accueil")
    page = client.get(desk.links()[next(words for words in desk.links() if "prévenir" in words)]).page
    assert "03 53 01 00 45" in page.text()
    assert task.person.family_name in page.text()
    form = next(number for number, form in enumerate(page.all("form")) if "appels" in form.get("action", ""))
    after = client.follow(client.post(f"/agents/appels/{task.id}", data=page.fields(form)))
    assert "La personne est prévenue" in after.page.text()
    assert "Personne n'attend" in after.page.text()
    with database.transaction() as session:
        assert session.get_one(Message, task.id).status == "done"
        (line,) = session.scalars(select(JournalLine).where(JournalLine.verb == "message.told")).all()
    assert (line.for_person_id, line.object_id) == (task.person_id, task.id)


def test_two_agents_who_press_at_once_close_it_once(database, world, clock, task):
    agents = [world.agent("accueil").id for _ in range(2)]

    def press(agent_id):
        with database.transaction() as session:
            return finish_task(session, clock.now, task_id=task.id, by=Actor.agent(agent_id))

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, agents)) == [False, True]


@pytest.mark.parametrize("role", ["courrier", "professionnel"])
def test_other_roles_neither_see_nor_close_tasks(client, world, task, role):
    enter(client, world, role)
    assert client.get("/agents/appels").status_code == 403
    assert client.post(f"/agents/appels/{task.id}").status_code == 403


def test_a_task_that_is_done_says_so_to_the_next(client, world, task, database, clock):
    _desk, agent = enter(client, world, "accueil")
    page = client.get("/agents/appels").page
    form = next(number for number, form in enumerate(page.all("form")) if "appels" in form.get("action", ""))
    with database.transaction() as session:
        finish_task(session, clock.now, task_id=task.id, by=Actor.agent(agent.id))
    assert (
        "n'attend plus" in client.follow(client.post(f"/agents/appels/{task.id}", data=page.fields(form))).page.text()
    )
    assert client.post("/agents/appels/999999", data=page.fields(form)).status_code == 404


def tasks_before(database, clock, agent):
    with database.transaction() as session:
        return [one.id for one in open_tasks(session, clock.now, agent_id=agent.id)]


def test_a_task_is_before_the_agents_of_its_place_and_of_the_whole_departement(database, world, clock, task):
    here, there = world.place(), world.place()
    with database.transaction() as session:
        session.get_one(Message, task.id).place_id = here.id
    mine, other, everywhere = (world.agent("accueil", place=place) for place in (here, there, None))
    assert tasks_before(database, clock, mine) == [task.id]
    assert tasks_before(database, clock, everywhere) == [task.id]
    assert tasks_before(database, clock, other) == []


def test_somebody_elses_task_does_not_exist(client, database, world, task):
    here, there = world.place(), world.place()
    with database.transaction() as session:
        session.get_one(Message, task.id).place_id = here.id
    world.agent("accueil", place=here)
    enter(client, world, "accueil", place=there)
    page = client.get("/agents").page
    assert client.post(f"/agents/appels/{task.id}", data=page.fields()).status_code == 404
    with database.transaction() as session:
        assert session.get_one(Message, task.id).status == "open"


@pytest.mark.parametrize("at_a_place", [True, False])
def test_a_task_that_nobody_would_see_is_before_everyone(database, world, clock, task, at_a_place):
    lonely = world.place() if at_a_place else None
    with database.transaction() as session:
        session.get_one(Message, task.id).place_id = lonely and lonely.id
    agents = [world.agent("accueil", place=world.place()) for _ in range(2)]
    world.agent("accueil", place=lonely, suspended_at=clock.now)
    world.agent("admin")  # sees it, and is not there to call people
    assert [tasks_before(database, clock, agent) for agent in agents] == [[task.id]] * 2


def test_the_journal_says_from_which_place_a_task_was_done(client, world, task, database):
    place = world.place()
    enter_as(client, world.agent("accueil", place=place), place_id=place.id)
    page = client.get("/agents/appels").page
    form = next(number for number, form in enumerate(page.all("form")) if "appels" in form.get("action", ""))
    client.post(f"/agents/appels/{task.id}", data=page.fields(form))
    with database.transaction() as session:
        line = session.scalars(select(JournalLine).where(JournalLine.verb == "message.told")).one()
    assert line.place_id == place.id
