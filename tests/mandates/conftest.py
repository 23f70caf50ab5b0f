"""Who asks, who gives, and what came of it."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from portal.journal.models import JournalLine
from portal.journal.services import Actor, ActorKind
from portal.mandates import queries
from portal.mandates.services import Voice, give_by_phone, give_on_paper
from portal.notifications.models import Message
from portal.people.models_mandates import Mandate

ADDRESS = ["1 RUE DE L EXEMPLE", "62000 ARRAS"]


@pytest.fixture
def voice(world):
    return Voice(world.departement(), "https://porte.exemple.fr")


@pytest.fixture
def odette(world):
    """Someone who can be told by mobile only."""
    return world.person(
        given_names="Odette",
        family_name="Modèle",
        mobile="+33639980012",
        email=None,
        address=["1 RUE X", "62000 ARRAS"],
    )


@pytest.fixture
def desk(world):
    """An agent at a desk."""
    place = world.place()
    agent = world.agent("accueil", place=place)
    return SimpleNamespace(agent=agent, by=Actor(ActorKind.AGENT, agent.id, None, place.id), place=place)


@pytest.fixture
def ccas(world):
    return world.organisation(name="CCAS d'Essai")


@pytest.fixture
def mandates(database):
    """All mandates, oldest first."""

    def read():
        with database.transaction() as session:
            return list(session.scalars(select(Mandate).order_by(Mandate.id)))

    return read


@pytest.fixture
def told(database):
    """(kind, route, answer or how it ended) of each message, in order."""

    def read():
        with database.transaction() as session:
            rows = session.scalars(select(Message).order_by(Message.id)).all()
        return [
            (row.kind, row.route.value, row.context.get("answer") or row.context.get("ended_by") or "") for row in rows
        ]

    return read


@pytest.fixture
def journal(database):
    """(verb, actor's kind) of each line about mandates, in order."""

    def read():
        with database.transaction() as session:
            lines = session.scalars(select(JournalLine).order_by(JournalLine.id)).all()
        return [(line.verb, line.actor) for line in lines]

    return read


@pytest.fixture
def sign_in(client, clock):
    """Opens a session of an agent, or of a resident, without their proofs."""

    def enter(*, agent=None, person=None, level="reachable"):
        with client.session_transaction(base_url="https://localhost") as session:
            session.clear()
            if agent is not None:
                session.update(agent_id=agent.id, idle_minutes=20, confirmed_at=clock.now.isoformat())
            if person is not None:
                session.update(person_id=person.id, level=level, how="mobile")

    return enter


@pytest.fixture
def send(client):
    """Posts the last form of a page, completed."""

    def post(path, form=-1, **given):
        return client.post(path, data=client.get(path).page.fields(form) | given)

    return post


FACTS = ("birth_date", "mobile", "address")


def own(session, person):
    return queries.person(session, person.id)


@pytest.fixture
def phoned(database, clock, odette, desk, voice):
    """Begins help on the phone."""

    def begin(person=odette, by=desk.by, **given):
        with database.transaction() as session:
            words = {"facts": FACTS, "script_read": True} | given
            return give_by_phone(session, clock.now, person=own(session, person), by=by, voice=voice, **words)

    return begin


@pytest.fixture
def papered(database, clock, odette, desk, voice, ccas):
    """Writes down a paper for an organisation."""

    def write(person=odette, organisation=ccas, procedures=("appointments",), days=31, *, is_signed=True):
        with database.transaction() as session:
            return give_on_paper(
                session,
                clock.now,
                person=own(session, person),
                organisation=session.merge(organisation),
                procedures=procedures,
                days=days,
                is_signed=is_signed,
                by=desk.by,
                voice=voice,
            )

    return write
