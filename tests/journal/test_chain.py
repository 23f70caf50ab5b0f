"""The chain: what it holds, what it tells when somebody has touched the journal, and what is dropped from it."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from portal.journal.models import JournalClosing, JournalLine, JournalLink
from portal.journal.queries_chain import ChainFault, Fault, Head, check, head_of
from portal.journal.rules_chain import COLUMNS, START, canonical, link_hash
from portal.journal.services import MACHINE, Actor, record
from portal.journal.services_chain import ChainBrokenError, drop_before, seal
from tests.conftest import NOW
from tests.world import at

REFUSED = "permission denied"


def write(database, count=1, when=NOW, **given) -> None:
    with database.transaction() as session:
        for _ in range(count):
            record(session, when, **({"actor": MACHINE, "verb": "message.told"} | given))


def sealed(database, **how) -> int:
    with database.transaction() as session:
        return seal(session, **how)


def checked(database, now=NOW):
    with database.transaction() as session:
        return check(session, now)


def faults(database, now=NOW) -> list[tuple[str, int]]:
    return [(fault.kind.value, fault.line_id) for fault in checked(database, now).faults]


@contextmanager
def without_triggers(migrated):
    """What somebody with all rights on the server can do."""
    with migrated.transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        yield session


def links(database) -> list[tuple[int, int]]:
    with database.transaction() as session:
        found = session.execute(select(JournalLink.position, JournalLink.line_id).order_by(JournalLink.position))
        return [tuple(row) for row in found]


def test_the_chain_holds_every_column_of_a_line() -> None:
    assert set(COLUMNS) == set(JournalLine.__table__.columns.keys())


def test_a_hash_can_be_computed_again_by_anyone_from_what_the_docstring_says(database) -> None:
    write(database, actor=Actor.person(7), for_person_id=8, object_kind="appointment", object_id=9, letter_id=3)
    sealed(database)
    words = {
        "actor": "person",
        "actor_id": 7,
        "at": "2026-11-23T08:02:00.000000+00:00",
        "details": {"letter_id": 3},
        "for_person_id": 8,
        "id": 1,
        "object_id": 9,
        "object_kind": "appointment",
        "verb": "message.told",
    }
    line = json.dumps(words, sort_keys=True, separators=(",", ":"))
    expected = hashlib.sha256(("0" * 64 + "\n" + line).encode()).hexdigest()
    assert checked(database).head == Head(1, expected)


def test_two_lines_that_differ_in_one_column_have_two_texts() -> None:
    line = dict.fromkeys(COLUMNS, None) | {"id": 1, "at": NOW, "actor": "agent", "verb": "x", "details": {}}
    others = [line | {name: 2} for name in COLUMNS if name not in {"at", "details"}]
    others += [line | {"at": NOW + timedelta(microseconds=1)}, line | {"details": {"a": 1}}]
    texts = {canonical(line), *map(canonical, others)}
    assert len(texts) == len(COLUMNS) + 1
    assert link_hash(START, line) != link_hash("1" * 64, line)


def test_an_empty_journal_holds(database) -> None:
    found = checked(database)
    assert (found.lines, found.head, found.faults) == (0, Head(0, START), [])
    assert sealed(database) == 0


def test_lines_are_sealed_in_order_once_each(database) -> None:
    write(database, 3)
    assert (sealed(database), sealed(database)) == (3, 0)
    write(database, 2)
    assert sealed(database) == 2
    assert links(database) == [(n, n) for n in range(1, 6)]
    assert faults(database) == []


def test_more_lines_than_a_batch_are_sealed_by_several_passes(database) -> None:
    write(database, 10)
    assert [sealed(database, most=4) for _ in range(4)] == [4, 4, 2, 0]
    assert faults(database) == []


def test_a_line_committed_late_is_sealed_by_the_next_pass_and_nobody_waits(database) -> None:
    with database.transaction() as slow:
        record(slow, NOW, actor=MACHINE, verb="message.told")  # line 1, not yet committed
        write(database, 2)
        assert sealed(database) == 2
    assert sealed(database) == 1
    assert links(database) == [(1, 2), (2, 3), (3, 1)]
    assert faults(database) == []


def test_a_line_is_written_while_the_journal_is_being_sealed(database) -> None:
    write(database)
    with database.transaction() as sealing:
        assert seal(sealing) == 1
        write(database)  # would wait until the statement's time is over if sealing held it up
    assert sealed(database) == 1
    assert faults(database) == []


def test_a_line_committed_very_late_is_found_by_a_whole_pass(database) -> None:
    with database.transaction() as slow:
        record(slow, NOW, actor=MACHINE, verb="message.told")
        write(database, 5)
        sealed(database)
    assert sealed(database, recent=2) == 0
    assert sealed(database, is_whole=True) == 1
    assert faults(database) == []


def test_workers_that_seal_at_once_seal_each_line_once(database) -> None:
    write(database, 50)
    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(lambda _: sealed(database), range(8))) == 50
    assert faults(database) == []
    assert links(database) == [(n, n) for n in range(1, 51)]


@pytest.mark.parametrize(
    "change",
    [
        {"verb": "letter.opened"},
        {"actor_id": 5},
        {"at": NOW + timedelta(microseconds=1)},
        {"details": {"agent_id": 2}},
        {"place_id": 4},
        {"for_person_id": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_line_is_named(database, migrated, change) -> None:
    write(database, 3, for_person_id=1)
    sealed(database)
    with without_triggers(migrated) as session:
        session.execute(update(JournalLine).where(JournalLine.id == 2).values(change))
    assert faults(database) == [("changed", 2)]


def test_a_removed_line_is_named_and_stays_removed_when_sealing_goes_on(database, migrated) -> None:
    write(database, 3)
    sealed(database)
    with without_triggers(migrated) as session:
        session.execute(text("DELETE FROM journal_line WHERE id = 3"))
    write(database, 2)
    sealed(database)
    assert faults(database) == [("removed", 3)]


def test_a_removed_link_leaves_a_gap_that_sealing_anew_does_not_hide(database, migrated) -> None:
    write(database, 4)
    sealed(database)
    with without_triggers(migrated) as session:
        session.execute(text("DELETE FROM journal_link WHERE position IN (1, 3)"))
    assert faults(database) == [("gap", 2), ("gap", 4)]
    assert faults(database, NOW + timedelta(minutes=6)) == [("gap", 2), ("gap", 4), ("unsealed", 1), ("unsealed", 3)]
    sealed(database)
    assert faults(database) == [("gap", 2), ("gap", 4)]


def test_a_changed_link_is_named(database, migrated) -> None:
    write(database, 4)
    sealed(database)
    with without_triggers(migrated) as session:
        session.execute(text("UPDATE journal_link SET hash = repeat('a', 64) WHERE position = 2"))
    assert faults(database) == [("changed", 2), ("changed", 3)]


def test_a_link_that_names_another_line_is_found(database, migrated) -> None:
    write(database, 3)
    sealed(database)
    with without_triggers(migrated) as session:
        session.execute(text("UPDATE journal_link SET line_id = line_id + 10 WHERE position = 2"))
    assert faults(database) == [("removed", 12)]


def test_a_line_and_its_link_removed_together_are_found(database, migrated) -> None:
    write(database, 3)
    sealed(database)
    with without_triggers(migrated) as session:
        session.execute(text("DELETE FROM journal_line WHERE id = 2"))
        session.execute(text("DELETE FROM journal_link WHERE position = 2"))
    assert faults(database) == [("gap", 3)]


def test_a_cut_end_is_told_by_its_head_noted_elsewhere(database, migrated) -> None:
    write(database, 3)
    sealed(database)
    noted = checked(database).head
    with without_triggers(migrated) as session:
        session.execute(text("DELETE FROM journal_line WHERE id = 3"))
        session.execute(text("DELETE FROM journal_link WHERE position = 3"))
    assert faults(database) == []
    assert checked(database).head != noted


def test_a_line_not_sealed_for_more_than_five_minutes_is_a_fault_that_waiting_mends(database) -> None:
    write(database)
    assert faults(database, NOW + timedelta(minutes=5)) == []
    late = checked(database, NOW + timedelta(minutes=5, seconds=1))
    assert late.faults == [Fault(ChainFault.UNSEALED, 1)]
    assert late.broken == []
    sealed(database)
    assert faults(database, NOW + timedelta(days=1)) == []


def test_no_more_than_twenty_faults_are_told(database, migrated) -> None:
    write(database, 60)
    sealed(database)
    with without_triggers(migrated) as session:
        session.execute(text("UPDATE journal_line SET verb = 'x' WHERE id > 10"))
    assert len(faults(database)) == 20


@pytest.mark.parametrize("table", ["journal_line", "journal_link", "journal_closing"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_can_neither_change_remove_nor_empty(database, table, verb) -> None:
    column = "id" if table == "journal_line" else "position"
    with pytest.raises(DBAPIError, match=REFUSED), database.transaction() as session:
        session.execute(text(verb.format(table, column, column)))


def test_the_application_closes_no_month_and_switches_no_trigger_off(database) -> None:
    row = {"position": 1, "before": NOW, "lines": 1, "hash": START, "dropped_at": NOW}
    with pytest.raises(DBAPIError, match=REFUSED), database.transaction() as session:
        session.execute(insert(JournalClosing).values(row))
    with pytest.raises(DBAPIError, match="must be owner"), database.transaction() as session:
        session.execute(text("ALTER TABLE journal_line DISABLE TRIGGER journal_line_stays"))
    with pytest.raises(DBAPIError, match=REFUSED), database.transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))


def test_going_back_to_the_first_role_gives_no_more_rights(database) -> None:
    with pytest.raises(DBAPIError, match=REFUSED), database.transaction() as session:
        session.execute(text("RESET ROLE; DELETE FROM journal_line"))


@pytest.mark.parametrize("table", ["journal_line", "journal_link", "journal_closing"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_a_trigger_refuses_even_the_owner(database, migrated, table, verb) -> None:
    write(database)
    column = "id" if table == "journal_line" else "position"
    with pytest.raises(DBAPIError, match="never changed or removed"), migrated.transaction() as session:
        session.execute(text(verb.format(table, column, column)))


def test_old_months_are_dropped_whole_and_the_chain_goes_on_from_their_closing(database, migrated) -> None:
    old, cut = at("2025-09-30", "23:59"), at("2025-10-01", "00:00")
    write(database, 3, old)
    write(database, 2, cut)
    sealed(database)
    before = head_of_links(database, 3)
    with migrated.transaction() as session:
        dropped = drop_before(session, cut, NOW)
    assert (dropped.lines, dropped.hash) == (3, before)
    assert links(database) == [(4, 4), (5, 5)]
    with database.transaction() as session:
        kept = session.scalars(select(JournalClosing).order_by(JournalClosing.position)).one()
        assert (kept.position, kept.before, kept.lines, kept.hash, kept.dropped_at) == (3, cut, 3, before, NOW)
    write(database)
    sealed(database)
    found = checked(database)
    assert (found.faults, found.lines, found.head.position) == ([], 3, 6)


def test_everything_may_be_dropped_and_what_comes_after_still_follows(database, migrated) -> None:
    write(database, 3, at("2025-01-10", "10:00"))
    sealed(database)
    with migrated.transaction() as session:
        drop_before(session, at("2025-02-01", "00:00"), NOW)
    with database.transaction() as session:
        assert head_of(session).position == 3
    write(database)
    sealed(database)
    assert links(database) == [(4, 4)]
    assert faults(database) == []


def test_what_stands_behind_a_younger_line_or_is_not_sealed_stays(database, migrated) -> None:
    old, cut = at("2025-01-10", "10:00"), at("2025-02-01", "00:00")
    for when in (old, cut, old):
        write(database, when=when)
    sealed(database)
    write(database, when=old)
    with migrated.transaction() as session:
        assert drop_before(session, cut, NOW).lines == 1
        assert drop_before(session, cut, NOW).lines == 0
    sealed(database)
    assert links(database) == [(2, 2), (3, 3), (4, 4)]
    assert faults(database) == []


def test_a_chain_that_does_not_hold_is_not_dropped(database, migrated) -> None:
    write(database, 3, at("2025-01-10", "10:00"))
    sealed(database)
    with without_triggers(migrated) as session:
        session.execute(text("UPDATE journal_line SET verb = 'x' WHERE id = 2"))
    with pytest.raises(ChainBrokenError), migrated.transaction() as session:
        drop_before(session, at("2025-02-01", "00:00"), NOW)
    assert faults(database) == [("changed", 2)]


def test_the_triggers_refuse_again_after_a_drop_and_after_one_that_failed(database, migrated) -> None:
    write(database, 3, at("2025-01-10", "10:00"))
    sealed(database)
    with migrated.transaction() as session:
        drop_before(session, at("2025-02-01", "00:00"), NOW)
        session.rollback()
    assert faults(database) == []
    with migrated.transaction() as session:
        drop_before(session, at("2025-02-01", "00:00"), NOW)
    write(database)
    for table in ("journal_line", "journal_link", "journal_closing"):
        with pytest.raises(DBAPIError, match="never changed or removed"), migrated.transaction() as session:
            session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - our own names


def test_the_application_drops_nothing(database) -> None:
    write(database, 3, at("2025-01-10", "10:00"))
    sealed(database)
    with pytest.raises(DBAPIError, match="must be owner"), database.transaction() as session:
        drop_before(session, at("2025-02-01", "00:00"), NOW)
    assert faults(database) == []


def test_a_closing_that_lies_about_its_place_or_its_hash_is_found(database, migrated) -> None:
    write(database, 4)
    sealed(database)
    row = {"position": 2, "before": NOW, "lines": 2, "hash": "b" * 64, "dropped_at": NOW}
    with migrated.transaction() as session:
        session.execute(insert(JournalClosing).values(row))
    assert faults(database)[0] == ("gap", 1)
    with without_triggers(migrated) as session:
        session.execute(text("DELETE FROM journal_line WHERE id < 3"))
        session.execute(text("DELETE FROM journal_link WHERE position < 3"))
    assert faults(database) == [("changed", 3)]


def head_of_links(database, position: int) -> str:
    with database.transaction() as session:
        return session.scalars(select(JournalLink.hash).where(JournalLink.position == position)).one()
