"""The `portal` command, on a real database and in real processes where it matters."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from portal import embedded, migrations
from portal.cli import main
from portal.clock import paris_day, system_clock
from portal.paths import DATA
from tests.operations.running import environ, open_folder, portal

SERVING = {
    "PORTAL_SECRET_KEY": "k" * 32,
    "PORTAL_BASE_URL": "https://porte.exemple.fr",
    "PORTAL_SMTP_URL": "smtp://127.0.0.1:9",
    "PORTAL_MAIL_FROM": "porte@exemple.fr",
    "PORTAL_TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000000",
    "PORTAL_TWILIO_AUTH_TOKEN": "token",
    "PORTAL_TWILIO_FROM": "+33939010000",
}
AGENT = """
INSERT INTO agent (key, given_name, family_name, job, email)
VALUES ('essai', 'Camille', 'Essai', 'accueil', 'camille.essai@exemple.fr')
"""


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    with open_folder() as folder:
        embedded.start(folder, durable=False)
        yield folder


@pytest.fixture
def empty(var: Path) -> str:
    """The address of a database that is empty again."""
    return new_database(var, "portal_cli", template="template1")


@pytest.fixture(scope="module")
def model(var: Path) -> str:
    """The name of a database that `portal migrate` has brought to this version: the others are copies of it."""
    assert run(new_database(var, "portal_model", template="template1"), "migrate").exit_code == 0
    return "portal_model"


@pytest.fixture
def url(var: Path, model: str) -> str:
    """The address of a database of this version that holds nothing."""
    return new_database(var, "portal_cli", template=model)


def new_database(var: Path, name: str, *, template: str) -> str:
    """Makes a database like another, in the place of the one of that name if there is one; its address."""
    url = embedded.start(var, durable=False)
    with psycopg.connect(url.replace("/portal?", "/postgres?"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return url.replace("/portal?", f"/{name}?")


def run(url: str, *words: str, typed: str | None = None, **settings: str) -> Result:
    """The command inside this process: as a person types it, without the wait."""
    return CliRunner().invoke(main, words, input=typed, env=cleared() | {"PORTAL_DATABASE_URL": url} | settings)


def cleared() -> dict[str, str | None]:
    return dict.fromkeys((*SERVING, "PORTAL_VAR", "PORTAL_NOW"), None)


def row(url: str, query: str) -> tuple[object, ...] | None:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchone()


def written(url: str, day: str, count: int) -> None:
    """Lines of the journal of a day."""
    line = "INSERT INTO journal_line (at, actor, verb, details) VALUES (%s, 'machine', 'message.told', '{}')"
    with psycopg.connect(url) as connection:
        for _ in range(count):
            connection.execute(line, [f"{day} 12:00+00"])


def test_migrate_brings_an_empty_database_to_this_version_and_says_so(empty: str) -> None:
    first, again = run(empty, "migrate"), run(empty, "migrate")
    latest = migrations.latest()
    assert first.output == f"The database was at version none, and is at {latest}.\n"
    assert again.output == f"The database was at version {latest}, and is at {latest}.\n"


def test_two_processes_that_migrate_at_once_both_succeed(empty: str, var: Path) -> None:
    command = [sys.executable, "-m", "portal.cli", "migrate"]
    settings = environ(var, PORTAL_DATABASE_URL=empty)
    both = [subprocess.Popen(command, env=settings, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    assert row(empty, "SELECT version_num FROM alembic_version") == (migrations.latest(),)


@pytest.mark.parametrize("words", [["serve"], ["worker"], ["worker", "--once"]], ids=" ".join)
def test_serving_without_a_secret_key_stops_with_a_sentence(words: list[str], empty: str) -> None:
    result = run(empty, *words, **{name: value for name, value in SERVING.items() if name != "PORTAL_SECRET_KEY"})
    assert result.exit_code == 1
    assert result.output.startswith("Error: PORTAL_SECRET_KEY is missing")


@pytest.mark.parametrize(
    "words", [["serve"], ["worker", "--once"], ["load", "."], ["password", "x@y.fr"]], ids=" ".join
)
def test_a_database_of_another_version_is_not_touched(words: list[str], empty: str) -> None:
    result = run(empty, *words, **SERVING)
    assert result.exit_code == 1
    assert "run `portal migrate`" in result.output


@pytest.mark.parametrize("command", ["migrate", "doctor"])
def test_a_database_that_does_not_answer_is_said_in_a_line(command: str) -> None:
    result = run("postgresql://127.0.0.1:9/nowhere", command, **SERVING)
    assert result.exit_code == 1
    assert not isinstance(result.exception, Exception) or isinstance(result.exception, SystemExit)
    assert any("connection" in line for line in result.output.splitlines())


def test_the_real_directory_loads_and_loading_it_again_changes_nothing(url: str) -> None:
    first = run(url, "load", str(DATA / "pas-de-calais"))
    assert first.exit_code == 0, first.output
    assert row(url, "SELECT count(*) FROM commune") == (887,)
    again = run(url, "load", str(DATA / "pas-de-calais"))
    counted = [line for line in again.output.splitlines() if "unchanged" in line]
    assert counted
    assert all(": 0 added, 0 changed, 0 closed, " in line for line in counted)


def test_a_wrong_line_is_named_and_nothing_is_loaded(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "departement"
    shutil.copytree(DATA / "pas-de-calais", folder)
    lines = (folder / "communes.csv").read_text().splitlines()
    lines[40] = lines[40].replace(",", ";")
    (folder / "communes.csv").write_text("\n".join(lines) + "\n")
    result = run(url, "load", str(folder))
    assert result.exit_code == 1
    assert "Nothing was loaded." in result.output
    assert "communes.csv, line 41: " in result.output
    assert row(url, "SELECT count(*) FROM commune") == (0,)


def test_an_agent_gets_a_password_and_can_sign_in(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(AGENT)
    typed = "une longue phrase\n" * 2
    result = run(url, "password", "camille.essai@exemple.fr", typed=typed)
    assert "Camille Essai can sign in." in result.output
    assert "une longue phrase" not in result.output
    found = row(url, "SELECT password_hash FROM agent")
    assert found
    assert str(found[0]).startswith("scrypt:")


def test_a_short_password_is_refused(url: str) -> None:
    result = run(url, "password", "camille.essai@exemple.fr", typed="court\ncourt\n")
    assert result.exit_code == 1
    assert "A password has at least 12 characters." in result.output


def test_a_password_for_nobody_is_refused(url: str) -> None:
    result = run(url, "password", "personne@exemple.fr", typed="une longue phrase\n" * 2)
    assert result.exit_code == 1
    assert "No agent has the address personne@exemple.fr" in result.output


def test_the_first_admin_of_an_installation_is_invited(url: str) -> None:
    words = ("invite", "Ada.Essai@exemple.fr", "--role", "admin", "--given-name", "Ada", "--family-name", "Essai")
    early = run(url, *words, **SERVING)
    assert (early.exit_code, "run `portal load DIR` first" in early.output) == (1, True)
    run(url, "load", str(DATA / "pas-de-calais"))
    done = run(url, *words, **SERVING)
    assert done.output == "The invitation leaves with the worker's next round. It holds for 7 days.\n"
    assert row(url, "SELECT email, password_hash, role FROM agent JOIN assignment ON agent_id = agent.id") == (
        "ada.essai@exemple.fr",
        None,
        "admin",
    )
    assert row(url, 'SELECT kind, "to", status FROM message') == ("agent_invitation", "ada.essai@exemple.fr", "waiting")


@pytest.mark.parametrize("words", [["ada"], ["ada@exemple.fr", "--role", "roi"]], ids=" ".join)
def test_an_invitation_that_cannot_leave_is_refused(words: list[str], url: str) -> None:
    result = run(url, "invite", *words, "--given-name", "Ada", "--family-name", "Essai", **SERVING)
    assert result.exit_code != 0
    assert row(url, "SELECT count(*) FROM agent") == (0,)


@pytest.mark.parametrize(
    ("typed", "said"),
    [("motdepasse123!", "among the first that others try"), ("camille.essai", "the agent's own name or address")],
)
def test_a_password_that_others_would_try_is_refused(url: str, typed: str, said: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(AGENT)
    result = run(url, "password", "camille.essai@exemple.fr", typed=f"{typed}\n" * 2)
    assert (result.exit_code, said in result.output) == (1, True)


def test_worker_once_does_what_is_due_and_ends(url: str) -> None:
    result = run(url, "worker", "--once", **SERVING)
    assert (result.exit_code, result.output) == (0, "0 messages handled.\n")


def test_the_worker_stops_cleanly_at_a_signal(url: str, var: Path) -> None:
    command = [sys.executable, "-m", "portal.cli", "worker"]
    settings = environ(var, PORTAL_DATABASE_URL=url, **SERVING)
    process = subprocess.Popen(command, env=settings, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    assert "the worker runs" in process.stderr.readline()
    process.terminate()
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")


def test_worker_once_seals_the_journal(url: str) -> None:
    written(url, "2026-01-10", 3)
    assert run(url, "worker", "--once", **SERVING).exit_code == 0
    assert row(url, "SELECT count(*) FROM journal_link") == (3,)


def test_old_months_of_the_journal_are_dropped_and_the_rest_still_holds(url: str) -> None:
    written(url, "2024-02-29", 3)
    written(url, "2024-03-01", 2)
    run(url, "worker", "--once", **SERVING)
    dropped = run(url, "journal", "--drop-before", "2024-03")
    closing = row(url, "SELECT hash FROM journal_closing")
    assert closing
    assert dropped.output == f"3 lines from before 2024-03 were dropped.\nThe chain goes on from {closing[0]}\n"
    assert row(url, "SELECT min(id), count(*) FROM journal_line") == (4, 2)
    again = run(url, "journal", "--drop-before", "2024-03")
    assert again.output == "0 lines from before 2024-03 were dropped.\n"
    assert "ok    journal: 2 lines sealed" in run(url, "doctor", **SERVING).output


TODAY = paris_day(system_clock())
RECENT = [TODAY.replace(day=1), (TODAY.replace(day=1) - timedelta(days=330)).replace(day=1)]


@pytest.mark.parametrize(
    "month", [f"{RECENT[0]:%Y-%m}", f"{RECENT[1]:%Y-%m}", "2024", "0001-01", "2024-13", "2024-03-01", "hier"]
)
def test_a_month_too_recent_or_that_is_none_is_refused(url: str, month: str) -> None:
    written(url, "2024-01-10", 1)
    refused = run(url, "journal", "--drop-before", month)
    assert refused.exit_code == 1
    assert month in refused.output
    assert row(url, "SELECT count(*) FROM journal_line") == (1,)


def test_a_journal_that_was_changed_is_not_dropped(url: str) -> None:
    written(url, "2024-01-10", 2)
    run(url, "worker", "--once", **SERVING)
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE journal_line SET verb = 'message.lost' WHERE id = 1")
    refused = run(url, "journal", "--drop-before", "2024-03")
    assert (refused.exit_code, "nothing was dropped" in refused.output) == (1, True)
    assert row(url, "SELECT count(*) FROM journal_line") == (2,)
    shown = run(url, "doctor", **SERVING).output
    assert "FAULT journal: line 1 is not what was sealed: it was changed" in shown


@pytest.mark.parametrize("words", [["serve"], ["worker", "--once"], ["load", "."], ["doctor"]], ids=" ".join)
def test_a_login_that_may_not_take_the_role_is_told_what_to_do(url: str, words: list[str]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE ROLE stranger LOGIN")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO stranger")
    try:
        result = run(url.replace("postgres@", "stranger@"), *words, **SERVING)
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP OWNED BY stranger")
            connection.execute("DROP ROLE stranger")
    assert result.exit_code == 1
    assert "no role portal_app for this login: run `portal migrate`" in result.output


def test_a_login_that_may_not_migrate_is_told_what_an_administrator_does(empty: str) -> None:
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute("CREATE ROLE stranger LOGIN")
    try:
        result = run(empty.replace("postgres@", "stranger@"), "migrate")
    finally:
        with psycopg.connect(empty, autocommit=True) as connection:
            connection.execute("DROP ROLE stranger")
    assert result.exit_code == 1
    assert result.output.startswith("Error: permission denied")
    assert "CREATE ROLE portal_app NOLOGIN" in result.output


def test_the_command_is_installed_and_tells_what_it_can_do(var: Path) -> None:
    shown = portal("--help", var=var).stdout
    for word in ("demo", "serve", "worker", "migrate", "load", "password", "invite", "journal", "doctor"):
        assert f"  {word} " in shown
