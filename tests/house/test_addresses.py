"""Addresses are printed on letters: one that disappears fails here; a new one is written down with who may open it.

`pytest tests/house/test_addresses.py --write-tables` writes both tables anew, to be read before they are kept.
"""

from dataclasses import replace
from pathlib import Path

from portal.app import create_app
from portal.web.access import route_table
from tests.house.permissions import BEGINS, ENDS, README, addresses, table

TABLE = Path(__file__).with_name("addresses.txt")
DEMO_ONLY = ["/demo GET everyone", "/demo/agent/<key> POST everyone", "/demo/personne/<key> POST everyone"]


def readme_parts():
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGINS)
    shown, _, after = rest.partition(ENDS)
    return before, shown.strip(), after


def test_every_address_is_written_down_with_who_may_open_it(app, pytestconfig):
    if pytestconfig.getoption("--write-tables"):
        TABLE.write_text("\n".join(addresses(app)) + "\n", encoding="utf-8")
    assert addresses(app) == TABLE.read_text(encoding="utf-8").splitlines()


def test_the_readme_shows_the_table_of_permissions_as_it_is(app, pytestconfig):
    before, shown, after = readme_parts()
    if pytestconfig.getoption("--write-tables"):
        shown = table(app)
        README.write_text(f"{before}{BEGINS}\n{shown}\n{ENDS}{after}", encoding="utf-8")
    assert shown == table(app)


def test_the_demonstration_adds_its_own_doors_and_no_other(app, settings, database, clock, gateways):
    demo = create_app(replace(settings, demo=True), clock=clock, database=database, gateways=gateways)
    assert sorted(set(addresses(demo)) - set(addresses(app))) == DEMO_ONLY


def test_no_view_is_left_closed_by_mistake(app):
    closed = [rule for rule, _methods, door in route_table(app) if not door.roles and not rule.startswith("/static")]
    assert closed == []


def test_a_view_that_was_not_opened_answers_403(own_app):
    own_app.add_url_rule("/essai-ferme", view_func=lambda: "never")
    assert own_app.test_client().get("/essai-ferme").status_code == 403


def test_an_unknown_address_is_a_404_with_a_way_on(client):
    response = client.get("/nulle-part")
    assert response.status_code == 404
    assert "/" in response.page.links().values()
