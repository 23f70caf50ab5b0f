"""What the database proves at the end of the simulated year: nobody unreached, no letter twice, counts that agree."""

from dataclasses import dataclass
from typing import Any

import psycopg
from world import plain
from year import Year

from portal.database import Database

EXAMPLES = 5

# An event of somebody: what became of all that told it, and whether a later one of the same appointment overtook it.
_EVENTS = """
CREATE TEMPORARY TABLE told AS
SELECT m.event_id, m.person_id, m.subject, m.subject_id, min(m.id) AS id, max(m.expires_at) AS until,
    bool_or(m.status IN ('sent', 'delivered')) AS by_machine,
    bool_or(m.status = 'posted' AND l.returned_at IS NULL
        AND m.arrives_on < (m.expires_at AT TIME ZONE 'Europe/Paris')::date) AS by_letter,
    bool_or(m.route IN ('call', 'desk') AND m.status IN ('open', 'done')) AS by_human,
    bool_or(m.route = 'desk' AND m.status = 'expired' AND m.rendered IS NOT NULL) AS as_they_come,
    bool_or(m.route = 'call' AND m.status = 'expired' AND m.rendered IS NOT NULL) AS in_hand,
    bool_or(m.status IN ('waiting', 'sending', 'queued', 'in_run', 'printed')) AS is_under_way,
    bool_or(m.status = 'returned' AND l.returned_at >= m.expires_at) AS back_too_late,
    bool_or(m.status = 'withdrawn') AS is_withdrawn
FROM message m
LEFT JOIN letter l ON l.message_id = m.id AND l.run_id IS NOT NULL AND l.pulled_at IS NULL
WHERE m.step = 'notice'
GROUP BY m.event_id, m.person_id, m.subject, m.subject_id;
CREATE INDEX ON told (subject, subject_id);
ANALYZE told"""

# Taken back with nothing in its place, though: an address that was asked for and has been given since.
_UNREACHED = """
SELECT t.id FROM told t
WHERE NOT (by_machine OR by_letter OR by_human OR as_they_come OR in_hand OR back_too_late)
    AND NOT (t.subject = 'address' AND is_withdrawn)
    AND NOT (is_under_way AND until > %(now)s)
    AND NOT EXISTS (SELECT FROM told o WHERE (o.subject, o.subject_id) = (t.subject, t.subject_id) AND o.id > t.id
        AND t.subject = 'appointment')
ORDER BY t.id"""

# Each change of an appointment is an event; those who asked for silence have none.
_UNTOLD = """
SELECT a.id FROM appointment a JOIN participation p ON p.appointment_id = a.id JOIN person ON person.id = p.person_id
WHERE NOT person.wants_silence AND a.sequence + 1 <>
    (SELECT count(*) FROM told t WHERE t.subject = 'appointment' AND t.subject_id = a.id)
ORDER BY a.id"""

_STUCK = """
SELECT id FROM message
WHERE status IN ('waiting', 'sending', 'queued', 'in_run', 'printed', 'open') AND expires_at <= %(now)s ORDER BY id"""

# Workers never rest: a task ends unopened only if nobody looked for it in time.
_UNOPENED = """
SELECT id FROM message WHERE route IN ('call', 'desk') AND status = 'expired' AND rendered IS NULL ORDER BY id"""

# Drawn again only after a return, or when it was taken out of the tray.
_TWICE = """
SELECT message_id FROM letter JOIN print_run r ON r.id = run_id
WHERE pulled_at IS NULL AND returned_at IS NULL AND r.state = 'posted'
GROUP BY message_id HAVING count(*) > 1 ORDER BY message_id"""

# What came back may wait again for another address: its message then says where that one stands.
_NOT_AS_SAID = """
SELECT l.id FROM letter l JOIN print_run r ON r.id = l.run_id JOIN message m ON m.id = l.message_id
WHERE r.state = 'posted' AND l.pulled_at IS NULL AND l.returned_at IS NULL AND m.status <> 'posted' ORDER BY l.id"""

_RUNS = """
SELECT r.id FROM print_run r
LEFT JOIN LATERAL (SELECT count(*) AS letters, sum((pages + 1) / 2) AS sheets,
    count(*) FILTER (WHERE pulled_at IS NULL) AS left_letters,
    sum((pages + 1) / 2) FILTER (WHERE pulled_at IS NULL) AS left_sheets
    FROM letter WHERE run_id = r.id) l ON true
LEFT JOIN LATERAL (SELECT sum(letters) AS letters, sum(letters * sheets_each) AS sheets, count(*) FILTER
    (WHERE made_at IS NULL) AS unmade, max(letters) AS largest FROM run_file WHERE run_id = r.id) f ON true
WHERE (r.letters, r.sheets) IS DISTINCT FROM (l.letters, l.sheets)
    OR (r.letters, r.sheets) IS DISTINCT FROM (f.letters, f.sheets)
    OR f.unmade > 0 OR f.largest > 250
    OR r.state = 'posted' AND (r.counted_letters, r.counted_sheets)
        IS DISTINCT FROM (l.left_letters, coalesce(l.left_sheets, 0))
    OR EXISTS (SELECT FROM letter x JOIN run_file y ON y.id = x.file_id WHERE x.run_id = r.id AND y.run_id <> r.id)
ORDER BY r.id"""

_POSTED = """
SELECT reference FROM letter l JOIN print_run r ON r.id = l.run_id WHERE r.state = 'posted' AND l.pulled_at IS NULL"""


