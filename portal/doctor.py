"""`portal doctor`: one line for each thing that the portal stands on, and whether it holds."""

import base64
import os
import shutil
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from portal import embedded, migrations
from portal.app import clock_of
from portal.clock import paris_day
from portal.database import APPLICATION, Database
from portal.directory.models import Departement
from portal.eligibility.queries import book_in_force
from portal.eligibility.rules_rights import Book
from portal.journal.queries_chain import ChainFault
from portal.journal.queries_chain import check as check_chain
from portal.letters.queries_health import wrong_in_room
from portal.notifications.health import stuck, unreached
from portal.notifications.queries_post import calendar_of
from portal.serving import NotReadyError, database_url, require_role
from portal.settings import TO_SERVE, Settings, SettingsError

OLDEST_POSTGRESQL = 150000  # as the server says it: 15.0
LEAST_SPACE = 500 * 1024 * 1024  # bytes
TIME_LIMIT = 10  # seconds for a gateway to answer

_EXCESS = """
    SELECT privilege || ' ' || journal FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) privilege,
        unnest(ARRAY['journal_line', 'journal_link', 'journal_closing']) journal
    WHERE has_table_privilege(:role, journal, privilege) ORDER BY 1
"""
_CHAIN_WORDS = {
    ChainFault.CHANGED: "line {} is not what was sealed: it was changed",
    ChainFault.REMOVED: "line {} was removed",
    ChainFault.GAP: "what was sealed just before line {} was removed",
    ChainFault.UNSEALED: "line {} has waited for more than 5 minutes to be sealed: does the worker run?",
}


@dataclass(frozen=True)
class Finding:
    """What was looked at, what was found, and whether it holds."""

    about: str
    words: str
    is_fault: bool = False

    def __str__(self) -> str:
        return f"{'FAULT' if self.is_fault else 'ok':<6}{self.about}: {self.words}"


