"""Addresses are printed on letters: one that disappears fails here; a new one is written down with its roles."""

from dataclasses import replace
from pathlib import Path

from portal.app import create_app
from portal.web.access import route_table

TABLE = Path(__file__).with_name("addresses.txt")
DEMO_ONLY = ["/demo GET everyone", "/demo/agent/<key> POST everyone"]


def addresses(app):
    return [f"{rule} {methods} {', '.join(sorted(door.roles))}".strip() for rule, methods, door in route_table(app)]


def test_every_address_is_written_down_with_the_roles_it_is_open_to(app):
    assert addresses(app) == TABLE.read_text(encoding="utf-8").splitlines()


def test_the_demonstration_adds_its_own_doors_and_no_other(app, settings, database, clock, gateways):
    demo = create_app(replace(settings, demo=True), clock=clock, database=database, gateways=gateways)
    assert sorted(set(addresses(demo)) - set(addresses(app))) == DEMO_ONLY


def test_no_view_is_left_closed_by_mistake(app):
    closed = [rule for rule, _methods, door in route_table(app) if not door.roles and not rule.startswith("/static")]
    assert closed == []


def test_a_view_that_was_not_opened_answers_403(app):
    app.add_url_rule("/essai-ferme", view_func=lambda: "never")
    assert app.test_client().get("/essai-ferme").status_code == 403


def test_an_unknown_address_is_a_404_with_a_way_on(client):
    response = client.get("/nulle-part")
    assert response.status_code == 404
    assert "/" in response.page.links().values()
