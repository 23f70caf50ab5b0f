"""One day of an opening, changed and changed again: one opening stands for it, never two."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from portal.agenda import queries_openings as queries
from portal.agenda.queries_openings_days import stand_in
from portal.agenda.rules_openings import Draft, Plan, change_from, change_once, next_days, once
from portal.booking.models import Recurrence
from portal.booking.queries import appointment, colleagues
from portal.booking.rules import BookingRefusal
from portal.booking.services import hand_over
from portal.directory.models import Motif
from portal.journal.services import Actor
from portal.refusal import Refused
from tests.checked_pages import Page
from tests.entering import enter
from tests.world import at

LIST = "/agents/agenda/plages"
DAY = date(2026, 12, 7)  # a Monday


@pytest.fixture
def week(world):
    """An agent who receives every morning, their opening and where it is."""
    place, motif = world.place(name="MDS d'Essai"), world.motif(title="Parler de mon budget")
    agent = world.agent("professionnel", place=place, families=["social"])
    return agent, world.opening(agent, place, motif), place


@pytest.fixture
def press(client, clock):
    """Changes one day on screen, in two presses; a second later each time."""

    def act(number: int, what: str, *, day: date = DAY, **typed: str) -> Page:
        clock.set(clock.now + timedelta(seconds=1))
        url = f"{LIST}/{number}/{what}"
        data = Page(client.get(url).text).fields(0) | {"first_day": [str(day.day), str(day.month), str(day.year)]}
        shown = client.post(url, data=data | typed | {"etape": "voir"})
        if shown.status_code == 200:
            shown = client.post(url, data=Page(shown.text).fields(0) | {"etape": "enregistrer"})
        assert shown.status_code == 303, Page(shown.text).text()
        return Page(client.get(shown.location).text)

    return act


def on_the_day(database, agent) -> list[tuple[time, time]]:
    with database.reading() as session:
        return [(one.starts, one.ends) for one in queries.drafts(session, agent.id, DAY) if one.happens_on(DAY)]


def test_a_day_changed_twice_has_one_opening_that_day(client, database, week, press) -> None:
    agent, opening, _place = week
    enter(client, agent)
    press(opening.id, "une", starts="14 h", ends="16 h")
    press(opening.id, "une", starts="15 h", ends="17 h")
    assert on_the_day(database, agent) == [(time(15), time(17))]
    said = press(opening.id, "une", starts="15 h", ends="17 h").text()  # the same again
    assert "Ce jour est changé." in said
    assert on_the_day(database, agent) == [(time(15), time(17))]
    press(opening.id, "une", starts="10 h", ends="11 h")
    with database.reading() as session:
        assert len(queries.drafts(session, agent.id, date.min)) == 2


def test_a_day_changed_through_what_stands_for_it_is_known_all_the_same(client, database, week, press) -> None:
    agent, opening, _place = week
    enter(client, agent)
    press(opening.id, "une", starts="14 h", ends="16 h")
    with database.reading() as session:
        first = stand_in(session, agent.id, opening.id, DAY)
    assert first is not None
    press(first.id, "une", starts="8 h", ends="9 h")
    press(opening.id, "une", starts="10 h", ends="11 h")
    assert on_the_day(database, agent) == [(time(10), time(11))]
    press(opening.id, "annule")
    assert on_the_day(database, agent) == []
    press(opening.id, "une", starts="9 h", ends="10 h")  # given back after all
    assert on_the_day(database, agent) == [(time(9), time(10))]


def test_what_else_happens_that_day_stays(client, database, world, week, press) -> None:
    agent, opening, place = week
    other = world.opening(agent, place, world.motif(), starts=time(13), ends=time(14))
    enter(client, agent)
    press(other.id, "une", starts="18 h", ends="19 h")
    press(opening.id, "annule")
    press(opening.id, "une", starts="14 h", ends="16 h")
    press(opening.id, "une", starts="15 h", ends="17 h")
    assert sorted(on_the_day(database, agent)) == [(time(15), time(17)), (time(18), time(19))]


MORNINGS = Draft(
    id=5,
    place_id=1,
    recurrence=Recurrence.WEEKLY,
    weekdays=(0,),
    interval_weeks=1,
    nth_week=None,
    first_day=date(2026, 1, 5),
    last_day=None,
    starts=time(9),
    ends=time(12),
    skipped=(DAY,),
    motif_ids=frozenset({3}),
)


def test_what_stands_for_a_day_goes_unless_it_is_what_is_wanted() -> None:
    there = replace(once(replace(MORNINGS, starts=time(10)), DAY), id=6)
    wanted = replace(MORNINGS, starts=time(11))
    eve = DAY - timedelta(days=1)
    assert change_once(MORNINGS, DAY, wanted, there) == Plan(ends={6: eve}, added=(once(wanted, DAY),))
    assert change_once(MORNINGS, DAY, None, there) == Plan(ends={6: eve})
    assert change_once(MORNINGS, DAY, there, there) == Plan(added=(replace(there, id=0),))


def test_changed_from_a_day_that_was_taken_out_it_keeps_that_day_free_unless_it_is_the_only_one() -> None:
    tuesdays = replace(MORNINGS, weekdays=(1,))
    for new, skipped in ((MORNINGS, (DAY,)), (tuesdays, ()), (once(MORNINGS, DAY), ())):
        (added,) = change_from(MORNINGS, new, DAY).added
        assert added.skipped == skipped
        assert next_days(added, DAY)


def test_an_appointment_is_not_given_into_a_day_that_was_taken_out(client, database, clock, world, week, press) -> None:
    agent, opening, place = week
    with database.reading() as session:
        motif = session.get_one(Motif, min(queries.opening_of(session, opening.id)[1].motif_ids))
    lead = world.agent("encadrant", place=place, families=["social"])
    away = world.agent("professionnel", place=place, families=["social"])
    booked = world.appointment(away, place, motif, at("2026-12-07", "09:00"))
    enter(client, agent)
    press(opening.id, "annule")
    with database.transaction() as session:
        found = appointment(session, booked.id)
        assert colleagues(session, found) == []
        with pytest.raises(Refused) as refused:
            hand_over(
                session,
                clock.now,
                appointment_id=booked.id,
                agent_id=agent.id,
                by=Actor.agent(lead.id),
                base_url="https://porte.exemple.fr",
            )
    assert refused.value.reason is BookingRefusal.AGENT_TAKEN
