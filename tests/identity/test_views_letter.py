"""Without a telephone nor an e-mail: a letter, its code, and a space."""

from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from portal.letters.models import Letter
from tests.identity.signing import ADDRESS, BORN, code_printed, level_of, send, verbs, who_is_in

WHO = {"family_name": "Témoin", "given_names": "Marcel", **BORN}
WHERE = {"street": "12, rue de la démonstration", "postcode": "62 000", "town": "Arras"}


@pytest.fixture(autouse=True)
def departement(world):
    world.departement()


@pytest.fixture
def marcel(world):
    return world.person(
        family_name="Témoin",
        given_names="Marcel",
        mobile=None,
        email=None,
        address=ADDRESS,
        address_confirmed_at=world.now,
    )


def test_someone_with_nothing_but_a_letter_box_opens_a_space(client, world, settings, database, worker_of, marcel):
    response = send(client, "/connexion/courrier", **WHO, **WHERE)
    page = client.follow(response).page
    assert "Elle devrait arriver le jeudi 26 novembre 2026." in page.text()
    worker_of()
    code = code_printed(world, settings)
    with database.transaction() as session:
        sheet = session.scalars(select(Letter.pdf)).one()
    assert f"{code[:4]}-{code[4:]}" in PdfReader(BytesIO(sheet)).pages[0].extract_text()
    response = send(client, "/connexion/courrier/code", code=f"{code[:4]} {code[4:]}".lower(), **BORN)
    assert response.headers["Location"] == "/mon-espace"
    assert who_is_in(client, database) == marcel.id
    assert level_of(client, database) == "known"
    assert verbs(world) == ["sign_in.letter_sent", "sign_in.succeeded"]


@pytest.mark.usefixtures("marcel")
@pytest.mark.parametrize(
    "typed",
    [{"given_names": "Autre"}, {"street": "13 rue de la Démonstration"}, {"birth_date": ["28", "2", "1980"]}],
    ids=["name", "street", "birth date"],
)
def test_the_answer_is_the_same_whatever_is_known_and_offers_another_way(client, world, typed):
    known = send(client, "/connexion/courrier", **WHO, **WHERE)
    unknown = send(client, "/connexion/courrier", **(WHO | WHERE | typed))
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert known.get_data() == unknown.get_data()
    links = client.follow(unknown).page.links()
    assert "/rendez-vous" in links.values()
    assert verbs(world) == ["sign_in.letter_sent", "sign_in.letter_refused"]


@pytest.mark.usefixtures("marcel")
def test_a_wrong_code_and_a_wrong_date_are_told_alike(client, world, settings):
    send(client, "/connexion/courrier", **WHO, **WHERE)
    code = code_printed(world, settings)
    answers = [
        send(client, "/connexion/courrier/code", code="ABCD-EFGH", **BORN),
        send(client, "/connexion/courrier/code", code=code, birth_date=["28", "2", "1980"]),
    ]
    sentence = "Ce code et cette date ne vont pas ensemble"
    assert [(answer.status_code, sentence in answer.page.text()) for answer in answers] == [(422, True)] * 2


@pytest.mark.parametrize("code", ["", "K7M2", "K7M2-9XQ!", "é" * 8])
def test_what_can_be_no_code_is_said(client, code):
    response = send(client, "/connexion/courrier/code", code=code, **BORN)
    assert response.status_code == 422
    assert "K7M2-9XQ4" in response.page.text()


@pytest.mark.parametrize("postcode", ["", "620", "6200O", "620000", "٦٢٠٠٠"])
def test_a_postcode_has_five_digits(client, postcode):
    response = send(client, "/connexion/courrier", **(WHO | WHERE | {"postcode": postcode}))
    assert "Écrivez les 5 chiffres" in response.page.text()


@pytest.mark.usefixtures("marcel")
def test_three_letters_a_day_are_asked_for_one_identity(client):
    for _time in range(3):
        assert send(client, "/connexion/courrier", **WHO, **WHERE).status_code == 303
    response = send(client, "/connexion/courrier", **WHO, **WHERE)
    assert response.status_code == 429
    assert "24 heures" in response.page.text()


def test_the_limit_says_nothing_of_what_is_known(client):
    for _time in range(3):
        assert send(client, "/connexion/courrier", **WHO, **WHERE).status_code == 303
    assert send(client, "/connexion/courrier", **WHO, **WHERE).status_code == 429


def test_ten_letters_an_hour_are_asked_for_from_one_connection(client):
    for number in range(10):
        typed = WHO | WHERE | {"given_names": f"Marcel{'abcdefghij'[number]}"}
        assert send(client, "/connexion/courrier", **typed).status_code == 303
    assert send(client, "/connexion/courrier", **WHO, **WHERE).status_code == 429


@pytest.mark.usefixtures("marcel")
def test_a_letter_leads_where_one_was_going(client, world, settings):
    send(client, "/connexion/courrier", **WHO, **WHERE)
    code = code_printed(world, settings)
    response = send(client, "/connexion/courrier/code?suite=/mon-espace/messages", code=code, **BORN)
    assert response.headers["Location"] == "/mon-espace/messages"
