"""Limits: counted in the database, exact under a crowd, said in plain words."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import g
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.database import Database
from portal.sealing import Sealer
from portal.web.throttle import Limit, Spent, count, forget_spent, key_of, visitor_address
from tests.checked_pages import CheckedClient

WINDOW = timedelta(minutes=15)
FEW = Limit("few", 3, WINDOW)


def spent(database, clock, limit=FEW, *keys) -> timedelta | None:
    with database.transaction() as session:
        return count(session, clock.now, limit, *(keys or ("few:a",)))


def statuses(client, name="few", times=1, **asked) -> list[int]:
    return [client.get(f"/essai/compter/{name}", query_string=asked).status_code for _ in range(times)]


def test_a_limit_lets_so_many_pass_and_no_more(database, clock):
    assert [spent(database, clock) for _ in range(3)] == [None] * 3
    assert spent(database, clock) == WINDOW


def test_the_wait_is_until_the_window_of_the_first_is_over_and_is_not_prolonged(database, clock):
    for _ in range(3):
        spent(database, clock)
        clock.forward(timedelta(minutes=4))
    assert [spent(database, clock) for _ in range(20)] == [timedelta(minutes=3)] * 20
    clock.forward(timedelta(minutes=3))
    assert [spent(database, clock) for _ in range(4)] == [None, None, None, WINDOW]


def test_a_crowd_that_comes_at_once_is_counted_to_the_one(database, clock):
    limit = Limit("crowd", 10, WINDOW)
    with ThreadPoolExecutor(16) as threads:
        waits = list(threads.map(lambda _: spent(database, clock, limit, "crowd:a"), range(40)))
    assert waits.count(None) == 10


def test_crowds_that_spend_several_counters_in_any_order_do_not_block_each_other(database, clock):
    limit = Limit("both", 20, WINDOW)
    orders = [("both:a", "both:b"), ("both:b", "both:a")] * 20
    with ThreadPoolExecutor(16) as threads:
        waits = list(threads.map(lambda keys: spent(database, clock, limit, *keys), orders))
    assert waits.count(None) == 20


def test_counters_are_apart_for_each_limit_and_each_visitor(database, clock):
    for _ in range(4):
        spent(database, clock)
    assert spent(database, clock, FEW, "few:b") is None
    assert spent(database, clock, Limit("other", 3, WINDOW), "other:a") is None


def test_the_table_holds_neither_address_nor_number(browser, limits, database, settings):
    limits["few"] = FEW
    client = browser()
    statuses(client)
    statuses(client, qui="+33639980012")
    with database.transaction() as session:
        keys = set(session.scalars(select(Spent.key).order_by(Spent.key)))
    sealer = Sealer(settings.secret_key)
    assert keys == {key_of(FEW, "192.0.2.7", sealer), key_of(FEW, "+33639980012", sealer)}
    assert not any("192.0.2.7" in key or "0012" in key for key in keys)


def test_what_proves_right_is_given_back(browser, limits):
    limits["few"] = FEW
    client = browser()
    assert statuses(client, times=10, juste=1) == [200] * 10
    assert statuses(client, times=4) == [200, 200, 200, 429]
    assert statuses(client, juste=1) == [429]


def test_only_counters_whose_window_is_over_are_forgotten(database, clock):
    spent(database, clock)
    clock.forward(WINDOW - timedelta(seconds=1))
    with database.transaction() as session:
        assert forget_spent(session, clock.now) == 0
    clock.forward(timedelta(seconds=1))
    with database.transaction() as session:
        assert forget_spent(session, clock.now) == 1


def test_the_page_says_how_long_to_wait_and_whom_to_call(doors, limits, world, clock):
    world.departement(phone="03 53 01 00 62")
    limits["few"] = FEW
    client = CheckedClient(doors)
    statuses(client, times=3)
    clock.forward(timedelta(minutes=3, seconds=30))
    refused = client.get("/essai/compter/few")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "690"
    assert "Attendez 12 minutes" in refused.page.text()
    assert refused.page.links()["03 53 01 00 62"] == "tel:+33353010062"
    clock.forward(timedelta(minutes=11))
    assert "Attendez 1 minute," in client.get("/essai/compter/few").page.text()


def test_the_page_does_without_a_number_and_without_a_wait(doors, limits):
    limits["few"] = FEW
    client = CheckedClient(doors)
    statuses(client, times=3)
    assert "Appelez" not in client.get("/essai/compter/few").page.text()
    with doors.test_request_context("/"):
        g.help_line = None
        page = doors.jinja_env.get_template("errors/429.html").render(path="/", minutes=None)
    assert "Attendez un peu" in page


def test_without_its_database_a_closed_limit_refuses_and_an_open_one_lets_read(doors, limits):
    limits |= {"closed": FEW, "open": Limit("open", 3, WINDOW, is_open=True)}
    gone = Database("postgresql://127.0.0.1:9/nowhere")
    doors.extensions["portal"] = replace(doors.extensions["portal"], database=gone)
    client = FlaskClient(doors)
    doors.before_request_funcs[None] = []  # what every page reads first is not what is asked here
    assert statuses(client, "closed") == [503]
    assert statuses(client, "open", times=5) == [200] * 5
    gone.close()


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("nonsense", "nonsense"),
        (None, "unknown"),
    ],
)
def test_an_address_of_ipv6_counts_by_the_half_that_a_line_is_given(app, said, counted):
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": said} if said else {}):
        assert visitor_address() == counted
