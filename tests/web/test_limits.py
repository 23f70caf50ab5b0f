"""What one address may guess and search; and what is right never counts."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from portal.codes import new_code
from portal.directory.models import BookedBy
from tests.world import at

WRONG = {"birth_date": ["1", "1", "1990"]}
RIGHT = {"birth_date": ["29", "2", "1980"]}


@pytest.fixture
def from_home(client, world):
    """A browser at an address of its own."""
    world.departement()
    client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    return client


def status(client, path, **asked) -> int:
    """The status of an answer whose page other tests look at: hundreds are asked for here."""
    return FlaskClient.open(client, path, **asked).status_code


@pytest.fixture
def guess(from_home):
    """Tries a code that nobody has with a birth date, or those given; gives the status."""
    page = from_home.get(f"/r/{new_code()}").page.fields()

    def tried(code="", born=WRONG) -> int:
        return status(from_home, f"/r/{code or new_code()}", method="POST", data=page | born)

    return tried


def test_thirty_codes_guessed_from_one_address_are_enough_whichever_they_are(from_home, guess, clock):
    assert [guess() for _ in range(30)] == [422] * 30
    assert guess() == 429
    from_home.environ_base["REMOTE_ADDR"] = "192.0.2.8"
    assert guess() == 422
    from_home.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    clock.forward(timedelta(minutes=15))
    assert guess() == 422


def test_one_s_own_code_opens_as_often_as_one_likes_and_a_welcome_desk_may_share_an_address(guess, world):
    place, motif, agent = world.office()
    booked = world.appointment(agent, place, motif, at("2026-11-26", "09:00"))
    assert [guess(booked.code, RIGHT) for _ in range(35)] == [303] * 35
    assert [guess() for _ in range(31)] == [422] * 30 + [429]
    assert guess(booked.code, RIGHT) == 429


def test_codes_of_letters_are_counted_with_the_others_and_a_right_one_is_not(from_home, guess, world):
    motif = world.motif(booked_by=BookedBy.INVITED)
    invitation = world.invitation(world.person(), motif)
    page = from_home.get(f"/rendez-vous/{motif.key}").page.fields()

    def answer(code, born) -> int:
        return status(from_home, f"/rendez-vous/{motif.key}", method="POST", data=page | {"code": code} | born)

    assert [answer(invitation.code, RIGHT) for _ in range(35)] == [303] * 35
    assert [answer(new_code(), WRONG) for _ in range(15)] == [422] * 15
    assert [guess() for _ in range(16)] == [422] * 15 + [429]
    assert answer(new_code(), WRONG) == 429
    assert answer("", WRONG) == 422  # an empty field is no guess


@pytest.mark.parametrize("path", ["/lieux", "/rendez-vous/urgent", "motif"])
def test_searches_from_one_address_are_limited_and_pages_without_a_search_are_not(from_home, world, clock, path):
    path = f"/rendez-vous/{world.motif().key}" if path == "motif" else path
    found = [status(from_home, path, query_string={"commune": "Arras"}) for _ in range(121)]
    assert found == [200] * 120 + [429]
    assert from_home.get(path).status_code == 200
    clock.forward(timedelta(minutes=1))
    assert from_home.get(path, query_string={"insee": "62041"}).status_code == 200
