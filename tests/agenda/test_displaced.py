"""Appointments whose agent, place or motif is no longer there: listed, placed anew, and the people told."""

from dataclasses import dataclass
from datetime import date, time, timedelta

import pytest

from portal.agenda.queries_displaced import Only, Reach, displaced, why_of
from portal.agenda.rules_displaced import Candidate, Why, reason_of, reasons, shared_out
from portal.agenda.services_absences import add_absence
from portal.booking.models import Appointment, AppointmentStatus, CancelReason
from portal.booking.rules_closed import Closed
from portal.booking.slots import Slot
from portal.directory.models import Departement, Motif, Place
from portal.journal.services import Actor
from portal.notifications.models import Route
from portal.people.models import Agent, Person
from tests.booking.desk import alive, asked, confirm
from tests.booking.test_races import at_once, someone
from tests.checked_pages import Page
from tests.entering import enter
from tests.world import at

DAY = "2026-12-01"  # a Tuesday, eight days after the tests' Monday
LIST = "/agents/agenda/a-replacer"
PLAIN = Candidate(
    id=1,
    starts_at=at(DAY, "09:00"),
    place_id=7,
    is_away=False,
    is_agent_active=True,
    suspended_at=None,
    expires_on=None,
    place_closed_on=None,
    motif_closed_on=None,
    is_overbooked=False,
)


@dataclass(frozen=True)
class Office:
    here: Place
    motif: Motif
    agent: Agent
    colleague: Agent
    desk: Agent
    lead: Agent


@pytest.fixture
def office(world) -> Office:
    """Camille receives every morning; Sasha too, one motif; Alix is at the desk; Eden leads."""
    here, motif = world.place(name="MDS d'Essai"), world.motif()
    agent = world.agent("professionnel", place=here, family_name="Essai-Un", families=["social"])
    colleague = world.agent(
        "professionnel", place=here, given_name="Sasha", family_name="Essai-Deux", families=["social"]
    )
    world.opening(agent, here, motif)
    world.opening(colleague, here, motif, starts=time(9), ends=time(12))
    desk = world.agent("accueil", place=here, given_name="Alix")
    lead = world.agent("encadrant", place=here, given_name="Eden", families=["social"])
    return Office(here, motif, agent, colleague, desk, lead)


def listed(database, clock, agent: Agent, only: Only | None = None, places=frozenset()):
    with database.reading() as session:
        return [(one.id, one.why) for one in displaced(session, clock.now, Reach(agent.id, places), only)]


def seen(client, url: str) -> Page:
    return parsed(client.get(url))


def parsed(answer) -> Page:
    return Page(answer.text)


def row_of(database, number: int) -> Appointment:
    with database.transaction() as session:
        return session.get_one(Appointment, number)


# Why


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, ()),
        ({"is_away": True}, (Why.AWAY,)),
        ({"is_agent_active": False}, (Why.AGENT,)),
        ({"suspended_at": at("2026-11-20", "10:00")}, (Why.AGENT,)),
        ({"expires_on": date(2026, 12, 1)}, (Why.AGENT,)),
        ({"expires_on": date(2026, 12, 2)}, ()),
        ({"place_closed_on": date(2026, 12, 1)}, (Why.PLACE,)),
        ({"motif_closed_on": date(2026, 11, 30)}, (Why.MOTIF,)),
        ({"place_id": 8}, (Why.PLACE,)),
        ({"place_id": 8, "is_overbooked": True}, (Why.PLACE,)),
        ({"starts_at": at("2026-12-25", "09:00")}, (Why.PLACE,)),
        ({"starts_at": at("2026-12-25", "09:00"), "is_overbooked": True}, ()),
    ],
)
def test_why_an_appointment_cannot_stand(given, why) -> None:
    christmas = date(2026, 12, 25).toordinal()
    closed = Closed(frozenset({christmas}), {8: frozenset({date(2026, 12, 1).toordinal(), christmas})})
    assert reasons(PLAIN._replace(**given), closed) == why


def test_the_reason_proposed_says_why() -> None:
    assert [reason_of(why) for why in ((Why.PLACE,), (Why.MOTIF,), (Why.AWAY, Why.PLACE), ())] == [
        CancelReason.PLACE_CLOSED,
        CancelReason.WRONG_SUBJECT,
        CancelReason.AGENT_AWAY,
        CancelReason.AGENT_AWAY,
    ]


def test_several_do_not_take_the_same_slot() -> None:
    nine, half, other = (Slot(at(DAY, hour), agent, 1) for hour, agent in (("09:00", 1), ("09:30", 1), ("09:00", 2)))
    wanted = [(number, 1800, [nine, half, other]) for number in (11, 12, 13, 14)]
    assert shared_out(wanted) == {11: nine, 12: half, 13: other}


# The list


