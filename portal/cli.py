"""The `portal` command. Each subcommand reads the settings, calls one function, and says what it did."""

import logging
import os
import sys
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path

import click
from psycopg.errors import InsufficientPrivilege
from sqlalchemy.exc import OperationalError, ProgrammingError

from portal import doctor as doctor_module
from portal import migrations
from portal.app import clock_of
from portal.clock import at_wall_clock, paris_day
from portal.database import APPLICATION, Database
from portal.directory.queries import departement
from portal.embedded import EmbeddedError, home
from portal.files.report import FilesError
from portal.journal.services_chain import ChainBrokenError
from portal.journal.services_chain import drop_before as drop_lines
from portal.letters.printer_folder import NotGivenError, forget_given, give_runs, read_status, write_withdrawals
from portal.letters.printer_words import FAULTS
from portal.loading import load as load_files
from portal.locks import TakenError
from portal.people.contacts import ContactFault, parse_email
from portal.refusal import Refused
from portal.sealing import Sealer
from portal.serving import NotReadyError, check, database_url, require_version, work
from portal.serving import serve as serve_web
from portal.settings import TO_ANSWER, TO_SERVE, Settings, SettingsError
from portal.staff.rules import AccountFault, RoleFault
from portal.staff.rules_passwords import SHORTEST, PasswordFault
from portal.staff.services import set_password
from portal.staff.services_accounts import Newcomer, Sender, invite_first
from portal.web.access import STAFF

_HOW_TO_MIGRATE = (
    f"`portal migrate` is for the owner of the database, who may CREATEROLE; or an administrator runs "
    f"`CREATE ROLE {APPLICATION} NOLOGIN; GRANT {APPLICATION} TO` that owner, once."
)
_REFUSALS: dict[StrEnum, str] = {
    PasswordFault.TOO_SHORT: f"A password has at least {SHORTEST} characters.",
    PasswordFault.TOO_LONG: "This password is too long.",
    PasswordFault.COMMON: "This password is among the first that others try: choose four unrelated words.",
    AccountFault.NOT_OPEN: "This account is suspended, expired or closed: an admin opens it again.",
    RoleFault.STAFF_ONLY: "This address is that of a partner's agent.",
    PasswordFault.PERSONAL: "This password is the agent's own name or address: choose other words.",
}
SHOWN_FAULTS = 50  # of a Département's files: the others wait for the next try


