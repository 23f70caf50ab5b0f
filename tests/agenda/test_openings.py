"""Openings written: once, with their history; who may; two at once; what files no longer undo."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from portal.agenda.rules_openings import (
    OpeningFault,
    Plan,
    change_from,
    change_once,
    end_from,
    mark_of,
    once,
)
from portal.booking.loader import Timetable, write_timetable
from portal.booking.models import Opening, Recurrence
from portal.directory.models_settings import SettingChange
from portal.files.report import Report
from portal.refusal import Refused
from tests.agenda.opening_rows import TODAY, all_of, write
from tests.booking.desk import journal


def refused(database, now, agent, plan, **given) -> object:
    with pytest.raises(Refused) as found:
        write(database, now, agent, plan, **given)
    return found.value.reason


def test_a_change_is_written_once_with_its_history(database, clock, world, office) -> None:
    place, motif, agent = office
    world.opening(agent, place, motif)
    (old,) = all_of(database, agent)
    plan = change_from(old, replace(old, starts=time(8)), date(2026, 12, 7))
    assert write(database, clock.now, agent, plan)
    assert not write(database, clock.now, agent, plan, shown={old.id: mark_of(old)})  # pressed twice
    found = sorted(all_of(database, agent), key=lambda one: one.id)
    assert [(one.starts, one.first_day, one.last_day) for one in found] == [
        (time(9), date(2026, 1, 5), date(2026, 12, 6)),
        (time(8), date(2026, 12, 7), None),
    ]
    assert found[1].motif_ids == {motif.id}
    with database.reading() as session:
        history = list(session.scalars(select(SettingChange).order_by(SettingChange.id)))
    assert [(one.kind, one.object_id) for one in history] == [("opening", found[0].id), ("opening", found[1].id)]
    assert history[0].before == {"last_day": None}
    assert history[0].after == {"last_day": "2026-12-06"}
    assert [line.verb for line in journal(database)] == ["opening.changed"] * 2


def test_a_day_taken_out_an_end_and_one_that_never_began(database, clock, world, office) -> None:
    place, motif, agent = office
    world.opening(agent, place, motif)
    (old,) = all_of(database, agent)
    assert write(database, clock.now, agent, change_once(old, date(2026, 12, 7), None))
    (old,) = all_of(database, agent)
    assert old.skipped == (date(2026, 12, 7),)
    ends = replace(old, last_day=date(2026, 12, 20))
    assert write(database, clock.now, agent, end_from(old, date(2026, 12, 21)))
    assert all_of(database, agent) == [ends]
    assert write(database, clock.now, agent, end_from(ends, date(2026, 12, 1)))
    later = Plan(added=(replace(old, id=0, first_day=date(2027, 1, 4), last_day=None, skipped=()),))
    assert write(database, clock.now, agent, later)
    new = max(all_of(database, agent), key=lambda one: one.id)
    assert write(database, clock.now, agent, end_from(new, date(2027, 1, 4)))
    assert [one.last_day for one in all_of(database, agent)] == [date(2026, 11, 30)]


def test_what_somebody_else_changed_is_said(database, clock, world, office) -> None:
    place, motif, agent = office
    world.opening(agent, place, motif)
    (old,) = all_of(database, agent)
    write(database, clock.now, agent, change_once(old, date(2026, 12, 7), None))
    plan = end_from(old, date(2026, 12, 14))
    assert refused(database, clock.now, agent, plan, shown={old.id: mark_of(old)}) is OpeningFault.CHANGED
    gone = Plan(skips={10_000: date(2026, 12, 7)})
    assert refused(database, clock.now, agent, gone) is OpeningFault.CHANGED


def test_nobody_writes_what_is_not_theirs(database, clock, world, office) -> None:
    place, motif, agent = office
    world.opening(agent, place, motif)
    (old,) = all_of(database, agent)
    new = once(old, date(2026, 12, 8))
    for other in (
        world.agent("professionnel", place=place),
        world.agent("accueil", place=place),
        world.agent("encadrant", place=world.place()),
    ):
        assert refused(database, clock.now, agent, Plan(added=(new,)), by=other) is OpeningFault.NOT_YOURS
    elsewhere = replace(new, place_id=world.place().id)
    assert refused(database, clock.now, agent, Plan(added=(elsewhere,))) is OpeningFault.NOT_YOURS
    foreign = replace(new, motif_ids=frozenset({world.motif(family="pmi").id}))
    assert refused(database, clock.now, agent, Plan(added=(foreign,))) is OpeningFault.NOT_YOURS
    for by in (world.agent("encadrant", place=place), world.agent("admin")):
        assert write(database, clock.now, agent, Plan(added=(replace(new, starts=time(7, by.id % 60)),)), by=by)


def test_what_has_happened_stays(database, clock, world, office) -> None:
    place, motif, agent = office
    world.opening(agent, place, motif)
    (old,) = all_of(database, agent)
    yesterday = TODAY - timedelta(days=1)
    for plan in (end_from(old, yesterday), Plan(added=(once(old, yesterday),)), Plan(skips={old.id: yesterday})):
        assert refused(database, clock.now, agent, plan) is OpeningFault.PAST


def test_files_leave_alone_what_was_changed_on_screen(database, clock, world, office) -> None:
    place, motif, agent = office
    for key, first in (("changed", date(2026, 1, 5)), ("never", date(2027, 1, 4)), ("kept", date(2026, 1, 5))):
        world.opening(agent, place, motif, key=key, first_day=first)
    values = {
        "agent": agent.key,
        "place": place.key,
        "motifs": [motif.key],
        "recurrence": Recurrence.WEEKLY,
        "weekdays": [0, 1, 2, 3, 4],
        "interval_weeks": 1,
        "nth_week": None,
        "last_day": None,
        "starts": time(9),
        "ends": time(12),
        "skipped": [],
    }
    firsts = {"changed": date(2026, 1, 5), "never": date(2027, 1, 4), "kept": date(2026, 1, 5)}
    files = Timetable(is_given=True, openings={key: values | {"first_day": first} for key, first in firsts.items()})
    with database.reading() as session:
        ids = dict(session.execute(select(Opening.key, Opening.id).order_by(Opening.id)).all())
    by_id = {one.id: one for one in all_of(database, agent)}
    write(
        database,
        clock.now,
        agent,
        change_from(by_id[ids["changed"]], replace(by_id[ids["changed"]], starts=time(8)), date(2026, 12, 7)),
    )
    write(database, clock.now, agent, end_from(by_id[ids["never"]], date(2027, 1, 4)))
    before = all_of(database, agent)
    for given in (files, files, Timetable(is_given=True, openings={"kept": files.openings["kept"]})):
        with database.transaction() as session:
            report = Report()
            write_timetable(session, given, TODAY, report)
        assert all_of(database, agent) == before
    assert not any(one.happens_on(date(2027, 1, 4)) and one.id == ids["never"] for one in before)
    with database.transaction() as session:
        report = Report()
        write_timetable(session, files, TODAY, report)
    assert "opening changed keeps what was changed on screen." in report.notes
