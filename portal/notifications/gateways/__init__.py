"""The ways out: what the dispatcher asks of a provider, and the two ways in which one may fail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from portal.notifications.models import Message
from portal.sealing import Sealer

TIME_LIMIT = 10.0  # seconds: what a provider has to answer


class GatewayFailure(Exception):  # noqa: N818 - as `Refused`, it names what happened
    """A provider did not take a message. `code` names why, and never holds a number, an address or a name."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TransientFailure(GatewayFailure):
    """It may work later: the network, a provider that is down or busy."""


class PermanentFailure(GatewayFailure):
    """The message will never leave by this route.

    `refused`: the number, mailbox or address itself does not work, so that no later message should try it.
    """

    def __init__(self, code: str, *, refused: bool = True) -> None:
        super().__init__(code)
        self.refused = refused


@dataclass(frozen=True)
class Mail:
    """An e-mail. `reference` is the message's own: the same one sent twice bears the same Message-ID."""

    to: str
    subject: str
    text: str
    html: str
    reference: str
    language: str = "fr"
    calendar: str | None = None  # an .ics; its METHOD is repeated in the e-mail


class SmsGateway(Protocol):
    """Sends a text message of one segment to a number in E.164."""

    def send(self, number: str, text: str, reference: str) -> str:
        """Hands it over within 10 s and gives the provider's id. Raises TransientFailure or PermanentFailure."""


class MailGateway(Protocol):
    """Sends an e-mail."""

    def send(self, mail: Mail) -> str:
        """Hands it over within 10 s and gives its Message-ID. Raises TransientFailure or PermanentFailure."""


class PaperGateway(Protocol):
    """Draws a letter and puts it in the queue of the print room."""

    def draw(self, session: Session, message: Message, now: datetime) -> None:
        """Draws and stores it in the caller's transaction. Raises PermanentFailure when it cannot be drawn."""


@dataclass(frozen=True)
class Gateways:
    """The ways out that the application chose."""

    sms: SmsGateway
    mail: MailGateway
    paper: PaperGateway
    sealer: Sealer  # makes the codes that messages bear, at the moment they leave
