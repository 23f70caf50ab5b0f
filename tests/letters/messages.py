"""A message to be told by post, as the outbox writes it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from portal.notifications.models import Message, Route, Status, Step
from portal.people.models import Person
from portal.sealing import Sealer
from tests.letters.words_of import CONTEXT
from tests.world import World

SEALER = Sealer("a key of the tests, long enough to be taken")
ADDRESS = ["", "", "12, rue de la Démonstration", "", "62000 Arras"]


def post_message(world: World, person: Person, kind: str = "appointment_booked", **changed: Any) -> Message:
    """A letter that is due now for an appointment in a week."""
    message = Message(
        event_id=uuid4(),
        event={},
        subject="appointment",
        subject_id=1,
        place_id=None,
        person_id=person.id,
        kind=kind,
        step=Step.NOTICE,
        route=Route.LETTER,
        context=CONTEXT | changed,
        calendar=None,
        status=Status.SENDING,
        created_at=world.now,
        due_at=world.now,
        expires_at=world.now + timedelta(days=7),
        retry_until=world.now + timedelta(days=1),
        leased_until=None,
        last_error=None,
        recipient=None,
        rendered=None,
        provider_id=None,
        sent_at=None,
        delivered_at=None,
    )
    with world.database.transaction() as session:
        session.add(message)
    return message
