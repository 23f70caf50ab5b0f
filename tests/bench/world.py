"""A Département full of appointments, written by COPY: 64 places, 300 openings, 13 weeks, at scale 1."""

import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import psycopg

from portal import embedded, migrations
from portal.booking.availability import Scope, free_slots
from portal.clock import at_wall_clock, paris_day
from portal.database import Base, Database
from portal.directory.models import BookedBy, Commune, Departement, Mode, Motif, Theme

NOW = at_wall_clock(date(2026, 11, 23), time(9, 2))
WEEKS = 13
PLACES, OPENINGS, APPOINTMENTS, ABSENCES = 64, 300, 20_000, 3_000
FULL = 8  # places where everything is taken, all along
ARRAS = "62041"


@dataclass(frozen=True)
class Town:
    """What the bench asks about. `scale` multiplies all but the places."""

    scale: int
    motif_key: str
    place_key: str
    counts: dict[str, int]


@contextmanager
def server(*, durable: bool = True) -> Iterator[Database]:
    """An empty database of this version, on a server of its own, as durable as in production unless said."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        url = embedded.start(Path(folder), durable=durable)
        owner = Database(url, role=None)
        migrations.upgrade(owner)
        owner.close()
        database = Database(url)
        yield database
        database.close()
        embedded.stop(Path(folder))


def plain(database: Database) -> psycopg.Connection[tuple[Any, ...]]:
    """A bare connection to the same database."""
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(url)


def seconds_of_server(database: Database) -> float:
    """Processor seconds that the server of a database has used so far, all its processes together."""
    with plain(database) as connection:
        one = connection.execute("SELECT pg_backend_pid()").fetchone()
        parent = psutil.Process(one[0] if one else None).parent()
    if parent is None:
        raise RuntimeError("the server runs on another machine")
    times = [parent.cpu_times()]
    for child in parent.children():
        with suppress(psutil.NoSuchProcess):
            times.append(child.cpu_times())
    ended = times[0].children_user + times[0].children_system
    return float(ended + sum(each.user + each.system for each in times))


def build(database: Database, scale: int = 1) -> Town:
    """Empties the database and fills it anew; always the same rows for one scale."""
    dice = random.Random(62 * scale)  # noqa: S311 - a repeatable world
    motif = ground(database)
    agents = _agents_and_openings(database, motif, dice, scale)
    copy_rows(database, "absence", ("agent_id", "starts_at", "ends_at"), _absences(dice, agents, scale))
    copy_rows(database, "appointment", _APPOINTMENT, _appointments(database, motif, dice, scale))
    with plain(database) as connection:
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
        counts = {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # type: ignore[index] # noqa: S608
            for table in ("place", "opening", "appointment", "absence", "agent")
        }
    return Town(scale, motif.key, f"lieu-{PLACES - 1}", counts)


def _empty(database: Database) -> None:
    tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    with plain(database) as connection:
        connection.execute("SET session_replication_role = replica")  # the journal's trigger refuses TRUNCATE
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


def copy_rows(database: Database, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Writes rows by COPY."""
    with (
        plain(database) as connection,
        connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def ground(database: Database) -> Motif:
    """Empties the database; the Département, its places and one motif."""
    _empty(database)
    with database.transaction() as session:
        session.add(
            Departement(
                id=1, code="62", name="Pas-de-Calais", phone="03 53 01 00 62", phone_hours=None, return_address=[]
            )
        )
        session.add(
            Commune(
                insee=ARRAS,
                name="Arras",
                search_key="arras",
                postal_codes=["62000"],
                postal_label="ARRAS",
                population=42_600,
                lat=50.2910,
                lon=2.7776,
            )
        )
        theme = Theme(key="droits", position=1, title="Mes droits", line="Une aide.", pictogram="wallet")
        session.add(theme)
        session.flush()
        motif = _motif(theme)
        session.add(motif)
    known = ("mds_site", "rue de la Démonstration", "62000", "Arras", ARRAS, "03 53 01 00 10", "{}", "essai", False)
    places = ((f"lieu-{n}", f"MDS Essai {n}", 50.29 + n / 100, 2.77 + n / 200, *known) for n in range(PLACES))
    columns = "key name lat lon kind street postal_code city insee phone hours source checked"
    copy_rows(database, "place", columns.split(), places)
    return motif


def _motif(theme: Theme) -> Motif:
    return Motif(
        key="budget",
        theme_id=theme.id,
        position=1,
        family="social",
        title="Parler de mon budget",
        line="Une personne regarde avec vous votre situation.",
        detail="Vous êtes reçu par une personne du Département.",
        audience="Tout le monde",
        minutes=25,
        buffer_minutes=5,
        notice_minutes=24 * 60,
        horizon_days=7 * WEEKS,
        mode=Mode.PLACE,
        booked_by=BookedBy.EVERYONE,
        with_referent=False,
        cancel_minutes=240,
        move_minutes=24 * 60,
        upcoming_limit=1,
        bring=["Une pièce d'identité"],
        discreet=False,
        neutral_words="rendez-vous avec le Département",
    )


def _agents_and_openings(database: Database, motif: Motif, dice: random.Random, scale: int) -> int:
    """Each agent has three half-days a week, at one or two places; gives how many agents there are."""
    agents = OPENINGS * scale // 3
    names = ((f"agent-{n}", "Camille", f"Essai-{n}", "assistante sociale") for n in range(agents))
    copy_rows(database, "agent", ("key", "given_name", "family_name", "job"), names)
    openings = []
    for agent in range(agents):
        homes = [agent % PLACES + 1, (agent + dice.choice((0, 7))) % PLACES + 1]
        for number, weekday in enumerate(dice.sample(range(5), 3)):
            hours = dice.choice([(time(8, 30), time(12, 30)), (time(13, 30), time(17, 30))])
            openings.append((agent + 1, homes[number % 2], "weekly", [weekday], 1, date(2026, 1, 5), *hours, "{}"))
    columns = "agent_id place_id recurrence weekdays interval_weeks first_day starts ends skipped"
    copy_rows(database, "opening", columns.split(), openings)
    copy_rows(database, "opening_motif", ("opening_id", "motif_id"), ((n + 1, motif.id) for n in range(len(openings))))
    return agents


def _absences(dice: random.Random, agents: int, scale: int) -> Iterator[tuple[int, datetime, datetime]]:
    """One to two hours each, in the hours of offices."""
    for number in range(ABSENCES * scale):
        day = paris_day(NOW) + timedelta(days=dice.randrange(7 * WEEKS))
        begins = at_wall_clock(day, time(dice.randrange(8, 17), dice.choice((0, 15, 30, 45))))
        yield number % agents + 1, begins, begins + timedelta(minutes=15 * dice.randint(4, 8))


_APPOINTMENT = (
    "code",
    "request_key",
    "motif_id",
    "place_id",
    "agent_id",
    "starts_at",
    "ends_at",
    "busy_until",
    "status",
    "sequence",
    "created_at",
    "changed_at",
)


def _appointments(database: Database, motif: Motif, dice: random.Random, scale: int) -> Iterator[tuple[object, ...]]:
    """Taken among the free slots: all of them at the full places, elsewhere the nearer the likelier."""
    day = paris_day(NOW)
    with database.transaction() as session:
        free = free_slots(session, NOW - timedelta(days=2), Scope(motif), day, day + timedelta(days=7 * WEEKS))
    full = [slot for slot in free if slot.place_id <= FULL]
    others = [slot for slot in free if slot.place_id > FULL]
    # A far day must be drawn well to be taken early: the first weeks fill up, the last ones stay half free.
    others.sort(key=lambda slot: (slot.starts_at - NOW) / timedelta(days=7 * WEEKS) + dice.random())
    for number, slot in enumerate((full + others)[: APPOINTMENTS * scale]):
        ends_at = slot.starts_at + timedelta(minutes=motif.minutes)
        busy_until = ends_at + timedelta(minutes=motif.buffer_minutes)
        where = (motif.id, slot.place_id, slot.agent_id)
        yield f"{number:08}", UUID(int=number), *where, slot.starts_at, ends_at, busy_until, "booked", 0, NOW, NOW
