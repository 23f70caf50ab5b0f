"""What no machine can deliver is in an agent's hands, until it is said."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from portal.journal.models import JournalLine
from portal.notifications.dispatch import send_due
from portal.notifications.models import Message
from portal.notifications.tasks import finish_task, open_tasks
from portal.staff.services import set_password
from tests.world import at

FAR = at("2026-12-15", "10:30")
PASSWORD = "a long invented phrase"


@pytest.fixture
def task(world, told, database, gateways, clock):
    """Someone who has a landline and nothing else was promised a call."""
    world.departement()
    told(world.person(mobile=None, email=None, landline="+33353010045"), starts_at=FAR)
    send_due(database, gateways, clock)
    with database.transaction() as session:
        (open_one,) = open_tasks(session)
    return open_one


def enter(client, world, role):
    email = f"{role.replace('é', 'e')}@exemple.fr"
    world.agent(role=role, email=email)
    with world.database.transaction() as session:
        set_password(session, email=email, password=PASSWORD)
    page = client.get("/agents/connexion").page
    return client.follow(
        client.post("/agents/connexion", data=page.fields() | {"email": email, "password": PASSWORD})
    ).page


def test_the_desk_leads_to_the_people_to_tell_and_saying_it_closes_the_task(client, world, task, database):
    desk = enter(client, world, "accueil")
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


def test_two_agents_who_press_at_once_close_it_once(database, clock, task):
    def press(agent_id):
        with database.transaction() as session:
            return finish_task(session, clock.now, task_id=task.id, agent_id=agent_id)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, (1, 2))) == [False, True]


@pytest.mark.parametrize("role", ["courrier", "professionnel"])
def test_other_roles_neither_see_nor_close_tasks(client, world, task, role):
    enter(client, world, role)
    assert client.get("/agents/appels").status_code == 403
    assert client.post(f"/agents/appels/{task.id}").status_code == 403


def test_a_task_that_is_done_says_so_to_the_next(client, world, task, database, clock):
    enter(client, world, "accueil")
    page = client.get("/agents/appels").page
    form = next(number for number, form in enumerate(page.all("form")) if "appels" in form.get("action", ""))
    with database.transaction() as session:
        finish_task(session, clock.now, task_id=task.id, agent_id=1)
    assert (
        "n'attend plus" in client.follow(client.post(f"/agents/appels/{task.id}", data=page.fields(form))).page.text()
    )
    assert client.post("/agents/appels/999999", data=page.fields(form)).status_code == 302
