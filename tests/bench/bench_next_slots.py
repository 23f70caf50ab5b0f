"""The next free slots over thirty places, as an agent asks for them while somebody waits on the line.

The reference is the same rows (openings, appointments and absences of the same agents on the same days) fetched by
psycopg alone, over a connection that is already open.
"""

from collections.abc import Collection

from bare import bare_of, fetched, said
from measure import Measure, median, p95, timed_together
from sqlalchemy import select
from world import NOW, Town, build, plain, server

from portal.booking.availability import Scope
from portal.booking.next_slots import next_slots
from portal.database import Database
from portal.directory.models import Motif

GOAL, COUNT, HERE = 200, 30, range(1, 31)  # ms, lines of a page, places
SCALES = {1: 60, 4: 20}  # rounds of each
FULL_PLACES = range(1, 9)  # where everything is taken for three months: what is far must be looked for


def measures() -> list[Measure]:
    """Thirty places at scale 1, and with four times the agents; then the eight places where nothing is left."""
    found = []
    with server() as database:
        for scale, rounds in SCALES.items():
            town = build(database, scale)
            counts = f"{town.counts['opening']} openings, {town.counts['appointment']} appointments"
            found += _measured(database, town, f"next slots over 30 places ×{scale}, {counts}", HERE, rounds)
            if scale == 1:
                found += _measured(database, town, "  over the 8 places that are full", FULL_PLACES, rounds)
    return found


def _measured(database: Database, town: Town, what: str, place_ids: Collection[int], rounds: int) -> list[Measure]:
    with database.transaction() as session:
        motif = session.scalars(select(Motif).where(Motif.key == town.motif_key)).one()
    scope = Scope(motif, place_ids=list(place_ids), for_agent=True)

    def asked() -> int:
        with database.transaction() as session:
            return len(next_slots(session, NOW, scope, count=COUNT))

    if asked() < COUNT:
        raise RuntimeError("a page that is not full proves nothing")
    queries = bare_of(said(database, asked))
    with plain(database) as connection:
        rows = fetched(connection, queries)
        whole, bare = timed_together(asked, lambda: fetched(connection, queries), rounds=rounds)
    return [
        Measure(
            f"{what}: p95, beside {rows} rows fetched bare",
            p95(whole),
            "ms",
            p95(bare),
            median(whole) / median(bare),
            f"≤ {GOAL} ms" if town.scale == 1 else "(growth)",
            town.scale > 1 or p95(whole) <= GOAL,
        )
    ]
