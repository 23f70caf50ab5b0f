"""Asking for a code and for a letter: the time it takes for someone known beside that for someone unknown.

The two are asked in turns by one browser. A ratio of 1 tells nobody anything; what matters is that it lies within what
two runs of the very same request differ by, which is shown too.
"""

from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from re import search
from typing import Any

from flask.testing import FlaskClient
from front import browser, page
from measure import Measure, median, timed_together
from sqlalchemy import text
from world import NOW, build, server

from portal.database import Database
from portal.people.contacts import Contact
from portal.people.rules import Identity
from portal.people.services import find_or_create

ROUNDS = 150
CLOSE = 0.1  # of the reference: less than a network hides
FILES = 2_000
KNOWN, UNKNOWN = "06 39 98 00 12", "06 39 98 00 34"
WHO = {"given_names": "Dominique", "birth_date": ["29", "2", "1980"]}
WHERE = {"street": "12 rue de la Demonstration", "postcode": "62000", "town": "Arras"}


def measures() -> list[Measure]:
    """The medians of a known and an unknown person, for a code and for a letter."""
    with server() as database:
        build(database)
        _people(database)
        with browser(database, NOW) as client:
            code = _both(database, client, "/connexion", {"contact": KNOWN}, {"contact": UNKNOWN})
            known, unknown = ({"family_name": name, **WHO, **WHERE} for name in ("Essai", "Personne"))
            letter = _both(database, client, "/connexion/courrier", known, unknown)
            return [_measure("a code", code), _measure("a letter", letter)]


def _both(
    database: Database, client: FlaskClient, path: str, known: dict[str, Any], unknown: dict[str, Any]
) -> list[list[float]]:
    found = search(r'name="csrf_token" value="([^"]+)"', page(client, path).decode())
    token = unescape(found.group(1)) if found else ""

    def sent(typed: dict[str, Any]) -> Callable[[], None]:
        def send() -> None:
            if client.post(path, data={"csrf_token": token, **typed}).status_code != 303:
                raise RuntimeError(f"{path} was refused")

        return send

    def forget() -> None:  # the limits would end the bench
        with database.transaction() as session:
            session.execute(text("DELETE FROM spent"))

    times = timed_together(sent(known), forget, sent(unknown), forget, sent(unknown), forget, rounds=ROUNDS)
    return [times[0], times[2], times[4]]


def _measure(what: str, times: list[list[float]]) -> Measure:
    known, unknown, again = (median(one) for one in times)
    ratio, noise = known / unknown, abs(again / unknown - 1)
    return Measure(
        f"asking for {what}: someone known beside someone unknown (unknown twice: {noise:.1%} apart)",
        known,
        "ms",
        unknown,
        ratio,
        f"1 ± {CLOSE}",
        abs(ratio - 1) <= CLOSE + noise,
    )


def _people(database: Database) -> None:
    """As many files as a busy month makes, and the one that is asked for."""
    with database.transaction() as session:
        for number in range(FILES):
            contact = Contact(mobile=f"+3363998{number:04}" if number else "+33639980012")
            birth_date = date(1980, 2, 29) + timedelta(days=number)
            identity = Identity("Essai", "Dominique" if not number else f"Essai{'abcdefghij'[number % 10]}", birth_date)
            person = find_or_create(session, NOW, identity=identity, contact=contact)
            person.address = ["12 RUE DE LA DEMONSTRATION", "62000 ARRAS"]
