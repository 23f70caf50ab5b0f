"""One day of an opening, changed and changed again: one opening stands for it, never two."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from portal.agenda import queries_openings as queries
from portal.agenda.queries_openings_days import stand_in
from portal.agenda.rules_openings import Draft, Plan, change_once, once
from portal.booking.models import Recurrence
from tests.checked_pages import Page
from tests.entering import enter

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


def test_what_stands_for_a_day_goes_unless_it_is_what_is_wanted() -> None:
    mornings = Draft(
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
    there = replace(once(replace(mornings, starts=time(10)), DAY), id=6)
    wanted = replace(mornings, starts=time(11))
    eve = DAY - timedelta(days=1)
    assert change_once(mornings, DAY, wanted, there) == Plan(ends={6: eve}, added=(once(wanted, DAY),))
    assert change_once(mornings, DAY, None, there) == Plan(ends={6: eve})
    assert change_once(mornings, DAY, there, there) == Plan(added=(replace(there, id=0),))
