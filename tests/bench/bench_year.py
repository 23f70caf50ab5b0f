"""A year of the Département with a moved clock, on the real services and a real PostgreSQL: is anybody left unreached?

People book, move and cancel, and hands call three times a day; beside them two workers, processes of their own as in
production, do what is due (`send_due`, `print_due`), read the clock that they are told, and take what the provider
calls back. The print room prints, counts, pulls and posts each evening. 35 % of people are on paper, 4 % of addresses
are bad (half cannot be drawn, letters come back from the others), 5 % of text messages are lost. The SMS provider is
down for a day in March, the e-mail's in June; the post is on strike for a week in October, entered two days before.
Workers die at their work and are started again. Ways out are memory gateways; letters are drawn a few times for each
kind, then their bytes are copied (bench_runs measures the drawing); the server does not wait for its disk. The same
seed makes the same people, who ask for the same; which worker meets what is left to chance, as it is.

The Département has 200,000 appointments a year. BENCH_APPOINTMENTS says how many are simulated: 12,000 unless said, in
some four minutes on two processors with nothing else to do; the table says which. The whole year takes over an hour
there, at 20 ms an appointment: run once to its end, it kept every promise. What is proved at the end is proved from
every row of the database.
"""

import logging
import os
import sys
import time

from measure import Measure
from run import table
from world import seconds_of_server, server
from year import Year
from year_proof import Promise, figures, promises

WHOLE, USUAL = 200_000, 12_000
WHAT = {
    "book": "booking, moving, cancelling",
    "worker": "the workers: sending and drawing",
    "print": "the workers: runs and files",
    "callbacks": "the provider's callbacks",
    "room": "printing, counting, pulling, posting",
    "returns": "noting returns",
    "calls": "calls, and addresses given",
    "forget": "forgetting bytes",
}


def measures() -> list[Measure]:
    """The promises, each missed by one broken; then the figures of the year, and what took the machine's time."""
    appointments = int(os.environ.get("BENCH_APPOINTMENTS", USUAL))
    logging.getLogger("portal").setLevel(logging.ERROR)  # what fails is what is simulated
    with server(durable=False) as database:
        year = Year(database, appointments)
        begun, used = time.perf_counter(), seconds_of_server(database)
        year.run(lambda words: sys.stderr.write(f"  {words}, {time.perf_counter() - begun:.0f} s\n"))
        took, served = time.perf_counter() - begun, seconds_of_server(database) - used
        kept = [_promise(one) for one in promises(database, year)]
        shown = [_shown(*one) for one in figures(database, year)]
    share = f"{appointments / WHOLE:.0%} of the Département's {WHOLE:,}"
    spent = [*((WHAT[what], seconds) for what, seconds in year.done.spent.items()), ("PostgreSQL", served)]
    each = 1000 * sum(seconds for _what, seconds in spent) / appointments
    return [
        *kept,
        _shown("appointments simulated", appointments, share),
        *shown,
        _shown("time of the year", took, f"{1000 * took / appointments:.1f} ms an appointment", "s"),
        _shown("processors' time", each, f"on {os.cpu_count()} processors", "ms an appointment"),
        *(
            _shown(f"  {what}", 1000 * seconds / appointments, unit="ms an appointment")
            for what, seconds in sorted(spent, key=lambda one: -one[1])
        ),
    ]


def _promise(one: Promise) -> Measure:
    examples = f" ({', '.join(one.examples)})" if one.examples else ""
    return Measure(f"{one.what}{examples}", one.broken, "", None, None, "none", ok=not one.broken)


def _shown(what: str, value: float, note: str = "", unit: str = "") -> Measure:
    return Measure(what, value, unit, None, None, f"({note or 'shown'})", ok=True)


if __name__ == "__main__":
    sys.stdout.write(table(measures()))
