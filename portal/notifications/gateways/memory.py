"""Ways out that keep everything and send nothing: for the demo, and for tests."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from portal.notifications.gateways import GatewayFailure, Mail
from portal.notifications.models import Message, Status


@dataclass(frozen=True)
class Sms:
    """A text message as it would have left."""

    number: str
    text: str
    reference: str


@dataclass
class _Memory:
    """What the three share: `failure` is raised for all until it is None again; `before` runs at each call."""

    failure: GatewayFailure | None = None
    refused: dict[str, GatewayFailure] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None

    def _open(self, receiver: str) -> None:
        self.before()
        failure = self.refused.get(receiver, self.failure)
        if failure is not None:
            raise failure


@dataclass
class MemorySms(_Memory):
    """Remembers the text messages in `sent`, in the order in which they left."""

    sent: list[Sms] = field(default_factory=list)

    def send(self, number: str, text: str, reference: str) -> str:
        """Keeps it; its id is new each time, as with a provider."""
        self._open(number)
        self.sent.append(Sms(number, text, reference))
        return f"memory-sms-{reference}-{len(self.sent)}"


@dataclass
class MemoryMail(_Memory):
    """Remembers the e-mails in `sent`, in the order in which they left."""

    sent: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> str:
        """Keeps it; its id is new each time, as with a provider."""
        self._open(mail.to)
        self.sent.append(mail)
        return f"memory-mail-{mail.reference}-{len(self.sent)}"


@dataclass
class MemoryPaper(_Memory):
    """Remembers the messages whose letters were drawn, and puts them in the queue."""

    drawn: list[int] = field(default_factory=list)

    def draw(self, session: Session, message: Message, now: datetime) -> None:  # noqa: ARG002 - the Protocol's
        """Remembers the message's id."""
        self._open(str(message.id))
        message.status = Status.QUEUED
        self.drawn.append(message.id)
