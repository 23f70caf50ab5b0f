"""openings.toml and absences.toml: when the agents of a Département can be booked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal.booking.models import Absence, Opening, Recurrence, opening_motif
from portal.booking.recurrence import days_of
from portal.clock import at_wall_clock
from portal.directory.models import Motif, Place
from portal.directory.models_settings import SettingChange
from portal.files.folder import Folder
from portal.files.report import Report
from portal.files.row import Row
from portal.files.upsert import upsert
from portal.people.models import Agent

OPENINGS, ABSENCES = "openings.toml", "absences.toml"

_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_WATCHED = timedelta(weeks=13)  # how far an agent is checked not to be at two places at once

Values = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """The keys that openings may name: those of the same files, or those loaded before."""

    agents: Collection[str]
    places: Collection[str]
    motifs: Collection[str]  # that can be booked


@dataclass
class Timetable:
    """What the files say. An opening has the keys of its "agent", "place" and "motifs"."""

    is_given: bool
    openings: dict[str, Values] = field(default_factory=dict)
    absences: list[tuple[str, datetime, datetime]] = field(default_factory=list)


def read_timetable(folder: Folder, known: Known) -> Timetable:
    """The openings and absences of the files; what is wrong with them is in `folder.faults`."""
    timetable = Timetable(folder.has(OPENINGS))
    for row in folder.tables(OPENINGS, {"opening": "key"})["opening"]:
        key = row.key("key")
        timetable.openings[key] = _opening(row, known)
    for row in folder.tables(ABSENCES, {"absence": None})["absence"]:
        agent = row.one_of("agent", known.agents, "agent")
        starts_at, ends_at = _moment(row, "starts"), _moment(row, "ends")
        if starts_at and ends_at and ends_at <= starts_at:
            row.fault("the absence ends before it starts", "ends")
        if starts_at and ends_at:
            timetable.absences.append((agent, starts_at, ends_at))
        row.finish()
    return timetable


def write_timetable(session: Session, timetable: Timetable, today: date, report: Report) -> None:
    """Adds and changes the openings of the file, and adds its absences. Does not commit.

    An opening the file no longer names gives its last slots on the day before `today`; appointments already taken stay.
    Those made on screen have no key and are left alone, as are all of them without such a file. So is what the history
    says was changed on screen: the file no longer changes that opening, nor brings back an absence that was changed.
    """
    agents = _ids(session, Agent)
    if timetable.is_given:
        _write_openings(session, timetable, agents, today, report)
    tally = report.tally("absences")
    rows = session.execute(
        select(Absence.agent_id, Absence.starts_at, Absence.ends_at).order_by(Absence.agent_id, Absence.starts_at)
    )
    there = {tuple(row) for row in rows} | _absences_changed(session)
    for agent, starts_at, ends_at in timetable.absences:
        if (agents[agent], starts_at, ends_at) in there:
            tally.same += 1
        else:
            session.add(Absence(agent_id=agents[agent], starts_at=starts_at, ends_at=ends_at))
            tally.added += 1
    session.flush()


def clashes(timetable: Timetable, today: date) -> list[str]:
    """One sentence for each two openings that want an agent at two places at once, in the 13 weeks to come."""
    by_agent: dict[str, list[tuple[str, Values, Opening]]] = {}
    for key, values in timetable.openings.items():
        columns = {name: value for name, value in values.items() if name not in {"agent", "place", "motifs"}}
        by_agent.setdefault(values["agent"], []).append((key, values, Opening(**columns)))
    return [
        f"openings {key} and {other} want agent {agent} at two places at once."
        for agent, openings in sorted(by_agent.items())
        for (key, values, one), (other, others, two) in combinations(openings, 2)
        if values["place"] != others["place"] and one.starts < two.ends and two.starts < one.ends
        if set(days_of(one, today, today + _WATCHED)) & set(days_of(two, today, today + _WATCHED))
    ]


def _opening(row: Row, known: Known) -> Values:
    recurrence = row.choice("recurrence", Recurrence, Recurrence.WEEKLY)
    values: Values = {
        "agent": row.one_of("agent", known.agents, "agent"),
        "place": row.one_of("place", known.places, "place"),
        "motifs": _motifs(row, known.motifs),
        "recurrence": recurrence,
        "weekdays": _weekdays(row),
        "interval_weeks": row.integer("every_weeks", 1, 52, 1),
        "nth_week": row.optional_integer("nth_week", -1, 4),
        "first_day": row.day("first_day"),
        "last_day": row.optional_day("last_day"),
        "starts": row.hour("starts"),
        "ends": row.hour("ends"),
        "skipped": _days(row, "skipped"),
    }
    if values["starts"] >= values["ends"] and row.has("starts") and row.has("ends"):
        row.fault("the opening ends before it starts", "ends")
    if values["last_day"] and values["last_day"] < values["first_day"]:
        row.fault('"last_day" is before "first_day"', "last_day")
    if recurrence is not Recurrence.ONCE and not values["weekdays"]:
        row.fault('"weekdays" is missing: which days does it come back on?', "weekdays")
    if (recurrence is Recurrence.MONTHLY) != (values["nth_week"] not in (None, 0)):
        row.fault(
            '"nth_week" (1 to 4, or -1 for the last) goes with a monthly recurrence, and only with it', "nth_week"
        )
    row.finish()
    return values


def _motifs(row: Row, known: Collection[str]) -> list[str]:
    motifs = row.texts("motifs")
    if not motifs:
        row.fault('"motifs" is missing: what can be booked then?', "motifs")
    for motif in motifs:
        if motif not in known:
            row.fault(f'"{motif}": no motif that can be booked has this key', "motifs")
    return sorted(set(motifs))


def _weekdays(row: Row) -> list[int]:
    names = row.texts("weekdays")
    for name in names:
        if name not in _WEEKDAYS:
            row.fault(f'"{name}" is not a day: write it in full and in French, such as "lundi"', "weekdays")
    return sorted({_WEEKDAYS.index(name) for name in names if name in _WEEKDAYS})


def _days(row: Row, key: str) -> list[date]:
    row.asked.add(key)
    value = row.values.get(key, [])
    if isinstance(value, list) and all(isinstance(day, date) and not isinstance(day, datetime) for day in value):
        return sorted(value)
    row.fault(f'"{key}" must be a list of dates, such as [2026-12-24]', key)
    return []


def _moment(row: Row, key: str) -> datetime | None:
    """An hour on a wall clock in France, written 2026-12-24T09:00:00."""
    row.asked.add(key)
    value = row.values.get(key)
    if not isinstance(value, datetime) or value.tzinfo is not None:
        row.fault(f'"{key}" must be a day and an hour in France, such as 2026-12-24T09:00:00', key)
        return None
    return at_wall_clock(value.date(), value.time())


def _write_openings(
    session: Session, timetable: Timetable, agents: Mapping[str, int], today: date, report: Report
) -> None:
    places, motifs = _ids(session, Place), _ids(session, Motif)
    wanted = {
        key: {name: value for name, value in values.items() if name not in {"agent", "place", "motifs"}}
        | {"agent_id": agents[values["agent"]], "place_id": places[values["place"]]}
        for key, values in timetable.openings.items()
    }
    tally = report.tally("openings")
    edited = _openings_changed(session)
    for key in sorted(edited.intersection(wanted)):
        report.notes.append(f"opening {key} keeps what was changed on screen.")
    wanted = {key: values for key, values in wanted.items() if key not in edited}
    kept, others = upsert(session, Opening, "key", wanted, tally)
    yesterday = today - timedelta(days=1)
    for opening in (opening for opening in others if opening.key not in edited):
        if opening.first_day > yesterday:  # it never began: nothing remembers it
            session.delete(opening)
            tally.closed += 1
        elif opening.last_day is None or opening.last_day > yesterday:
            opening.last_day = yesterday
            tally.closed += 1
    session.flush()
    pairs = {
        (opening.id, motifs[motif]) for key, opening in kept.items() for motif in timetable.openings[key]["motifs"]
    }
    _write_pairs(session, pairs, {opening.id for opening in kept.values()}, report)


def _openings_changed(session: Session) -> set[str]:
    """The keys of the openings that an agent has changed on screen."""
    changed = select(SettingChange.object_id).where(SettingChange.kind == "opening")
    rows = session.scalars(select(Opening.key).where(Opening.id.in_(changed)).order_by(Opening.id))
    return {key for key in rows if key is not None}


def _absences_changed(session: Session) -> set[tuple[Any, ...]]:
    """The absences, as they were, that an agent has changed or removed on screen."""
    rows = session.scalars(
        select(SettingChange.before)
        .where(SettingChange.kind == "absence", SettingChange.before.is_not(None))
        .order_by(SettingChange.id)
    )
    return {
        (was["agent_id"], datetime.fromisoformat(was["starts_at"]), datetime.fromisoformat(was["ends_at"]))
        for was in rows
        if was is not None
    }


def _write_pairs(session: Session, wanted: set[tuple[int, int]], openings: set[int], report: Report) -> None:
    table, tally = opening_motif.c, report.tally("motifs of openings")
    rows = session.execute(select(table.opening_id, table.motif_id).order_by(table.opening_id, table.motif_id))
    there = {(opening, motif) for opening, motif in rows if opening in openings}
    tally.same += len(wanted & there)
    if added := sorted(wanted - there):
        session.execute(insert(opening_motif), [{"opening_id": one, "motif_id": other} for one, other in added])
        tally.added += len(added)
    for opening, motif in sorted(there - wanted):
        session.execute(delete(opening_motif).where(table.opening_id == opening, table.motif_id == motif))
        tally.closed += 1


def _ids(session: Session, model: type[Agent] | type[Place] | type[Motif]) -> dict[str, int]:
    return {key: number for key, number in session.execute(select(model.key, model.id).order_by(model.key))}  # noqa: C416