def test_all_that_cannot_stand_is_listed_and_nothing_else(database, clock, world, office) -> None:
    stands = world.appointment(office.agent, office.here, office.motif, at(DAY, "09:00"))
    away = world.appointment(office.agent, office.here, office.motif, at(DAY, "11:00"))
    world.absence(office.agent, at(DAY, "11:15"), at(DAY, "12:00"))
    gone = world.agent(place=office.here, is_active=False)
    left = world.appointment(gone, office.here, office.motif, at(DAY, "09:00"))
    world.odd_day(date(2026, 12, 3), office.here)
    shut = world.appointment(office.agent, office.here, office.motif, at("2026-12-03", "09:00"))
    old = world.motif(closed_on=date(2026, 12, 4))
    no_motif = world.appointment(office.agent, office.here, old, at("2026-12-04", "09:00"))
    world.appointment(gone, office.here, office.motif, at("2026-11-23", "08:00"))  # past
    world.appointment(gone, office.here, office.motif, at(DAY, "10:00"), status=AppointmentStatus.REVOKED)
    elsewhere = world.appointment(gone, world.place(), office.motif, at(DAY, "11:00"))
    found = listed(database, clock, office.desk, places=frozenset({office.here.id}))
    assert found == [
        (left.id, (Why.AGENT,)),
        (away.id, (Why.AWAY,)),
        (shut.id, (Why.PLACE,)),
        (no_motif.id, (Why.MOTIF,)),
    ]
    assert stands.id not in dict(found)
    everywhere = dict(listed(database, clock, office.desk, places=None))
    assert elsewhere.id in everywhere
    own = listed(database, clock, office.agent)
    assert [number for number, _why in own] == [away.id, shut.id, no_motif.id]
    assert listed(database, clock, office.agent, Only(why=Why.MOTIF)) == [(no_motif.id, (Why.MOTIF,))]
    assert not listed(database, clock, office.agent, Only(place_id=elsewhere.place_id))
    assert not listed(database, clock, office.agent, Only(agent_id=gone.id))
    with database.reading() as session:
        reach = Reach(office.agent.id, frozenset())
        assert why_of(session, clock.now, away.id, reach) == (Why.AWAY,)
        assert why_of(session, clock.now, stands.id, reach) == ()


def test_a_holiday_of_the_region_displaces_what_was_booked_there_unless_it_was_on_purpose(
    database, clock, world, office
) -> None:
    with database.transaction() as session:
        session.get_one(Departement, 1).holiday_region = "alsace_moselle"
    good_friday = "2027-03-26"
    made = world.appointment(office.agent, office.here, office.motif, at(good_friday, "09:00"))
    world.appointment(
        office.agent, office.here, office.motif, at(good_friday, "10:00"), is_overbooked=True, overbook_reason="Urgent"
    )
    assert listed(database, clock, office.agent) == [(made.id, (Why.PLACE,))]


def test_who_books_while_an_absence_is_written_is_in_the_list(database, clock, world, office) -> None:
    start = at(DAY, "09:00")
    world.absence(office.colleague, at(DAY, "00:00"), at(DAY, "23:00"))

    def be_away():
        with database.transaction() as session:
            add_absence(
                session,
                clock.now,
                agent_id=office.agent.id,
                starts_at=at(DAY, "00:00"),
                ends_at=at("2026-12-02", "00:00"),
                by=Actor.agent(office.agent.id),
            )

    crowd = [someone(number, office.here, office.motif, starts_at=start) for number in range(4)]
    acts = [lambda request=request: confirm(database, clock.now, request) for request in crowd]
    came_to = at_once(be_away, *acts)
    booked = came_to["done"] - 1
    assert booked in {0, 1}
    assert len(listed(database, clock, office.agent)) == booked


def test_no_slot_is_given_of_an_agent_whose_account_is_closed(database, clock, world) -> None:
    for given in ({"suspended_at": clock.now}, {"expires_on": date(2026, 12, 1)}, {"is_active": False}):
        place, motif = world.place(), world.motif()
        world.opening(world.agent(**given), place, motif)
        request = asked(place, motif, starts_at=at(DAY, "09:00"))
        assert at_once(lambda request=request: confirm(database, clock.now, request))["done"] == 0


# On screen


def twelve(world) -> list[Person]:
    """Three of each kind: SMS and e-mail, a landline alone, garantie papier, nothing at all."""
    address = ["", "", "1 RUE DE LA DEMONSTRATION", "", "62000 ARRAS"]
    nothing = {"mobile": None, "email": None}
    kinds = [
        {},
        nothing | {"landline": "+33353010044"},
        nothing | {"address": address, "wants_paper": True},
        nothing,
    ]
    return [
        world.person(given_names=f"Nour {'ABC'[rank]}{'DEFG'[kind]}", **given)
        for rank in range(3)
        for kind, given in enumerate(kinds)
    ]


