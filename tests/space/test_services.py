"""What a person changes of their own, what is told of it, and who may do it for them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.identity.rules import LetterFault
from portal.journal.models import JournalLine
from portal.journal.services import Actor, ActorKind
from portal.notifications.models import Message, Route
from portal.people.mandates import MandateFault
from portal.people.models import Person, RouteState
from portal.people.models_credentials import Challenge, Credential, CredentialKind
from portal.people.models_mandates import Consent, Mandate, MandateKind, MandateState
from portal.people.rules import Identity
from portal.refusal import Refused
from portal.sealing import Sealer
from portal.space.services import (
    MOST_RELATIVES,
    SpaceRefusal,
    add_relative,
    remove_way,
    replace_way,
    save_preferences,
    send_opening_letter,
)
from portal.space.services_closing import close_space
from portal.web.sessions import WebSession
from tests.desk.merging import promised
from tests.reading import all_of
from tests.world import at

BASE = "https://porte.exemple.fr"
MOBILE, EMAIL = CredentialKind.MOBILE, CredentialKind.EMAIL
SEALER = Sealer("a key of the tests, long enough to be taken")
ADDRESS = ["", "", "12 rue de la Démonstration", "", "62000 Arras"]
SACHA = Identity("Essai", "Sacha", date(2021, 5, 4))


def do(world, verb, person, **given):
    with world.database.transaction() as session:
        by = given.pop("by", Actor.person(person.id))
        return verb(session, world.now, person_id=person.id, by=by, **given)


def told(world):
    return sorted((row.kind, row.route, row.to) for row in all_of(world.database, Message))


def kept(world, person):
    with world.database.transaction() as session:
        return session.get_one(Person, person.id)


def helper_of(world, person, *procedures, **given):
    agent = world.agent("accueil")
    mandate = world.mandate(person, agent_id=agent.id, procedures=list(procedures), **given)
    return Actor(ActorKind.AGENT, agent.id, mandate.id)


def test_what_a_person_changes_alone_is_told_to_nobody(world, resident):
    assert do(world, save_preferences, resident, base_url=BASE, wants_sms=False) == {"sms"}
    assert told(world) == []


def test_what_a_helper_changes_is_told_to_the_person_once(world, resident):
    by = helper_of(world, resident, "preferences")
    assert do(world, save_preferences, resident, by=by, base_url=BASE, wants_large_print=True) == {"large_print"}
    assert {kind for kind, *_ in told(world)} == {"preferences_changed"}
    assert all_of(world.database, Message)[0].context["changes"] == ["large_print"]
    before = len(all_of(world.database, Message))
    do(world, save_preferences, resident, by=by, base_url=BASE, wants_large_print=True)
    assert len(all_of(world.database, Message)) == before


@pytest.mark.parametrize(
    ("procedures", "given", "fault"),
    [
        (["appointments"], {}, MandateFault.NOT_NAMED),
        (["preferences"], {"ends_in": timedelta()}, MandateFault.OVER),
    ],
)
def test_a_mandate_is_checked_at_the_instant_of_the_write(world, resident, procedures, given, fault):
    over = {"starts_at": world.now - timedelta(days=2), "ends_at": world.now} if given else {}
    by = helper_of(world, resident, *procedures, **over)
    for verb, values in (
        (save_preferences, {"wants_sms": False}),
        (remove_way, {"kind": MOBILE}),
        (replace_way, {"kind": MOBILE, "value": "+33639980099", "is_vouched": False}),
    ):
        with pytest.raises(Refused) as refused:
            do(world, verb, resident, by=by, base_url=BASE, **values)
        assert refused.value.reason is fault
    assert kept(world, resident).mobile == "+33639980012"


def test_a_way_removed_opens_nothing_more_and_is_told(world, resident):
    world.credential(resident, MOBILE, resident.mobile, is_vouched=True)
    do(world, remove_way, resident, kind=MOBILE, base_url=BASE)
    assert kept(world, resident).mobile is None
    assert all_of(world.database, Credential)[0].ended_at == world.now
    assert told(world) == [("contact_changed", Route.SMS, "+33639980012")]
    assert all_of(world.database, JournalLine)[-1].details == {"mobile": 1}


def test_silence_spares_the_old_way_no_warning(world, resident):
    with world.database.transaction() as session:
        session.get_one(Person, resident.id).wants_silence = True
    do(world, replace_way, resident, kind=MOBILE, value="+33639980099", is_vouched=False, base_url=BASE)
    assert told(world) == [("contact_changed", Route.SMS, "+33639980012")]


def test_a_way_that_had_failed_is_removed_and_nothing_is_sent_to_it(world):
    world.departement()
    person = world.person(mobile_state=RouteState.FAILED)
    do(world, remove_way, person, kind=MOBILE, base_url=BASE)
    assert kept(world, person).mobile is None
    assert told(world) == []


def test_a_way_that_was_never_theirs_is_removed_without_a_word_to_whoever_has_it(world, resident):
    do(world, remove_way, resident, kind=EMAIL, base_url=BASE, is_strange=True)
    assert kept(world, resident).email is None
    assert told(world) == []


def test_removing_a_way_that_is_not_there_does_nothing(world):
    world.departement()
    person = world.person(mobile=None)
    do(world, remove_way, person, kind=MOBILE, base_url=BASE)
    assert all_of(world.database, JournalLine) == []


def test_a_helper_who_removes_a_way_is_told_of_to_the_person(world, resident):
    by = helper_of(world, resident, "preferences")
    do(world, remove_way, resident, by=by, kind=MOBILE, base_url=BASE)
    assert ("contact_changed", Route.SMS, "+33639980012") in told(world)
    assert ("preferences_changed", Route.EMAIL, None) in told(world)
    assert all_of(world.database, Message)[0].context["by"] == "agent"


def test_a_relative_who_removes_a_way_is_no_agent_for_whoever_has_it(world, resident):
    holder = world.person()
    mandate = world.mandate(resident, holder_id=holder.id, kind=MandateKind.RELATIVE, procedures=["preferences"])
    do(world, remove_way, resident, by=Actor(ActorKind.PERSON, holder.id, mandate.id), kind=MOBILE, base_url=BASE)
    assert [one.context["by"] for one in all_of(world.database, Message) if one.kind == "contact_changed"] == ["person"]


def test_a_proved_way_takes_the_place_of_the_old_one_which_is_told(world, resident):
    do(world, replace_way, resident, kind=MOBILE, value="+33639980099", is_vouched=True, base_url=BASE)
    assert kept(world, resident).mobile == "+33639980099"
    assert [(one.value, one.is_vouched) for one in all_of(world.database, Credential)] == [("+33639980099", True)]
    assert told(world) == [("contact_changed", Route.SMS, "+33639980012")]


def test_a_relative_is_found_again_rather_than_made_twice(world, resident):
    first = do(world, add_relative, resident, identity=SACHA)
    again = do(world, add_relative, resident, identity=Identity("ESSAI", "sacha", date(2021, 5, 4)))
    assert first.id == again.id
    assert first.guardian_id == resident.id
    assert {line.verb for line in all_of(world.database, JournalLine)} == {"relative.added"}


def test_twenty_relatives_are_enough_and_those_known_are_still_found(world, resident):
    for number in range(MOST_RELATIVES):
        do(world, add_relative, resident, identity=Identity("Essai", "Sacha", date(2020, 1, 1 + number)))
    with pytest.raises(Refused) as refused:
        do(world, add_relative, resident, identity=SACHA)
    assert refused.value.reason is SpaceRefusal.TOO_MANY_RELATIVES
    do(world, add_relative, resident, identity=Identity("Essai", "Sacha", date(2020, 1, 1)))
    assert len(all_of(world.database, Person)) == MOST_RELATIVES + 1


def test_the_letter_that_opens_everything_goes_to_a_confirmed_address_alone(world, resident):
    with pytest.raises(Refused) as refused:
        do(world, send_opening_letter, resident, sealer=SEALER, base_url=BASE)
    assert refused.value.reason is LetterFault.NO_ADDRESS
    confirmed = world.person(address=ADDRESS, address_confirmed_at=world.now)
    do(world, send_opening_letter, confirmed, sealer=SEALER, base_url=BASE)
    (challenge,) = all_of(world.database, Challenge)
    assert (challenge.person_id, challenge.is_vouched) == (confirmed.id, True)


def test_closing_a_space_ends_all_that_opens_it_and_tells_the_person(world, resident, enter, client):
    world.credential(resident, MOBILE, resident.mobile)
    world.mandate(
        resident, holder_id=world.person().id, kind=MandateKind.RELATIVE, consent=Consent.SPACE, procedures=["messages"]
    )
    paper = world.mandate(resident, organisation_id=world.organisation().id)
    enter(resident)
    client.get("/mon-espace")
    assert do(world, close_space, resident, base_url=BASE)
    assert kept(world, resident).space_closed_at == world.now
    assert [one.ended_at for one in all_of(world.database, Credential)] == [world.now]
    states = {one.id: one.state for one in all_of(world.database, Mandate)}
    assert states.pop(paper.id) is MandateState.ACTIVE
    assert set(states.values()) == {MandateState.ENDED}
    with world.database.transaction() as session:
        assert all(session.scalars(select(WebSession.ended_at)))
    assert "space_closed" in {kind for kind, *_ in told(world)}
    assert client.get("/mon-espace").status_code == 303
    assert not do(world, close_space, resident, base_url=BASE)


def test_a_reminder_that_waits_names_no_place_once_its_reader_hides_it(world):
    place, motif, agent = world.office()
    person = world.person(mobile="+33639980012")
    visit = world.appointment(agent, place, motif, at("2026-12-14", "09:00"), person)
    promised(world.database, world.now, person, visit.id, context={"place_name": place.name})
    do(world, save_preferences, person, base_url=BASE, wants_discretion=True)
    assert [row.context["place_name"] for row in all_of(world.database, Message)] == [""]
