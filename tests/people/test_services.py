"""Files found when they are theirs, made otherwise, and never changed by a stranger."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import select

from portal.database import Database
from portal.people.contacts import Contact
from portal.people.models import Person, RouteState
from portal.people.rules import Identity, IdentityFault, contact_of
from portal.people.services import card_for, find_or_create, find_or_create_relative
from portal.refusal import Refused
from tests.world import World

BORN = date(1980, 2, 29)
LEFEVRE = Identity("Lefèvre", "Anne-Marie", BORN)
MOBILE = "+33639980012"


def find(session, clock, identity=LEFEVRE, *, apart=False, **contact) -> Person:
    return find_or_create(session, clock.now, identity=identity, contact=Contact(**contact), apart=apart)


def known(world: World, **given) -> Person:
    return world.person(family_name="Lefèvre", given_names="Anne-Marie", **{"mobile": MOBILE, "email": None} | given)


def test_someone_unknown_gets_a_file_with_what_they_gave(session, clock) -> None:
    person = find(session, clock, Identity(" Lefèvre ", "Anne-Marie", BORN), mobile=MOBILE, wants_paper=True)
    assert (person.family_name, person.mobile, person.wants_paper, person.maybe_double) == (
        "Lefèvre",
        MOBILE,
        True,
        False,
    )
    assert person.created_at == clock.now


def test_the_same_names_birth_date_and_mobile_join_the_file(session, clock, world: World) -> None:
    file = known(world)
    assert find(session, clock, Identity("LEFEVRE", "anne marie", BORN), mobile=MOBILE).id == file.id


def test_the_same_names_birth_date_and_email_join_the_file(session, clock, world: World) -> None:
    file = known(world, mobile=None, email="Anne@exemple.fr")
    assert find(session, clock, mobile="+33639980099", email="anne@EXEMPLE.fr").id == file.id


def test_what_a_stranger_types_changes_nothing_in_the_file_they_join(session, clock, world: World) -> None:
    before = contact_of(known(world))
    joined = find(
        session, clock, mobile=MOBILE, email="inconnu@exemple.fr", address=("1 RUE", "62000 ARRAS"), wants_paper=True
    )
    assert contact_of(joined) == before


def test_a_new_file_is_flagged_when_names_and_birth_date_are_known(session, clock, world: World) -> None:
    file = known(world)
    made = find(session, clock, mobile="+33639980099")
    assert made.id != file.id
    assert made.maybe_double


def test_a_new_file_is_flagged_when_contact_and_birth_date_are_known(session, clock, world: World) -> None:
    known(world)
    assert find(session, clock, Identity("Lefebvre", "Anne", BORN), mobile=MOBILE).maybe_double


def test_neither_the_names_nor_the_mobile_alone_make_a_double(session, clock, world: World) -> None:
    known(world)
    assert not find(session, clock, Identity("Lefèvre", "Anne-Marie", date(1981, 1, 1)), mobile=MOBILE).maybe_double


def test_a_number_that_has_failed_joins_nothing(session, clock, world: World) -> None:
    file = known(world, mobile_state=RouteState.FAILED)
    made = find(session, clock, mobile=MOBILE)
    assert made.id != file.id
    assert made.maybe_double


def test_apart_makes_a_file_in_any_case(session, clock, world: World) -> None:
    file = known(world)
    made = find(session, clock, mobile=MOBILE, apart=True)
    assert made.id != file.id
    assert made.maybe_double


def test_a_child_is_found_under_the_same_guardian_only(session, clock, world: World) -> None:
    mother, father = known(world), world.person()
    child = Identity("Lefèvre", "Noé", date(2023, 5, 1))
    first = find_or_create_relative(session, clock.now, identity=child, guardian=session.merge(mother))
    again = find_or_create_relative(session, clock.now, identity=child, guardian=session.merge(mother))
    other = find_or_create_relative(session, clock.now, identity=child, guardian=session.merge(father))
    assert first.id == again.id != other.id
    assert (first.maybe_double, other.maybe_double) == (False, True)
    assert (first.mobile, first.email) == (None, None)


def test_a_wrong_identity_is_refused_by_name(session, clock) -> None:
    with pytest.raises(Refused) as refused:
        find(session, clock, Identity("Lefèvre", "Noé", date(2030, 1, 1)))
    assert refused.value.reason is IdentityFault.BIRTH_IN_FUTURE


def test_a_card_says_what_the_file_does_not_and_is_found_again(session, clock, world: World) -> None:
    file = session.merge(known(world))
    given = Contact(mobile=MOBILE, email="anne@exemple.fr")
    assert card_for(session, clock.now, person=file, contact=contact_of(file)) is None
    card = card_for(session, clock.now, person=file, contact=given)
    assert card is not None
    assert (card.card_of_id, contact_of(card)) == (file.id, given)
    other = card_for(session, clock.now, person=file, contact=Contact(mobile="+33639980099"))
    assert other is not card
    assert card_for(session, clock.now, person=file, contact=given) is card


def test_a_card_is_no_file(session, clock, world: World) -> None:
    file = session.merge(known(world))
    card_for(session, clock.now, person=file, contact=Contact(mobile="+33639980099"))
    made = find(session, clock, mobile="+33639980099")
    assert made.card_of_id is None


def test_two_who_arrive_at_once_with_the_same_identity_make_one_file(database: Database, clock) -> None:
    def one(_: int) -> int:
        with database.transaction() as session:
            return find(session, clock, mobile=MOBILE).id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(one, range(8)))) == 1
    with database.transaction() as session:
        assert len(session.scalars(select(Person.id).order_by(Person.id)).all()) == 1
