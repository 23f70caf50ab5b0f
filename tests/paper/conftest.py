"""An accueil who may open everything here, an agent of the print room, and somebody who wrote on paper."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from portal.directory.models import Motif, Place
from portal.journal.services import Actor, ActorKind
from portal.notifications.models import Message
from portal.paper.models import FormKind, PaperForm
from portal.paper.rules import known_of
from portal.paper.rules_shown import Shown, marks_of
from portal.paper.services import give
from portal.people.models import Agent, Person
from tests.letters.messages import SEALER
from tests.world import World

SITE = "https://porte.exemple.fr"


def seen(form: PaperForm, person: Person) -> Shown:
    """What the page of a form has shown of a file as it is."""
    return Shown(marks_of(form, person, SEALER), SEALER)


@dataclass
class Desk:
    """Where papers come back. `person`: an address, a mobile and an e-mail, and no garantie papier."""

    world: World
    place: Place
    motif: Motif
    doctor: Agent
    agent: Agent
    print_room: Agent
    person: Person

    @property
    def by(self) -> Actor:
        """The accueil."""
        return Actor(ActorKind.AGENT, self.agent.id, place_id=self.place.id)

    def given(self, kind: FormKind, person: Person | None = None) -> PaperForm:
        """A form of this kind, given to the person."""
        whose = person or self.person
        with self.world.database.transaction() as session:
            known = known_of(whose, self.world.departement(), language="fr")
            return give(session, self.world.now, kind=kind, person_id=whose.id, known=known, by=self.by)

    def told(self) -> list[tuple[str, str]]:
        """(kind, route) of each message, in order."""
        with self.world.database.transaction() as session:
            rows = session.scalars(select(Message).order_by(Message.id)).all()
            return [(row.kind, row.route.value) for row in rows]

    def read(self, model: Any, number: int) -> Any:
        """A row as it is now."""
        with self.world.database.transaction() as session:
            return session.get_one(model, number)


@pytest.fixture
def desk(world):
    place, motif, doctor = world.office()
    return Desk(
        world,
        place,
        motif,
        doctor,
        world.agent("accueil", place=place, given_name="Sacha", family_name="Modèle"),
        world.agent("courrier", given_name="Bao", family_name="Exemple"),
        world.person(
            given_names="Camille",
            family_name="Martin-Essai",
            address=["", "", "1 RUE DE L ESSAI", "", "62000 ARRAS"],
        ),
    )