@click.group()
@click.version_option(package_name="la-bonne-porte")
def main() -> None:
    """La Bonne Porte: one portal for a Département's residents and agents."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--reset", is_flag=True, help="Start again from the invented people and no appointment of yours.")
def demo(*, port: int, reset: bool) -> None:
    """Run the demonstration: web, worker and database on this machine, nothing sent."""
    from portal.demonstration import run  # noqa: PLC0415 - production does without it

    with _sentences():
        settings = Settings.from_environment(os.environ, demo=True)
        code = run(settings, os.environ, port=port, reset=reset, say=click.echo)
    sys.exit(code)


@main.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="host:port, or unix:/path of a socket.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes.")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="Threads of each.")
@click.option("--demo", is_flag=True, hidden=True)
def serve(*, bind: str, workers: int, threads: int, demo: bool) -> None:
    """Serve the portal (production: behind nginx)."""
    with _sentences():
        settings = _settings(needed=TO_SERVE, demo=demo)
        if not demo:
            _say_where(settings)
        serve_web(settings, bind=bind, workers=workers, threads=threads)


@main.command()
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@click.option("--demo", is_flag=True, hidden=True)
def worker(*, once: bool, demo: bool) -> None:
    """Send what is due, and forget what is no longer of use."""
    with _sentences():
        settings = _settings(needed=TO_SERVE, demo=demo)
        done = work(settings, once=once)
        if once:
            click.echo(f"{done} messages handled.")


@main.command()
def migrate() -> None:
    """Bring the database to this version."""
    with _sentences(), _owned(_settings(needed=())) as database:
        before = migrations.current(database)
        migrations.upgrade(database)
        click.echo(f"The database was at version {before or 'none'}, and is at {migrations.current(database)}.")


@main.command()
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
def load(directory: Path) -> None:
    """Load or update the directory of a Département from the files of DIRECTORY."""
    settings = _settings(needed=())
    with _sentences(), _database(settings) as database, database.transaction() as session:
        report = load_files(session, [directory], paris_day(clock_of(settings)()))
    for kind, tally in report.tallies.items():
        counts = f"{tally.added} added, {tally.changed} changed, {tally.closed} closed, {tally.same} unchanged"
        click.echo(f"{kind}: {counts}")
    for note in report.notes:
        click.echo(f"note: {note}")


@main.command()
@click.argument("email")
def password(email: str) -> None:
    """Give the agent whose address is EMAIL a password, asked for twice."""
    with _sentences(), _database(_settings(needed=())) as database:
        typed = click.prompt("New password", hide_input=True, confirmation_prompt=True)
        with database.transaction() as session:
            agent = set_password(session, email=email, password=typed)
        if agent is None:
            raise NotReadyError(f"No agent has the address {email}: load agents.toml first.")
        click.echo(f"{agent.given_name} {agent.family_name} can sign in.")


@main.command()
@click.option("--drop-before", metavar="YYYY-MM", required=True, help="The first month that stays.")
def journal(*, drop_before: str) -> None:
    """Drop the months of the journal past their retention, and keep the hash that closes them."""
    settings = _settings(needed=())
    now = clock_of(settings)()
    cut = _first_of_month(drop_before, paris_day(now))
    with _sentences(), _owned(settings) as owner:
        require_version(owner)
        with owner.transaction() as session:
            dropped = drop_lines(session, cut, now)
    click.echo(f"{dropped.lines} lines from before {drop_before} were dropped.")
    if dropped.hash:
        click.echo(f"The chain goes on from {dropped.hash}")


@main.command()
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in sorted(STAFF)]), default="admin", show_default=True)
@click.option("--given-name", prompt="Given name", help="Of someone who has no account yet.")
@click.option("--family-name", prompt="Family name", help="Of someone who has no account yet.")
def invite(*, email: str, role: str, given_name: str, family_name: str) -> None:
    """Invite EMAIL to a staff account: the first admin of a new installation."""
    settings = _settings(needed=TO_ANSWER)
    with _sentences(), _database(settings) as database:
        require_version(database)
        newcomer = Newcomer(given_name.strip(), family_name.strip(), role, _address(email))
        with database.transaction() as session:
            here = departement(session)
            if here is None:
                raise NotReadyError("No Département is known: run `portal load DIR` first.")
            sender = Sender(Sealer(settings.secret_key), here, settings.base_url)
            invite_first(session, clock_of(settings)(), newcomer=newcomer, role=role, sender=sender)
        click.echo("The invitation leaves with the worker's next round. It holds for 7 days.")


@main.command()
def doctor() -> None:
    """Check what the portal stands on: one line each, exit 1 when something is wrong."""
    faults = 0
    for finding in doctor_module.examine(os.environ):
        click.echo(str(finding))
        faults += finding.is_fault
    sys.exit(1 if faults else 0)


@main.group()
def printer() -> None:
    """Give the runs to an outside printer (PORTAL_PRINTER=outside), and read what it says of them."""


@printer.command("out")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--zip", "as_archive", is_flag=True, help="One archive for each run rather than a folder.")
def printer_out(*, directory: Path, as_archive: bool) -> None:
    """Write in DIRECTORY every run that was made and not given yet, and the keys to withdraw of those not posted.

    What was given there, and posted 30 days ago, is removed.
    """
    settings, fault = _settings(needed=()), None
    now = clock_of(settings)()
    with _sentences(), _database(settings) as database:
        try:
            names = give_runs(database, now, directory, as_archive=as_archive)
        except NotGivenError as error:
            names, fault = list(error.given), error
        for name in (*names, *write_withdrawals(database, directory)):
            click.echo(name)
        for name in forget_given(database, now, directory):
            click.echo(f"{name} was removed: it was posted 30 days ago.")
    if fault is not None:
        raise click.ClickException(str(fault))


@printer.command("in")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def printer_in(file: Path) -> None:
    """Take what the printer says in FILE of each letter (lettre;statut;date;motif;suivi); exit 1 for a wrong line."""
    settings = _settings(needed=())
    with _sentences(), _database(settings) as database:
        taken = read_status(database, clock_of(settings)(), file)
    click.echo(f"{taken.lines} lines taken.")
    for fault in taken.faults:
        click.echo(f"line {fault.number}: {FAULTS[fault.fault]}", err=True)
    sys.exit(1 if taken.faults else 0)


def _address(email: str) -> str:
    try:
        return parse_email(email).lower()
    except ContactFault:
        raise click.ClickException("This is not an e-mail address.") from None


def _settings(*, needed: Collection[str], demo: bool = False) -> Settings:
    with _sentences():
        return Settings.from_environment(os.environ, needed=needed, demo=demo)


def _first_of_month(month: str, today: date) -> datetime:
    try:
        first = datetime.strptime(month, "%Y-%m").date()  # noqa: DTZ007 - a day on a wall calendar
        cut = at_wall_clock(first, time(0))
    except (ValueError, OverflowError):
        raise click.ClickException(f"{month} is no month: write it as 2024-09.") from None
    if first > date(today.year - 1, today.month, 1):
        raise click.ClickException(f"The journal keeps 12 months at least: {month} is too recent.")
    return cut


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    """The database as the application sees it, once it is fit for that."""
    with _owned(settings) as owner:
        check(settings, owner.url)
        with closing(Database(owner.url)) as database:
            yield database


@contextmanager
def _owned(settings: Settings) -> Iterator[Database]:
    _say_where(settings)
    with closing(Database(database_url(settings), role=None)) as database:
        yield database


def _say_where(settings: Settings) -> None:
    if settings.database_url is None and (place := home(settings.var)) != settings.var:
        click.echo(f"PostgreSQL may not enter {settings.var}: its data lives in {place}", err=True)


@contextmanager
def _sentences() -> Iterator[None]:
    """What can go wrong is said in a sentence, with exit code 1, rather than shown as a stack."""
    try:
        yield
    except SettingsError as error:
        raise click.ClickException("\n".join(error.faults)) from None
    except FilesError as error:
        shown, hidden = error.faults[:SHOWN_FAULTS], len(error.faults) - SHOWN_FAULTS
        more = [f"and {hidden} more"] if hidden > 0 else []
        raise click.ClickException("\n".join(["Nothing was loaded.", *map(str, shown), *more])) from None
    except Refused as refused:
        raise click.ClickException(_REFUSALS.get(refused.reason, f"Refused: {refused.reason}.")) from None
    except ChainBrokenError:
        raise click.ClickException(
            "The journal does not hold: nothing was dropped. `portal doctor` says where."
        ) from None
    except TakenError:
        raise click.ClickException("The same command is at work already: wait until it ends.") from None
    except (EmbeddedError, NotReadyError) as error:
        raise click.ClickException(str(error)) from None
    except ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        raise click.ClickException(f"{str(error.orig).splitlines()[0]}: {_HOW_TO_MIGRATE}") from None
    except OperationalError as error:
        raise click.ClickException(f"The database does not answer: {str(error.orig).splitlines()[0]}") from None


if __name__ == "__main__":
    main()
