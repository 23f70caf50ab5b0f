"""A print run of 10,000 letters, from the messages to the files to print; then the memory of one of 50,000.

Ours is all that the worker does, on a server as durable as in production: each message is leased, its letter drawn,
hashed and written, one transaction each; then the run is made (`make_run`) and all its files (`make_file`). No two
letters alike. The references draw the same letters' words in the same rounds, and write nothing anywhere:

- WeasyPrint, as in bench_letters (its best case), on a sample of 40;
- bare pages by ReportLab (see bare_pages.py), one file for each letter, as a letter is: it is hashed, kept and
  printed again by itself;
- the same in one single file of as many pages: the fonts are then written once for all.

What the goal of 0.6 of bare pages holds is the work that both do: drawing, and putting what is drawn in files. What of
ours is drawing alone stands on lines of its own, beside the same bare pages: the rest is the database's. There,
few letters at a time take turns with their bare pages, and what counts is the work of the processor: both are all work,
and whoever else uses the machine does not count.

The peaks of memory are those of a process of its own that makes a run and its files. To have 50,000 letters, their
bytes are copies of 40 that were drawn. All of it takes some six minutes on two processors.
"""

import gc
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

from bare_pages import one_file, one_file_each, pages_of
from bench_letters import peak, post_of, weasyprint_drawing
from front import BASE_URL
from letters_waiting import letters, messages, numbered, people
from measure import Measure, median
from run import table
from world import NOW, server

from portal.database import Database
from portal.letters.desk import PrintRoom
from portal.letters.layout import Post, draw
from portal.letters.services_runs import make_file, make_run
from portal.notifications.dispatch import send_due
from portal.notifications.gateways import Gateways
from portal.notifications.gateways.memory import MemoryMail, MemorySms
from portal.notifications.queries_post import calendar_of
from portal.sealing import Sealer

LETTERS, ROUNDS = 10_000, 10
SAMPLE, SLOW_SAMPLE, TURN = 2_000, 40, 20  # letters of them for the references; how many are drawn before the bare ones
FEW, MANY = 1_000, 50_000
BARE_GOAL, MEMORY_GOAL = 0.6, 1.2


def measures() -> list[Measure]:
    """The rate of the whole, that of drawing alone, and the memory."""
    with server() as database:
        rates = _rates(database)
        drawn = list(numbered(database))
        few, many = (_peak_of_run(database, count, drawn) for count in (FEW, MANY))
    memory = Measure(
        f"peak memory of a run of {MANY:,} letters, beside {FEW:,}",
        many,
        "MB",
        few,
        many / few,
        f"≤ {MEMORY_GOAL} ×",
        many / few <= MEMORY_GOAL,
    )
    return [*rates, memory]


class Spent:
    """Seconds that a letter took in each round, by what was done with it: by the clock, and of this process alone."""

    def __init__(self) -> None:
        self.each: dict[str, list[float]] = {}
        self.work: dict[str, list[float]] = {}

    def on(self, what: str, count: int, action: Callable[[], object]) -> None:
        """Times an action that makes so many letters."""
        gc.collect(1)
        begun, begun_work = time.perf_counter(), time.process_time()
        action()
        self.work.setdefault(what, []).append((time.process_time() - begun_work) / count)
        self.each.setdefault(what, []).append((time.perf_counter() - begun) / count)

    def rate(self, *what: str) -> float:
        """Letters a second that go through all of these, by the median of the rounds."""
        return 1 / sum(median(self.each[one]) for one in what)

    def own_rate(self, what: str) -> float:
        """Letters in a second of this process alone: what else the machine does meanwhile does not count."""
        return 1 / median(self.work[what])


def _rates(database: Database) -> list[Measure]:
    people(database, LETTERS)
    messages(database, LETTERS)
    sealer = Sealer("a key of the bench, long enough to be taken")
    gateways = Gateways(sms=MemorySms(), mail=MemoryMail(), paper=PrintRoom(BASE_URL, sealer), sealer=sealer)
    weasyprint, spent, each = weasyprint_drawing(), Spent(), LETTERS // ROUNDS
    for number in range(ROUNDS):
        spent.on("worker", each, partial(send_due, database, gateways, lambda: NOW, limit=each))
        posts = [post_of(number * each + at) for at in range(1, SAMPLE // ROUNDS + 1)]
        for start in range(0, len(posts), TURN):
            _take_turns(spent, posts[start : start + TURN])
        few = posts[: SLOW_SAMPLE // ROUNDS]
        spent.on("weasyprint", len(few), partial(_all, weasyprint, few))
    spent.on("run", LETTERS, partial(_make, database))
    return _table(spent)


def _take_turns(spent: Spent, posts: Sequence[Post]) -> None:
    """The same few letters, ours and bare: both meet the same machine."""
    drawn: list[bytes] = []
    spent.on("drawing", len(posts), lambda: drawn.extend(draw(post).pdf for post in posts))
    bare = [pages_of(pdf) for pdf in drawn]
    spent.on("bare", len(posts), partial(one_file_each, bare))
    spent.on("bare whole", len(posts), partial(one_file, bare))


def _table(spent: Spent) -> list[Measure]:
    worker, run = spent.rate("worker", "run"), spent.rate("run")
    weasyprint, bare = spent.rate("weasyprint"), spent.rate("bare")
    drawing, own_bare, whole = (spent.own_rate(what) for what in ("drawing", "bare", "bare whole"))
    return [
        _beside(f"{LETTERS:,} letters drawn, kept and put in a run, beside WeasyPrint", worker, weasyprint, 1.0),
        _beside("  drawing alone, beside bare pages by ReportLab, a file each", drawing, own_bare, BARE_GOAL),
        _beside("  the same, beside bare pages in one single file", drawing, whole, None),
        _beside("  drawn, kept and put in a run, beside bare pages, a file each", worker, bare, None),
        _beside("  the run alone (make_run, make_file), beside bare pages, a file each", run, bare, BARE_GOAL),
    ]


def _beside(what: str, value: float, reference: float, goal: float | None) -> Measure:
    ratio = value / reference
    said = "(shown)" if goal is None else f"≥ {goal:g} ×"
    return Measure(what, value, "a second", reference, ratio, said, ok=goal is None or ratio >= goal)


def _all(action: Callable[[Post], object], posts: Sequence[Post]) -> None:
    for post in posts:
        action(post)


def _make(database: Database) -> None:
    with database.transaction() as session:
        run = make_run(session, NOW, post=calendar_of(session), by=None)
    assert run is not None
    is_left = True
    while is_left:
        with database.transaction() as session:
            is_left = make_file(session, NOW)


def _peak_of_run(database: Database, count: int, drawn: list[tuple[int, bytes]]) -> float:
    people(database, count)
    messages(database, count, status="queued")
    letters(database, count, drawn)
    done = subprocess.run(  # this very file, in a process whose memory is its own
        [sys.executable, __file__, "--peak", database.url], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def main() -> None:
    """Prints the table, or the peak of memory of a run when the bench asks itself for it."""
    if sys.argv[1:2] == ["--peak"]:
        database = Database(sys.argv[2])
        _make(database)
        database.close()
        sys.stdout.write(f"{peak():.1f}\n")
        return
    sys.stdout.write(table(measures()))


if __name__ == "__main__":
    main()