@dataclass(frozen=True)
class Promise:
    """What must never be, how often it is all the same, and the numbers of a few of those."""

    what: str
    broken: int
    examples: tuple[str, ...]


def promises(database: Database, year: Year) -> list[Promise]:
    """Each promise, held against every row."""
    with plain(database) as connection:
        connection.execute("SET LOCAL work_mem = '128MB'")
        connection.execute(_EVENTS)
        found = [
            _asked(connection, year, "events of people that reached nobody", _UNREACHED),
            _asked(connection, year, "appointments with a change that no message tells", _UNTOLD),
            _asked(connection, year, "messages left behind when their use was over", _STUCK),
            _asked(connection, year, "tasks that ended before a worker put them in a human's hands", _UNOPENED),
            _asked(connection, year, "messages with two letters at the post", _TWICE),
            _asked(connection, year, "letters at the post whose message says otherwise", _NOT_AS_SAID),
            _asked(connection, year, "runs whose counts do not agree", _RUNS),
        ]
        said = {row[0] for row in connection.execute(_POSTED).fetchall()}
        connection.rollback()
    hands = year.room.posted
    differ = sorted(said ^ set(hands)) + sorted(key for key, count in hands.items() if count > 1)
    found.append(_promise("envelopes posted twice, or not those that the database says", differ))
    found.append(_promise("faults seen in the print room", year.room.faults))
    return found


def figures(database: Database, year: Year) -> list[tuple[str, float, str]]:
    """The figures of the year: what, how many, of what."""
    with plain(database) as connection:
        connection.execute(_EVENTS)

        def ask(query: str) -> list[tuple[Any, ...]]:
            return connection.execute(query).fetchall()

        rows: list[tuple[str, float, str]] = [
            ("people", year.people.count, f"{year.people.on_paper:,} on paper"),
            ("appointments booked", year.demand.booked, ""),
            *((f"  {words}", year.demand.counts[what], "") for what, words in _CHANGES.items()),
        ]
        for route, status, count in ask("SELECT route, status, count(*) FROM message GROUP BY 1, 2 ORDER BY 1, 2"):
            rows.append((f"messages by {route}: {status}", count, ""))
        met = year.done.met
        rows += [("text messages that the provider lost", met["lost"], "")]
        rows += [("workers that died", met["deaths"], f"{met['twice']} messages left twice so")]
        rows += [("things done again, for two waited for each other", met["deadlocks"], "")]
        rows += [("letters posted", year.room.posted.total(), f"{year.room.sheets:,} sheets")]
        rows += [(f"  came back: {reason.value}", count, "") for reason, count in sorted(year.room.returned.items())]
        rows += [(f"  pulled from a run: {reason}", count, "") for reason, count in sorted(year.room.pulled.items())]
        for error, count in ask(_LETTER_ERRORS):
            rows.append((f"  letters not sent: {_WORDS.get(error, error)}", count, ""))
        for what, query in _COUNTS.items():
            rows.append((what, float(ask(query)[0][0] or 0), ""))
        rows += [(f"calls: {what}", count, "") for what, count in sorted(year.humans.counts.items())]
        rows += [("runs taken to the post a day late", year.room.late_runs, "")]
        connection.rollback()
    return rows


_CHANGES = {"move": "moved", "cancel": "cancelled by the person", "revoke": "cancelled by the service"}
_WORDS = {
    "route_failed": "held, for one to the same address came back or could not be drawn",
    "too_late": "too late for their use, turned into another route",
}
_LETTER_ERRORS = """
SELECT coalesce(last_error, status), count(*) FROM message
WHERE route = 'letter' AND status IN ('failed', 'expired') GROUP BY 1 ORDER BY 1"""
_ALONE = "SELECT count(*) FROM told WHERE {what} AND NOT (by_machine OR by_letter OR by_human)"
_DAYS = """
SELECT percentile_disc({share}) WITHIN GROUP (ORDER BY arrives_on - (created_at AT TIME ZONE 'Europe/Paris')::date)
FROM message WHERE route = 'letter' AND step = 'notice' AND subject = 'appointment' AND arrives_on IS NOT NULL"""
_COUNTS = {
    "events told by a human": "SELECT count(DISTINCT event_id) FROM message WHERE route IN ('call', 'desk')",
    "  by nobody else, and called by nobody before the hour itself": _ALONE.format(what="in_hand"),
    "  by nobody else: told at the place as they come": _ALONE.format(what="as_they_come"),
    "letters back after the day itself: nobody could know": (
        "SELECT count(*) FROM letter l JOIN message m ON m.id = l.message_id WHERE l.returned_at >= m.expires_at"
    ),
    "letters drawn and posted anew, to the address given after a return": (
        "SELECT count(*) FROM (SELECT FROM letter WHERE run_id IS NOT NULL AND pulled_at IS NULL GROUP BY message_id"
        " HAVING count(*) > 1) AS again"
    ),
    "print runs": "SELECT count(*) FROM print_run",
    "largest run, letters": "SELECT max(letters) FROM print_run",
    "days from booking to the letter's arrival, median": _DAYS.format(share=0.5),
    "days from booking to the letter's arrival, p95": _DAYS.format(share=0.95),
}


def _asked(connection: psycopg.Connection[Any], year: Year, what: str, query: str) -> Promise:
    now = {"now": year.now}
    return _promise(what, [str(row[0]) for row in connection.execute(query.encode(), now).fetchall()])


def _promise(what: str, found: list[str]) -> Promise:
    return Promise(what, len(found), tuple(found[:EXAMPLES]))
