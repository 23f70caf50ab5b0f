"""Letters in any number that wait: messages still to be drawn, or letters drawn already, each to somebody else."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from bench_letters import CONTEXT, context_of
from people import Somebody, crowd
from world import NOW, copy_rows, plain

from portal.database import Database
from portal.directory.models import Departement
from portal.letters.address import printed_lines
from portal.letters.rules import reference_of
from portal.people.keys import keys_of
from portal.people.rules import match_key

USEFUL_FOR = timedelta(days=21)
_PEOPLE = (  # noqa: SIM905
    "family_name given_names birth_date match_key search_keys mobile_state email_state address_state address "
    "landline language wants_paper wants_large_print wants_silence maybe_double created_at"
).split()
_MESSAGES = (  # noqa: SIM905
    "event_id event subject subject_id person_id kind step route context status created_at due_at expires_at "
    "retry_until attempts recipient"
).split()
_LETTERS = (  # noqa: SIM905
    "message_id reference pages sha256 pdf drawn_at postcode large_window"
).split()


def people(database: Database, count: int) -> None:
    """Empties the tables of messages and letters; the Département, and people on paper, each with an address."""
    with plain(database) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "TRUNCATE letter, run_file, print_run, message, person, departement RESTART IDENTITY CASCADE"
        )
    with database.transaction() as session:
        session.add(
            Departement(
                id=1,
                code="62",
                name="Pas-de-Calais",
                full_name=CONTEXT["departement"],
                phone=CONTEXT["phone"],
                phone_hours=CONTEXT["phone_hours"],
                return_address=CONTEXT["return_address"],
            )
        )
    copy_rows(database, "person", _PEOPLE, map(_person, range(count), crowd(count)))


def messages(database: Database, count: int, *, status: str = "waiting") -> None:
    """A letter to promise for each of them, due now: every kind and state in its turn, no two alike."""
    rows = (_message(number, one, status) for number, one in enumerate(crowd(count)))
    copy_rows(database, "message", _MESSAGES, rows)
    _analysed(database)


def letters(database: Database, count: int, drawn: Sequence[tuple[int, bytes]]) -> None:
    """A letter drawn for each message: copies of those given (pages, bytes), whose hash is right."""
    made = [(pages, sha256(pdf).hexdigest(), pdf) for pages, pdf in drawn]
    rows = (
        (number, reference_of(number), *made[number % len(made)], NOW, _postcode(number - 1), False)
        for number in range(1, count + 1)
    )
    copy_rows(database, "letter", _LETTERS, rows)
    _analysed(database)


def _analysed(database: Database) -> None:
    with plain(database) as connection:
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def _postcode(number: int) -> str:
    return f"62{number * 37 % 90:02}0"


def _lines(number: int) -> list[str]:
    return ["", "", f"{number % 400 + 1} rue de la Démonstration", "", f"{_postcode(number)} Essai-la-Ville"]


def _person(number: int, one: Somebody) -> tuple[object, ...]:
    names = (one.family_name, one.given_names, one.birth_date)
    keys = keys_of(one.family_name, None, one.given_names, one.birth_date, ("+33353010012",))
    states = ("untried", "untried", "untried")
    _kind, context = context_of(number)
    last = ("+33353010012", context["language"], True, False, False, False, NOW)  # else it is to be drawn anew
    return (*names, match_key(*names), keys, *states, _lines(number), *last)


def _message(number: int, one: Somebody, status: str) -> tuple[object, ...]:
    name = f"{one.given_names} {one.family_name}"
    kind, context = context_of(number)
    context |= {"recipient_name": name, "large_print": False, "demo": False, "names": [], "discreet": False}
    ends = NOW + USEFUL_FOR
    event = {"kind": "booked", "starts_at": ends.isoformat(), "discreet": False}
    event |= {"old_starts_at": None, "happened_at": NOW.isoformat()}
    what = (UUID(int=number), json.dumps(event), "appointment", number + 1, number + 1, kind, "notice", "letter")
    when: tuple[datetime, ...] = (NOW, NOW, ends, ends - timedelta(days=1))
    return (*what, json.dumps(context), status, *when, 0, "\n".join(printed_lines(name, _lines(number))))


def numbered(database: Database) -> Iterator[tuple[int, bytes]]:
    """The first letters drawn (pages, bytes), for copies of them."""
    with plain(database) as connection:
        yield from connection.execute("SELECT pages, pdf FROM letter ORDER BY id LIMIT 40").fetchall()
