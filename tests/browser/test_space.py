"""A person at home in their space: a new mobile proved, a connection ended from afar, all their data taken away."""

import hashlib
import secrets
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

from playwright.sync_api import BrowserContext

from portal.booking.models import AppointmentStatus
from portal.journal.services import Actor, ActorKind, record
from portal.notifications.models import Message, Route, Status, Step
from portal.people.models import Level, Person
from portal.people.models_credentials import CredentialKind
from portal.web.sessions import COOKIE, WebSession
from tests.world import World, at

PHONE, MAIL = "+33639980012", "camille@exemple.fr"
SPACE = [
    "",
    "/rendez-vous",
    "/messages",
    "/messages/1",
    "/preferences",
    "/preferences/mobile",
    "/preferences/email/retirer",
    "/preferences/telephone-fixe",
    "/preferences/adresse",
    "/proches",
    "/proches/ajouter",
    "/actions",
    "/connexions",
    "/mes-donnees",
    "/fermer",
    "/fermer/confirmer",
    "/niveau",
]


def enter_browser(
    context: BrowserContext,
    site: str,
    database: Any,
    clock: Any,
    person: Person,
    level: Level = Level.REACHABLE,
    device: str = "Firefox, Android",
) -> None:
    """The cookie of a session just opened, as signing in leaves it."""
    key = secrets.token_urlsafe(32)
    with database.transaction() as session:
        session.add(
            WebSession(
                key_hash=hashlib.sha256(key.encode()).hexdigest(),
                person_id=person.id,
                data={"person_id": person.id, "level": level.value, "how": "mobile"},
                idle_minutes=30,
                device=device,
                created_at=clock(),
                seen_at=clock(),
            )
        )
    context.add_cookies([{"name": COOKIE, "value": key, "url": site}])


def said(person: Person, route: Route, status: Status, words: str, **given: Any) -> Message:
    """One message as it left."""
    values = {
        "event_id": uuid4(),
        "event": {},
        "subject": "appointment",
        "subject_id": 1,
        "person_id": person.id,
        "kind": "appointment_booked",
        "step": Step.NOTICE,
        "route": route,
        "context": {},
        "status": status,
        "created_at": at("2026-11-20", "10:00"),
        "due_at": at("2026-11-20", "10:00"),
        "expires_at": at("2026-12-20", "10:00"),
        "retry_until": at("2026-11-21", "10:00"),
        "recipient": person.mobile,
        "rendered": {"text": words},
        "sent_at": at("2026-11-20", "10:01"),
    }
    return Message(**values | given)


def full_space(world: World) -> Person:
    """Somebody with two appointments to come, a child, messages of all kinds, and a doubtful e-mail."""
    place, motif, agent = world.office(title="Parler de mon budget")
    person = world.person(
        given_names="Camille",
        mobile=PHONE,
        email=MAIL,
        address=["", "", "12 rue de la Démonstration", "", "62000 Arras"],
    )
    world.credential(person, CredentialKind.MOBILE, PHONE, is_vouched=True)
    child = world.person(given_names="Sacha", guardian_id=person.id, mobile=None, email=None, birth_date=date(2021, 5, 4))
    world.appointment(agent, place, motif, at("2026-11-30", "10:00"), person)
    world.appointment(agent, place, motif, at("2026-12-03", "09:30"), child)
    world.appointment(agent, place, motif, at("2026-10-05", "09:30"), person, status=AppointmentStatus.SEEN)
    world.appointment(agent, place, motif, at("2026-12-10", "09:30"), person, status=AppointmentStatus.EXCUSED)
    with world.database.transaction() as session:
        session.add_all(
            [
                said(person, Route.SMS, Status.DELIVERED, "Votre rendez-vous est pris.", delivered_at=world.now),
                said(person, Route.EMAIL, Status.FAILED, "Bonjour,\n\nVotre rendez-vous est pris."),
                said(
                    person, Route.SMS, Status.WAITING, "", rendered=None, step=Step.REMINDER, sent_at=None,
                    kind="appointment_reminder", due_at=world.now + timedelta(days=3),
                ),
            ]
        )  # fmt: skip
        own, helper = Actor.person(person.id), Actor(ActorKind.AGENT, agent.id, None, place.id)
        record(session, world.now - timedelta(days=3), actor=own, verb="appointment.booked", for_person_id=person.id)
        record(session, world.now, actor=helper, verb="appointment.moved", for_person_id=person.id)
    return person
