"""What the directory answers, on the data of the demonstration, laid once."""

import re
from datetime import date

import pytest
from sqlalchemy import event, select

from portal.booking.agendas import Scope
from portal.booking.availability import next_free
from portal.demo.seed import seed
from portal.directory.models import BookedBy, Mode
from portal.directory.queries import (
    commune_index,
    departement,
    distance_km,
    nearest_site,
    places,
    themes,
)
from portal.people.models import Agent, Person
from portal.people.models_access import Assignment
from portal.web.access import AGENTS
from tests.conftest import NOW, empty

TODAY = date(2026, 11, 23)
REASONABLE_KM = 30  # as the crow flies, from any commune to a place that offers a motif


@pytest.fixture(scope="module")
def report(migrated, opened):
    """What laying them said."""
    report = seed(opened, NOW)
    yield report
    empty(migrated)


@pytest.fixture
def session(opened, report):  # noqa: ARG001 - what there is to read
    """It is read alone: what a test changes is taken back."""
    with opened.transaction() as session:
        yield session
        session.rollback()


def test_the_nearest_site_is_one_that_receives_the_same_day(session):
    bethune = commune_index(session).find("Béthune")[0]
    site = nearest_site(session, TODAY, bethune.lat, bethune.lon)
    assert site.key == "mds-bethune"
    assert site.urgent_hours


def test_the_places_come_in_one_query(session):
    statements = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *given: statements.append(given[2]))
    found = places(session, TODAY)
    assert (len(found), len(statements)) == (89, 1)
    assert {one.kind for one in places(session, TODAY, kinds=["mds_site"])} == {"mds_site"}
    assert [one.id for one in places(session, TODAY, ids=[found[3].id])] == [found[3].id]


def test_invented_addresses_are_marked_and_invented_numbers_cannot_ring(session):
    marked = [one for one in places(session, TODAY) if one.is_demo_address]
    assert len(marked) == 25
    assert all(re.fullmatch(r"03 53 01 \d\d \d\d", one.phone) for one in marked)
    assert {one.step_free for one in marked} == {True, False, None}
    assert departement(session).phone == "03 53 01 00 62"
    for person in session.scalars(select(Person)):
        assert re.fullmatch(r"\+3363998\d{4}", person.mobile or "+33639980000")
        assert re.fullmatch(r"\+3335301\d{4}", person.landline or "+33353010000")


def test_each_role_can_be_tried_in_the_demonstration(session):
    roles = session.scalars(select(Assignment.role).join(Agent).where(Agent.email.is_not(None))).all()
    assert set(roles) == set(AGENTS)


def test_the_demonstration_asks_no_agent_to_be_at_two_places_at_once(report):
    assert not [note for note in report.notes if "two places" in note]


def test_every_commune_finds_a_slot_of_each_public_motif_within_reach(session, clock):
    sites = {site.id: site for site in places(session, TODAY)}
    communes = commune_index(session).by_insee.values()
    for one in (one for theme in themes(session, TODAY) for one in theme.motifs):
        if one.booked_by is not BookedBy.EVERYONE:
            continue
        free = [sites[place_id] for place_id in next_free(session, clock.now, Scope(one))]
        assert free, one.key
        if one.mode is Mode.PLACE:
            nearest = {commune.name: min(distance_km(commune, site) for site in free) for commune in communes}
            assert {name: km for name, km in nearest.items() if km > REASONABLE_KM} == {}, one.key
