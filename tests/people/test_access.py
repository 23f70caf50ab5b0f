"""What an agent may do today: roles, dates on both ends, places, partners under their convention."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from portal.directory.models import Mds, PlaceAttachment
from portal.people.models import Agent
from portal.people.queries_access import families_of, places_of, signed_agent

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
OVER = Range(TODAY - 30 * DAY, TODAY)  # its last day was yesterday
LAST_DAY = Range(TODAY - 30 * DAY, TODAY + DAY)
FIRST_DAY = Range(TODAY, None)
TO_COME = Range(TODAY + DAY, None)
DATES = [(OVER, False), (LAST_DAY, True), (FIRST_DAY, True), (TO_COME, False), (Range(None, None), True)]
NAMES = ["over", "last day", "first day", "to come", "for ever"]


@pytest.fixture
def signed(database, clock):
    """The agent of a session, as this instant's request sees them."""

    def read(agent, **session_of):
        values = {"place_id": None, "confirmed_at": None} | session_of
        with database.transaction() as session:
            return signed_agent(session, clock.now, agent.id, **values)

    return read


@pytest.fixture
def places(database):
    """The ids of the places where an agent holds one of the roles on a day."""

    def read(agent, *roles, day=TODAY):
        with database.transaction() as session:
            return places_of(session, agent.id, roles, day)

    return read


def test_an_agent_holds_the_roles_of_today_together_wherever_they_hold(world, signed):
    agent = world.agent("accueil", place=world.place())
    world.assignment(agent, "encadrant")
    found = signed(agent, place_id=7)
    assert found.roles == {"accueil", "encadrant"}
    assert (found.id, found.given_name, found.organisation_id, found.place_id) == (agent.id, "Camille", None, 7)


@pytest.mark.parametrize(("valid", "holds"), DATES, ids=NAMES)
def test_a_role_holds_from_its_first_day_to_its_last(world, signed, valid, holds):
    agent = world.agent("accueil")
    world.assignment(agent, "courrier", valid=valid)
    assert ("courrier" in signed(agent).roles) is holds


def test_the_day_is_that_of_france(world, signed, clock):
    agent = world.agent("accueil")
    world.assignment(agent, "courrier", valid=TO_COME)
    clock.set(clock.now.replace(hour=23, minute=30))  # UTC: half past midnight in Paris
    assert "courrier" in signed(agent).roles


def test_an_agent_without_a_role_is_somebody_who_opens_nothing(world, signed, database):
    agent = world.agent("accueil")
    with database.transaction() as session:
        session.execute(Agent.__table__.metadata.tables["assignment"].delete())
    assert signed(agent).roles == frozenset()


@pytest.mark.parametrize(
    ("changed", "opens"),
    [
        ({"is_active": False}, False),
        ({"expires_on": TODAY}, False),
        ({"expires_on": TODAY + DAY}, True),
        ({"expires_on": TODAY - DAY}, False),
    ],
)
def test_a_closed_or_expired_account_is_nobody(world, signed, changed, opens):
    assert (signed(world.agent("admin", **changed)) is not None) is opens


def test_a_suspended_account_is_nobody(world, signed, clock):
    assert signed(world.agent("admin", suspended_at=clock.now)) is None


def test_an_unknown_agent_is_nobody(world, signed):
    agent = world.agent("admin")
    agent.id = 999_999
    assert signed(agent) is None


@pytest.mark.parametrize(("convention", "holds"), DATES, ids=NAMES)
def test_a_partners_roles_hold_under_its_convention_only(world, signed, convention, holds):
    partner = world.organisation(convention=convention)
    agent = world.agent("partenaire 1", organisation_id=partner.id)
    assert signed(agent).roles == ({"partenaire 1"} if holds else frozenset())
    assert signed(agent).organisation_id == partner.id


def test_a_convention_that_was_withdrawn_before_its_first_day_opens_nothing(world, signed):
    agent = world.agent("partenaire 2", organisation_id=world.organisation(convention=Range(empty=True)).id)
    assert signed(agent).roles == frozenset()


def test_a_partners_agent_never_holds_a_role_of_the_departement(world, signed):
    agent = world.agent("admin", organisation_id=world.organisation().id)
    world.assignment(agent, "partenaire 2")
    assert signed(agent).roles == {"partenaire 2"}


def test_the_places_of_a_role_are_those_named_and_those_of_the_mds(world, database, places):
    here, there, elsewhere = (world.place() for _ in range(3))
    other = world.territory("calaisis", "Calaisis")
    with database.transaction() as session:
        house = session.scalars(select(Mds.id).where(Mds.territory_id == other.id)).one()
        own = session.scalars(select(PlaceAttachment).where(PlaceAttachment.place_id == there.id)).one()
        own.mds_id = house
    agent = world.agent("accueil", place=here)
    assert places(agent, "accueil") == {here.id}
    world.assignment(agent, "accueil", mds_id=house)
    assert places(agent, "accueil") == {here.id, there.id}
    assert places(agent, "encadrant") == frozenset()
    assert elsewhere.id not in places(agent, "accueil", "encadrant")


@pytest.mark.parametrize(("valid", "holds"), DATES, ids=NAMES)
def test_a_place_counts_for_an_mds_on_the_days_it_answers_to_it(world, database, places, valid, holds):
    place = world.place()
    with database.transaction() as session:
        attached = session.scalars(select(PlaceAttachment).where(PlaceAttachment.place_id == place.id)).one()
        attached.valid = valid
        house = attached.mds_id
    agent = world.agent("admin")
    world.assignment(agent, "accueil", mds_id=house)
    assert places(agent, "accueil") == ({place.id} if holds else frozenset())


@pytest.mark.parametrize(("valid", "holds"), DATES, ids=NAMES)
def test_a_role_counts_at_its_place_on_its_days(world, places, valid, holds):
    place, agent = world.place(), world.agent("admin")
    world.assignment(agent, "accueil", place, valid=valid)
    assert places(agent, "accueil") == ({place.id} if holds else frozenset())


@pytest.mark.parametrize(("valid", "holds"), DATES, ids=NAMES)
def test_a_role_without_a_place_is_held_everywhere_on_its_days(world, places, valid, holds):
    place, agent = world.place(), world.agent("admin")
    world.assignment(agent, "accueil", place)
    world.assignment(agent, "accueil", valid=valid)
    assert places(agent, "accueil") == (None if holds else {place.id})


def test_the_places_of_another_are_not_ones_own(world, places):
    agent = world.agent("accueil", place=world.place())
    world.agent("accueil", place=world.place())
    world.agent("accueil")
    assert len(places(agent, "accueil")) == 1


@pytest.mark.parametrize(("valid", "holds"), DATES, ids=NAMES)
def test_the_families_are_those_of_the_roles_held_today(world, database, valid, holds):
    agent = world.agent("accueil", families=["social"])
    world.assignment(agent, "professionnel", world.place(), families=["pmi", "social"], valid=valid)
    world.agent("professionnel", families=["autonomie"])
    with database.transaction() as session:
        assert families_of(session, agent.id, TODAY) == ({"pmi", "social"} if holds else {"social"})
