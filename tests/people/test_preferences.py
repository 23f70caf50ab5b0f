"""What a person chose is written, journaled by name, and what was confirmed of an old address is forgotten."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from portal.journal.models import JournalLine
from portal.journal.services import Actor, ActorKind
from portal.people.models import Person, RouteState
from portal.people.services_preferences import PreferenceFault, change_preferences, preferences_of
from portal.refusal import Refused

STREET = ("", "", "12 rue de la Démonstration", "", "62000 Arras")


def change(world, person, by=None, **wanted):
    with world.database.transaction() as session:
        known = session.get_one(Person, person.id)
        given = replace(preferences_of(known), **wanted)
        return change_preferences(session, world.now, person=known, by=by or Actor.person(person.id), wanted=given)


def lines(world):
    with world.database.transaction() as session:
        return list(session.scalars(select(JournalLine).order_by(JournalLine.id)))


def kept(world, person):
    with world.database.transaction() as session:
        return session.get_one(Person, person.id)


def test_what_changes_is_written_and_the_journal_keeps_its_names_alone(world):
    person = world.person()
    names = change(world, person, wants_paper=True, language="en", landline="+33353010012")
    assert names == {"paper", "language", "landline"}
    now = kept(world, person)
    assert (now.wants_paper, now.language, now.landline) == (True, "en", "+33353010012")
    (line,) = lines(world)
    assert (line.verb, line.for_person_id) == ("preferences.changed", person.id)
    assert line.details == {"paper": 1, "language": 1, "landline": 1}


def test_nothing_is_written_nor_journaled_when_all_was_so_already(world):
    assert change(world, world.person()) == frozenset()
    assert lines(world) == []


def test_a_new_address_has_everything_to_prove_again(world):
    person = world.person(
        address=["", "", "1 rue Ancienne", "", "62000 Arras"],
        address_state=RouteState.FAILED,
        address_confirmed_at=world.now,
    )
    assert change(world, person, address=STREET) == {"address"}
    now = kept(world, person)
    assert now.address == list(STREET)
    assert now.address_state is RouteState.UNTRIED
    assert now.address_confirmed_at is None


def test_the_same_address_keeps_what_is_known_of_it(world):
    person = world.person(address=list(STREET), address_state=RouteState.WORKS, address_confirmed_at=world.now)
    assert change(world, person, wants_sms=False) == {"sms"}
    assert kept(world, person).address_confirmed_at == world.now


def test_nobody_who_acts_for_a_person_ends_their_discretion_and_an_agent_whom_they_ask_does(world):
    person, agent = world.person(wants_discretion=True), world.agent("accueil")
    mandate = world.mandate(person, agent_id=agent.id, procedures=["preferences"])
    helpers = (Actor(ActorKind.AGENT, agent.id, mandate.id), Actor(ActorKind.PERSON, world.person().id, mandate.id))
    for helper in helpers:
        with pytest.raises(Refused) as refusal:
            change(world, person, by=helper, wants_discretion=False, language="en")
        assert refusal.value.reason is PreferenceFault.DISCRETION
    assert (kept(world, person).wants_discretion, kept(world, person).language) == (True, "fr")
    assert change(world, person, by=helpers[0], language="en") == {"language"}
    assert change(world, person, by=Actor.agent(agent.id), wants_discretion=False) == {"discretion"}
    assert change(world, person, by=helpers[0], wants_discretion=True) == {"discretion"}
