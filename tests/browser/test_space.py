"""A person at home in their space: a new mobile proved, a connection ended from afar, all their data taken away."""

import hashlib
import re
import secrets
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
from playwright.sync_api import BrowserContext

from portal.booking.models import AppointmentStatus
from portal.journal.services import Actor, ActorKind, record
from portal.notifications.models import Message, Route, Status, Step
from portal.people.models import Level, Person
from portal.people.models_credentials import CredentialKind
from portal.web.sessions import COOKIE, WebSession
from tests.browser.journeys import on_a_phone_with_and_without_scripts
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
    level: Level,
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
                device=None,
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
    child = world.person(
        given_names="Sacha", guardian_id=person.id, mobile=None, email=None, birth_date=date(2021, 5, 4)
    )
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


def settle(visitor: Any, database: Any, clock: Any, person: Person, level: Level = Level.KNOWN) -> None:
    """The visitor is in the space of a person."""
    enter_browser(visitor.context, visitor.site, database, clock, person, level)


def last_text(gateways: Any) -> str:
    """The text message that left last."""
    return str(gateways.sms.sent[-1].text)


@on_a_phone_with_and_without_scripts
def test_a_new_mobile_is_proved_with_the_code_of_its_text_message(
    visit, world, database, clock, gateways, worker, device
):
    person = full_space(world)
    visitor = visit(**device)
    settle(visitor, database, clock, person)
    visitor.go("/mon-espace")
    visitor.reads("Votre prochain rendez-vous")
    visitor.follow("Comment me joindre")
    visitor.follow("Modifier : Mobile")
    visitor.fill("Votre numéro de mobile", "06 39 98")
    visitor.press("M'envoyer un code")
    visitor.reads("Il manque des chiffres.")
    visitor.fill("Votre numéro de mobile", "06 39 98 00 99")
    visitor.press("M'envoyer un code")
    worker()
    code = re.search(r"\b\d{3} ?\d{3}\b", last_text(gateways))
    assert code
    visitor.fill("Le code à 6 chiffres", "12")
    visitor.press("Valider")
    visitor.reads("Un code a 6 chiffres.")
    visitor.fill("Le code à 6 chiffres", code.group())
    visitor.press("Valider")
    visitor.reads("Votre mobile est confirmé.")
    visitor.reads("06 39 98 00 99")
    worker()
    assert [text.number for text in gateways.sms.sent[-2:]] == ["+33639980099", PHONE]


def test_a_connection_is_ended_from_another_browser(visit, world, database, clock):
    person = full_space(world)
    home, library = visit(), visit(phone=True)
    for visitor in (home, library):
        settle(visitor, database, clock, person)
        visitor.go("/mon-espace")
    home.follow("Mes connexions")
    home.reads("Ici, maintenant")
    home.press("Terminer : Chrome, Linux")
    home.reads("Cette connexion est terminée.")
    library.go("/mon-espace")
    assert "/connexion" in library.page.url


def test_all_my_data_come_in_one_file(visit, world, database, clock):
    person = full_space(world)
    visitor = visit(phone=True)
    settle(visitor, database, clock, person)
    visitor.go("/mon-espace")
    visitor.follow("Télécharger mes données")
    with visitor.page.expect_download() as taken:
        visitor.page.get_by_role("button", name="Télécharger mes données (ZIP)").click()
    assert taken.value.suggested_filename == "mes-donnees-2026-11-23.zip"
    archive = ZipFile(BytesIO(Path(taken.value.path()).read_bytes()))
    assert archive.namelist()[:2] == ["donnees.json", "donnees.pdf"]


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_every_page_of_the_space_passes_axe_and_fits_its_width(visit, world, database, clock, phone):
    person = full_space(world)
    visitor = visit(phone=phone)
    settle(visitor, database, clock, person, Level.REACHABLE)
    for path in SPACE:
        visitor.go(f"/mon-espace{path}")
    settle(visitor, database, clock, person)
    for path in ("", "/niveau", "/mes-donnees"):
        visitor.go(f"/mon-espace{path}")


def test_leaving_is_in_sight_on_every_page_and_closes_the_space(visit, world, database, clock):
    person = full_space(world)
    visitor = visit(phone=True, scripts=False)
    settle(visitor, database, clock, person)
    visitor.go("/mon-espace/messages")
    visitor.press("Quitter")
    visitor.reads("Vous avez quitté votre espace.")
    visitor.go("/mon-espace")
    assert "/connexion" in visitor.page.url
