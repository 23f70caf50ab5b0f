"""What it costs to know who asks: each request of somebody signed in, beside the same page for nobody.

And what it costs to sign in, to write a line of the journal, to seal lines and to check them.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from flask.testing import FlaskClient
from front import browser, page
from measure import Measure, median, timed_together
from sqlalchemy import select
from world import NOW, build, plain, server

from portal.database import Database
from portal.journal.queries_chain import check
from portal.journal.services import MACHINE, record
from portal.journal.services_chain import seal
from portal.people.models import Level, Person, RouteState
from portal.people.models_credentials import Challenge
from portal.people.rules import match_key
from portal.people.views_browser import enter_as_agent, enter_as_person
from portal.sealing import Sealer
from portal.web.access import Door, Role, SignedAgent, Visitor, decision

ROUNDS, SIGN_IN_ROUNDS = 150, 20
LINES = 10_000
BARE = "/accessibilite"
BORN = date(1980, 2, 29)
DECISIONS = 1_000

_HELD = """
    INSERT INTO assignment (agent_id, role, valid, families, is_from_files)
    VALUES (1, 'professionnel', '[2020-01-01,)', '{}', true)
"""
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def measures() -> list[Measure]:
    """Pages, decision, sign-in, then the journal."""
    with server() as database:
        build(database)
        with plain(database) as connection:
            connection.execute(_HELD)
        person_id = _person(database)
        with browser(database, NOW) as client:
            return [
                *_pages(client, person_id),
                _signing_in(client, database),
                *_journal(database),
            ]


def _pages(client: FlaskClient, person_id: int) -> list[Measure]:
    ways: dict[str, Callable[[FlaskClient], object]] = {
        "the same page, with a session to open": lambda _: None,
        "  for a resident who is signed in": lambda _: enter_as_person(person_id, Level.KNOWN, "demo"),
        "  for an agent who is signed in": lambda _: enter_as_agent(1),
    }
    readers = {what: _reader(client, enter) for what, enter in ways.items()}
    agent = SignedAgent(1, "Camille", frozenset({Role.PROFESSIONNEL}), None, None, NOW)
    door, visitor = Door(frozenset({Role.ACCUEIL, Role.PROFESSIONNEL}), is_fresh=True), Visitor(agent)

    def decide() -> None:
        for _ in range(DECISIONS):
            decision(door, visitor, NOW, is_form=False)

    bare = _reader(client, None)
    times = timed_together(bare, *readers.values(), decide, rounds=ROUNDS)
    reference, *others = (median(taken) for taken in times)
    goals = (2.0, 2.5, 2.5)  # each question to the database costs half of so small a page
    found = [
        _beside(what, value, reference, goal, "ms") for what, value, goal in zip(readers, others, goals, strict=False)
    ]
    decided = others[-1] / DECISIONS
    return [*found, _beside("  the decision at its door alone", decided * 1000, reference * 1000, 0.01, "µs")]


def _signing_in(client: FlaskClient, database: Database) -> Measure:
    """All requests from the first form to the space, pages included: a number that has a file, a new one each time."""
    sealer = Sealer(client.application.config["SECRET_KEY"])
    numbers = iter(range(10_000))
    bare = _reader(client, None)
    with database.transaction() as session:
        session.add_all(_made(f"+3363998{number:04}", number) for number in range(2 * SIGN_IN_ROUNDS))

    def enter() -> None:
        number = next(numbers)
        mine = client.application.test_client()
        mine.environ_base |= {"wsgi.url_scheme": "https", "HTTP_X_FORWARDED_FOR": f"192.0.2.{number % 250}"}
        _post(mine, "/connexion", contact=f"06 39 98 {number // 100:02} {number % 100:02}")
        with database.transaction() as session:
            key = session.scalars(select(Challenge.key).order_by(Challenge.id.desc()).limit(1)).one()
        _post(mine, "/connexion/code", code=sealer.digits(key))
        _post(mine, "/connexion/qui", birth_date=["29", "2", "1980"])
        with mine.session_transaction(base_url="https://localhost") as held:
            if "person_id" not in held:
                raise RuntimeError("the bench did not sign in")

    times = timed_together(bare, enter, rounds=SIGN_IN_ROUNDS)
    reference, value = (median(taken) for taken in times)
    return _beside("signing in by a code, 3 pages and 3 forms", value, reference, 60, "ms")


def _journal(database: Database) -> list[Measure]:
    with plain(database) as connection:
        line = "INSERT INTO journal_line (at, actor, verb, details) VALUES (now(), 'machine', 'message.told', '{}')"

        def bare() -> None:
            connection.execute(line)
            connection.commit()

        def through() -> None:
            with database.transaction() as session:
                record(session, NOW, actor=MACHINE, verb="message.told", for_person_id=1)

        times = timed_together(bare, through, rounds=ROUNDS)
        reference, value = (median(taken) for taken in times)
        written = _beside("a line of the journal, beside one bare INSERT", value, reference, 4, "ms")
        return [written, *_chain(database, connection)]


def _chain(database: Database, connection: Any) -> list[Measure]:
    fill = """
        INSERT INTO journal_line (at, actor, actor_id, for_person_id, verb, details)
        SELECT %s, 'agent', n, n, 'appointment.booked', '{"place_id": 4}' FROM generate_series(1, %s) n
    """
    copied = "CREATE TEMP TABLE copied AS SELECT * FROM journal_line ORDER BY id"

    def filled() -> None:
        with _without_triggers(connection):
            connection.execute("TRUNCATE journal_line, journal_link")
        connection.execute(fill, [NOW, LINES])
        connection.commit()

    def bare() -> None:
        connection.execute("DROP TABLE IF EXISTS copied")
        connection.execute(copied)
        connection.commit()

    def sealed() -> None:
        while _in_transaction(database, lambda session: seal(session, is_whole=True)):
            pass

    def checked() -> None:
        found = _in_transaction(database, lambda session: check(session, NOW + timedelta(hours=1)))
        if found.lines != LINES or found.faults:
            raise RuntimeError(f"{found.lines} lines, {found.faults}")

    taken: list[list[float]] = [[], [], []]
    for _ in range(5):
        filled()
        for number, action in enumerate((bare, sealed, checked)):
            taken[number] += timed_together(action, rounds=1, warm_up=0)[0]
    reference, sealing, checking = (median(times) for times in taken)
    return [
        _beside(f"sealing {LINES:,} lines, beside their copy in SQL", sealing, reference, None, "ms"),
        _beside(f"checking {LINES:,} lines, beside their copy in SQL", checking, reference, None, "ms"),
    ]


def _beside(what: str, value: float, reference: float, goal: float | None, unit: str) -> Measure:
    ratio = value / reference
    return Measure(what, value, unit, reference, ratio, f"≤ {goal} ×" if goal else "(shown)", not goal or ratio <= goal)


def _reader(client: FlaskClient, enter: Callable[[FlaskClient], object] | None) -> Callable[[], object]:
    """Reads the page again and again, in a browser of its own: with a session when `enter` makes one."""
    mine = client.application.test_client()
    mine.environ_base |= {"wsgi.url_scheme": "https"}
    if enter:
        app = client.application
        with app.test_request_context("/", base_url="https://localhost"):
            from flask import session  # noqa: PLC0415 - a name that means something here alone

            session["kept"] = 1
            enter(mine)
            answer = app.make_response("")
            app.session_interface.save_session(app, session, answer)
        mine.set_cookie("porte", answer.headers["Set-Cookie"].partition("=")[2].partition(";")[0])
    return lambda: page(mine, BARE)


def _post(client: FlaskClient, path: str, **typed: Any) -> None:
    found = _TOKEN.search(page(client, path).decode())
    if found is None:
        raise RuntimeError(f"no form on {path}")
    answer = client.post(path, data=typed | {"csrf_token": found[1]})
    if answer.status_code != 303:
        raise RuntimeError(f"{path} answered {answer.status_code}")


def _in_transaction(database: Database, act: Callable[[Any], Any]) -> Any:
    with database.transaction() as session:
        return act(session)


@contextmanager
def _without_triggers(connection: Any) -> Iterator[None]:
    connection.execute("SET session_replication_role = replica")
    yield
    connection.execute("SET session_replication_role = DEFAULT")


def _person(database: Database) -> int:
    row = _made("+33639980999", 9_999)
    with database.transaction() as session:
        session.add(row)
    return row.id


def _made(mobile: str, number: int) -> Person:
    given = f"Alix {number}"
    return Person(
        family_name="Essai",
        given_names=given,
        birth_date=BORN,
        match_key=match_key("Essai", given, BORN),
        mobile=mobile,
        mobile_state=RouteState.WORKS,
        email_state=RouteState.UNTRIED,
        address=[],
        address_state=RouteState.UNTRIED,
        wants_paper=False,
        wants_large_print=False,
        wants_silence=False,
        language="fr",
        maybe_double=False,
        created_at=NOW,
    )
