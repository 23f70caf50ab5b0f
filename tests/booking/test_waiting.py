"""The waiting list: who waits for what, the slot that would suit each, and how a wish ends."""

from datetime import date, time, timedelta

import pytest

from portal.booking.models_waiting import WishEnd
from portal.booking.queries_waiting import first_slots, open_wishes, wish, wishes_of
from portal.booking.rules_waiting import WishFault
from portal.booking.services_waiting import answer_wishes, end_past_wishes, stop_waiting, wait
from portal.directory.models import BookedBy
from portal.journal.services import VISITOR, Actor
from portal.people.queries_access import services_of
from portal.upkeep import upkeep
from tests.booking.desk import START, journal
from tests.reading import refusal
from tests.world import at

TODAY = date(2026, 11, 23)


@pytest.fixture
def desk(world):
    """Someone who welcomes everywhere."""
    return Actor.agent(world.agent("accueil").id)


@pytest.fixture
def ask(database, world, desk):
    """`ask(person, motif, place, …)`: from today on, at any hour."""

    def put(person, motif, place=None, by=desk, **given):
        suits = {"first_day": TODAY, "last_day": None, "mornings": True, "afternoons": True} | given
        with database.transaction() as session:
            return wait(
                session,
                world.now,
                person_id=person.id,
                motif_id=motif.id,
                place_id=place.id if place else None,
                by=by,
                **suits,
            )

    return put


def test_one_wish_for_each_person_and_motif_asked_again_it_says_what_suits_now(world, ask, database) -> None:
    place, motif, _ = world.office()
    person = world.person()
    first = ask(person, motif, place)
    again = ask(person, motif, None, first_day=date(2026, 12, 1), last_day=date(2026, 12, 31), mornings=False)
    assert again.id == first.id
    assert (again.place_id, again.first_day, again.mornings, again.created_at) == (
        None,
        date(2026, 12, 1),
        False,
        world.now,
    )
    other = ask(person, world.motif())
    assert other.id != first.id
    child = world.person(guardian_id=person.id)
    of_child = ask(child, motif)
    with database.transaction() as session:
        assert [one.id for one in wishes_of(session, person.id)] == [first.id, other.id, of_child.id]
        assert [one.id for one in wishes_of(session, child.id)] == [of_child.id]
    assert {line.verb for line in journal(database)} == {"wish.made"}


def test_a_wish_that_makes_no_sense_or_of_another_service_is_refused(world, ask) -> None:
    place, motif, _ = world.office()
    person = world.person()
    assert refusal(ask, person, motif, last_day=TODAY - timedelta(days=1), first_day=date(2026, 11, 1)) is (
        WishFault.OVER
    )
    assert refusal(ask, person, motif, last_day=TODAY - timedelta(days=1)) is WishFault.NEVER
    assert refusal(ask, person, motif, mornings=False, afternoons=False) is WishFault.NEVER
    assert refusal(ask, person, motif, first_day=TODAY + timedelta(days=367)) is WishFault.TOO_FAR
    assert refusal(ask, person, world.motif(booked_by=BookedBy.NOBODY)) is WishFault.NOT_BOOKABLE
    assert refusal(ask, person, world.motif(closed_on=TODAY)) is WishFault.NOT_BOOKABLE
    assert refusal(ask, person, motif, by=VISITOR) is WishFault.NOT_YOUR_SERVICE
    pmi = Actor.agent(world.agent("professionnel", place=place, families=["pmi"]).id)
    assert refusal(ask, person, motif, by=pmi) is WishFault.NOT_YOUR_SERVICE
    here = Actor.agent(world.agent("professionnel", place=place, families=["social"]).id)
    assert refusal(ask, person, motif, world.place(), by=here) is WishFault.NOT_YOUR_SERVICE
    assert ask(person, motif, by=here).place_id is None, "anywhere, in a service of theirs"
    with pytest.raises(LookupError):
        ask(type(person)(id=999), motif)
    with pytest.raises(LookupError):
        ask(person, type(motif)(id=999))


def test_a_wish_ends_once_by_an_appointment_by_the_person_or_by_its_last_day(world, ask, desk, database) -> None:
    place, motif, agent = world.office()
    people = [world.person() for _ in range(3)]
    booked, withdrawn, past = [ask(one, motif, last_day=TODAY) for one in people]
    made = world.appointment(agent, place, motif, START, people[0])
    with database.transaction() as session:
        given = {"person_ids": [people[0].id], "motif_id": motif.id, "appointment_id": made.id}
        assert answer_wishes(session, world.now, **given) == 1
        assert answer_wishes(session, world.now, **given) == 0
        for how in (WishEnd.WITHDRAWN, WishEnd.OVER):
            stop_waiting(session, world.now, wish_id=withdrawn.id, how=how, by=desk)
        assert end_past_wishes(session, world.now) == 0
        assert upkeep(session, world.now + timedelta(days=1)).wishes == 1
        ends = [wish(session, one.id) for one in (booked, withdrawn, past)]
    assert [one.ended_how for one in ends] == [WishEnd.BOOKED, WishEnd.WITHDRAWN, WishEnd.OVER]
    assert ends[0].appointment_id == made.id
    assert [(line.verb, line.actor) for line in journal(database)[3:]] == [
        ("wish.ended", "agent"),
        ("wish.ended", "machine"),
    ]
    with database.transaction() as session:
        with pytest.raises(LookupError):
            stop_waiting(session, world.now, wish_id=999, how=WishEnd.WITHDRAWN, by=desk)
        assert refusal(
            stop_waiting, session, world.now, wish_id=past.id, how=WishEnd.WITHDRAWN, by=Actor.agent(agent.id)
        ) is (WishFault.NOT_YOUR_SERVICE)
    assert ask(people[0], motif).id != booked.id, "who was answered may wait again"