def routes(database, person: Person, kind: str) -> set[str]:
    return {route for sent, route, who in alive(database) if who == person.id and sent == kind}


TOLD = [{"sms", "email"}, {Route.CALL.value}, {Route.LETTER.value}, {Route.DESK.value}]


def test_twelve_people_of_four_kinds_are_moved_given_and_cancelled(client, database, world, office) -> None:
    people = twelve(world)
    booked = [
        world.appointment(
            office.agent,
            office.here,
            office.motif,
            at(DAY, "09:00") + timedelta(days=rank // 6, minutes=30 * (rank % 6)),
            one,
        )
        for rank, one in enumerate(people)
    ]
    world.absence(office.agent, at(DAY, "00:00"), at("2026-12-03", "00:00"))
    enter(client, office.lead, place_id=office.here.id)
    page = seen(client, LIST)
    assert "12 rendez-vous sont à replacer." in page.text()
    assert "une lettre (arrive le" in page.text()
    assert "à dire sur place" in page.text()
    ticks = [box.get("value") for box in page.all("input", type="checkbox")]
    sent = page.fields()

    def several(act, boxes, **more):
        shown = client.post(f"{LIST}/ensemble", data=sent | {"acte": act, "rdv": boxes})
        assert shown.status_code == 200
        fields = parsed(shown).fields() | more
        first = client.post(f"{LIST}/ensemble", data=fields)
        told = len(alive(database))
        again = client.post(f"{LIST}/ensemble", data=fields)  # pressed twice
        assert (first.status_code, again.status_code) == (200, 200)
        assert len(alive(database)) == told
        return parsed(first).text()

    assert "4 rendez-vous sont replacés." in several("deplacer", ticks[:4])
    assert "4 rendez-vous sont replacés." in several("confier", ticks[4:8], agent=str(office.colleague.id))
    assert "4 rendez-vous sont replacés." in several("annuler", ticks[8:])
    for rank, person in enumerate(people):
        now = row_of(database, booked[rank].id)
        if rank < 4:
            assert now.status is AppointmentStatus.BOOKED
            assert (now.starts_at, now.agent_id) != (booked[rank].starts_at, office.agent.id)
            assert routes(database, person, "appointment_moved") == TOLD[rank % 4]
        elif rank < 8:
            assert (now.starts_at, now.agent_id) == (booked[rank].starts_at, office.colleague.id)
            assert not [one for one in alive(database) if one[2] == person.id]
        else:
            assert (now.status, now.cancel_reason) == (AppointmentStatus.REVOKED, CancelReason.AGENT_AWAY)
            assert routes(database, person, "appointment_cancelled") == TOLD[rank % 4]
    assert "Rien à replacer ici." in seen(client, LIST).text()


def test_what_was_taken_meanwhile_is_said_line_by_line_and_the_rest_is_done(client, database, world, office) -> None:
    booked = [world.appointment(office.agent, office.here, office.motif, at(DAY, hour)) for hour in ("09:00", "10:00")]
    world.absence(office.agent, at(DAY, "00:00"), at("2026-12-02", "00:00"))
    enter(client, office.desk, place_id=office.here.id)
    page = seen(client, LIST)
    ticks = [box.get("value") for box in page.all("input", type="checkbox")]
    assert [form.get("data-keep") for form in page.all("form", id="plusieurs")] == [""]  # if the connection is lost
    shown = client.post(f"{LIST}/ensemble", data=page.fields() | {"acte": "confier", "rdv": ticks})
    assert "Libre pour 2 sur 2" in parsed(shown).text()
    world.appointment(office.colleague, office.here, office.motif, at(DAY, "09:00"))
    done = parsed(client.post(f"{LIST}/ensemble", data=parsed(shown).fields())).text()
    assert "Un rendez-vous est replacé." in done
    assert "Cet agent n'est plus libre à cette heure." in done
    assert [row_of(database, one.id).agent_id for one in booked] == [office.agent.id, office.colleague.id]


def test_one_of_them_is_moved_given_or_cancelled_on_its_page(client, database, world, office) -> None:
    booked = [
        world.appointment(office.agent, office.here, office.motif, at(DAY, hour))
        for hour in ("09:00", "09:30", "10:00")
    ]
    world.absence(office.agent, at(DAY, "00:00"), at("2026-12-02", "00:00"))
    enter(client, office.agent, place_id=office.here.id)
    for rank, one in enumerate(booked):
        page = seen(client, f"{LIST}/{one.id}")
        assert client.post(f"{LIST}/{one.id}", data={"acte": "deplacer"}).status_code == 422
        fields = page.fields((0, 1, -1)[rank])
        assert (
            client.post(f"{LIST}/{one.id}", data=fields | {"creneau": "x", "agent": "", "raison": ""}).status_code
            == 422
        )
        for _twice in range(2):
            answer = client.post(f"{LIST}/{one.id}", data=fields)
            assert (answer.status_code, answer.location.split("?")[0]) == (303, LIST)
    rows = [row_of(database, one.id) for one in booked]
    assert (rows[0].starts_at, rows[0].agent_id) == (booked[0].starts_at, office.colleague.id)
    assert rows[1].starts_at != booked[1].starts_at
    assert rows[2].status is AppointmentStatus.REVOKED
    page = seen(client, f"{LIST}/{booked[2].id}")
    assert "Ce rendez-vous n'est plus à replacer." in page.text()


def test_a_change_meanwhile_is_said(client, database, world, office) -> None:
    one = world.appointment(office.agent, office.here, office.motif, at(DAY, "09:00"))
    world.absence(office.agent, at(DAY, "00:00"), at("2026-12-02", "00:00"))
    enter(client, office.desk, place_id=office.here.id)
    fields = seen(client, f"{LIST}/{one.id}").fields(0)
    with database.transaction() as session:
        session.get_one(Appointment, one.id).sequence = 4
    answer = client.post(f"{LIST}/{one.id}", data=fields)
    assert answer.status_code == 409
    assert "a changé entre-temps" in parsed(answer).text()


def test_names_and_acts_are_for_those_who_may_know(client, world, office) -> None:
    one = world.appointment(office.agent, office.here, office.motif, at(DAY, "09:00"), world.person(given_names="Nour"))
    world.absence(office.agent, at(DAY, "00:00"), at("2026-12-02", "00:00"))
    enter(client, world.agent("admin"))
    page = seen(client, LIST)
    assert "Un rendez-vous est à replacer." in page.text()
    assert "Nour" not in page.text()
    assert client.get(f"{LIST}/{one.id}").status_code == 403
    enter(client, office.colleague)
    assert "Rien à replacer ici." in seen(client, LIST).text()
    assert client.get(f"{LIST}/{one.id}").status_code == 404
    enter(client, world.agent("courrier"))
    assert client.get(LIST).status_code == 403


def test_a_workshop_leads_to_its_own_page(client, world, office) -> None:
    workshop = world.workshop(office.agent, office.here, office.motif, at(DAY, "09:00"))
    world.absence(office.agent, at(DAY, "00:00"), at("2026-12-02", "00:00"))
    enter(client, office.desk, place_id=office.here.id)
    page = seen(client, LIST)
    assert "Un rendez-vous est à replacer." in page.text()
    assert not page.all("input", type="checkbox")
    assert client.get(f"{LIST}/{workshop.appointment_id}").status_code == 404


def test_the_list_is_narrowed_to_a_day_which_what_is_done_after_it_keeps(client, database, clock, world, office):
    for day, hour in ((DAY, "09:00"), (DAY, "10:00"), ("2026-12-03", "09:00")):
        world.appointment(office.agent, office.here, office.motif, at(day, hour))
    world.absence(office.agent, at(DAY, "00:00"), at("2026-12-04", "00:00"))
    enter(client, office.desk, place_id=office.here.id)

    def days(page: Page) -> list[tuple[str, bool]]:
        (choice,) = page.all("select", name="jour")
        return [(one.get("value"), one.get("selected") is not None) for one in choice.iter("option")]

    page = seen(client, LIST)
    assert days(page) == [("", False), (DAY, False), ("2026-12-03", False)]
    assert "mardi 1er décembre 2026 (2)" in page.text()
    narrow = seen(client, f"{LIST}?jour={DAY}")
    assert "2 rendez-vous sont à replacer." in narrow.text()
    assert days(narrow) == [("", False), (DAY, True), ("2026-12-03", False)]
    assert f"jour={DAY}" in narrow.fields()["suite"]
    assert len(listed(database, clock, office.agent, Only(day=date(2026, 12, 3)))) == 1
    empty = seen(client, f"{LIST}?jour=2026-12-05")
    assert "Rien à replacer ici." in empty.text()
    assert ("2026-12-05", True) in days(empty)
    assert "3 rendez-vous sont à replacer." in seen(client, f"{LIST}?jour=hier").text()


def test_nothing_ticked_or_an_old_page_is_said(client, world, office) -> None:
    world.appointment(office.agent, office.here, office.motif, at(DAY, "09:00"))
    world.absence(office.agent, at(DAY, "00:00"), at("2026-12-02", "00:00"))
    enter(client, office.desk, place_id=office.here.id)
    fields = seen(client, f"{LIST}?agent={office.agent.id}&lieu={office.here.id}&raison=absent").fields()
    for data, words in ((fields | {"acte": "annuler"}, "Cochez au moins un"), ({}, "Recommencez.")):
        answer = client.post(f"{LIST}/ensemble", data=data)
        assert answer.status_code == 422
        assert words in parsed(answer).text()
