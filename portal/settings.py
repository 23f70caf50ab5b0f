"""The settings: read once from the environment, checked, then frozen. Nothing else reads the environment."""

import os
import re
import secrets
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

DEMO_BASE_URL = "http://127.0.0.1:8000"

_REASONS = {
    "PORTAL_SECRET_KEY": 'set it to the output of: python3 -c "import secrets; print(secrets.token_hex())"',
    "PORTAL_BASE_URL": "messages and letters print it",
    "PORTAL_SMTP_URL": "e-mails leave through it",
    "PORTAL_MAIL_FROM": "e-mails come from it",
    "PORTAL_TWILIO_ACCOUNT_SID": "text messages leave through it",
    "PORTAL_TWILIO_AUTH_TOKEN": "text messages leave through it",
    "PORTAL_TWILIO_FROM": "text messages come from it",
}
TO_SERVE = tuple(_REASONS)  # what production needs, web and worker alike
TO_ANSWER = TO_SERVE[:2]  # what the web application itself cannot do without

_SECRET_LENGTH = 32  # characters: 128 bits when they are hexadecimal
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PROVIDER_PARTS = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")
_NAMES = frozenset(
    {
        "PORTAL_VAR",
        "PORTAL_DATABASE_URL",
        "PORTAL_SECRET_KEY",
        "PORTAL_BASE_URL",
        "PORTAL_SMTP_URL",
        "PORTAL_MAIL_FROM",
        "PORTAL_TWILIO_ACCOUNT_SID",
        "PORTAL_TWILIO_AUTH_TOKEN",
        "PORTAL_TWILIO_FROM",
        "PORTAL_TWILIO_API_URL",
        "PORTAL_SMS_ALLOWLIST",
        "PORTAL_VAULT_KEY",
        "PORTAL_VAULT_URL",
        "PORTAL_CLAMD",
        "PORTAL_PRINTER",
        "PORTAL_NOW",
        *(f"PORTAL_{name}_{part}" for name in ("FRANCECONNECT", "PROCONNECT") for part in (*_PROVIDER_PARTS, "PKCE")),
    }
)


class SettingsError(Exception):
    """The settings do not allow a start. `faults` holds one sentence for each; the first is the message."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(faults[0])
        self.faults = faults


@dataclass(frozen=True)
class Provider:
    """An identity provider (FranceConnect or ProConnect), as OpenID Connect names things."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    # Sent when the provider says that it knows it. "no" is for one that says so and refuses it all the same.
    pkce: bool = True


@dataclass(frozen=True)
class Settings:
    """Everything that differs from one installation to another. Secrets do not show in its `repr`."""

    var: Path
    database_url: str | None = field(repr=False)  # None: the embedded server
    secret_key: str = field(repr=False)
    base_url: str  # no slash at the end
    smtp_url: str | None = field(repr=False)
    mail_from: str | None
    twilio_account_sid: str | None
    twilio_auth_token: str | None = field(repr=False)
    twilio_from: str | None
    twilio_api_url: str | None  # None: Twilio's own
    sms_allowlist: frozenset[str] = field(repr=False)  # empty: every number
    now: datetime | None  # demo and tests only: where the clock starts
    demo: bool
    vault_key: str | None = field(default=None, repr=False)
    vault_url: str | None = None
    clamd: str | None = None
    printer: str = "room"  # or "outside": `portal printer` gives it the runs, and reads what it says of them
    franceconnect: Provider | None = None
    proconnect: Provider | None = None

    @classmethod
    def from_environment(
        cls, environ: Mapping[str, str], *, demo: bool = False, needed: Collection[str] = TO_ANSWER
    ) -> "Settings":
        """The settings of the variables `PORTAL_…`; an empty one counts as absent.

        `needed` names those that may not be absent: `TO_SERVE` in production, nothing for a command that only touches
        the database; a wrong value is refused whatever the command. The demo needs nothing; its secret key is made
        once and kept in `var/secret-key` (mode 0600).

        Raises SettingsError, with one sentence for each fault, when a value is missing, wrong, or misspelt in name.
        """
        reader = _Reader(environ)
        settings = cls(
            var=Path(reader.text("PORTAL_VAR") or "var").absolute(),
            database_url=reader.url("PORTAL_DATABASE_URL", ("postgresql", "postgres"), needs_host=False),
            secret_key=reader.secret("PORTAL_SECRET_KEY") or "",
            base_url=reader.base_url("PORTAL_BASE_URL", demo=demo),
            smtp_url=reader.url("PORTAL_SMTP_URL", ("smtp", "smtps")),
            mail_from=reader.address("PORTAL_MAIL_FROM"),
            twilio_account_sid=reader.text("PORTAL_TWILIO_ACCOUNT_SID"),
            twilio_auth_token=reader.text("PORTAL_TWILIO_AUTH_TOKEN"),
            twilio_from=reader.text("PORTAL_TWILIO_FROM"),
            twilio_api_url=reader.url("PORTAL_TWILIO_API_URL", ("https", "http")),
            sms_allowlist=reader.numbers("PORTAL_SMS_ALLOWLIST"),
            now=reader.moment("PORTAL_NOW", demo=demo),
            demo=demo,
            vault_key=reader.secret("PORTAL_VAULT_KEY"),
            vault_url=reader.url("PORTAL_VAULT_URL", ("file", "s3"), needs_host=False),
            clamd=reader.text("PORTAL_CLAMD"),
            printer=reader.choice("PORTAL_PRINTER", ("room", "outside")),
            franceconnect=reader.provider("PORTAL_FRANCECONNECT"),
            proconnect=reader.provider("PORTAL_PROCONNECT"),
        )
        if not demo:
            reader.ask_for(needed)
        if reader.faults:
            raise SettingsError(reader.faults)
        return settings if settings.secret_key or not demo else cls._with_kept_key(settings)

    @classmethod
    def _with_kept_key(cls, settings: "Settings") -> "Settings":
        return cls(**{**vars(settings), "secret_key": _kept_key(settings.var)})