def test_each_wish_is_shown_with_the_first_slot_that_suits_it(world, database) -> None:
    place, motif, agent = world.office()
    afternoon = world.place()
    world.opening(world.agent(), afternoon, motif, weekdays=[3], starts=time(14), ends=time(16))
    full = world.motif()
    people = [world.person() for _ in range(6)]
    day = date(2026, 11, 25)
    anything = world.wish(people[0], motif)
    here = world.wish(people[1], motif, place, first_day=day)
    nothing = world.wish(people[2], motif, place, mornings=False)
    too_early = world.wish(people[3], motif, place, first_day=date(2026, 11, 1), last_day=TODAY - timedelta(days=1))
    brief = world.wish(people[4], motif, place, first_day=date(2026, 11, 28), last_day=date(2026, 11, 29))
    no_slot = world.wish(people[5], full)
    ticked = world.wish(world.person(), motif, place, half_days=["jeu-matin", "lun-apres"])
    with database.transaction() as session:
        waiting = open_wishes(session, world.now)
        shown = {line.wish.id: line.slot and (line.slot.starts_at, line.slot.place_id) for line in waiting.lines}
    assert shown == {
        anything.id: (at("2026-11-23", "09:30"), place.id),
        here.id: (at("2026-11-25", "09:00"), place.id),
        nothing.id: None,
        brief.id: None,
        no_slot.id: None,
        ticked.id: (at("2026-11-26", "09:00"), place.id),
    }, "whose last day is past is not shown"
    assert too_early.id not in shown
    assert (waiting.number, waiting.has_next, agent.is_active) == (1, False, True)


def test_whoever_has_letters_alone_is_offered_what_a_letter_tells_in_time_or_is_called(world, database) -> None:
    place, motif, _agent = world.office()
    post = {"mobile": None, "email": None, "address": ["", "", "1 RUE D ESSAI", "", "62000 ARRAS"]}
    by_post, called, told = (world.person(**given) for given in (post, post | {"landline": "+33353010012"}, {}))
    child = world.person(guardian_id=by_post.id)
    wishes = [world.wish(one, motif, place) for one in (by_post, called, told, child)]
    with database.transaction() as session:
        lines = {line.wish.id: line for line in open_wishes(session, world.now).lines}
    now, later = at("2026-11-23", "09:30"), at("2026-11-27", "09:00")  # a letter of Monday arrives on Thursday
    assert [lines[one.id].slot.starts_at for one in wishes] == [later, now, now, later]
    assert [lines[one.id].by_phone for one in wishes] == [False, True, False, False]


def test_the_first_slot_may_be_far_and_must_be_the_referent_s_where_the_motif_says_so(world, database) -> None:
    place, motif, agent = world.office(with_referent=True)
    own = world.agent()
    world.opening(own, place, motif, first_day=date(2027, 1, 18))
    person, nobody = world.person(), world.person()
    world.referent(person, own)
    followed, alone = world.wish(person, motif), world.wish(nobody, motif, place)
    child = world.wish(world.person(guardian_id=person.id), motif)
    with database.transaction() as session:
        found = {line.wish.id: line.slot for line in open_wishes(session, world.now).lines}
        none = first_slots(session, world.now, [])
    assert found[alone.id] is None
    assert (found[followed.id].agent_id, found[followed.id].starts_at) == (own.id, at("2027-01-18", "09:00"))
    assert found[child.id] == found[followed.id]
    assert (none, agent.id != own.id) == ({}, True)


def test_an_agent_sees_the_wishes_of_their_services_and_the_slots_they_book(world, database) -> None:
    place, motif, _ = world.office()
    there, other = world.place(), world.motif(family="pmi")
    colleague = world.agent()
    world.opening(colleague, there, motif, starts=time(10))
    anywhere = world.wish(world.person(), motif)
    far = world.wish(world.person(), motif, place)
    world.wish(world.person(), other)
    social = world.agent("professionnel", place=there, families=["social"])
    welcome = world.agent("accueil")
    idle = world.agent("admin")
    with database.transaction() as session:

        def seen(agent, **given):
            services = services_of(session, agent.id, TODAY)
            lines = open_wishes(session, world.now, services=services, **given).lines
            return [(line.wish.id, line.slot and line.slot.place_id) for line in lines]

        assert seen(social) == [(anywhere.id, there.id)]
        assert [one for one, _ in seen(welcome)] == [anywhere.id, far.id, far.id + 1]
        assert seen(welcome, place_ids=[place.id])[1] == (far.id, place.id)
        assert [one for one, _ in seen(welcome, place_ids=[there.id])] == [anywhere.id, far.id + 1]
        assert seen(idle) == []


def test_wishes_come_fifty_at_a_time_the_oldest_first(world, database) -> None:
    motif = world.motif()
    made = [world.wish(world.person(), motif).id for _ in range(51)]
    with database.transaction() as session:
        pages = [open_wishes(session, world.now, page=number) for number in (0, 2, 3)]
    assert [(len(page.lines), page.has_next) for page in pages] == [(50, True), (1, False), (0, False)]
    assert [line.wish.id for line in pages[0].lines] == made[:50]
