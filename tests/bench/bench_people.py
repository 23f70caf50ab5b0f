"""Finding one of 300,000 people, by what agents type; beside the same rows read by their numbers.

The reference is what no search can do without: the people that it gives, read by their primary key, by psycopg alone,
over a connection that is already open.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask.testing import FlaskClient
from front import browser
from measure import Measure, median, p95, timed_together
from people import FAMILIES, GIVEN, Somebody, crowd
from world import NOW, build, copy_rows, plain, server

from portal.clock import paris_day
from portal.database import Database
from portal.desk.queries_search import found
from portal.desk.rules_search import understood
from portal.people.keys import keys_of
from portal.people.rules import match_key
from portal.web.access import Role, SignedAgent

PEOPLE, GOAL, REQUEST_GOAL = 300_000, 50, 100  # people; milliseconds for a search, and for all that one waits for
ROUNDS = 60  # searches of each kind

_COLUMNS = (  # noqa: SIM905
    "family_name given_names birth_date match_key search_keys mobile mobile_state email_state address_state address "
    "language wants_paper wants_large_print wants_silence maybe_double created_at"
).split()
_HELD = """
    INSERT INTO assignment (agent_id, role, place_id, valid, families, is_from_files)
    VALUES (1, 'accueil', 1, '[2020-01-01,)', '{}', true)
