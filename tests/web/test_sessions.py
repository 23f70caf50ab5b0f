"""Sessions: rows that can be ended at once, under keys that nobody else may know."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.web.sessions import WebSession, forget_old_sessions, hash_of
from portal.web.sessions_list import (
    end_session,
    end_sessions_of_person,
    end_sessions_opened_by,
    handle_of,
    sessions_of_person,
)

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"


def rows(database) -> list[WebSession]:
    with database.transaction() as session:
        return list(session.scalars(select(WebSession).order_by(WebSession.created_at, WebSession.key_hash)))


def row_of(database, client) -> WebSession:
    with database.transaction() as session:
        return session.get_one(WebSession, hash_of(key_of(client)))


def key_of(client) -> str:
    return client.get_cookie("porte").value


def entered(browser, person, **device):
    client = browser(**device)
    assert client.get(f"/essai/entrer/{person.id}").text == "done"
    return client


def is_in(client) -> bool:
    return client.get("/essai/usager").text == "done"


def agent_is_in(client) -> bool:
    return client.get("/essai/agents").text == "done"


def test_a_visitor_who_keeps_nothing_leaves_no_session(client, database, world):
    world.departement()
    client.get("/")
    assert rows(database) == []
    assert client.get_cookie("porte") is None


def test_the_database_knows_a_hash_and_never_the_key(browser, database, world):
    key = key_of(entered(browser, world.person()))
    (row,) = rows(database)
    assert row.key_hash == hash_of(key)
    assert key not in str(row.data)
    assert len(key) >= 43  # 256 bits, in base 64


def test_the_cookie_is_out_of_reach_of_scripts_other_sites_and_plain_http(browser, world):
    person = world.person()
    (cookie,) = browser().get(f"/essai/entrer/{person.id}").headers.getlist("Set-Cookie")
    flags = {flag.strip().lower() for flag in cookie.split(";")[1:]}
    assert flags == {"path=/", "httponly", "secure", "samesite=lax"}  # no Domain, no date: gone with the browser


def test_a_session_says_whose_it_is_on_what_device_and_how_long_it_waits(browser, database, world):
    person, agent = world.person(), world.agent("accueil")
    client = entered(browser, person)
    row = row_of(database, client)
    assert (row.person_id, row.agent_id, row.idle_minutes, row.device) == (person.id, None, 30, "Firefox, Android")
    client.get(f"/essai/agent/{agent.id}/45")
    row = row_of(database, client)
    assert (row.person_id, row.agent_id, row.idle_minutes, row.device) == (None, agent.id, 45, "Firefox, Android")


def test_a_key_known_before_signing_in_is_worth_nothing_after(browser, database, world):
    person, stranger, victim = world.person(), browser(), browser()
    stranger.get("/essai/garder/piege")
    planted = key_of(stranger)
    victim.set_cookie("porte", planted)
    victim.get(f"/essai/entrer/{person.id}")
    assert key_of(victim) != planted
    assert is_in(victim)
    assert not is_in(stranger)
    assert stranger.get("/essai/session").json == {}  # nor does anything flow back
    assert "kept" not in victim.get("/essai/session").json
    assert row_of(database, victim).key_hash != hash_of(planted)


def test_a_key_of_ones_own_choice_is_never_taken_up(browser, database, world):
    person, client = world.person(), browser()
    for chosen in ("x", "chosen-by-a-stranger" * 3, "x" * 3000, "' OR 1=1 --"):
        client.set_cookie("porte", chosen)
        assert not is_in(client)
        client.get(f"/essai/entrer/{person.id}")
        assert key_of(client) != chosen
    assert hash_of("x") not in {row.key_hash for row in rows(database)}


def test_signing_in_as_another_keeps_nothing_of_the_first(browser, world):
    first, second = world.person(), world.person()
    client = entered(browser, first)
    client.get("/essai/garder/secret")
    client.get(f"/essai/entrer/{second.id}")
    held = client.get("/essai/session").json
    assert held["person_id"] == second.id
    assert "kept" not in held


def test_leaving_ends_the_session_in_the_database_and_forgets_what_it_held(browser, database, world):
    client = entered(browser, world.person())
    key = key_of(client)
    client.get("/essai/quitter")
    assert client.get_cookie("porte") is None
    client.set_cookie("porte", key)
    assert not is_in(client)
    (row,) = rows(database)
    assert (row.data, row.ended_at is not None) == ({}, True)


def test_an_answer_still_on_its_way_does_not_bring_an_ended_session_back(browser, database, world, clock):
    person = world.person()
    client = entered(browser, person)
    key = key_of(client)
    with client.session_transaction(base_url="https://localhost") as held:  # another tab's, which writes last
        held["kept"] = "late"
        with database.transaction() as session:
            end_sessions_of_person(session, clock.now, person.id)
    client.set_cookie("porte", key)
    assert not is_in(client)
    assert [row.ended_at is not None for row in rows(database)] == [True]


@pytest.mark.parametrize("minutes", [5, 20, 30, 60])
def test_each_session_waits_its_own_time_and_no_longer(browser, world, clock, minutes):
    agent, client = world.agent("accueil"), browser()
    client.get(f"/essai/agent/{agent.id}/{minutes}")
    clock.forward(timedelta(minutes=minutes, seconds=-1))
    assert agent_is_in(client)
    clock.forward(timedelta(minutes=minutes, seconds=-1))
    assert agent_is_in(client)
    clock.forward(timedelta(minutes=minutes))
    assert not agent_is_in(client)


def test_twelve_hours_are_the_most_however_busy_one_is(browser, world, clock):
    client = entered(browser, world.person())
    for _ in range(12 * 3 - 1):
        clock.forward(timedelta(minutes=20))
        assert is_in(client)
    clock.forward(timedelta(minutes=20))
    assert not is_in(client)


def test_confirming_who_one_is_does_not_start_the_twelve_hours_anew(browser, world, clock):
    agent, client = world.agent("accueil"), browser()
    client.get(f"/essai/agent/{agent.id}/60")
    for _ in range(12):
        assert agent_is_in(client)
        client.get("/essai/confirmer")
        clock.forward(timedelta(hours=1, seconds=-10))
    assert agent_is_in(client)
    clock.forward(timedelta(minutes=3))
    assert not agent_is_in(client)


def test_a_suspended_agent_and_a_closed_space_are_out_at_once(browser, database, world, clock):
    person, agent = world.person(), world.agent("accueil")
    resident, desk = entered(browser, person), browser()
    desk.get(f"/essai/agent/{agent.id}/20")
    assert is_in(resident)
    assert agent_is_in(desk)
    with database.transaction() as session:
        session.merge(agent).suspended_at = clock.now
        session.merge(person).space_closed_at = clock.now
    assert not is_in(resident)
    assert not agent_is_in(desk)


def test_people_see_their_open_sessions_and_no_other(browser, database, world, clock):
    person, other = world.person(), world.person()
    phone = entered(browser, person)
    clock.forward(timedelta(minutes=10))
    desk = entered(browser, person, device=WINDOWS)
    entered(browser, other)
    left = entered(browser, person)
    left.get("/essai/quitter")
    with database.transaction() as session:
        found = sessions_of_person(session, clock.now, person.id)
    assert [(one.device, one.handle) for one in found] == [
        ("Edge, Windows", handle_of(key_of(desk))),
        ("Firefox, Android", handle_of(key_of(phone))),
    ]
    assert found[1].created_at == clock.now - timedelta(minutes=10)
    clock.forward(timedelta(minutes=20))
    with database.transaction() as session:
        assert [one.device for one in sessions_of_person(session, clock.now, person.id)] == ["Edge, Windows"]


def test_a_handle_is_no_key_and_no_part_of_its_hash(browser, database, world):
    client = entered(browser, world.person())
    handle = handle_of(key_of(client))
    assert len(handle) == 16
    assert handle not in rows(database)[0].key_hash
    client.set_cookie("porte", handle)
    assert not is_in(client)
    assert handle_of(None) is None


def test_one_session_is_ended_by_its_handle_and_only_by_its_owner(browser, database, world, clock):
    person, other = world.person(), world.person()
    phone, desk = entered(browser, person), entered(browser, person)
    handle = handle_of(key_of(phone))
    with database.transaction() as session:
        assert not end_session(session, clock.now, other.id, handle)
        assert not end_session(session, clock.now, person.id, "0" * 16)
        assert not end_session(session, clock.now, person.id, "")
    assert is_in(phone)
    with database.transaction() as session:
        assert end_session(session, clock.now, person.id, handle)
        assert not end_session(session, clock.now, person.id, handle)
    assert not is_in(phone)
    assert is_in(desk)


def test_all_sessions_but_ones_own_are_ended_together(browser, database, world, clock):
    person = world.person()
    mine, others, stranger = entered(browser, person), entered(browser, person), entered(browser, world.person())
    with database.transaction() as session:
        assert end_sessions_of_person(session, clock.now, person.id, but=key_of(mine)) == 1
    assert [is_in(one) for one in (mine, others, stranger)] == [True, False, True]
    with database.transaction() as session:
        assert end_sessions_of_person(session, clock.now, person.id) == 1
    assert [is_in(mine), is_in(stranger)] == [False, True]


def test_what_one_way_opened_ends_with_it_and_nothing_else(browser, database, world, clock):
    person, other = world.person(), world.person()
    mine, stranger, others = entered(browser, person), entered(browser, person), entered(browser, other)
    for client, how in ((mine, "mobile"), (stranger, "mobile"), (others, "mobile")):
        with client.session_transaction(base_url="https://localhost") as session:
            session["how"] = how
    with database.transaction() as session:
        assert end_sessions_opened_by(session, clock.now, person.id, "email") == 0
        assert end_sessions_opened_by(session, clock.now, person.id, "mobile", but=key_of(mine)) == 1
    assert [is_in(one) for one in (mine, stranger, others)] == [True, False, True]
    with database.transaction() as session:
        assert end_sessions_opened_by(session, clock.now, person.id, "mobile") == 1
    assert [is_in(mine), is_in(others)] == [False, True]


def test_a_session_is_forgotten_when_its_own_time_is_over(browser, database, world, clock):
    agent, client = world.agent("accueil"), browser()
    entered(browser, world.person())
    client.get(f"/essai/agent/{agent.id}/60")
    clock.forward(timedelta(minutes=30))
    with database.transaction() as session:
        assert forget_old_sessions(session, clock.now) == 1
    assert agent_is_in(client)
