"""What signing in takes: a code read from the database as a telephone would show it, and the pages in a row."""

from datetime import date

from sqlalchemy import select

from portal.journal.models import JournalLine
from portal.people.models import Person
from portal.people.models_credentials import Challenge
from portal.sealing import Sealer
from portal.web.sessions import WebSession, hash_of

MOBILE = "+33639980012"
TYPED = "06 39 98 00 12"
BORN = {"birth_date": ["29", "2", "1980"]}
ADDRESS = ["12 RUE DE LA DEMONSTRATION", "62000 ARRAS"]
MARK = "a browser of the tests"


def sealer_of(settings) -> Sealer:
    return Sealer(settings.secret_key)


def last_challenge(world) -> Challenge:
    """The code asked for last."""
    with world.database.transaction() as session:
        return session.scalars(select(Challenge).order_by(Challenge.id.desc()).limit(1)).one()


def code_sent(world, settings) -> str:
    """The six digits of the last message."""
    return sealer_of(settings).digits(last_challenge(world).key)


def code_printed(world, settings) -> str:
    """The eight characters of the last letter."""
    return sealer_of(settings).letters(last_challenge(world).key)


def wrong(code: str) -> str:
    """Another code of six digits."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def people(world) -> list[Person]:
    """Every file, oldest first."""
    with world.database.transaction() as session:
        return list(session.scalars(select(Person).order_by(Person.id)))


def verbs(world) -> list[str]:
    """What the journal says was done, in order."""
    with world.database.transaction() as session:
        return list(session.scalars(select(JournalLine.verb).order_by(JournalLine.id)))


def send(client, path, form=0, /, **typed):
    """Fetches a page, fills in its first form, and sends it."""
    page = client.get(path).page
    return client.post(path, data=page.fields(form) | typed)


def ask(client, typed=TYPED, path="/connexion"):
    """Asks for a code."""
    return send(client, path, contact=typed)


def prove(client, world, settings, typed=TYPED, path="/connexion"):
    """Asks for a code, and types it."""
    ask(client, typed, path)
    return send(client, "/connexion/code", code=code_sent(world, settings))


def enter(client, world, settings, typed=TYPED, *, path="/connexion", **born):
    """Signs in wholly."""
    prove(client, world, settings, typed, path)
    return send(client, "/connexion/qui", **(born or BORN))


def who_is_in(client, database) -> int | None:
    """The person whose session this browser has, as the database knows it."""
    cookie = client.get_cookie("porte")
    if cookie is None:
        return None
    with database.transaction() as session:
        row = session.get(WebSession, hash_of(cookie.value))
        return None if row is None or row.ended_at else row.person_id


def level_of(client, database) -> str | None:
    """The level of this browser's session."""
    with database.transaction() as session:
        row = session.get(WebSession, hash_of(client.get_cookie("porte").value))
        return row.data.get("level")


def born(day: date) -> dict[str, list[str]]:
    """A birth date as its three fields."""
    return {"birth_date": [str(day.day), str(day.month), str(day.year)]}