def examine(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Looks at settings, storage, database, directory, messages and gateways, in this order.

    Changes no data; the embedded server, where it is used, is started to be looked at.
    """
    try:
        settings = Settings.from_environment(environ, needed=TO_SERVE)
        yield Finding("settings", "complete")
    except SettingsError as error:
        yield from (Finding("settings", fault, is_fault=True) for fault in error.faults)
        try:
            settings = Settings.from_environment(environ, needed=())
        except SettingsError:
            return
    yield from _storage(settings)
    yield from _database(settings)
    if settings.smtp_url:
        yield _tried("e-mail", _smtp, settings.smtp_url)
    if settings.twilio_account_sid and settings.twilio_auth_token:
        yield _tried("text messages", _twilio, settings)


def _storage(settings: Settings) -> Iterator[Finding]:
    try:
        folder = embedded.home(settings.var) if settings.database_url is None else settings.var
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except (OSError, embedded.EmbeddedError) as error:
        yield Finding("storage", str(error), is_fault=True)
        return
    if not os.access(folder, os.W_OK):
        yield Finding("storage", f"{folder} cannot be written", is_fault=True)
    else:
        yield Finding("storage", f"{folder}, {free // 1024**2} MB free", is_fault=free < LEAST_SPACE)


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        url = database_url(settings)
    except (embedded.EmbeddedError, SQLAlchemyError) as error:
        yield Finding("database", _first_line(error), is_fault=True)
        return
    database = Database(url, role=None)  # before the migrations the application's role lacks
    try:
        with database.engine.connect() as connection:
            number = int(connection.execute(text("SHOW server_version_num")).scalar_one())
        words = f"PostgreSQL {number // 10000}.{number % 10000}"
        yield Finding("database", words, is_fault=number < OLDEST_POSTGRESQL)
        found, wanted = migrations.current(database), migrations.latest()
        if found == wanted:
            yield Finding("migrations", f"version {found}")
            yield from _as_application(settings, database)
        else:
            words = f"version {found or 'none'}, this code needs {wanted}: run `portal migrate`"
            yield Finding("migrations", words, is_fault=True)
    except SQLAlchemyError as error:
        yield Finding("database", _first_line(error), is_fault=True)
    finally:
        database.close()


def _as_application(settings: Settings, owner: Database) -> Iterator[Finding]:
    try:
        require_role(owner.url)
    except NotReadyError as error:
        yield Finding("rights", str(error), is_fault=True)
        return
    with owner.engine.connect() as connection:
        excess = connection.execute(text(_EXCESS), {"role": APPLICATION}).scalars().all()
    words = f"{APPLICATION} may {', '.join(excess)}" if excess else f"{APPLICATION} can only add to the journal"
    yield Finding("rights", words, is_fault=bool(excess))
    with closing(Database(owner.url)) as database:
        yield from _content(settings, database)
        yield from _journal(settings, database)


def _journal(settings: Settings, database: Database) -> Iterator[Finding]:
    with database.transaction() as session:
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))  # one sight of it all
        session.execute(text("SET LOCAL statement_timeout = 0"))
        found = check_chain(session, clock_of(settings)())
    words = f"{found.lines} lines sealed; note elsewhere: {found.head.position} {found.head.hash}"
    yield Finding("journal", words)
    yield from (
        Finding("journal", _CHAIN_WORDS[fault.kind].format(fault.line_id), is_fault=True) for fault in found.faults
    )


def _content(settings: Settings, database: Database) -> Iterator[Finding]:
    now = clock_of(settings)()
    with database.transaction() as session:
        departement = session.scalars(select(Departement)).one_or_none()
        late, lost = stuck(session, now), unreached(session, now)
        room = wrong_in_room(session, now, calendar_of(session))
        rights = book_in_force(session)
    if departement is None:
        yield Finding("directory", "nothing is loaded: run `portal load DIR`", is_fault=True)
    elif departement.phone is None:
        yield Finding("directory", f"{departement.name} has no phone number: pages and letters name one", is_fault=True)
    else:
        yield Finding("directory", f"{departement.name}, {departement.phone}")
    yield Finding("messages", f"{late} should have left a quarter of an hour ago", is_fault=late > 0)
    words = (
        f"{room.unmade} files not made after a quarter of an hour, {room.unposted} runs not given to the post in time"
    )
    words += f", {room.altered} letters no longer as drawn in the last 7 days"
    yield Finding("print room", words, is_fault=any(room))
    yield from _rights(rights[1] if rights else None, paris_day(now))
    yield Finding("people", f"{lost} could not be reached in the last 30 days", is_fault=lost > 0)


def _rights(book: Book | None, day: date) -> Iterator[Finding]:
    """What somebody should read again: advice, no fault. Nothing where no pre-diagnostic is offered."""
    if book is None:
        return
    rights = book.rights.values()
    unchecked = sum(right.checked_on is None for right in rights)
    yield Finding("pre-diagnostic", f"{len(rights)} rules, {unchecked} of which nobody has ever checked")
    over = [f"{right.key} ({right.valid_to})" for right in rights if right.valid_to and right.valid_to < day]
    if over:
        yield Finding("pre-diagnostic", f"no longer asked, their last day is past: {', '.join(over)}")


def _tried(about: str, what: Callable[[Any], str], value: object) -> Finding:
    try:
        return Finding(about, what(value))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return Finding(about, _first_line(error), is_fault=True)


def _smtp(url: str) -> str:
    parts = urlsplit(url)
    host, tls = parts.hostname or "", ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIME_LIMIT, context=tls)
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=TIME_LIMIT)
    with server:
        server.ehlo()
        if parts.scheme == "smtp" and (parts.username or server.has_extn("starttls")):
            server.starttls(context=tls)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        code, _ = server.noop()
    if code != 250:
        raise smtplib.SMTPException(f"{host} answers {code}")
    return f"{host} answers"


def _twilio(settings: Settings) -> str:
    """Asks for the account itself: nothing leaves, and a wrong key is told apart from a network fault."""
    sid, token = settings.twilio_account_sid or "", settings.twilio_auth_token or ""
    base = (settings.twilio_api_url or "https://api.twilio.com").rstrip("/")
    key = base64.b64encode(f"{sid}:{token}".encode()).decode()
    asked = urllib.request.Request(  # noqa: S310 - the scheme was checked with the settings
        f"{base}/2010-04-01/Accounts/{quote(sid)}.json", headers={"Authorization": f"Basic {key}"}
    )
    try:
        with urllib.request.urlopen(asked, timeout=TIME_LIMIT) as answer:  # noqa: S310 - idem
            return f"the account answers {answer.status}"
    except urllib.error.HTTPError as error:
        error.close()
        raise ValueError(f"the account answers {error.code}: check PORTAL_TWILIO_ACCOUNT_SID and _AUTH_TOKEN") from None


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
