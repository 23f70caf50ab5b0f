"""The places page and the week page, in a Département where most slots are taken.

The reference is what no such page can do without: the same rows (openings, appointments and absences of the same
agents on the same days) fetched by psycopg alone, over a connection that is already open.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bare import bare_of, fetched, said
from front import browser, page
from measure import Measure, median, p95, timed_together
from sqlalchemy import select
from world import ARRAS, FULL, NOW, PLACES, Town, build, plain, server

from portal.booking.availability import Scope, first_day_with_slots, free_slots, next_free
from portal.clock import paris_day
from portal.database import Database
from portal.directory.models import Motif, Place

PLACES_GOAL, WEEK_GOAL, RATIO_GOAL = 150, 50, 5  # ms, ms, times the reference
SCALES = {1: 60, 4: 20, 16: 8}  # rounds of each
WEEK_LATER = timedelta(days=21)  # a week in which some slots are left


def measures() -> list[Measure]:
    """Both pages at scale 1 with their goals, then the places page at 4 and 16 times the rows."""
    found = []
    with server() as database:
        for scale, rounds in SCALES.items():
            town = build(database, scale)
            with browser(database, NOW) as client:
                found += _places(database, town, lambda: page(client, _places_url(town)), rounds)  # noqa: B023 - at once
                if scale == 1:
                    found += _week(database, town, lambda: page(client, _week_url(town)), rounds)  # noqa: B023 - at once
    return found


def _places_url(town: Town) -> str:
    return f"/rendez-vous/{town.motif_key}?insee={ARRAS}&tous=1"


def _week_url(town: Town) -> str:
    return f"/rendez-vous/{town.motif_key}/{town.place_key}?insee={ARRAS}&semaine={paris_day(NOW) + WEEK_LATER}"


def _places(database: Database, town: Town, request: Callable[[], object], rounds: int) -> list[Measure]:
    scope = Scope(_one(database, Motif, town.motif_key))

    def alone() -> int:
        with database.transaction() as session:
            return len(next_free(session, NOW, scope))

    if not PLACES - FULL <= alone() <= PLACES:
        raise RuntimeError("this is not the world that the table describes")
    counts = f"{town.counts['opening']} openings, {town.counts['appointment']} appointments"
    return _compared(database, f"places page ×{town.scale}, {counts}", request, alone, rounds, PLACES_GOAL)


def _week(database: Database, town: Town, request: Callable[[], object], rounds: int) -> list[Measure]:
    place_id = _one(database, Place, town.place_key).id
    scope = Scope(_one(database, Motif, town.motif_key), place_ids=[place_id])
    monday = paris_day(NOW) + WEEK_LATER

    def alone() -> int:
        with database.transaction() as session:
            first_day_with_slots(session, NOW, scope, paris_day(NOW))
            return len(free_slots(session, NOW, scope, monday, monday + timedelta(days=6)))

    if not alone():
        raise RuntimeError("a week without any slot proves nothing")
    return _compared(database, "week page of one place", request, alone, rounds, WEEK_GOAL)


def _compared(
    database: Database,
    what: str,
    request: Callable[[], object],
    alone: Callable[[], object],
    rounds: int,
    goal: float,
) -> list[Measure]:
    queries = bare_of(said(database, alone))
    with plain(database) as connection:
        rows = fetched(connection, queries)
        whole, slots, bare = timed_together(request, alone, lambda: fetched(connection, queries), rounds=rounds)
    grows = "×" in what and "×1," not in what
    ratio = median(whole) / median(bare)
    return [
        Measure(
            f"{what}: whole request, p95",
            p95(whole),
            "ms",
            p95(bare),
            p95(whole) / p95(bare),
            "(growth)" if grows else f"≤ {goal} ms",
            grows or p95(whole) <= goal,
        ),
        Measure(
            f"  median, beside {rows} rows fetched bare",
            median(whole),
            "ms",
            median(bare),
            ratio,
            f"≤ {RATIO_GOAL} ×" if goal == PLACES_GOAL and not grows else "(shown)",
            grows or goal != PLACES_GOAL or ratio <= RATIO_GOAL,
        ),
        Measure(
            "  of which slots", median(slots), "ms", median(bare), median(slots) / median(bare), "(shown)", ok=True
        ),
    ]


def _one(database: Database, model: Any, key: str) -> Any:
    with database.transaction() as session:
        return session.scalars(select(model).where(model.key == key)).one()