class _Reader:
    """Reads variables and gathers what is wrong with them, so that all faults can be told at once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.faults = [
            f"{name} is not a setting of this version: check its spelling."
            for name in sorted(environ)
            if name.startswith("PORTAL_") and name not in _NAMES and not name.startswith("PORTAL_TEST_")
        ]

    def text(self, name: str) -> str | None:
        return self.environ.get(name, "").strip() or None

    def fault(self, name: str, sentence: str) -> None:
        self.faults.append(f"{name} {sentence}.")

    def secret(self, name: str) -> str | None:
        value = self.text(name)
        if value is not None and len(value) < _SECRET_LENGTH:
            self.fault(name, f"must have at least {_SECRET_LENGTH} characters, drawn at random")
        return value

    def url(self, name: str, schemes: tuple[str, ...], *, needs_host: bool = True) -> str | None:
        value = self.text(name)
        if value is None:
            return None
        parts = _split(value)
        if parts is None or parts.scheme not in schemes or (needs_host and not parts.hostname):
            wanted = " or ".join(f"{scheme}://" for scheme in schemes)
            self.fault(name, f"must be an address that starts with {wanted}")
        return value

    def base_url(self, name: str, *, demo: bool) -> str:
        value = self.text(name)
        if value is None:
            return DEMO_BASE_URL if demo else ""
        parts = _split(value)
        if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
            self.fault(name, "must be the address of the portal, such as https://portal.example.org")
        elif parts.path.strip("/") or parts.query or parts.fragment or parts.username:
            self.fault(name, "must be a bare address: nothing before or after the host and the port")
        elif parts.scheme == "http" and not demo and parts.hostname not in _LOOPBACK:
            self.fault(name, "must start with https://: people send their names and birth dates")
        return value.rstrip("/")

    def address(self, name: str) -> str | None:
        value = self.text(name)
        if value is not None and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", value):
            self.fault(name, "must be one e-mail address, without a name")
        return value

    def numbers(self, name: str) -> frozenset[str]:
        numbers = frozenset(filter(None, re.split(r"[,;\s]+", self.text(name) or "")))
        if not all(_E164.fullmatch(number) for number in numbers):
            self.fault(name, "must list numbers such as +33639980012, separated by commas")
        return numbers

    def moment(self, name: str, *, demo: bool) -> datetime | None:
        value = self.text(name)
        if value is None:
            return None
        if not demo:
            self.fault(name, "is for the demo and the tests only: remove it")
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            self.fault(name, "must be a date and time with its offset, such as 2026-11-24T10:30:00+01:00")
        return moment

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name) or allowed[0]
        if value not in allowed:
            self.fault(name, f"must be {' or '.join(allowed)}")
        return value

    def provider(self, prefix: str) -> Provider | None:
        names = [f"{prefix}_{part}" for part in _PROVIDER_PARTS]
        issuer, client_id, client_secret = self.url(names[0], ("https", "http")), *map(self.text, names[1:])
        pkce = self.text(f"{prefix}_PKCE") or "yes"
        if pkce not in {"yes", "no"}:
            self.fault(f"{prefix}_PKCE", "must be yes (the default) or no")
        if issuer and client_id and client_secret:
            return Provider(issuer, client_id, client_secret, pkce=pkce == "yes")
        if issuer or client_id or client_secret:
            missing = next(name for name in names if self.text(name) is None)
            self.fault(missing, "is missing: the three settings of a provider go together")
        return None

    def ask_for(self, names: Collection[str]) -> None:
        for name in names:
            if self.text(name) is None:
                self.fault(name, f"is missing: {_REASONS[name]}")


def _split(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        return None
    return parts


def _kept_key(var: Path) -> str:
    """The secret key kept in `var/`, made by the first process that asks; several may ask at once."""
    path = var / "secret-key"
    try:
        var.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            draft = var / f".secret-key-{secrets.token_hex(8)}"
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(_SECRET_LENGTH))
            try:
                with suppress(FileExistsError):
                    path.hardlink_to(draft)  # whole or not at all, and never over another process's key
            finally:
                draft.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise SettingsError([f"PORTAL_VAR must be a folder that can be written: {var} ({error.strerror})."]) from error
