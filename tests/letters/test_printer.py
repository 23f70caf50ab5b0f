"""An outside printer: it is given whole runs; what it says of each letter is taken once, however often it says it."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from portal.holidays import REGIONS
from portal.journal.services import Actor
from portal.letters.models import Letter, Printer, PrintRun, PullReason, ReturnReason, RunState
from portal.letters.printer_folder import MANIFEST, SUMS, Taken, give_runs, header, read_status, write_withdrawals
from portal.letters.services_printer import Fault, LineFault
from portal.letters.services_returns import note_return
from portal.letters.services_runs import make_file, make_run
from portal.notifications.models import Message, Route, Status
from portal.notifications.outbox import withdraw
from portal.notifications.queries_post import calendar_of
from portal.people.models import Person
from tests.letters.runs import ROOM, made, queued


@pytest.fixture
def outside(database, world):
    """A run of three letters for the outside printer."""
    letters = [queued(world) for _ in range(3)]
    with database.transaction() as session:
        run = make_run(session, world.now, post=calendar_of(session), by=None, printer=Printer.OUTSIDE)
        make_file(session, world.now)
    return run.id, letters


def says(folder, *lines):
    file = folder / "statuts.csv"
    file.write_text("\n".join([header(), *lines, ""]), encoding="cp1252")
    return file


def known(database):
    with database.transaction() as session:
        rows = session.scalars(select(Message).where(Message.route == Route.LETTER).order_by(Message.id)).all()
        return [(row.status.value, row.arrives_on) for row in rows]


def state(database, run_id):
    with database.transaction() as session:
        return session.get_one(PrintRun, run_id).state


def test_a_run_appears_whole_with_its_manifest_and_sums_and_is_given_once(database, world, outside, tmp_path):
    run_id, letters = outside
    (name,) = give_runs(database, world.now, tmp_path)
    assert name == f"lot-{run_id:06}"
    assert {path.name for path in (tmp_path / name).iterdir()} == {f"lot-{run_id}-1.pdf", MANIFEST, SUMS}
    for line in (tmp_path / name / SUMS).read_text().splitlines():
        wanted, file = line.split("  ")
        assert sha256((tmp_path / name / file).read_bytes()).hexdigest() == wanted
    table = (tmp_path / name / MANIFEST).read_text(encoding="utf-8-sig")
    assert all(letter.reference in table for letter in letters)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert give_runs(database, world.now, tmp_path) == []


def test_the_keys_to_withdraw_are_written_whole_each_time_until_the_run_is_posted(database, world, outside, tmp_path):
    run_id, (first, second, third) = outside
    assert write_withdrawals(database, tmp_path) == []
    give_runs(database, world.now, tmp_path)
    name = f"retraits-lot-{run_id:06}.csv"
    assert write_withdrawals(database, tmp_path) == [name]
    assert (tmp_path / name).read_bytes() == b"\xef\xbb\xbflettre;motif\r\n"
    with database.transaction() as session:
        withdraw(session, world.now, subject="appointment", subject_id=second.message_id)
        session.get_one(Person, first.message.person_id).address = ["", "", "9 rue Neuve", "", "62300 Lens"]
    read_status(database, world.now, says(tmp_path, f"{third.reference};rejete;{world.now.date()};illisible"))
    write_withdrawals(database, tmp_path)
    assert (tmp_path / name).read_text(encoding="utf-8-sig").splitlines() == [
        "lettre;motif",
        f"{first.reference};l'adresse a changé",
        f"{second.reference};le rendez-vous a changé",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"lot-{run_id:06}", name, "statuts.csv"]
    with database.transaction() as session:
        session.get_one(PrintRun, run_id).state = RunState.POSTED
    assert write_withdrawals(database, tmp_path) == []


def test_what_a_fault_left_is_written_again_and_an_archive_holds_the_same(database, world, outside, tmp_path):
    run_id, _letters = outside
    half = tmp_path / f"lot-{run_id:06}"
    half.mkdir()
    (half / "lot-1-1.pdf").write_bytes(b"half of it")
    give_runs(database, world.now, tmp_path)
    whole = {path.name: path.read_bytes() for path in half.iterdir()}
    with database.transaction() as session:
        session.get_one(PrintRun, run_id).given_at = None
    (name,) = give_runs(database, world.now, tmp_path, as_archive=True)
    with ZipFile(tmp_path / name) as archive:
        assert {member.split("/")[1]: archive.read(member) for member in archive.namelist()} == whole


def test_what_the_printer_says_is_taken_once_and_lines_that_are_wrong_are_named(database, world, outside, tmp_path):
    run_id, (first, second, third) = outside
    today = world.now.date()
    file = says(
        tmp_path,
        f"{first.reference.lower()};posté;{today};",
        f"{second.reference};imprime;{today};",
        f"{third.reference};rejete;{today};adresse illisible",
        "",
        f"C0099999A;poste;{today};",
        f"{first.reference};parti;{today};",
        f"{first.reference};poste;demain;",
        f"{first.reference};poste;{today + timedelta(days=1)};",
        f"{first.reference};rejete;{today};",
    )
    faults = [(6, "letter"), (7, "status"), (8, "day"), (9, "day"), (10, "reason")]
    for _ in range(2):
        taken = read_status(database, world.now, file)
        assert taken.lines == 3
        assert taken.faults == tuple(Fault(number, LineFault(fault)) for number, fault in faults)
        arrives = date(2026, 11, 26)
        assert known(database) == [("posted", arrives), ("printed", None), ("failed", None)]
        assert state(database, run_id) is RunState.PRINTED
    with database.transaction() as session:
        assert session.get_one(Letter, third.id).pull_reason is PullReason.REJECTED
        calls = session.scalars(select(Message).where(Message.route == Route.CALL)).all()
        assert {(call.subject_id, call.status) for call in calls} == {(third.message_id, Status.WAITING)}
    read_status(database, world.now, says(tmp_path, f"{second.reference};poste;{today};"))
    assert state(database, run_id) is RunState.POSTED
    # What is at the post is not printed or rejected any more.
    read_status(
        database,
        world.now,
        says(tmp_path, f"{second.reference};imprime;{today};", f"{first.reference};rejete;{today};x"),
    )
    assert known(database)[:2] == [("posted", arrives), ("posted", arrives)]


def test_a_letter_that_left_though_something_overtook_it_is_known_to_have_left(database, world, outside, tmp_path):
    _run_id, (first, second, _third) = outside
    today = world.now.date()
    with database.transaction() as session:
        for letter in (first, second):
            withdraw(session, world.now, subject="appointment", subject_id=letter.message_id)
    file = says(tmp_path, f"{first.reference};poste;{today};", f"{second.reference};rejete;{today};annulée")
    assert read_status(database, world.now, file).lines == 2
    assert [status for status, _ in known(database)] == ["posted", "withdrawn", "in_run"]


def test_a_file_of_another_kind_and_a_letter_of_our_own_print_room_are_refused(database, world, tmp_path):
    letter = queued(world)
    with database.transaction() as session:
        make_run(session, world.now, post=calendar_of(session), by=1)
    waits = queued(world)
    lines = [f"{one.reference};poste;{world.now.date()};" for one in (letter, waits)]
    taken = read_status(database, world.now, says(tmp_path, *lines))
    assert taken.faults == (Fault(2, LineFault.LETTER), Fault(3, LineFault.LETTER))
    other = tmp_path / "autre.csv"
    other.write_text("a,b,c\n1,2,3\n")
    assert read_status(database, world.now, other).faults == (Fault(1, LineFault.COLUMNS),)


def test_a_status_file_read_again_says_nothing_of_the_letter_drawn_anew(database, world, outside, tmp_path):
    run_id, letters = outside
    first, today = letters[0], world.now.date()
    posted = [f"{letter.reference};poste;{today};" for letter in letters]
    read_status(database, world.now, says(tmp_path, *posted))
    with database.transaction() as session:
        note_return(session, world.now, reference=first.reference, reason=ReturnReason.REFUSED, by=Actor.agent(1))
        message = session.get_one(Message, first.message_id)
        message.status = Status.SENDING
        ROOM.draw(session, message, world.now)
    for _ in range(2):  # it waits for its run, then is in it
        assert read_status(database, world.now, says(tmp_path, *posted)) == Taken(3, ())
        read_status(database, world.now, says(tmp_path, f"{first.reference};rejete;{today};x"))
        assert state(database, run_id) is RunState.POSTED
        made(database, world.now)
    assert known(database)[0][0] == "in_run"


def test_a_line_that_cannot_be_read_takes_no_other_away(database, world, outside, tmp_path):
    _run_id, (first, second, third) = outside
    today = world.now.date()
    taken = read_status(
        database,
        world.now,
        says(
            tmp_path,
            f'{first.reference};rejete;{today};"adresse',
            f"{second.reference};poste;{today};",
            f"{third.reference};poste;{today};{'x' * 200_000}",
            "\x00",
        ),
    )
    assert taken == Taken(2, (Fault(4, LineFault.LETTER), Fault(5, LineFault.LETTER)))
    assert [status for status, _ in known(database)] == ["failed", "posted", "in_run"]


@pytest.mark.parametrize(
    ("region", "now", "today", "other"),
    [
        ("la_reunion", datetime(2026, 11, 24, 21, 0, tzinfo=UTC), 25, 24),  # Tuesday still, in Paris
        ("martinique", datetime(2026, 11, 25, 2, 0, tzinfo=UTC), 24, 25),  # Wednesday already, in Paris
    ],
)
def test_the_days_of_a_printer_are_those_of_the_clocks_where_it_posts(
    database, world, tmp_path, region, now, today, other
):
    world.departement(holiday_region=region)
    letter = queued(world, now=now)
    with database.transaction() as session:
        run = make_run(session, now, post=calendar_of(session), by=None, printer=Printer.OUTSIDE)
        make_file(session, now)
    refused = read_status(database, now, says(tmp_path, f"{letter.reference};poste;2026-11-{other};"))
    assert [fault.fault for fault in refused.faults] == [LineFault.DAY]
    assert read_status(database, now, says(tmp_path, f"{letter.reference};poste;2026-11-{today};")).faults == ()
    with database.transaction() as session:
        assert session.get_one(PrintRun, run.id).posted_on == date(2026, 11, today)
        noon = session.get_one(Message, letter.message_id).sent_at.astimezone(REGIONS[region].zone)
    assert (noon.day, noon.hour) == (today, 12)
