"""What the directory answers when its data change."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from portal.booking.models import Invitation
from portal.demo.seed import INVENTED, seed
from portal.directory.models import Commune
from portal.directory.queries import (
    commune_index,
    nearest_site,
)
from portal.loading import load
from portal.people.models import Person, Referent

TODAY = date(2026, 11, 23)


@pytest.fixture
def demo(database, clock):
    return seed(database, clock.now)


def count(session, model):
    return session.scalars(select(func.count()).select_from(model)).one()


@pytest.mark.usefixtures("demo")
def test_the_index_is_made_once_and_again_after_a_commune_changed(database):
    with database.transaction() as session:
        index = commune_index(session)
        assert commune_index(session) is index
        session.get(Commune, "62041").name = "Arras-la-Neuve"
    with database.transaction() as session:
        assert commune_index(session).get("62041").name == "Arras-la-Neuve"


@pytest.mark.usefixtures("demo")
def test_the_index_leaves_out_a_commune_that_is_gone(database):
    with database.transaction() as session:
        assert commune_index(session).find("Arras")
        session.get(Commune, "62041").gone_on = TODAY
    with database.transaction() as session:
        assert commune_index(session).find("Arras") == []


def test_no_site_is_nearest_when_none_is_open(session):
    assert nearest_site(session, TODAY, 50.0, 2.0) is None


@pytest.mark.usefixtures("demo")
def test_the_demonstration_can_be_seeded_again_without_a_change(database, session, clock):
    people = count(session, Person), count(session, Invitation), count(session, Referent)
    again = seed(database, clock.now + timedelta(days=3))
    assert again.changes == 0
    assert people == (count(session, Person), count(session, Invitation), count(session, Referent)) == (7, 2, 1)


@pytest.mark.usefixtures("demo")
def test_an_invitation_of_the_demonstration_that_has_ended_runs_again(database, session, clock):
    later = clock.now + timedelta(days=100)
    seed(database, later)
    assert all(one.last_day > later.date() for one in session.scalars(select(Invitation)))


def test_the_overlay_alone_is_no_departement(session):
    with pytest.raises(Exception, match=r"communes.csv: is missing"):
        load(session, [INVENTED], TODAY)
