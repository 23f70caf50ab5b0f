"""Ways out that remember, promises made in one line, and real servers of the two protocols."""

import json
import ssl
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from sqlalchemy import select

from portal.database import Database
from portal.notifications.dispatch import send_due
from portal.notifications.gateways import Gateways
from portal.notifications.gateways.memory import MemoryMail, MemoryPaper, MemorySms
from portal.notifications.models import Message
from portal.notifications.outbox import About, Recipient, promise
from portal.notifications.planner import Event, EventKind
from portal.people.models import Person
from portal.sealing import Sealer
from tests.french_post import FRENCH_POST

CERTIFICATE = Path(__file__).parent / "localhost.pem"


def context(starts_at: datetime, **given: Any) -> dict[str, Any]:
    """The words of an appointment in a place."""
    return {
        "code": "ABCD-EFGH",
        "link": "https://porte.exemple.fr/r/ABCDEFGH",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(minutes=30)).isoformat(),
        "mode": "place",
        "place_name": "MDS Arras Nord",
        "place_lines": ["12 rue de la Démonstration", "62223 Saint-Nicolas"],
        "place_phone": "03 53 01 00 10",
        "step_free": True,
        "directions": "En face de la mairie, la porte bleue.",
        "words": "rendez-vous avec le Département",
        "names": [],
        "bring": ["Une pièce d'identité"],
        "before": None,
        "after": None,
        "cancel_until": (starts_at - timedelta(hours=4)).isoformat(),
        "move_until": (starts_at - timedelta(hours=24)).isoformat(),
        "phone": "03 53 01 00 62",
        "phone_hours": "du lundi au vendredi, de 9 h à 17 h",
        "departement": "Département du Pas-de-Calais",
        "return_address": ["DEPARTEMENT DU PAS DE CALAIS", "62018 ARRAS CEDEX 9"],
        "cancelled_by": None,
        "old_starts_at": None,
        "recipient_name": "Dominique Essai",
        "language": "fr",
        "large_print": False,
        "demo": True,
    } | given


@pytest.fixture
def gateways() -> Gateways:
    """Memories for the three ways out."""
    sealer = Sealer("a key of the tests, long enough to be taken")
    return Gateways(sms=MemorySms(), mail=MemoryMail(), paper=MemoryPaper(), sealer=sealer)


@pytest.fixture
def told(database: Database, clock: Callable[[], datetime]) -> Callable[..., list[Message]]:
    """Promises an event about appointment 1 to people, now."""

    def tell(
        *people: Person, starts_at: datetime, kind: EventKind = EventKind.BOOKED, subject_id: int = 1, **more: Any
    ) -> list[Message]:
        words = {"cancelled_by": "service"} if kind is EventKind.CANCELLED else {}
        with database.transaction() as session:
            return promise(
                session,
                clock(),
                about=About("appointment", subject_id, None, more.pop("sequence", None)),
                event=Event(kind, starts_at, more.pop("discreet", False), more.pop("old_starts_at", None)),
                recipients=[Recipient(person, context(starts_at, **words), "BEGIN:VCALENDAR") for person in people],
                post=FRENCH_POST,
            )

    return tell


@pytest.fixture
def outbox(database: Database) -> Callable[..., list[tuple[str, str, str]]]:
    """All rows as (step, route, status): the whole of it, so that a test says what left and that nothing else did."""

    def rows(*, event: str | None = None) -> list[tuple[str, str, str]]:
        with database.transaction() as session:
            found = session.scalars(select(Message).order_by(Message.id)).all()
            return sorted(
                (row.step.value, row.route.value, row.status.value)
                for row in found
                if event is None or row.event["kind"] == event
            )

    return rows


@pytest.fixture
def send(database: Database, gateways: Gateways, clock: Callable[[], datetime]) -> Callable[..., int]:
    """Sends what is due now."""

    def send_all(**more: Any) -> int:
        return send_due(database, gateways, clock, **more)

    return send_all


class Mailbox:
    """What an SMTP server took, and what it is told to refuse."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.refusals: dict[str, str] = {}
        self.data_refusal: str | None = None
        self.was_encrypted: list[bool] = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - aiosmtpd's name
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802 - idem
        if self.data_refusal:
            return self.data_refusal
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        self.was_encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 taken"


class MailServer(Controller):
    """An SMTP server on a free port; with `tls`, it wants STARTTLS and the password "tres s@cret"."""

    def __init__(self, mailbox: Mailbox, *, tls: bool = False, implicit: bool = False) -> None:
        server_tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        server_tls.load_cert_chain(CERTIFICATE)
        self._options: dict[str, Any] = {"hostname": "localhost"}
        if tls:
            self._options |= {
                "require_starttls": not implicit,
                "auth_required": True,
                "auth_require_tls": not implicit,
                "authenticator": self._authenticate,
            }
            self._options |= {} if implicit else {"tls_context": server_tls}
        super().__init__(mailbox, hostname="127.0.0.1", port=0, ssl_context=server_tls if implicit else None)

    def factory(self) -> SMTP:
        return SMTP(self.handler, **self._options)

    def _trigger_server(self) -> None:
        # Port 0: the real one is known once the server listens.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()

    @staticmethod
    def _authenticate(_server, _session, _envelope, _mechanism, given: object) -> AuthResult:
        right = LoginPassword(b"portail", b"tres s@cret")
        return AuthResult(success=given == right, handled=False)


@pytest.fixture
def mailbox() -> Mailbox:
    """What the mail server took."""
    return Mailbox()


@pytest.fixture
def mail_server(mailbox: Mailbox) -> Iterator[Callable[..., MailServer]]:
    """Starts mail servers, and stops them."""
    started: list[MailServer] = []

    def start(**options: bool) -> MailServer:
        server = MailServer(mailbox, **options)
        server.start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


class FakeTwilio(ThreadingHTTPServer):
    """Twilio's Messages resource: checks the account and the fields, remembers, and fails when told to."""

    account, token = "AC00000000000000000000000000000000", "jeton d'essai"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.taken: list[dict[str, str]] = []
        self.failures: list[tuple[int, object]] = []
        self.silence = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answer(BaseHTTPRequestHandler):
    server: FakeTwilio

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        scheme, _, given = self.headers.get("Authorization", "").partition(" ")
        if scheme != "Basic" or b64decode(given).decode() != f"{self.server.account}:{self.server.token}":
            self._say(401, {"code": 20003, "message": "Authenticate", "status": 401})
            return
        if self.path != f"/2010-04-01/Accounts/{self.server.account}/Messages.json":
            self._say(404, {"code": 20404, "message": "Not found", "status": 404})
            return
        if self.server.silence.is_set():
            self.server.silence.wait(0)
            threading.Event().wait(1.5)
            return
        if self.server.failures:
            self._say(*self.server.failures.pop(0))
            return
        fields = dict(parse_qsl(body, strict_parsing=True))
        self.server.taken.append(fields)
        self._say(201, {"sid": f"SM{len(self.server.taken):032x}", "status": "queued", "body": fields["Body"]})

    def _say(self, status: int, answer: object) -> None:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Says nothing."""


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    """A local Twilio."""
    server = FakeTwilio()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
