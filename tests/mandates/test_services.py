"""Giving and answering mandates, against a real database."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.dialects.postgresql import Range

from portal.journal.services import Actor
from portal.mandates import queries
from portal.mandates.rules import Fault
from portal.mandates.services import (
    finish_help,
    give_at_counter,
    give_in_space,
    give_to_legal,
    give_to_relative,
    receive_paper,
    second_look,
    take_up,
)
from portal.people.models import Person
from portal.people.models_credentials import Challenge, Purpose
from portal.people.models_mandates import Consent, MandateKind, MandateState
from tests.mandates.conftest import FACTS, own
from tests.reading import refusal
from tests.world import at

LAST_DAY = date(2027, 6, 1)


@pytest.fixture
def spaced(database, clock, odette):
    """Gives from the space."""

    def give(person=odette, procedures=("appointments",), last_day=LAST_DAY, *, is_known=False):
        with database.transaction() as session:
            return give_in_space(
                session,
                clock.now,
                person=own(session, person),
                procedures=procedures,
                last_day=last_day,
                is_known=is_known,
                by=Actor.person(person.id),
            )

    return give


@pytest.fixture
def taken(database, clock, voice):
    """Takes up a reference."""

    def take(holder, reference, birth_date=date(1980, 2, 29), *, is_known=False):
        with database.transaction() as session:
            return take_up(
                session,
                clock.now,
                holder=own(session, holder),
                reference=reference,
                birth_date=birth_date,
                is_known=is_known,
                voice=voice,
            )

    return take


@pytest.fixture
def lawful(database, clock, odette, desk):
    """Writes down a legal representative."""

    def write(holder, person=odette, procedures=("appointments",), last_day=LAST_DAY):
        with database.transaction() as session:
            return give_to_legal(
                session,
                clock.now,
                person=own(session, person),
                holder=session.merge(holder),
                procedures=procedures,
                first_day=date(2026, 1, 1),
                last_day=last_day,
                by=desk.by,
            )

    return write


# --- help there and then


def test_phone_help_lasts_two_hours_and_is_told_to_the_person(phoned, clock, desk, told, journal):
    mandate = phoned()
    assert mandate.ends_at == clock.now + timedelta(hours=2)
    assert (mandate.kind, mandate.consent, mandate.agent_id) == (MandateKind.PHONE, Consent.SPOKEN, desk.agent.id)
    assert mandate.procedures == ["appointments", "messages", "preferences", "rights"]
    assert mandate.facts == ["birth_date", "address", "mobile"]
    assert told() == [("mandate_given", "sms", "")]
    assert journal() == [("mandate.given", "agent")]


def test_phone_help_is_refused_with_its_reason(phoned, world):
    assert refusal(phoned, facts=FACTS[:2]) is Fault.FACTS
    assert refusal(phoned, script_read=False) is Fault.SCRIPT
    assert refusal(phoned, person=world.person(is_protected=True)) is Fault.PROTECTED


def test_the_next_appointment_and_a_child_are_facts_that_can_be_checked(phoned, world):
    place, motif, agent = world.office()
    bare = world.person(mobile=None, email=None)
    assert refusal(phoned, person=bare, facts=("birth_date", "relative", "appointment")) is Fault.FACTS
    world.person(guardian_id=bare.id)
    world.appointment(agent, place, motif, at("2026-12-01", "10:00"), bare)
    assert phoned(person=bare, facts=("birth_date", "relative", "appointment")).facts == [
        "birth_date",
        "relative",
        "appointment",
    ]


def test_new_help_by_the_same_agent_ends_the_older_one(phoned, world, mandates, database, clock, desk, voice):
    phoned()
    phoned(person=world.person(address=["1 RUE Y", "62000 ARRAS"]))
    assert [one.state for one in mandates()] == [MandateState.ENDED, MandateState.ACTIVE]
    with database.transaction() as session:
        assert finish_help(session, clock.now, by=desk.by, voice=voice) == 1
    assert [one.ended_by for one in mandates()] == ["agent", "agent"]


def test_phone_help_takes_nothing_from_a_lasting_mandate(phoned, papered, mandates):
    papered()
    phoned()
    assert [one.state for one in mandates()] == [MandateState.ACTIVE, MandateState.ACTIVE]


def challenge(session, person, clock, **given):
    values = {
        "key": uuid4(),
        "code_hash": "x",
        "purpose": Purpose.CONSENT,
        "to": person.mobile,
        "person_id": person.id,
        "browser_hash": "y",
        "created_at": clock.now,
        "expires_at": clock.now + timedelta(minutes=10),
        "tries": 1,
        "used_at": clock.now,
    }
    row = Challenge(**values | given)
    session.add(row)
    session.flush()
    return row


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, None),
        ({"used_at": None}, Fault.NO_CODE),
        ({"purpose": Purpose.SIGN_IN}, Fault.NO_CODE),
        ({"person_id": None}, Fault.NO_CODE),
        (None, Fault.NOT_SIGNED),
    ],
)
def test_counter_help_needs_the_person_s_own_code_or_a_signature(database, clock, odette, desk, voice, given, expected):
    with database.transaction() as session:
        code = None if given is None else challenge(session, odette, clock, **given)
        words = {"person": own(session, odette), "by": desk.by, "challenge": code, "has_signed": False, "voice": voice}
        if expected is not None:
            assert refusal(give_at_counter, session, clock.now, **words) is expected
        else:
            mandate = give_at_counter(session, clock.now, **words)
            assert mandate.ends_at == clock.now + timedelta(minutes=60)
            assert mandate.consent is Consent.CODE


def test_counter_help_by_a_signed_paper_and_never_for_someone_protected(database, clock, odette, desk, voice, world):
    with database.transaction() as session:
        words = {"by": desk.by, "challenge": None, "has_signed": True, "voice": voice}
        mandate = give_at_counter(session, clock.now, person=own(session, odette), **words)
        assert mandate.consent is Consent.PAPER
        protected = own(session, world.person(is_protected=True))
        assert refusal(give_at_counter, session, clock.now, person=protected, **words) is Fault.PROTECTED


# --- organisations


def test_a_signed_paper_begins_a_mandate_at_once(papered, clock, ccas, told, journal):
    mandate = papered(procedures=("appointments", "carnet"), days=182)
    assert (mandate.state, mandate.organisation_id) == (MandateState.ACTIVE, ccas.id)
    assert mandate.procedures == ["appointments", "carnet"]
    assert round((mandate.ends_at - clock.now) / timedelta(days=1)) == 182
    assert told() == [("mandate_given", "sms", "")]
    assert journal() == [("mandate.asked", "agent"), ("mandate.given", "agent")]


def test_a_paper_to_sign_waits_until_it_comes_back(papered, database, clock, desk, voice, told, mandates):
    mandate = papered(is_signed=False)
    assert (mandate.state, told()) == (MandateState.ASKED, [])
    with database.transaction() as session:
        receive_paper(session, clock.now, mandate_id=mandate.id, by=desk.by, voice=voice)
    assert mandates()[0].state is MandateState.ACTIVE
    with database.transaction() as session:
        again = {"mandate_id": mandate.id, "by": desk.by, "voice": voice}
        assert refusal(receive_paper, session, clock.now, **again) is Fault.NOT_WAITING
        assert refusal(receive_paper, session, clock.now, **again | {"mandate_id": 999}) is Fault.NOT_WAITING
        assert refusal(second_look, session, clock.now, **again) is Fault.NOT_WAITING


def test_a_mandate_to_an_organisation_is_refused_with_its_reason(papered, world):
    assert refusal(papered, days=30) is Fault.DAYS
    assert refusal(papered, procedures=()) is Fault.NO_PROCEDURE
    assert refusal(papered, person=world.person(is_protected=True)) is Fault.PROTECTED
    gone = world.organisation(convention=Range(date(2020, 1, 1), date(2026, 1, 1)))
    assert refusal(papered, organisation=gone) is Fault.NO_CONVENTION


def test_a_paper_that_comes_back_after_the_convention_begins_nothing(papered, database, clock, desk, voice, ccas):
    mandate = papered(is_signed=False)
    with database.transaction() as session:
        session.merge(ccas).convention = Range(date(2020, 1, 1), date(2026, 11, 23))
    with database.transaction() as session:
        late = {"mandate_id": mandate.id, "by": desk.by, "voice": voice}
        assert refusal(receive_paper, session, clock.now, **late) is Fault.NO_CONVENTION


def test_someone_protected_since_they_were_asked_gives_nothing(papered, database, clock, desk, voice, odette):
    mandate = papered(is_signed=False)
    with database.transaction() as session:
        session.get_one(Person, odette.id).is_protected = True
    with database.transaction() as session:
        late = {"mandate_id": mandate.id, "by": desk.by, "voice": voice}
        assert refusal(receive_paper, session, clock.now, **late) is Fault.PROTECTED


def test_a_new_mandate_takes_its_procedures_from_the_older_one(papered, world, mandates, told, journal):
    papered(procedures=("appointments", "messages"))
    papered(organisation=world.organisation(), procedures=("appointments",))
    assert [one.procedures for one in mandates()] == [["messages"], ["appointments"]]
    papered(organisation=world.organisation(), procedures=("messages",))
    assert [one.ended_by for one in mandates()] == ["replaced", None, None]
    assert ("mandate_ended", "sms", "replaced") in told()
    assert ("mandate.narrowed", "agent") in journal()


# --- relatives


def relative_paper(database, clock, desk, voice, person, holder, **given):
    with database.transaction() as session:
        words = {"procedures": ["appointments"], "last_day": LAST_DAY, "is_signed": True} | given
        return give_to_relative(
            session,
            clock.now,
            person=own(session, person),
            holder=own(session, holder),
            by=desk.by,
            voice=voice,
            **words,
        )


def test_a_relative_s_letter_begins_a_mandate_for_twelve_months_at_most(database, clock, desk, voice, odette, world):
    holder = world.person()
    here = (database, clock, desk, voice, odette)
    mandate = relative_paper(*here, holder)
    assert (mandate.kind, mandate.holder_id, mandate.state) == (MandateKind.RELATIVE, holder.id, MandateState.ACTIVE)
    assert mandate.ends_at == at("2027-06-02", "00:00")
    assert refusal(relative_paper, *here, holder, last_day=date(2027, 11, 23)) is Fault.END_FAR
    assert refusal(relative_paper, *here, odette) is Fault.ONESELF
    assert refusal(relative_paper, *here, holder, procedures=[]) is Fault.NO_PROCEDURE


def test_what_is_given_in_a_space_is_taken_by_its_reference_and_birth_date(spaced, taken, world, told, journal):
    mandate, holder = spaced(), world.person()
    assert (mandate.state, mandate.holder_id, mandate.given_by) == (MandateState.ASKED, None, None)
    assert told() == []
    shown = f"{mandate.reference[:4].lower()} - {mandate.reference[4:]}"
    assert taken(holder, shown).state is MandateState.ACTIVE
    assert told() == [("mandate_given", "sms", "")]
    assert journal() == [("mandate.asked", "person"), ("mandate.given", "person")]


def test_whatever_does_not_fit_is_the_same_refusal(spaced, taken, world, clock, odette, papered):
    holder, reference = world.person(), spaced().reference
    assert refusal(taken, holder, "ABCDEFGH") is Fault.NOT_FOUND
    assert refusal(taken, holder, "rien") is Fault.NOT_FOUND
    assert refusal(taken, holder, papered(is_signed=False).reference) is Fault.NOT_FOUND
    assert refusal(taken, holder, reference, date(1980, 2, 28)) is Fault.NOT_FOUND
    assert refusal(taken, odette, reference) is Fault.ONESELF
    taken(holder, reference)
    assert refusal(taken, world.person(), reference) is Fault.NOT_FOUND
    late = spaced(procedures=("messages",)).reference
    clock.forward(timedelta(days=31))
    assert refusal(taken, holder, late) is Fault.NOT_FOUND


def test_carnet_and_documents_pass_between_two_people_who_are_known(spaced, taken, world):
    assert refusal(spaced, procedures=("carnet",)) is Fault.TOO_SENSITIVE
    reference = spaced(procedures=("carnet",), is_known=True).reference
    holder = world.person()
    assert refusal(taken, holder, reference) is Fault.HOLDER_UNKNOWN
    assert taken(holder, reference, is_known=True).procedures == ["carnet"]


def test_a_mandate_given_in_a_space_has_its_dates(spaced, world):
    assert refusal(spaced, last_day=date(2026, 11, 22)) is Fault.END_PAST
    assert refusal(spaced, person=world.person(is_protected=True)) is Fault.PROTECTED


# --- the law


def test_a_judgement_is_seen_by_two_agents_before_anyone_acts(lawful, database, clock, desk, voice, world, odette):
    udaf, other = world.organisation(name="UDAF d'Essai"), world.agent("accueil")
    mandate = lawful(udaf)
    assert (mandate.state, mandate.starts_at) == (MandateState.ASKED, at("2026-01-01", "00:00"))
    with database.transaction() as session:
        seen = {"mandate_id": mandate.id, "voice": voice}
        assert refusal(second_look, session, clock.now, by=desk.by, **seen) is Fault.SAME_AGENT
        looked = second_look(session, clock.now, by=Actor.agent(other.id), **seen)
        assert (looked.state, looked.second_agent_id, looked.starts_at) == (
            MandateState.ACTIVE,
            other.id,
            clock.now,
        )
    with database.transaction() as session:
        assert session.get_one(Person, odette.id).is_protected


def test_a_judgement_ends_what_the_person_had_given_to_others(lawful, database, clock, voice, world, odette, ccas):
    given = world.mandate(odette, organisation_id=ccas.id, procedures=["messages"])
    mandate = lawful(world.organisation(name="UDAF d'Essai"))
    with database.transaction() as session:
        by = Actor.agent(world.agent("accueil").id)
        second_look(session, clock.now, mandate_id=mandate.id, by=by, voice=voice)
    with database.transaction() as session:
        assert [one.id for one in queries.running_of_person(session, clock.now, odette.id)] == [mandate.id]
        assert queries.mandate(session, given.id).ended_by == "replaced"


def test_a_parent_answers_for_their_child_from_then_on(lawful, database, clock, voice, world):
    parent, second = world.person(), world.person()
    child = world.person(birth_date=date(2015, 5, 5), mobile=None, email=None)
    looked = Actor.agent(world.agent("accueil").id)
    for holder in (parent, second):
        mandate = lawful(holder, person=child)
        with database.transaction() as session:
            second_look(session, clock.now, mandate_id=mandate.id, by=looked, voice=voice)
    with database.transaction() as session:
        file = session.get_one(Person, child.id)
        assert (file.guardian_id, file.is_protected) == (parent.id, False)
        assert len(queries.running_of_person(session, clock.now, child.id)) == 2  # both parents


def test_a_legal_mandate_is_refused_with_its_reason(lawful, world, odette):
    holder = world.person()
    assert refusal(lawful, odette) is Fault.ONESELF
    assert refusal(lawful, holder, last_day=date(2026, 1, 2)) is Fault.END_PAST
    assert refusal(lawful, holder, procedures=()) is Fault.NO_PROCEDURE
