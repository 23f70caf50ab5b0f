"""What the tests of messages share: moments, an address, and rows read again."""

from sqlalchemy import select

from portal.notifications.models import Message
from portal.notifications.outcomes import record_delivery, record_loss
from portal.notifications.planner import EventKind
from portal.people.models import Person
from tests.french_post import FRENCH_POST as POST
from tests.world import at

# Now is Monday 23 November 2026, 9:02.
FAR = at("2026-12-15", "10:30")
LATER = at("2026-12-18", "14:00")
TOMORROW = at("2026-11-24", "10:30")
ADDRESS = ["4 RUE DE LA DEMONSTRATION", "62000 ARRAS"]

MOVED, CANCELLED = EventKind.MOVED, EventKind.CANCELLED


def message_of(database, **wanted):
    with database.transaction() as session:
        return session.scalars(select(Message).filter_by(**wanted).order_by(Message.id)).one()


def person_again(database, person):
    with database.transaction() as session:
        return session.get_one(Person, person.id)


def lost(database, clock, message, *, refused, code="twilio_30005"):
    with database.transaction() as session:
        record_loss(
            session, clock(), message.id, provider_id=message.provider_id, code=code, refused=refused, post=POST
        )


def delivered(database, clock, message):
    with database.transaction() as session:
        record_delivery(session, clock(), message.id, provider_id=message.provider_id)
