"""Somebody at a desk, and the people they may or may not read."""

from dataclasses import dataclass
from datetime import date

import pytest

from portal.directory.models import Mds, Place, PlaceAttachment, Territory
from portal.people.models import Agent, Person
from tests.entering import enter as enter_agent
from tests.world import ALWAYS, at


@dataclass(frozen=True)
class House:
    """A place of Arras and one of Calais; somebody who comes to Arras for something private."""

    here: Place
    there: Place
    person: Person
    doctor: Agent
    code: str


@pytest.fixture
def house(world, database) -> House:
    """Camille comes to Arras for a thing of the PMI."""
    here, there = world.place(name="Centre de PMI d'Arras"), world.place(name="MDS de Calais")
    with database.transaction() as session:
        calais = Territory(key="calaisis", name="Calaisis")
        session.add(calais)
        session.flush()
        mds = Mds(key="mds-calaisis", name="MDS Calaisis", territory_id=calais.id)
        session.add(mds)
        session.flush()
        session.query(PlaceAttachment).filter_by(place_id=there.id).delete()
        session.add(PlaceAttachment(place_id=there.id, mds_id=mds.id, valid=ALWAYS))
    motif = world.motif(title="Consultation du nourrisson", family="pmi")
    doctor = world.agent("professionnel", job="puéricultrice")
    person = world.person(
        given_names="Camille", family_name="Lefèvre-Essai", birth_date=date(1990, 5, 4), mobile="+33639980033"
    )
    made = world.appointment(doctor, here, motif, at("2026-11-26", "09:00"), person)
    return House(here, there, person, doctor, made.code)


@pytest.fixture
def enter(client):
    """Signs an agent in."""
    return lambda agent: enter_agent(client, agent)


@pytest.fixture
def search(client):
    """Looks for somebody, and gives the page."""

    def look(**typed):
        fields = client.get("/agents/personnes").page.fields(0)
        return client.post("/agents/personnes", data=fields | typed)

    return look
