"""What somebody else changed in a file is told where it can safely arrive, and nowhere else."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from portal.journal.services import Actor, ActorKind
from portal.letters.desk import PrintRoom
from portal.letters.queries import letter_of_message
from portal.letters.services_changes import OLD_ADDRESS, before, tell_change
from portal.letters.services_choice import choose_paper
from portal.notifications.dispatch import send_due
from portal.notifications.models import Message, Route, Status
from portal.people.models import Person, RouteState
from portal.people.models_credentials import CredentialKind
from portal.people.services_preferences import change_preferences, preferences_of
from tests.letters.messages import SEALER

BASE = "https://porte.exemple.fr"
OLD = ["", "", "12 RUE DE LA DEMONSTRATION", "", "62000 ARRAS"]
NEW = ("", "", "7 RUE DE L ESSAI", "", "62100 CALAIS")
SMS, EMAIL, LETTER, DESK = Route.SMS, Route.EMAIL, Route.LETTER, Route.DESK
WORKS = RouteState.WORKS
MOBILE, THEIRS = "+33639980012", "+33639980044"


@pytest.fixture
def told(world):
    """Changes a file by somebody's hand, and says what is told: the kind, the route, and to where if it was asked."""
    world.departement()

    def change(person, by, **wanted):
        with world.database.transaction() as session:
            person = session.get_one(Person, person.id)
            was, asked = before(person), replace(preferences_of(person), **wanted)
            names = change_preferences(session, world.now, person=person, by=by, wanted=asked)
            tell_change(session, world.now, person, names, by=by, base_url=BASE, was=was)
        with world.database.transaction() as session:
            rows = session.scalars(select(Message).order_by(Message.id)).all()
            said = [str({**row.context, "return_address": ""}) for row in rows]
            assert not any("ESSAI" in words or "CALAIS" in words for words in said)
            return [(row.kind, row.route, row.to) for row in rows]

    return change


@pytest.fixture
def desk(world):
    return Actor.agent(world.agent("accueil").id)


@pytest.fixture
def helper(world):
    def of(person):
        agent = world.agent("accueil")
        mandate = world.mandate(person, agent_id=agent.id, procedures=["preferences"])
        return Actor(ActorKind.AGENT, agent.id, mandate.id)

    return of


def to_old(rows):
    return [to for kind, _, to in rows if kind == OLD_ADDRESS]


def test_the_old_address_hears_by_letter_of_the_new_one_which_it_never_reads(world, told, desk):
    person = world.person(address=OLD, wants_paper=True)
    found = told(person, desk, address=NEW)
    assert sorted(found, key=str) == sorted(
        [
            (OLD_ADDRESS, LETTER, "\n".join(OLD)),
            *(("preferences_changed", route, None) for route in (SMS, EMAIL, LETTER)),
        ],
        key=str,
    )
    with world.database.transaction() as session:
        message = session.scalars(select(Message).where(Message.kind == OLD_ADDRESS)).one()
        PrintRoom(BASE, SEALER).draw(session, message, world.now)
        session.flush()
        assert message.recipient.endswith("12 RUE DE LA DEMONSTRATION\n62000 ARRAS")
        assert "CALAIS" not in message.rendered["text"].upper().replace("PAS-DE-CALAIS", "")
        assert letter_of_message(session, message.id).pages == 1


@pytest.mark.parametrize(
    "file",
    [
        {"wants_discretion": True},
        {"wants_silence": True},
        {"address_state": RouteState.DOUBTFUL},
        {"address_state": RouteState.FAILED},
        {"lent_ways": ["address"]},
        {"address": ["", "", "12 RUE SANS VILLE", "", ""]},
        {"address": []},
    ],
)
def test_the_old_home_of_whoever_fled_and_an_address_that_was_never_theirs_hear_nothing(world, told, desk, file):
    person = world.person(**{"address": OLD} | file)
    assert to_old(told(person, desk, address=NEW)) == []


def test_discretion_ticked_with_the_new_address_or_ended_with_it_keeps_the_old_one_in_the_dark(world, told, desk):
    assert to_old(told(world.person(address=OLD), desk, address=NEW, wants_discretion=True)) == []
    assert to_old(told(world.person(address=OLD), desk, address=NEW, wants_silence=True)) == []
    hidden = world.person(address=OLD, wants_discretion=True)
    assert to_old(told(hidden, desk, address=NEW, wants_discretion=False)) == []


def test_what_they_change_themselves_and_what_stays_where_it_was_is_told_to_nobody(world, told, desk):
    person = world.person(address=OLD)
    assert told(person, Actor.person(person.id), address=NEW) == []
    assert to_old(told(person, desk, wants_large_print=True)) == []


def test_what_a_helper_changes_reaches_the_ways_that_the_person_proved_whatever_took_their_place(world, told, helper):
    person = world.person(address=OLD, mobile=THEIRS, email=None, lent_ways=["mobile"])
    world.credential(person, CredentialKind.MOBILE, MOBILE)
    found = told(person, helper(person), address=NEW)
    assert ("preferences_changed", SMS, None) in found  # the helper's own
    assert ("preferences_changed", SMS, MOBILE) in found
    assert to_old(found) == ["\n".join(OLD)]