"""
_COMING = "INSERT INTO participation (appointment_id, person_id) SELECT id, id FROM appointment"
_ROWS = "SELECT * FROM person WHERE id = ANY(%s) ORDER BY family_name, given_names, birth_date, id"
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_SLIPS = (("ph", "f"), ("qu", "k"), ("y", "i"), ("eau", "o"), ("an", "en"), ("t", "tt"), ("l", "ll"), ("d", "t"))


def measures() -> list[Measure]:
    """Each kind of search alone, then the whole request for a mix of them, as one types."""
    with server() as database:
        build(database)
        people = _fill(database)
        dice = random.Random(300)  # noqa: S311 - the same questions each time
        kinds = {what: [make(dice, people) for _ in range(ROUNDS)] for what, make in _KINDS.items()}
        measured = [_search(database, what, texts) for what, texts in kinds.items()]
        whole = [text for texts in zip(*kinds.values(), strict=True) for text in texts]
        with browser(database, NOW) as client:
            return [*measured, _request(client, database, whole[: 4 * ROUNDS])]


def _fill(database: Database) -> list[Somebody]:
    people = list(crowd(PEOPLE))
    copy_rows(database, "person", _COLUMNS, (_row(person) for person in people))
    with plain(database) as connection:
        connection.autocommit = True
        connection.execute(_HELD)
        connection.execute(_COMING)
        connection.execute("VACUUM ANALYZE")
    return people


def _row(person: Somebody) -> Sequence[object]:
    names = (person.family_name, person.given_names, person.birth_date)
    keys = keys_of(person.family_name, None, person.given_names, person.birth_date, (person.mobile,))
    address = ["1 RUE DE L EXEMPLE", "62000 ARRAS"]
    states = ("untried", "untried", "untried")
    return (*names, match_key(*names), keys, person.mobile, *states, address, "fr", False, False, False, False, NOW)


def _slipped(name: str) -> str:
    """A name as somebody who has only heard it may write it."""
    written = name.lower()
    for heard, typed in _SLIPS:
        if heard in written:
            return written.replace(heard, typed, 1)
    return f"{written}s"


def _names(dice: random.Random, people: Sequence[Somebody]) -> str:
    person = dice.choice(people)
    parts = [person.family_name, person.given_names]
    dice.shuffle(parts)
    return " ".join(parts)


def _dated(dice: random.Random, people: Sequence[Somebody]) -> str:
    person = dice.choice(people)
    return f"{person.family_name} {person.birth_date.strftime('%d/%m/%Y')}"


def _heard(dice: random.Random, people: Sequence[Somebody]) -> str:
    person = dice.choice(people)
    return f"{_slipped(person.family_name)} {_slipped(person.given_names)}"


def _half_typed(dice: random.Random, people: Sequence[Somebody]) -> str:
    text = _names(dice, people)
    return text[: dice.randint(3, len(text))]


def _phone(dice: random.Random, people: Sequence[Somebody]) -> str:
    return next(one.mobile for one in iter(lambda: dice.choice(people), None) if one.mobile).replace("+33", "0")


def _initial(dice: random.Random, people: Sequence[Somebody]) -> str:
    person = dice.choice(people)
    return f"{person.given_names[0]} {person.family_name}"


_KINDS: dict[str, Callable[[random.Random, Sequence[Somebody]], str]] = {
    "names, in any order": _names,
    "a family name and a birth date": _dated,
    "a birth date alone": lambda dice, people: dice.choice(people).birth_date.strftime("%d %m %y"),
    "a phone": _phone,
    "names as they are heard": _heard,
    "names half typed": _half_typed,
    "an initial and a family name": _initial,
    "the commonest names alone": lambda dice, _people: dice.choice([*FAMILIES[:20], *GIVEN[:20]]),
    "three or four letters alone": lambda dice, _people: dice.choice([*FAMILIES[:40], *GIVEN[:40]])[
        : dice.choice((3, 4))
    ],
    "two letters alone, or two short words": lambda dice, _people: dice.choice(
        ["le", "de", "du", "ma", "j m", "le ma"]
    ),
    "nobody": lambda dice, people: f"zz{_half_typed(dice, people)}",
}


def _search(database: Database, what: str, texts: Sequence[str]) -> Measure:
    """The search alone, of an accueil who reads everyone."""
    agent = SignedAgent(1, "Camille", frozenset({Role.ACCUEIL}), None, None, NOW)
    today = paris_day(NOW)
    given: list[list[int]] = []
    turn: Iterator[str] = iter([*texts[:6], *texts])

    def search() -> None:
        with database.transaction() as session:
            people = found(session, NOW, agent, understood(next(turn), today))
            given.append([person.id for person in people])

    with plain(database) as connection:

        def bare() -> None:
            connection.execute(_ROWS, [given[-1]]).fetchall()
            connection.rollback()

        times, reference = timed_together(search, bare, rounds=len(texts))
    return _measure(f"{what}: the search, p95", times, reference)


def _request(client: FlaskClient, database: Database, texts: Sequence[str]) -> Measure:
    """All that the browser waits for as one types: who asks, the search, the next appointments, the list."""
    with client.session_transaction(base_url="https://localhost") as session:
        session.update(agent_id=1, place_id=1, idle_minutes=20, confirmed_at=NOW.isoformat())
    token = _TOKEN.search(client.get("/agents/personnes").get_data(as_text=True))
    if token is None:
        raise RuntimeError("the page of people holds no form")
    turn = iter([*texts[:6], *texts])
    given: list[int] = []
    with plain(database) as connection:

        def ask() -> None:
            sent = {"csrf_token": token[1], "q": next(turn), "scope": "tout"}
            answer: Any = client.post("/agents/personnes/liste", data=sent)
            given[:] = [int(number) for number in re.findall(r"/agents/personnes/(\d+)", answer.json["html"])]

        def bare() -> None:
            connection.execute(_ROWS, [given]).fetchall()
            connection.execute("DELETE FROM spent")  # the limit on how often one may ask is not what is measured
            connection.commit()

        times, reference = timed_together(ask, bare, rounds=len(texts))
    return _measure("all of these, the whole request as one types, p95", times, reference, REQUEST_GOAL)


def _measure(what: str, times: Sequence[float], reference: Sequence[float], goal: float = GOAL) -> Measure:
    value = p95(times)
    ratio = median(times) / median(reference)
    return Measure(f"{PEOPLE:,} people, {what}", value, "ms", median(reference), ratio, f"≤ {goal} ms", value <= goal)
