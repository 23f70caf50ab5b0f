from hashlib import sha256

import pytest

from portal.letters.desk import PrintRoom
from portal.letters.models import Letter
from portal.letters.queries import letter, letter_of_message
from portal.letters.rules import reference_of
from portal.notifications.gateways import PermanentFailure
from portal.notifications.models import Message, Status
from portal.people.models import RouteState
from tests.letters.messages import ADDRESS, SEALER, post_message
from tests.letters.words_of import CONTEXT


@pytest.fixture
def room():
    return PrintRoom("https://porte.exemple.fr", SEALER)


def draw(database, room, message, now):
    with database.transaction() as session:
        room.draw(session, session.get_one(Message, message.id), now)


def stored(database, message):
    with database.transaction() as session:
        found = letter_of_message(session, message.id)
        return letter(session, found.id, with_pdf=True) if found else None


def test_a_message_becomes_a_letter_that_waits_for_the_post(database, world, clock, room):
    message = post_message(world, world.person(address=ADDRESS))
    draw(database, room, message, clock())
    found = stored(database, message)
    assert found.message.status is Status.QUEUED
    assert found.message.recipient == "Dominique Essai\n12 RUE DE LA DEMONSTRATION\n62000 ARRAS"
    assert "K7MP-3XQA" in found.message.rendered["text"]
    assert found.pages == 1
    assert found.pdf.startswith(b"%PDF-")
    assert sha256(found.pdf).hexdigest() == found.sha256
    assert found.reference == reference_of(message.id)
    assert found.drawn_at == clock()


@pytest.mark.parametrize(
    ("cancel_until", "said"),
    [
        # Opened on Monday 7 (the 8th is the deadline's own day), posted three postal days before: Thursday 3.
        ("2026-12-08T06:30:00+01:00", "À poster le jeudi 3 décembre 2026 au plus tard."),
        # Opened on Friday 4, for nobody opens the post at the week-end: posted on Tuesday 1.
        ("2026-12-07T06:30:00+01:00", "À poster le mardi 1er décembre 2026 au plus tard."),
        ("2026-11-30T06:30:00+01:00", "Appelez-nous plutôt : 03 53 01 00 62"),
        (None, ""),
    ],
)
def test_the_slip_says_until_when_it_may_be_posted_or_to_call(database, world, clock, room, cancel_until, said):
    world.departement()
    message = post_message(world, world.person(address=ADDRESS), cancel_until=cancel_until)
    draw(database, room, message, clock())
    text = stored(database, message).message.rendered["text"].replace("\u00a0", " ").replace("*", "")
    assert said in text
    assert ("À poster" in text) is said.startswith("À poster")


def test_the_slip_offers_the_garantie_papier_to_whoever_has_not_chosen_it(database, world, clock, room):
    offered = {}
    for wants_paper in (False, True):
        for until in (CONTEXT["cancel_until"], None):  # too late to cancel, it is not too late to choose
            message = post_message(world, world.person(address=ADDRESS, wants_paper=wants_paper), cancel_until=until)
            draw(database, room, message, clock())
            text = stored(database, message).message.rendered["text"]
            offered[wants_paper, until] = "Je veux tout recevoir par lettre." in text
            assert ("J’annule ce rendez-vous." in text) is bool(until)
    assert offered == {asked: not asked[0] for asked in offered}


def test_drawn_twice_the_letter_is_the_first_one(database, world, clock, room):
    message = post_message(world, world.person(address=ADDRESS))
    draw(database, room, message, clock())
    first = stored(database, message)
    with database.transaction() as session:
        row = session.get_one(Message, message.id)
        row.status, row.context = Status.SENDING, CONTEXT | {"place_name": "Un autre lieu"}
    draw(database, room, message, world.now.replace(year=2027))
    again = stored(database, message)
    assert (again.id, again.pdf, again.drawn_at) == (first.id, first.pdf, first.drawn_at)
    assert again.message.status is Status.QUEUED
    with database.transaction() as session:
        assert session.query(Letter).count() == 1


@pytest.mark.parametrize(
    ("address", "changed", "code", "refused"),
    [
        ([], {}, "no_address", False),
        (["", "", "", "", ""], {}, "no_address", False),
        (["", "", "r" * 39, "", "62000 Arras"], {}, "address_too_long", True),
        (["", "", "12 rue X", "", ""], {}, "address_town_missing", True),
        (ADDRESS, {"recipient_name": "E" * 39}, "name_too_long", False),
        (ADDRESS, {"directions": "x " * 20_000}, "letter_too_long", False),
        (ADDRESS, {"directions": "محمد"}, "letter_unprintable", False),
        (ADDRESS, {"place_name": ""}, "letter_text", False),
        (ADDRESS, {"link": "https://ailleurs.exemple.fr/r/K7MP3XQA"}, "letter_text", False),
    ],
)
def test_what_cannot_be_drawn_is_named_and_nothing_is_stored(
    database, world, clock, room, address, changed, code, refused
):
    message = post_message(world, world.person(address=address), **changed)
    with pytest.raises(PermanentFailure) as failure:
        draw(database, room, message, clock())
    assert (failure.value.code, failure.value.refused) == (code, refused)
    assert stored(database, message) is None


def test_a_code_is_not_drawn_for_an_address_that_no_run_would_take_it_to(database, world, clock, room):
    person = world.person(address=ADDRESS, address_state=RouteState.DOUBTFUL)
    message = post_message(world, person, challenge="00000000-0000-4000-8000-000000000000")
    with database.transaction() as session:
        session.get_one(Message, message.id).to = "\n".join(ADDRESS)
    with pytest.raises(PermanentFailure, match="address_doubtful"):
        draw(database, room, message, clock())


def test_a_kind_without_letter_is_named(database, world, clock, room):
    message = post_message(world, world.person(address=ADDRESS), kind="smoke_signal")
    with pytest.raises(PermanentFailure, match="letter_text"):
        draw(database, room, message, clock())


def test_references_check_themselves():
    assert reference_of(1234) == "C0001234S"
    assert len({reference_of(number)[-1] for number in range(23)}) == 23
    assert reference_of(123_456_789).startswith("C123456789")
