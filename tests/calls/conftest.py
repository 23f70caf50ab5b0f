"""Somebody with a landline alone, whom an agent must call; and subjects to qualify a call with."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.directory.models_subjects import Partner, Subject
from portal.notifications.dispatch import send_due
from portal.notifications.gateways import Gateways
from portal.notifications.gateways.memory import MemoryMail, MemoryPaper, MemorySms
from portal.notifications.models import Message
from portal.notifications.outbox import About, Recipient, promise
from portal.notifications.planner import Event, EventKind
from portal.sealing import Sealer
from tests.entering import enter
from tests.french_post import FRENCH_POST
from tests.notifications.conftest import context
from tests.world import at

FAR = at("2026-12-15", "10:30")


@pytest.fixture
def gateways():
    """Memories for the three ways out."""
    sealer = Sealer("a key of the tests, long enough to be taken")
    return Gateways(sms=MemorySms(), mail=MemoryMail(), paper=MemoryPaper(), sealer=sealer)


@pytest.fixture
def tell(database, gateways, clock):
    """Promises an event about an appointment to somebody, and does what is due."""

    def told(person, *, starts_at=FAR, subject_id=1, kind=EventKind.BOOKED, old_starts_at=None):
        words = {"cancelled_by": "service"} if kind is EventKind.CANCELLED else {}
        with database.transaction() as session:
            promise(
                session,
                clock(),
                about=About("appointment", subject_id, None),
                event=Event(kind, starts_at, discreet=False, old_starts_at=old_starts_at),
                recipients=[Recipient(person, context(starts_at, **words))],
                post=FRENCH_POST,
            )
        send_due(database, gateways, clock)

    return told


@pytest.fixture
def open_task(world, tell, database):
    """Promises somebody a call, and has it put in a human's hands; gives the message."""

    def opened(person=None, *, place=None, **more):
        world.departement()
        person = person or world.person(mobile=None, email=None, landline="+33353010045")
        tell(person, **more)
        with database.transaction() as session:
            found = session.scalars(
                select(Message)
                .where(Message.person_id == person.id, Message.status == "open")
                .options(joinedload(Message.person))
                .order_by(Message.id.desc())
            ).first()
            if place is not None:
                found.place_id = place.id
        return found

    return opened


@pytest.fixture
def task(open_task):
    """Someone who has a landline and nothing else was promised a call."""
    return open_task()


@pytest.fixture
def row(database):
    """A row as it stands."""

    def read(model, number):
        with database.transaction() as session:
            return session.get_one(model, number)

    return read


@pytest.fixture
def rows(database):
    """All rows of a table, by their number."""

    def read(model, *order):
        with database.transaction() as session:
            return session.scalars(select(model).order_by(*(order or model.__table__.primary_key.columns))).all()

    return read


@pytest.fixture
def desk(client, world):
    """An agent at their desk."""

    def at_desk(role="accueil", *, place=None, **given):
        agent = world.agent(role, place=place, **given)
        enter(client, agent, place_id=place.id if place else None)
        return agent

    return at_desk


@pytest.fixture
def subjects(world):
    """An ordinary subject, an urgent one, and two partners."""
    world.departement()
    motif = world.motif(key="logement", title="Parler d'un problème de logement")
    given = {"source": "essai", "checked_on": None, "closed_on": None, "theme_id": None, "page": None}
    partners = [
        Partner(
            key="adil", name="L'ADIL", line="Des juristes.", phone=None, source="essai", checked_on=None, closed_on=None
        ),
        Partner(
            key="toit-115",
            name="Le 115",
            line="Pour un toit cette nuit.",
            phone="115",
            source="essai",
            checked_on=world.now.date(),
            closed_on=None,
        ),
    ]
    ordinary = given | {
        "key": "loyer",
        "position": 1,
        "shortcut": "o",
        "title": "Je n'arrive plus à payer mon loyer",
        "answer": "Parlez-en vite. Un travailleur social cherche des solutions avec vous.",
        "page": "/mes-droits",
        "is_urgent": False,
        "motif_keys": [motif.key],
        "partner_keys": ["adil"],
    }
    urgent = ordinary | {
        "key": "sans-toit",
        "position": 0,
        "shortcut": "1",
        "title": "Je n'ai pas d'endroit où dormir",
        "answer": "Appelez le 115.",
        "is_urgent": True,
        "partner_keys": ["toit-115"],
        "checked_on": world.now.date(),
    }
    closed = ordinary | {"key": "ancien", "position": 2, "closed_on": world.now.date() - timedelta(days=1)}
    world._add(*partners, *(Subject(**values) for values in (ordinary, urgent, closed)))
    world.helpline("115")
    return {"motif": motif, "partners": partners}
