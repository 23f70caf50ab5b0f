"""`portal doctor` with a real SMTP server, an HTTP server that answers as Twilio, and a real database."""

import base64
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from portal.clock import system_clock
from portal.database import Database
from portal.directory.models import Departement
from portal.doctor import Finding, examine
from portal.notifications.models import Message, Route, Status, Step
from tests.operations.running import free_port
from tests.operations.test_cli import SERVING
from tests.world import World

SID = SERVING["PORTAL_TWILIO_ACCOUNT_SID"]


class Account(BaseHTTPRequestHandler):
    """Knows one account and its key."""

    def do_GET(self) -> None:
        right = base64.b64encode(f"{SID}:token".encode()).decode()
        is_known = self.path == f"/2010-04-01/Accounts/{SID}.json"
        is_right = self.headers["Authorization"] == f"Basic {right}"
        self.send_response(200 if is_known and is_right else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name http.server asks for
        pass


@pytest.fixture(scope="module")
def smtp() -> Iterator[str]:
    port = free_port()
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}"
    controller.stop()


@pytest.fixture(scope="module")
def twilio() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Account)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def settings(migrated: Database, smtp: str, twilio: str, tmp_path: Path) -> dict[str, str]:
    return SERVING | {
        "PORTAL_VAR": str(tmp_path),
        "PORTAL_DATABASE_URL": migrated.url,
        "PORTAL_SMTP_URL": smtp,
        "PORTAL_TWILIO_API_URL": twilio,
    }


@pytest.fixture
def departement(world: World) -> Departement:
    return world.departement(phone="03 53 01 00 62")


def faults(environ: dict[str, str]) -> dict[str, str]:
    return {finding.about: finding.words for finding in examine(environ) if finding.is_fault}


@pytest.mark.usefixtures("departement")
def test_all_is_well(settings: dict[str, str]) -> None:
    findings = list(examine(settings))
    assert [finding.about for finding in findings if finding.is_fault] == []
    assert [finding.about for finding in findings] == [
        "settings",
        "storage",
        "database",
        "migrations",
        "rights",
        "directory",
        "messages",
        "people",
        "journal",
        "e-mail",
        "text messages",
    ]


def test_a_finding_is_one_line_that_says_whether_it_holds() -> None:
    assert str(Finding("storage", "/srv/var, 900 MB free")) == "ok    storage: /srv/var, 900 MB free"
    assert str(Finding("people", "2 could not be reached", is_fault=True)) == "FAULT people: 2 could not be reached"


@pytest.mark.usefixtures("departement")
def test_every_missing_setting_is_told_and_the_rest_is_looked_at_all_the_same(settings: dict[str, str]) -> None:
    del settings["PORTAL_SECRET_KEY"], settings["PORTAL_MAIL_FROM"]
    findings = list(examine(settings))
    told = [finding.words.split()[0] for finding in findings if finding.is_fault]
    assert told == ["PORTAL_SECRET_KEY", "PORTAL_MAIL_FROM"]
    assert any(finding.about == "e-mail" for finding in findings)


@pytest.mark.usefixtures("departement")
def test_a_gateway_that_is_down_or_refuses_the_key_is_a_fault(settings: dict[str, str]) -> None:
    settings["PORTAL_SMTP_URL"] = f"smtp://127.0.0.1:{free_port()}"
    settings["PORTAL_TWILIO_AUTH_TOKEN"] = "another"
    found = faults(settings)
    assert found.keys() == {"e-mail", "text messages"}
    assert "answers 401" in found["text messages"]


@pytest.mark.usefixtures("departement")
def test_a_server_that_asks_for_no_tls_is_not_given_a_password(settings: dict[str, str]) -> None:
    settings["PORTAL_SMTP_URL"] = settings["PORTAL_SMTP_URL"].replace("//", "//user:word@")
    assert faults(settings).keys() == {"e-mail"}


def test_a_directory_that_is_empty_or_has_no_phone_is_a_fault(settings: dict[str, str], database: Database) -> None:
    assert "nothing is loaded" in faults(settings)["directory"]
    with database.transaction() as session:
        session.add(Departement(id=1, code="62", name="Pas-de-Calais", phone=None, return_address=[]))
    assert "has no phone number" in faults(settings)["directory"]


def test_a_database_that_is_away_is_a_fault(settings: dict[str, str]) -> None:
    settings["PORTAL_DATABASE_URL"] = "postgresql://127.0.0.1:9/nowhere"
    assert faults(settings).keys() == {"database"}


@pytest.mark.usefixtures("departement")
def test_messages_that_do_not_leave_and_people_not_reached_are_counted(
    settings: dict[str, str], world: World, database: Database
) -> None:
    now, person = system_clock(), world.person()

    def message(**given: object) -> Message:
        usual = {
            "status": Status.WAITING,
            "created_at": now,
            "due_at": now,
            "expires_at": now + timedelta(days=1),
        }
        return Message(
            event_id=uuid4(),
            event={},
            subject="appointment",
            subject_id=1,
            person_id=person.id,
            kind="appointment_booked",
            step=Step.NOTICE,
            route=Route.SMS,
            context={},
            retry_until=now,
            **(usual | given),
        )

    with database.transaction() as session:
        session.add_all([message(), message(status=Status.DELIVERED), message(status=Status.WITHDRAWN)])
    assert faults(settings) == {}
    with database.transaction() as session:
        session.add(message(due_at=now - timedelta(minutes=20)))
        session.add(message(status=Status.SENDING, leased_until=now - timedelta(minutes=20)))
        session.add_all(message(status=status) for status in (Status.FAILED, Status.EXPIRED, Status.FAILED))
        session.add(message(status=Status.FAILED, created_at=now - timedelta(days=31)))
    found = faults(settings)
    assert found.keys() == {"messages", "people"}
    assert found["messages"].startswith("2 ")
    assert found["people"].startswith("3 ")