@pytest.mark.parametrize("refused", ["wants_sms", "wants_silence"])
def test_a_helper_cannot_refuse_messages_unheard_and_what_the_person_refused_stays_so(world, told, helper, refused):
    person = world.person(mobile=MOBILE, email=None, landline=None)
    assert ("preferences_changed", SMS, MOBILE) in told(person, helper(person), **{refused: refused == "wants_silence"})
    with world.database.transaction() as session:
        count = len(session.scalars(select(Message)).all())
    quiet = world.person(mobile=THEIRS, **{refused: refused == "wants_silence"}, email="autre@exemple.fr")
    later = told(quiet, helper(quiet), wants_large_print=True)[count:]
    assert not [row for row in later if row[1] is SMS]


@pytest.mark.parametrize(
    ("file", "ways"),
    [
        ({"mobile": MOBILE, "mobile_state": WORKS}, [SMS]),
        ({"mobile": MOBILE, "mobile_state": WORKS, "wants_paper": True, "address_state": WORKS}, [LETTER]),
        ({"mobile": MOBILE, "address_state": WORKS}, [LETTER]),
        ({"mobile": MOBILE, "email": "camille@exemple.fr", "email_state": WORKS}, [EMAIL]),
        ({"mobile": MOBILE, "mobile_state": WORKS, "wants_sms": False, "email": "camille@exemple.fr"}, [EMAIL, DESK]),
        ({"mobile": MOBILE}, [SMS, DESK]),
        ({"mobile": MOBILE, "wants_paper": True}, [LETTER, DESK]),
        ({"mobile": MOBILE, "mobile_state": RouteState.FAILED}, [LETTER, DESK]),
        ({"mobile": None}, [LETTER, DESK]),
        ({"mobile": None, "address": ["", "", "12 RUE SANS VILLE", "", ""]}, [DESK]),
        ({"mobile": None, "family_name": "D" * 60, "address_state": WORKS}, [DESK]),
        ({"mobile": None, "address_state": RouteState.DOUBTFUL}, [DESK]),
        ({"mobile": None, "lent_ways": ["address"]}, [DESK]),
        ({"mobile": MOBILE, "wants_discretion": True}, []),
    ],
)
def test_silence_set_by_an_agent_is_told_by_a_way_that_works_else_at_the_place_too_unless_somebody_else_may_read_it(
    world, told, desk, database, gateways, clock, file, ways
):
    person = world.person(**{"address": OLD, "email": None, "landline": None} | file)
    assert told(person, desk, wants_silence=True) == [("preferences_changed", way, None) for way in ways]
    assert len(told(person, desk, wants_silence=True, wants_large_print=True)) == len(ways)
    send_due(database, gateways, clock)
    with database.transaction() as session:
        rows = session.scalars(select(Message)).all()
        assert all(row.status is not Status.WITHDRAWN for row in rows)
        assert all(row.status is Status.OPEN for row in rows if row.route is DESK)


def test_silence_set_by_a_helper_is_told_to_whoever_gets_letters_alone_and_where_two_files_meet_to_nobody(
    world, told, helper, desk
):
    person = world.person(address=OLD, mobile=None, email=None, wants_paper=True)
    assert told(person, helper(person), wants_silence=True) == [
        ("preferences_changed", way, None) for way in (LETTER, DESK)
    ]
    with world.database.transaction() as session:
        merged = session.get_one(Person, world.person(address=OLD, wants_silence=True).id)
        tell_change(session, world.now, merged, {"silence"}, by=desk, base_url=BASE)
        assert len(session.scalars(select(Message)).all()) == 2


def test_a_way_that_failed_and_the_one_replaced_are_not_told_here(world, told, helper):
    person = world.person(mobile=MOBILE, mobile_state=RouteState.FAILED, email="camille@exemple.fr")
    world.credential(person, CredentialKind.MOBILE, MOBILE)
    found = told(person, helper(person), wants_large_print=True)
    assert found == [("preferences_changed", EMAIL, None)]
    with world.database.transaction() as session:
        person = session.get_one(Person, person.id)
        person.mobile_state = RouteState.WORKS
        tell_change(session, world.now, person, {"mobile"}, by=helper(person), base_url=BASE)
    with world.database.transaction() as session:
        last = session.scalars(select(Message).order_by(Message.id)).all()[1:]
        assert {(row.route, row.to) for row in last} == {(SMS, None), (EMAIL, None)}


def test_whoever_answers_for_a_relative_is_told_of_what_changed_for_them(world, told, desk):
    parent = world.person()
    child = world.person(guardian_id=parent.id, mobile=None, email=None)
    told(child, desk, wants_large_print=True)
    with world.database.transaction() as session:
        assert {(row.person_id, row.subject_id) for row in session.scalars(select(Message))} == {(parent.id, child.id)}


def test_letters_chosen_with_another_address_are_told_at_the_old_one_too(world, desk):
    world.departement()
    person = world.person(address=OLD)
    with world.database.transaction() as session:
        choose_paper(session, world.now, person_id=person.id, by=desk, how="counter", base_url=BASE, address=NEW)
    with world.database.transaction() as session:
        kinds = {(row.kind, row.route) for row in session.scalars(select(Message))}
    assert {("paper_chosen", LETTER), (OLD_ADDRESS, LETTER), ("preferences_changed", SMS)} <= kinds
