"""An agent books in the services that are theirs: the families and the places of their roles, and no other."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from portal.booking.models import AppointmentStatus
from portal.booking.rules import BookingRefusal
from portal.booking.rules_service import may_book, may_overbook
from portal.clock import paris_day
from portal.directory.models import Mds
from portal.journal.services import Actor, ActorKind
from portal.people.queries_access import Service, services_of
from tests.booking.desk import LATER, START, asked, confirm, give, give_up, refused, shift
from tests.reading import refusal

TODAY = date(2026, 11, 23)
FOREIGN = BookingRefusal.NOT_YOUR_SERVICE


@pytest.fixture
def services(database, clock):
    """What an agent books today."""

    def services(agent):
        with database.transaction() as session:
            return services_of(session, agent.id, paris_day(clock.now))

    return services


def test_a_service_is_families_at_places() -> None:
    pmi_here = Service(frozenset({"pmi"}), frozenset({1}), may_overbook=False)
    social_anywhere = Service(frozenset({"social"}), None, may_overbook=True)
    everything = Service(None, None, may_overbook=False)
    assert may_book([pmi_here], family="pmi", place_id=1)
    assert not may_book([pmi_here], family="pmi", place_id=2)
    assert not may_book([pmi_here], family="social", place_id=1)
    assert may_book([pmi_here, social_anywhere], family="social", place_id=2)
    assert may_book([everything], family="cpef", place_id=9)
    assert not may_book([], family="pmi", place_id=1)


def test_the_right_to_overbook_holds_in_its_own_service_alone() -> None:
    pmi, social = frozenset({"pmi"}), frozenset({"social"})
    here = [Service(pmi, None, may_overbook=False), Service(social, None, may_overbook=True)]
    assert may_overbook(here, family="social", place_id=1)
    assert not may_overbook(here, family="pmi", place_id=1)


def test_a_welcome_desk_books_every_family_at_its_places_and_others_what_they_hold(world, services) -> None:
    house, other = world.place(), world.place()
    welcome = world.agent("accueil", place=house)
    assert services(welcome) == (Service(None, frozenset({house.id}), may_overbook=False),)
    everywhere = world.agent("encadrant", families=["social"])
    assert services(everywhere) == (Service(frozenset({"social"}), None, may_overbook=False),)
    world.assignment(everywhere, "professionnel", other, families=["pmi"], may_overbook=True)
    assert services(everywhere)[1] == Service(frozenset({"pmi"}), frozenset({other.id}), may_overbook=True)


def test_an_mds_stands_for_the_places_that_answer_to_it(world, services, database) -> None:
    here, there = world.place(), world.place()
    world.territory("calaisis", "Calaisis")
    with database.transaction() as session:
        house, empty = session.scalars(select(Mds.id).order_by(Mds.id))
    agent = world.agent("courrier")
    world.assignment(agent, "référent", mds_id=house, families=["insertion"])
    assert services(agent) == (Service(frozenset({"insertion"}), frozenset({here.id, there.id}), may_overbook=False),)
    nowhere = world.agent("courrier")
    world.assignment(nowhere, "accueil", mds_id=empty)
    assert services(nowhere) == (Service(None, frozenset(), may_overbook=False),)


@pytest.mark.parametrize("role", ["courrier", "admin", "partenaire 2"])
def test_other_roles_book_nothing(world, services, role) -> None:
    assert services(world.agent(role, families=["social"])) == ()


def test_a_role_that_is_over_or_to_come_books_nothing(world, services) -> None:
    agent = world.agent("courrier")
    world.assignment(agent, "accueil", valid=Range(date(2026, 1, 1), TODAY))
    world.assignment(agent, "accueil", valid=Range(date(2026, 11, 24), None))
    assert services(agent) == ()


def test_nobody_books_in_a_service_that_is_not_theirs(database, clock, world) -> None:
    place, motif, receiver = world.office()
    elsewhere = world.agent("accueil", place=world.place())
    other_family = world.agent("professionnel", families=["pmi"])
    for agent in (elsewhere, other_family, receiver, world.agent("admin")):
        assert refused(database, clock.now, asked(place, motif), Actor.agent(agent.id)) is FOREIGN
    of_service = world.agent("professionnel", place=place, families=["social"])
    assert confirm(database, clock.now, asked(place, motif), Actor.agent(of_service.id)).agent_id == receiver.id


def test_who_acts_for_a_person_books_what_that_person_may(database, clock, world) -> None:
    (place, motif, _), partner, person = world.office(), world.agent("partenaire 1"), world.person()
    mandate = world.mandate(person, agent_id=partner.id)
    by = Actor(ActorKind.AGENT, partner.id, mandate.id)
    made = confirm(database, clock.now, asked(place, motif, person_id=person.id), by)
    assert shift(database, clock.now, made.id, LATER, by=by).starts_at == LATER


def test_what_another_service_booked_is_not_changed(database, clock, world) -> None:
    (place, motif, agent), colleague = world.office(), world.agent()
    made = world.appointment(agent, place, motif, START)
    by = Actor.agent(world.agent("professionnel", families=["pmi"]).id)
    assert refusal(shift, database, clock.now, made.id, LATER, by=by) is FOREIGN
    assert refusal(give_up, database, clock.now, made.id, by=by) is FOREIGN
    assert refusal(give, database, clock.now, made.id, colleague, by) is FOREIGN


def test_an_agent_moves_and_cancels_their_own_appointments_within_their_own_agenda(database, clock, world) -> None:
    place, motif, agent = world.office()
    there, colleague, by = world.place(), world.agent(), Actor.agent(agent.id)
    world.opening(colleague, place, motif)
    world.opening(agent, there, motif, weekdays=[5])
    made = world.appointment(agent, place, motif, START)
    saturday = START.replace(day=28)
    assert refusal(shift, database, clock.now, made.id, saturday, by=by, place_id=there.id) is FOREIGN
    assert refusal(shift, database, clock.now, made.id, LATER, by=by, agent_id=colleague.id) is FOREIGN
    world.appointment(agent, place, motif, LATER)
    taken = refusal(shift, database, clock.now, made.id, LATER, by=by)  # the colleague is free, and is not asked
    assert taken is BookingRefusal.AGENT_TAKEN
    sooner = START.replace(day=25)
    assert shift(database, clock.now, made.id, sooner, by=by).agent_id == agent.id
    assert give_up(database, clock.now, made.id, by=by).status is AppointmentStatus.REVOKED


def test_who_receives_elsewhere_too_moves_their_own_to_where_they_book(database, clock, world) -> None:
    (place, motif, agent), there = world.office(), world.place()
    world.assignment(agent, "professionnel", there, families=["social"])
    world.opening(agent, there, motif, weekdays=[5])
    made = world.appointment(agent, place, motif, START)
    saturday = START.replace(day=28)
    moved = shift(database, clock.now, made.id, saturday, by=Actor.agent(agent.id), place_id=there.id)
    assert moved.place_id == there.id
