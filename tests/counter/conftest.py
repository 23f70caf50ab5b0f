"""A counter: two places, an accueil who books at both, a person on the line."""

from dataclasses import dataclass

import pytest

from portal.directory.models import Motif, Place
from portal.people.models import Agent, Person
from tests.entering import enter as enter_agent


@dataclass
class Counter:
    """Where the agent books, who receives, and for whom."""

    here: Place
    there: Place
    motif: Motif
    receiver: Agent
    other: Agent
    agent: Agent
    person: Person

    def url(self, end: str = "") -> str:
        return f"/agents/personnes/{self.person.id}/rendez-vous{end}"

    @property
    def slots(self) -> str:
        return self.url(f"/{self.motif.key}")


@pytest.fixture
def counter(world, client):
    here, there = world.place(name="MDS Essai d'ici"), world.place(name="MDS Essai de là", lat=50.6, lon=2.4)
    motif = world.motif(title="Parler de mon budget", notice_minutes=3 * 24 * 60, horizon_days=30)
    receiver = world.agent(given_name="Alix", family_name="Modèle", families=["social"], place=here)
    other = world.agent(given_name="Bao", family_name="Exemple", families=["social"], place=there)
    world.opening(receiver, here, motif)
    world.opening(other, there, motif)
    agent = world.agent("accueil", place=here, given_name="Sacha")
    world.assignment(agent, "accueil", there, may_overbook=True)
    person = world.person(
        given_names="Camille", family_name="Lefèvre-Essai", address=["1 RUE DE L ESSAI", "62000 ARRAS"]
    )
    enter_agent(client, agent)
    return Counter(here, there, motif, receiver, other, agent, person)
