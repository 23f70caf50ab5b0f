"""Mandates that end: at once, on their last day, by silence."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.journal.services import Actor
from portal.mandates.rules import EndedBy, Fault
from portal.mandates.services import ask_by_sms, end, finish_help, tell_endings
from portal.people.models_mandates import MandateState
from tests.mandates.conftest import own
from tests.reading import refusal
from tests.world import at


@pytest.fixture
def ended(database, clock, voice):
    """Ends a mandate."""

    def finish(mandate_id, how=EndedBy.SPACE):
        with database.transaction() as session:
            return end(session, clock.now, mandate_id=mandate_id, by=Actor.person(1), how=how, voice=voice)

    return finish


# --- ends


def test_a_mandate_ends_at_once_and_the_person_is_told(papered, ended, told, journal, clock, mandates):
    mandate = papered()
    assert ended(mandate.id) is True
    assert (mandates()[0].state, mandates()[0].ended_at, mandates()[0].ended_by) == (
        MandateState.ENDED,
        clock.now,
        "space",
    )
    assert told()[-1] == ("mandate_ended", "sms", "space")
    assert journal()[-1] == ("mandate.ended", "person")
    assert ended(mandate.id) is False
    assert refusal(ended, 999) is Fault.NOT_FOUND


def test_what_was_only_asked_is_refused(papered, ended, mandates, told):
    mandate = papered(is_signed=False)
    assert ended(mandate.id, EndedBy.LETTER) is True
    assert (mandates()[0].state, told()) == (MandateState.REFUSED, [])


def test_an_end_is_told_once_thirty_days_before(papered, database, clock, told):
    papered(days=182)
    for _ in range(2):
        clock.set(at("2027-04-25", "09:02"))
        with database.transaction() as session:
            tell_endings(session, clock.now, base_url="https://porte.exemple.fr")
    assert [kind for kind, *_rest in told()] == ["mandate_given", "mandate_ending"]


def test_a_mandate_of_a_month_is_not_told_before_its_end(papered, database, clock, told):
    papered(days=31)
    with database.transaction() as session:
        assert tell_endings(session, clock.now + timedelta(days=3), base_url="https://porte.exemple.fr") == 0
    assert [kind for kind, *_rest in told()] == ["mandate_given"]


def test_silence_is_no_and_the_last_day_is_noted(database, clock, papered, world, odette, ccas, desk, voice, mandates):
    papered()
    papered(organisation=world.organisation(), procedures=("messages",), is_signed=False)
    with database.transaction() as session:
        ask_by_sms(
            session,
            clock.now,
            person=own(session, odette),
            organisation=session.merge(ccas),
            procedures=["rights"],
            days=365,
            by=desk.by,
            voice=voice,
        )
    seen = []
    for days in (6, 7, 31):
        with database.transaction() as session:
            tell_endings(session, clock.now + timedelta(days=days), base_url="https://porte.exemple.fr")
        seen.append([one.state.value for one in mandates()])
    assert seen == [["active", "asked", "asked"], ["active", "asked", "refused"], ["ended", "refused", "refused"]]
    assert mandates()[0].ended_by == "over"
    assert mandates()[0].ended_at == mandates()[0].ends_at


def test_before_anything_was_loaded_nothing_is_told(database, clock):
    with database.transaction() as session:
        assert tell_endings(session, clock.now, base_url="https://porte.exemple.fr") == 0


def test_help_that_is_over_elsewhere_is_not_ended_twice(phoned, ended, database, clock, desk, voice):
    mandate = phoned()
    ended(mandate.id, EndedBy.PHONE)
    with database.transaction() as session:
        assert finish_help(session, clock.now, by=replace(desk.by), voice=voice) == 0
