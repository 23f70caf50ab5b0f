"""`portal doctor` with a real SMTP server, an HTTP server that answers as Twilio, and a real database."""

import base64
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from sqlalchemy import text

from portal.clock import system_clock
from portal.database import Database
from portal.directory.models import Departement
from portal.doctor import Finding, examine
from portal.journal.services import MACHINE, record
from portal.journal.services_chain import seal
from portal.letters.models import PrintRun, RunFile
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


def by_owner(migrated: Database, statement: str) -> None:
    with migrated.transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(statement))


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
        "print room",
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
        # A run of ten days ago whose file was never made, and which the post has not taken.
        file = RunFile(position=1, sheets_each=1, letters=2)
        then = now - timedelta(days=10)
        session.add(PrintRun(made_at=then, posting_day=then.date(), letters=2, sheets=2, files=[file]))
    found = faults(settings)
    assert found.keys() == {"messages", "people", "print room"}
    assert found["print room"] == (
        "1 files not made after a quarter of an hour, 1 runs not given to the post in time, "
        "0 letters no longer as drawn in the last 7 days"
    )
    assert found["messages"].startswith("2 ")
    assert found["people"].startswith("3 ")


@pytest.mark.usefixtures("departement")
def test_the_journal_is_told_in_a_line_with_the_head_to_note(settings: dict[str, str], database: Database) -> None:
    with database.transaction() as session:
        record(session, system_clock(), actor=MACHINE, verb="message.told")
        seal(session)
    told = [finding for finding in examine(settings) if finding.about == "journal"]
    assert [finding.is_fault for finding in told] == [False]
    assert re.fullmatch(r"1 lines sealed; note elsewhere: 1 [0-9a-f]{64}", told[0].words)


@pytest.mark.usefixtures("departement")
def test_a_changed_and_a_removed_line_of_the_journal_are_named(
    settings: dict[str, str], database: Database, migrated: Database
) -> None:
    with database.transaction() as session:
        for _ in range(3):
            record(session, system_clock(), actor=MACHINE, verb="message.told")
        seal(session)
    by_owner(migrated, "UPDATE journal_line SET actor_id = 7 WHERE id = 2")
    assert "line 2 " in faults(settings)["journal"]
    by_owner(migrated, "DELETE FROM journal_line WHERE id = 3")
    told = [finding.words for finding in examine(settings) if finding.is_fault]
    assert told == ["line 2 is not what was sealed: it was changed", "line 3 was removed"]


@pytest.mark.usefixtures("departement")
def test_a_journal_that_nobody_seals_is_a_fault(settings: dict[str, str], database: Database) -> None:
    with database.transaction() as session:
        record(session, system_clock() - timedelta(minutes=6), actor=MACHINE, verb="message.told")
    assert "does the worker run?" in faults(settings)["journal"]


@pytest.mark.usefixtures("departement")
def test_rights_that_somebody_added_to_the_application_are_a_fault(
    settings: dict[str, str], migrated: Database
) -> None:
    by_owner(migrated, "GRANT DELETE, TRUNCATE ON journal_line TO portal_app")
    try:
        assert faults(settings)["rights"] == "portal_app may DELETE journal_line, TRUNCATE journal_line"
    finally:
        by_owner(migrated, "REVOKE DELETE, TRUNCATE ON journal_line FROM portal_app")
