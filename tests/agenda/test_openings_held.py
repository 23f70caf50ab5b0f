"""What is shown of a change is what happens; pages that are not this browser's, far years, two hands at once."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event

from portal.agenda import queries_openings as queries
from portal.agenda.rules_openings import (
    Draft,
    OpeningFault,
    Plan,
    after,
    change_from,
    change_once,
    copy_week,
    end_from,
    mark_of,
    mark_of_plan,
    next_days,
)
from portal.agenda.rules_openings_effect import Situation, effect
from portal.agenda.services_absences import change_absence, end_absence
from portal.agenda.services_absences import mark_of as mark_of_absence
from portal.agenda.services_openings import write_plan
from portal.booking.availability import Scope, free_slots
from portal.booking.models import Absence, Recurrence
from portal.database import Database
from portal.directory.models import BookedBy, Motif, Place
from portal.journal.services import Actor
from portal.people.models import Agent
from portal.refusal import Refused
from tests.checked_pages import Page
from tests.entering import enter
from tests.world import at

TODAY = date(2026, 11, 23)
WATCHED = timedelta(weeks=8)
Office = tuple[Place, Motif, Agent]


@pytest.fixture
def office(world) -> Office:
    place, motif = world.place(name="MDS d'Essai"), world.motif(title="Parler de mon budget")
    agent = world.agent("professionnel", place=place, families=["social"])
    world.opening(agent, place, motif)
    return place, motif, agent


def parsed(answer) -> Page:
    return Page(answer.text)


def days(day: date) -> list[str]:
    return [str(day.day), str(day.month), str(day.year)]


def given_to_agents(database: Database, now: datetime, agent: Agent, motifs: Sequence[Motif]) -> dict[int, set[Any]]:
    """What can be booked of an agent within eight weeks, by motif."""
    with database.reading() as session:
        return {
            one.id: {
                (slot.starts_at, slot.place_id)
                for slot in free_slots(
                    session,
                    now,
                    Scope(session.get_one(Motif, one.id), agent_ids=[agent.id], for_agent=True),
                    TODAY,
                    TODAY + WATCHED,
                )
            }
            for one in motifs
        }


def shown_is_what_happens(database: Database, now: datetime, agent: Agent, motifs: Sequence[Motif], plan: Plan) -> None:
    """Writes a plan, and compares what could be booked before and after with what its page said."""
    old = given_to_agents(database, now, agent, motifs)
    with database.transaction() as session:
        before = queries.situation(session, agent.id, now)
        later = Situation(after(before.openings, plan), before.away)
        ids = {number for draft in (*before.openings, *later.openings) for number in draft.motif_ids}
        said = effect(before, later, queries.look(session, agent.id, now, ids))
        shown = {draft.id: mark_of(draft) for draft in queries.drafts(session, agent.id, date.min)}
        write_plan(session, now, agent_id=agent.id, plan=plan, shown=shown, by=Actor.agent(agent.id))
    new = given_to_agents(database, now, agent, motifs)
    gained = {number: len(new[number] - old[number]) for number in old if new[number] - old[number]}
    lost = {number: len(old[number] - new[number]) for number in old if old[number] - new[number]}
    assert (said.gained, said.lost) == (gained, lost), plan


def any_opening(chance: random.Random, places: Sequence[Place], motifs: Sequence[Motif]) -> Draft:
    kind = chance.choice(list(Recurrence))
    is_once = kind is Recurrence.ONCE
    first = TODAY + timedelta(days=chance.randrange(40))
    begins = chance.randrange(46)
    ends = chance.randrange(begins + 1, 48)
    return Draft(
        id=0,
        place_id=chance.choice(places).id,
        recurrence=kind,
        weekdays=() if is_once else tuple(sorted(chance.sample(range(7), 2))),
        interval_weeks=chance.choice([1, 2, 3]) if kind is Recurrence.WEEKLY else 1,
        nth_week=chance.choice([1, 4, -1]) if kind is Recurrence.MONTHLY else None,
        first_day=first,
        last_day=first if is_once else chance.choice([None, first + timedelta(days=30)]),
        starts=time(begins // 2, 30 * (begins % 2)),
        ends=time(ends // 2, 30 * (ends % 2)),
        skipped=(),
        motif_ids=frozenset(one.id for one in chance.sample(list(motifs), chance.choice([1, 2]))),
    )


def any_plan(chance: random.Random, current: Sequence[Draft], new: Draft) -> Plan:
    act = chance.choice(["add", "add", "from", "end", "once", "skip", "copy"])
    if act == "add" or not current:
        return Plan(added=(new,))
    old, day = chance.choice(current), TODAY + timedelta(days=chance.randrange(1, 50))
    coming = [one for draft in current for one in next_days(draft, TODAY) if draft.id == old.id]
    if act == "from":
        last = day if new.recurrence is Recurrence.ONCE else None
        return change_from(old, replace(new, last_day=last), day)
    if act in {"once", "skip"} and coming:
        return change_once(old, chance.choice(coming), new if act == "once" else None)
    if act == "copy":
        return copy_week(current, TODAY + timedelta(days=7), day + timedelta(days=7))
    return end_from(old, day)


@pytest.mark.parametrize("seed", [1, 4])
def test_the_effect_shown_is_what_can_be_booked_before_and_after(database, clock, world, seed) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seed, so that what fails fails again
    places = [world.place(), world.place(closed_on=date(2026, 12, 20))]
    motifs = [world.motif(minutes=20, buffer_minutes=15), world.motif(minutes=45, closed_on=date(2027, 1, 5))]
    agent = world.agent("professionnel", families=["social"])
    world.odd_day(date(2026, 12, 8), places[0])
    world.odd_day(date(2026, 12, 25), places[0], is_open=True)
    world.odd_day(date(2026, 12, 9))
    world.absence(agent, at("2026-12-03", "00:00"), at("2026-12-04", "00:00"))
    world.appointment(agent, places[0], motifs[0], at("2026-12-07", "09:10"))
    world.workshop(agent, places[0], motifs[1], at("2026-12-14", "10:00"))
    for _ in range(8):
        with database.reading() as session:
            current = queries.drafts(session, agent.id, TODAY)
        plan = any_plan(chance, current, any_opening(chance, places, motifs))
        shown_is_what_happens(database, clock.now, agent, motifs, plan)


@pytest.mark.parametrize(
    ("motif", "agent"),
    [
        ({"closed_on": date(2026, 11, 1)}, {}),
        ({"closed_on": date(2026, 12, 9)}, {"expires_on": date(2026, 12, 16)}),
        ({"booked_by": BookedBy.NOBODY}, {}),
        ({}, {"suspended_at": at("2026-11-20", "10:00")}),
        ({}, {"expires_on": date(2026, 12, 9)}),
        ({}, {"is_active": False}),
    ],
)
def test_no_slot_is_promised_of_what_gives_none(database, clock, world, motif, agent) -> None:
    place, kind = world.place(), world.motif(**motif)
    holder = world.agent("professionnel", place=place, families=["social"], **agent)
    world.opening(holder, place, kind)
    with database.reading() as session:
        (old,) = queries.drafts(session, holder.id, TODAY)
    plan = change_from(old, replace(old, starts=time(8)), date(2026, 12, 7))
    shown_is_what_happens(database, clock.now, holder, [kind], plan)


def test_an_absence_changed_between_reading_and_ending_it_is_said(database, clock, world, office) -> None:
    agent = office[2]
    row = world.absence(agent, at("2026-12-01", "00:00"), at("2026-12-03", "00:00"))
    shown, by = mark_of_absence(row), Actor.agent(agent.id)
    with database.transaction() as session:
        queries.absence_of(session, row.id)
        with database.transaction() as other:
            change_absence(
                other,
                clock.now,
                absence_id=row.id,
                starts_at=row.starts_at,
                ends_at=at("2026-12-09", "00:00"),
                shown=shown,
                by=by,
            )
        with pytest.raises(Refused) as found:
            end_absence(session, clock.now, absence_id=row.id, shown=shown, by=by)
    assert found.value.reason is OpeningFault.CHANGED


def test_a_place_is_not_opened_again_from_another_site(client, database, world, office) -> None:
    place = office[0]
    with database.transaction() as session:
        session.get_one(Place, place.id).closed_on = date(2026, 12, 1)
    enter(client, world.agent("encadrant", place=place), place_id=place.id)
    url = f"/agents/agenda/lieux/{place.id}/fermer"
    forged = {"rouvrir": "oui", "etape": "enregistrer", "vu": f"{mark_of_plan(Plan(), [])}-None", "shown": "2026-12-01"}
    answer = client.post(url, data=forged)
    assert (answer.status_code, "est restée ouverte longtemps" in parsed(answer).text()) == (422, True)
    assert "Écrivez le jour" not in parsed(answer).text()
    with database.reading() as session:
        assert session.get_one(Place, place.id).closed_on == date(2026, 12, 1)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
def test_a_year_that_is_a_slip_of_the_hand_is_said(client, world, office, day) -> None:
    place, _motif, agent = office
    row = world.absence(agent, at("2026-12-01", "00:00"), at("2026-12-03", "00:00"))
    enter(client, agent, place_id=place.id)
    copy = "/agents/agenda/plages/copier"
    typed = parsed(client.get(copy)).fields(0) | {"source": days(day), "first_day": days(date(2026, 12, 21))}
    answer = client.post(copy, data=typed)
    assert (answer.status_code, "Ce jour est trop loin." in parsed(answer).text()) == (422, True)
    for url in ("/agents/agenda/absences/nouvelle", f"/agents/agenda/absences/{row.id}"):
        good = parsed(client.get(url)).fields(0)
        good |= {"first_day": days(date(2026, 12, 1)), "last_day": days(date(2026, 12, 2))}
        for wrong in ({"first_day": days(day)}, {"last_day": days(day)}):
            assert client.post(url, data=good | wrong).status_code == 422


@pytest.fixture
def removing(database):
    """Somebody else removes an absence between the first and the second reading of it by a request."""

    def remove(row: Absence, action):
        read: list[str] = []

        def note(_connection, _cursor, statement: str, *_rest) -> None:
            if "FROM absence" not in statement or "DELETE" in statement:
                return
            read.append(statement)
            if len(read) == 1:
                with database.transaction() as other:
                    other.execute(delete(Absence).where(Absence.id == row.id))

        event.listen(database.engine, "after_cursor_execute", note)
        try:
            return action()
        finally:
            event.remove(database.engine, "after_cursor_execute", note)

    return remove


@pytest.mark.parametrize("act", ["read", "change", "end"])
def test_an_absence_removed_while_its_page_is_made_is_said_to_be_gone(client, world, office, removing, act) -> None:
    place, _motif, agent = office
    row = world.absence(agent, at("2026-12-01", "00:00"), at("2026-12-03", "00:00"))
    enter(client, world.agent("encadrant", place=place), place_id=place.id)
    url = f"/agents/agenda/absences/{row.id}"
    page = parsed(client.get(url))
    typed = page.fields(0) | {"last_hour": "12 h"}
    confirmed = parsed(client.post(url, data=typed | {"etape": "voir"})).fields(0) | {"etape": "enregistrer"}
    acts = {
        "read": lambda: client.get(url),
        "change": lambda: client.post(url, data=confirmed),
        "end": lambda: client.post(f"{url}/retour", data=page.fields(1)),
    }
    answer = removing(row, acts[act])
    assert answer.status_code == 303
    said = "C'est noté." if act == "end" else "Quelqu'un vient de retirer cette absence."  # ended twice is ended
    assert said in parsed(client.get(answer.location)).text()
