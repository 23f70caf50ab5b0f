"""E-mail by SMTP, with TLS and authentication."""

import re
import smtplib
import ssl
import time
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Self
from urllib.parse import unquote, urlsplit

from portal.clock import Clock, system_clock
from portal.notifications.gateways import TIME_LIMIT, Mail, PermanentFailure, TransientFailure
from portal.settings import Settings

_SUBMISSION, _SUBMISSIONS = 587, 465  # RFC 6409, RFC 8314
_REFUSED_MAILBOX = frozenset({550, 551, 553})
_POLICY = re.compile(rb"^5\.7\.")  # RFC 3463: the server refuses us, not the mailbox


class SmtpMail:
    """Sends through one server: `smtps://` speaks TLS from the first byte, `smtp://` turns to it with STARTTLS.

    With a user and a password, nothing is said before TLS is on. `tls` may be replaced, to trust another authority.
    """

    def __init__(self, url: str, sender: str, *, clock: Clock = system_clock, limit: float = TIME_LIMIT) -> None:
        parts = urlsplit(url)
        self._implicit = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or (_SUBMISSIONS if self._implicit else _SUBMISSION)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        if not (self._user + self._password).isascii():
            raise ValueError("the user and the password of an SMTP server are plain ASCII (Python's smtplib)")
        self._sender = sender
        self._clock = clock
        self._limit = limit
        self.tls = ssl.create_default_context()

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The server of PORTAL_SMTP_URL, in the name of PORTAL_MAIL_FROM. Raises ValueError when either is absent."""
        if settings.smtp_url is None or settings.mail_from is None:
            raise ValueError("PORTAL_SMTP_URL and PORTAL_MAIL_FROM are needed to send e-mails")
        return cls(settings.smtp_url, settings.mail_from)

    def send(self, mail: Mail) -> str:
        """Hands an e-mail to the server within 10 s; gives its Message-ID, the same for the same reference.

        Raises PermanentFailure when the server refuses the mailbox (5xx) or the message, and TransientFailure for the
        rest: 4xx, network, a server that refuses our own name or password.
        """
        message = self._message(mail)
        try:
            server = self._connected()
            try:
                server.send_message(message, self._sender, [mail.to])
            finally:
                server.close()  # without QUIT: what was taken is taken, however the farewell goes
        except smtplib.SMTPRecipientsRefused as error:
            code, words = error.recipients[mail.to]
            raise _recipient_failure(code, words) from None
        except smtplib.SMTPDataError as error:
            raise _failure(error.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            raise PermanentFailure("smtp_not_supported", refused=False) from None
        except smtplib.SMTPResponseException as error:
            raise TransientFailure(f"smtp_{error.smtp_code}") from None
        except (smtplib.SMTPException, OSError) as error:
            raise TransientFailure(type(error).__name__) from None
        return str(message["Message-ID"])

    def _connected(self) -> "_Hurried":
        deadline = time.monotonic() + self._limit
        server: _Hurried
        if self._implicit:
            server = _HurriedTls(self._host, self._port, timeout=self._limit, context=self.tls)
        else:
            server = _Hurried(self._host, self._port, timeout=self._limit)
        server.deadline = deadline
        try:
            server.ehlo()
            if not self._implicit and (self._user or server.has_extn("starttls")):
                server.starttls(context=self.tls)
                server.ehlo()
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = f"<{mail.reference}@{self._sender.rpartition('@')[2]}>"
        message["Content-Language"] = mail.language
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: absence robots stay silent
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        if mail.calendar is not None:
            method = re.search(r"^METHOD:([A-Z]+)", mail.calendar, re.MULTILINE)
            message.add_alternative(
                mail.calendar.encode(),
                maintype="text",
                subtype="calendar",
                params={"method": method.group(1) if method else "PUBLISH", "charset": "utf-8"},
                filename="rendez-vous.ics",
            )
        return message


class _Hurried(smtplib.SMTP):
    """One limit for the whole conversation: a server that answers each line slowly gets no more time."""

    deadline: float | None = None

    def _hurry(self) -> None:
        if self.deadline is not None and self.sock is not None:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self.sock.settimeout(left)

    def getreply(self) -> tuple[int, bytes]:
        """Waits for an answer, until the limit."""
        self._hurry()
        return super().getreply()

    def send(self, s: object) -> None:
        """Says something, until the limit."""
        self._hurry()
        super().send(s)  # type: ignore[arg-type]


class _HurriedTls(_Hurried, smtplib.SMTP_SSL):
    """The same, with TLS from the first byte."""


def _recipient_failure(code: int, words: bytes | str) -> TransientFailure | PermanentFailure:
    said = words if isinstance(words, bytes) else words.encode()
    if 500 <= code < 600:
        return PermanentFailure(f"smtp_{code}", refused=code in _REFUSED_MAILBOX and not _POLICY.match(said))
    return TransientFailure(f"smtp_{code}")


def _failure(code: int) -> TransientFailure | PermanentFailure:
    return PermanentFailure(f"smtp_{code}", refused=False) if 500 <= code < 600 else TransientFailure(f"smtp_{code}")
