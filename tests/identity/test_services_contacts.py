"""A new mobile or e-mail takes the place of the old one, which is told."""

import pytest

from portal.directory.models import Departement
from portal.identity.queries import files_behind
from portal.identity.services_contacts import change_contact
from portal.journal.models import JournalLine
from portal.journal.services import Actor, ActorKind
from portal.notifications.models import Message, Route
from portal.people.contacts import Contact
from portal.people.models import Person, RouteState
from portal.people.models_credentials import Credential, CredentialKind
from portal.people.rules import Identity
from portal.people.services import find_or_create
from tests.identity.signing import MOBILE
from tests.reading import all_of

NEW = "+33639980034"


@pytest.fixture
def change(world, database, clock):
    def change(person, kind=CredentialKind.MOBILE, value=NEW, *, by=None, is_vouched=False):
        world.departement()
        with database.transaction() as session:
            change_contact(
                session,
                clock(),
                person=session.get_one(Person, person.id),
                kind=kind,
                value=value,
                by=by or Actor.person(person.id),
                is_vouched=is_vouched,
                departement=session.get_one(Departement, 1),
                base_url="https://porte.exemple.fr",
            )
        with database.transaction() as session:
            return session.get_one(Person, person.id)

    return change


def test_the_new_mobile_works_opens_the_space_and_the_old_one_is_told(change, world, database):
    person = world.person(mobile=MOBILE)
    world.credential(person, CredentialKind.MOBILE, MOBILE)
    file = change(person)
    assert (file.mobile, file.mobile_state) == (NEW, RouteState.WORKS)
    old, new = all_of(database, Credential)
    assert (old.value, old.ended_at is None) == (MOBILE, False)
    assert (new.value, new.ended_at, new.is_vouched) == (NEW, None, False)
    (message,) = all_of(database, Message)
    assert (message.kind, message.route, message.to) == ("contact_changed", Route.SMS, MOBILE)
    assert (message.context["what"], message.context["by"]) == ("mobile", "person")
    assert [line.verb for line in all_of(database, JournalLine)] == ["contact.mobile_changed"]


def test_an_e_mail_changed_by_an_agent_is_told_so_and_is_vouched(change, world, database):
    person = world.person(email="avant@exemple.fr")
    file = change(person, CredentialKind.EMAIL, "Apres@exemple.fr", by=Actor.agent(7), is_vouched=True)
    assert (file.email, file.email_state) == ("Apres@exemple.fr", RouteState.WORKS)
    (credential,), (message,) = all_of(database, Credential), all_of(database, Message)
    assert (credential.value, credential.is_vouched) == ("apres@exemple.fr", True)
    assert (message.to, message.context["by"]) == ("avant@exemple.fr", "agent")


@pytest.mark.parametrize(
    "known",
    [{"mobile": None}, {"mobile": NEW}, {"mobile": MOBILE, "mobile_state": RouteState.FAILED}],
    ids=["none before", "the same", "one that failed"],
)
def test_nobody_is_told_when_there_was_none_the_same_or_one_that_failed(change, world, database, known):
    assert change(world.person(**known)).mobile == NEW
    assert all_of(database, Message) == []


def test_proving_the_same_again_keeps_one_credential_and_raises_it_only(change, world, database):
    person = world.person(mobile=None)
    for is_vouched in (False, True, False):
        change(person, is_vouched=is_vouched)
    assert [(one.value, one.is_vouched, one.ended_at) for one in all_of(database, Credential)] == [(NEW, True, None)]


def under_a_mandate(world, person):
    agent = world.agent("accueil")
    return Actor(ActorKind.AGENT, agent.id, world.mandate(person, agent_id=agent.id, procedures=["preferences"]).id)


def test_a_mobile_written_under_a_mandate_serves_messages_and_opens_nothing(change, world, database):
    person = world.person(mobile=MOBILE)
    world.credential(person, CredentialKind.MOBILE, MOBILE)
    file = change(person, by=under_a_mandate(world, person))
    assert (file.mobile, file.lent_ways) == (NEW, ["mobile"])
    with database.transaction() as session:
        assert files_behind(session, CredentialKind.MOBILE, NEW) == []
        assert [one.id for one in files_behind(session, CredentialKind.MOBILE, MOBILE)] == [person.id]
        typed = Identity(person.family_name, person.given_names, person.birth_date)
        joined = find_or_create(session, world.now, identity=typed, contact=Contact(mobile=NEW))
        assert (joined.id == person.id, joined.maybe_double) == (False, True)


def test_it_opens_the_space_once_the_person_has_proved_it(change, world, database):
    person = world.person(mobile=MOBILE)
    change(person, by=under_a_mandate(world, person))
    assert change(person).lent_ways == []
    with database.transaction() as session:
        assert [one.id for one in files_behind(session, CredentialKind.MOBILE, NEW)] == [person.id]


def test_a_mobile_said_to_an_agent_has_yet_to_show_that_it_works(world, database, clock):
    world.departement()
    person = world.person(mobile=MOBILE)
    with database.transaction() as session:
        change_contact(
            session,
            clock(),
            person=session.get_one(Person, person.id),
            kind=CredentialKind.MOBILE,
            value=NEW,
            by=Actor.agent(7),
            is_vouched=False,
            is_proved=False,
            departement=session.get_one(Departement, 1),
            base_url="https://porte.exemple.fr",
        )
    assert [(row.mobile, row.mobile_state) for row in all_of(database, Person)] == [(NEW, RouteState.UNTRIED)]
    assert all_of(database, Credential) == []
