"""Who may do what, as a pure decision: closed unless opened."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.web.access import (
    AGENTS,
    PARTNERS,
    RESIDENTS,
    STAFF,
    Acting,
    Door,
    Procedure,
    Role,
    SignedAgent,
    SignedPerson,
    Verdict,
    Visitor,
    allow,
    decision,
    door_of,
    safe_next,
)

NOW = datetime(2026, 11, 23, 8, 2, tzinfo=UTC)
NOBODY = Visitor()
AGENT = SignedAgent(7, "Camille", frozenset({Role.ACCUEIL}), None, None, NOW)
RESIDENT = SignedPerson(3, "Dominique Essai", is_known=False)
ACTING = Acting(9, 4, "Alex Essai", frozenset({Procedure.APPOINTMENTS}), NOW + timedelta(hours=1))
doors = st.builds(
    Door,
    st.frozensets(st.sampled_from(sorted(set(Role) - {Role.EVERYONE, Role.MACHINE}))),
    st.none() | st.sampled_from(Procedure),
    st.booleans(),
)
agents = st.builds(
    SignedAgent,
    st.just(7),
    st.just("Camille"),
    st.frozensets(st.sampled_from(sorted(AGENTS))),
    st.none(),
    st.none(),
    st.none() | st.just(NOW),
)
people = st.builds(SignedPerson, st.just(3), st.just("Dominique Essai"), is_known=st.booleans())
acts = st.builds(
    Acting, st.just(9), st.just(4), st.just("Alex"), st.frozensets(st.sampled_from(Procedure)), st.just(NOW)
)
visitors = st.builds(Visitor, st.none() | agents, st.none() | people, st.none() | acts)


def decide(door, visitor, *, is_form=False, now=NOW):
    return decision(door, visitor, now, is_form=is_form)


def test_every_role_is_of_the_public_of_residents_or_of_agents():
    assert {Role.EVERYONE, Role.MACHINE} | RESIDENTS | AGENTS == set(Role)
    assert not RESIDENTS & AGENTS
    assert not STAFF & PARTNERS


@given(visitors, st.booleans())
def test_what_was_not_opened_opens_for_nobody(visitor, is_form):
    assert decide(Door(), visitor, is_form=is_form) is Verdict.REFUSED


@given(doors, visitors, st.booleans())
def test_a_door_opens_by_a_role_of_its_own_or_a_procedure_that_the_mandate_names(door, visitor, is_form):
    if decide(door, visitor, is_form=is_form) is Verdict.OPEN:
        by_role = bool(door.roles & visitor.roles)
        by_mandate = visitor.acting is not None and door.procedure in visitor.acting.procedures
        assert by_role or (by_mandate and door.roles & RESIDENTS)


@given(doors, visitors)
def test_acting_for_someone_never_shows_ones_own_pages_in_their_place(door, visitor):
    if visitor.acting and door.roles & RESIDENTS and door.procedure not in visitor.acting.procedures:
        assert decide(door, visitor) is Verdict.REFUSED


def test_everyones_pages_open_for_everyone():
    for visitor in (NOBODY, Visitor(agent=AGENT), Visitor(person=RESIDENT), Visitor(agent=AGENT, acting=ACTING)):
        assert decide(Door(frozenset({Role.EVERYONE})), visitor) is Verdict.OPEN


def test_nobody_known_is_led_to_sign_in():
    assert decide(Door(frozenset({Role.REACHABLE})), NOBODY) is Verdict.SIGN_IN
    assert decide(Door(frozenset({Role.ACCUEIL})), NOBODY) is Verdict.AGENT_SIGN_IN


def test_a_resident_who_is_reachable_must_rise_for_what_asks_more():
    assert decide(Door(frozenset({Role.KNOWN})), Visitor(person=RESIDENT)) is Verdict.RISE
    known = Visitor(person=replace(RESIDENT, is_known=True))
    assert decide(Door(frozenset({Role.KNOWN})), known) is Verdict.OPEN
    assert decide(Door(frozenset({Role.REACHABLE})), known) is Verdict.OPEN


def test_a_resident_on_an_agents_page_signs_in_as_an_agent_and_an_agent_never_enters_a_space():
    assert decide(Door(frozenset({Role.ACCUEIL})), Visitor(person=RESIDENT)) is Verdict.AGENT_SIGN_IN
    assert decide(Door(frozenset({Role.REACHABLE})), Visitor(agent=AGENT)) is Verdict.REFUSED


def test_another_role_is_refused():
    assert decide(Door(frozenset({Role.ADMIN})), Visitor(agent=AGENT)) is Verdict.REFUSED


def test_a_mandate_opens_the_procedures_it_names_and_no_other():
    acting = Visitor(agent=AGENT, acting=ACTING)
    space = frozenset({Role.REACHABLE})
    assert decide(Door(space, Procedure.APPOINTMENTS), acting) is Verdict.OPEN
    assert decide(Door(space, Procedure.MESSAGES), acting) is Verdict.REFUSED
    assert decide(Door(space), acting) is Verdict.REFUSED
    assert decide(Door(frozenset({Role.KNOWN}), Procedure.CARNET), acting) is Verdict.REFUSED


def test_whoever_no_longer_acts_for_someone_is_told_before_anything_is_done():
    lapsed = Visitor(person=RESIDENT, is_lapsed=True)
    assert decide(Door(frozenset({Role.REACHABLE})), lapsed) is Verdict.LAPSED
    assert decide(Door(frozenset({Role.EVERYONE})), lapsed, is_form=True) is Verdict.LAPSED
    assert decide(Door(frozenset({Role.EVERYONE})), lapsed) is Verdict.OPEN


@pytest.mark.parametrize(
    ("minutes", "is_form", "verdict"),
    [(10, False, Verdict.OPEN), (11, False, Verdict.CONFIRM), (30, True, Verdict.OPEN), (31, True, Verdict.CONFIRM)],
)
def test_a_sensitive_act_asks_for_a_recent_proof_and_leaves_time_to_fill_its_form(minutes, is_form, verdict):
    door = Door(frozenset({Role.ACCUEIL}), is_fresh=True)
    assert decide(door, Visitor(agent=AGENT), is_form=is_form, now=NOW + timedelta(minutes=minutes)) is verdict


def test_who_never_proved_anything_in_this_session_confirms_first():
    door = Door(frozenset({Role.ACCUEIL}), is_fresh=True)
    assert decide(door, Visitor(agent=replace(AGENT, confirmed_at=None))) is Verdict.CONFIRM


def test_a_view_is_opened_to_a_role_at_least():
    with pytest.raises(ValueError, match="at least one role"):
        allow()


def test_a_view_that_nobody_opened_has_a_closed_door():
    assert door_of(lambda: "") == Door()


@pytest.mark.parametrize("asked", ["/mon-espace", "/agents/personnes?page=2", "/rendez-vous/x/y#z", "/"])
def test_going_on_leads_to_a_page_of_the_portal(asked):
    assert safe_next(asked, "/ailleurs") == asked


@pytest.mark.parametrize(
    "asked",
    [
        None,
        "",
        "//exemple.fr",
        "/\\exemple.fr",
        "\\\\exemple.fr",
        "https://exemple.fr",
        "/\t/exemple.fr",
        "/\n/exemple.fr",
        "javascript:alert(1)",
        "mon-espace",
        " /mon-espace",
        "/x\\y",
        "/" + "x" * 500,
    ],
)
def test_going_on_never_leads_to_another_site(asked):
    assert safe_next(asked, "/ailleurs") == "/ailleurs"


@given(st.text())
def test_going_on_always_leads_to_one_path(asked):
    found = safe_next(asked, "/ailleurs")
    assert found.startswith("/")
    assert not found.startswith(("//", "/\\"))
    assert found.isprintable()
