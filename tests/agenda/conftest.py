"""A Monday morning at a place: one agent receives four people of all kinds, another is away."""

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import event

from portal.booking.models import Appointment
from portal.directory.models import Mode, Motif, Place
from portal.people.models import Agent, Person
from tests.entering import enter as enter_agent
from tests.world import World, at

DAY = "2026-11-23"


@dataclass(frozen=True)
class Morning:
    """What is there. The clock says 10:20."""

    here: Place
    there: Place
    receiver: Agent
    colleague: Agent
    desk: Agent
    motif: Motif
    person: Person
    first: Appointment  # 9:00, nothing noted
    now: Appointment  # 10:00, the person has come
    phone: Appointment  # 11:00
    home: Appointment  # 14:00


@pytest.fixture
def morning(world: World, clock) -> Morning:
    """Camille receives; Sasha is away until noon; Alix is at the welcome desk."""
    here, there = world.place(name="MDS d'Essai"), world.place(name="Centre de PMI d'Essai")
    motif = world.motif(title="Consultation du nourrisson", family="pmi")
    by_phone = world.motif(mode=Mode.PHONE, neutral_words="appel du Département", family="pmi")
    at_home = world.motif(mode=Mode.HOME, neutral_words="visite du Département chez vous", family="pmi", minutes=60)
    receiver = world.agent("professionnel", place=here, given_name="Camille", family_name="Essai-Un", families=["pmi"])
    colleague = world.agent("professionnel", place=here, given_name="Sasha", family_name="Essai-Deux")
    desk = world.agent("accueil", place=here, given_name="Alix", family_name="Essai-Trois")
    world.opening(receiver, here, motif)
    world.opening(colleague, here, motif)
    world.absence(colleague, at(DAY, "08:00"), at(DAY, "12:00"))
    person = world.person(
        given_names="Nour",
        family_name="Lefèvre-Essai",
        birth_date=date(1990, 5, 4),
        mobile="+33639980033",
        landline="+33353010044",
        address=["", "", "1 RUE DE LA DEMONSTRATION", "", "62000 ARRAS"],
        wants_paper=True,
    )
    rows = {
        "first": world.appointment(receiver, here, motif, at(DAY, "09:00"), person),
        "now": world.appointment(receiver, here, motif, at(DAY, "10:00"), arrived_at=at(DAY, "09:55")),
        "phone": world.appointment(receiver, here, by_phone, at(DAY, "11:00"), person),
        "home": world.appointment(receiver, here, at_home, at(DAY, "14:00"), person),
    }
    clock.set(at(DAY, "10:20"))
    return Morning(here, there, receiver, colleague, desk, motif, person, **rows)


@pytest.fixture
def enter(client):
    """Signs an agent in."""
    return lambda agent, **given: enter_agent(client, agent, **given)


@pytest.fixture
def press(client):
    """Presses a button of a page for one appointment, as the page shows it; gives what it leads to."""

    def act(path: str, appointment: Appointment, what: str):
        page = client.get(path).page
        action = f"/agents/agenda/{appointment.id}/statut"
        number = next(n for n, form in enumerate(forms(page)) if form.get("action") == action)
        return client.post(action, data=page.fields(number) | {"acte": what})

    return act


def forms(page):
    """The forms of a page, the way out apart, as `Page.fields` counts them."""
    return [one for one in page.all("form") if one.get("id") != "quitter"]


@pytest.fixture
def counted(database):
    """How many statements an action sends."""

    def count(action) -> int:
        said: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            said.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        try:
            action()
        finally:
            event.remove(database.engine, "before_cursor_execute", note)
        return len(said)

    return count


@pytest.fixture
def office(world: World) -> tuple[Place, Motif, Agent]:
    """A place, a motif, and somebody who has no opening there yet."""
    place, motif = world.place(name="MDS d'Essai"), world.motif(title="Parler de mon budget")
    agent = world.agent("professionnel", place=place, families=["social"])
    return place, motif, agent
