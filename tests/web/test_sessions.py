from datetime import timedelta

from sqlalchemy import select

from portal.staff.services import set_password
from portal.web.sessions import WebSession

PASSWORD = "a long invented phrase"


def sessions(database):
    with database.transaction() as session:
        return list(session.scalars(select(WebSession).order_by(WebSession.created_at, WebSession.key_hash)))


def sign_in(client, world):
    agent = world.agent(role="courrier", email="nour.demo@exemple.fr")
    with world.database.transaction() as session:
        set_password(session, email="nour.demo@exemple.fr", password=PASSWORD)
    page = client.get("/agents/connexion").page
    fields = page.fields() | {"email": "nour.demo@exemple.fr", "password": PASSWORD}
    return agent, client.post("/agents/connexion", data=fields)


def test_a_visitor_who_keeps_nothing_leaves_no_session(client, database, world):
    world.departement()
    client.get("/")
    assert sessions(database) == []
    assert client.get_cookie("porte") is None


def test_the_database_knows_a_hash_and_never_the_key(client, database, world):
    sign_in(client, world)
    key = client.get_cookie("porte").value
    assert all(key not in row.key_hash and key not in str(row.data) for row in sessions(database))


def test_signing_in_gives_a_new_key_and_ends_the_old_one(client, world):
    client.get("/agents/connexion")
    before = client.get_cookie("porte").value
    sign_in(client, world)
    assert client.get_cookie("porte").value != before
    client.set_cookie("porte", before)
    assert client.get("/agents").status_code == 302


def test_signing_out_ends_the_session_in_the_database(client, world):
    _agent, response = sign_in(client, world)
    key = client.get_cookie("porte").value
    page = client.follow(response).page
    client.post("/agents/deconnexion", data=page.fields())
    assert client.get_cookie("porte") is None
    client.set_cookie("porte", key)
    assert client.get("/agents").status_code == 302


def test_a_session_ends_after_30_idle_minutes_and_12_hours_at_most(client, clock, world):
    sign_in(client, world)
    for _half_hour in range(24):
        clock.forward(timedelta(minutes=29))
        assert client.get("/agents").status_code == 200
    clock.forward(timedelta(minutes=29))
    assert client.get("/agents").status_code == 302


def test_an_idle_session_is_over(client, clock, world):
    sign_in(client, world)
    clock.forward(timedelta(minutes=31))
    assert client.get("/agents").status_code == 302


def test_a_forged_key_opens_nothing(client, world):
    world.departement()
    for forged in ("x", "x" * 3000, "' OR 1=1 --"):
        client.set_cookie("porte", forged)
        assert client.get("/agents").status_code == 302


def test_a_suspended_agent_is_out_at_once(client, database, world):
    agent, _response = sign_in(client, world)
    with database.transaction() as session:
        session.merge(agent).is_active = False
    assert client.get("/agents").status_code == 302
