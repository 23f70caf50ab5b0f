"""Nobody learns whether someone is known: the same answers, the same statements, in the same order."""

import re
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from tests.identity.signing import ADDRESS, BORN, MOBILE, code_sent, send

WHO = {"family_name": "Essai", "given_names": "Dominique", **BORN}
WHERE = {"street": "12 rue de la Démonstration", "postcode": "62000", "town": "Arras"}
KNOWN = {"family_name": "Essai", "given_names": "Dominique", "mobile": MOBILE, "address": ADDRESS}


@pytest.fixture
def heard(database):
    """The statements that a request sends, without their values."""

    @contextmanager
    def listening():
        said = []

        def note(_connection, _cursor, statement, *_rest):
            said.append(re.sub(r"sa_savepoint_\d+", "savepoint", statement))

        event.listen(database.engine, "before_cursor_execute", note)
        try:
            yield said
        finally:
            event.remove(database.engine, "before_cursor_execute", note)

    return listening


def observed(app, heard, path, **typed):
    """The statements and the answer of one form, sent by a new browser."""
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    page = client.get(path).page
    with heard() as said:
        response = client.post(path, data=page.fields(0) | typed)
    shown = client.follow(response).page.text() if response.status_code == 303 else response.page.text()
    return said, (response.status_code, response.headers.get("Location"), shown), client


@pytest.mark.parametrize(
    "files",
    [[{}], [{"is_vouched": True}], [{}, {}], [{"mobile_state": "failed"}]],
    ids=["known", "known by a vouched mobile", "shared by two", "failed"],
)
def test_asking_for_a_code_says_the_same_and_works_the_same_for_the_known_and_the_unknown(app, world, heard, files):
    world.departement()
    unknown = observed(app, heard, "/connexion", contact="06 39 98 00 34")[:2]
    for file in files:
        is_vouched = file.pop("is_vouched", False)
        person = world.person(mobile=MOBILE, **file)
        if is_vouched:
            world.credential(person, "mobile", MOBILE, is_vouched=True)
    said, answer, _client = observed(app, heard, "/connexion", contact="06 39 98 00 12")
    assert _without_values(said) == _without_values(unknown[0])
    assert (answer[:2], answer[2].replace("12", "34")) == (unknown[1][:2], unknown[1][2].replace("12", "34"))


def test_a_wrong_birth_date_and_nobody_at_all_are_told_alike(app, world, heard, settings):
    world.departement()
    world.person(**KNOWN)
    found = []
    for contact in ("06 39 98 00 12", "06 39 98 00 34"):
        _said, _answer, client = observed(app, heard, "/connexion", contact=contact)
        send(client, "/connexion/code", code=code_sent(world, settings))
        page = client.get("/connexion/qui").page
        with heard() as said:
            response = client.post("/connexion/qui", data=page.fields(0) | {"birth_date": ["1", "1", "1990"]})
        found.append((said, response.status_code, response.page.text()))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "typed",
    [{}, {"street": "13 rue de la Démonstration"}, {"given_names": "Autre"}, {"birth_date": ["1", "3", "1980"]}],
    ids=["all agree", "street", "name", "birth date"],
)
def test_asking_for_a_letter_says_the_same_and_works_the_same(app, world, heard, typed):
    world.departement()
    unknown = observed(app, heard, "/connexion/courrier", **(WHO | WHERE | {"family_name": "Personne"}))[:2]
    world.person(**KNOWN, address_confirmed_at=world.now)
    said, answer, _client = observed(app, heard, "/connexion/courrier", **(WHO | WHERE | typed))
    assert _without_ends(said) == _without_ends(unknown[0])
    assert answer == unknown[1]


def _without_values(said):
    """Two files are counted by one statement, as one is: only its number of rows differs."""
    return [re.sub(r"(VALUES|IN) \(.*\)(?= ON|$)", r"\1", statement, flags=re.DOTALL) for statement in said]


def _without_ends(said):
    """The rows of a letter that does not leave are undone: one savepoint, ended one way or the other."""
    return [re.sub(r"^(RELEASE|ROLLBACK TO) SAVEPOINT", "end of", statement) for statement in said]
