"""An outside printer is given whole runs, once, that no other account reads; what it no longer needs is not left."""

import os
import stat
from datetime import timedelta
from hashlib import sha256
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from portal.cli import main
from portal.clock import paris_day, system_clock
from portal.journal.services import Actor
from portal.letters.models import Printer, PrintRun, PullReason, RunFile, RunState
from portal.letters.printer_folder import (
    MANIFEST,
    SUMS,
    NotGivenError,
    forget_given,
    give_runs,
    write_withdrawals,
)
from portal.letters.services_keeping import KEPT
from portal.letters.services_post import pull
from portal.letters.services_runs import make_file, make_run
from portal.locks import Lock, TakenError, alone
from portal.notifications.outbox import withdraw
from portal.notifications.queries_post import calendar_of
from portal.people.models import Person
from tests.letters.outside import given_run, journal, outside_run, run_now, says, told
from tests.letters.runs import queued


@pytest.fixture
def outside(database, world):
    """A run of three letters for the outside printer."""
    return outside_run(database, world)


def change(database, run_id, **values):
    with database.transaction() as session:
        run = session.get_one(PrintRun, run_id)
        for name, value in values.items():
            setattr(run, name, value)


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
    assert journal(database) == [("machine", "run.given")]


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
    told(database, world.now, tmp_path, f"{third.reference};rejete;{world.now.date()};illisible")
    write_withdrawals(database, tmp_path)
    assert (tmp_path / name).read_text(encoding="utf-8-sig").splitlines() == [
        "lettre;motif",
        f"{first.reference};l'adresse a changé",
        f"{second.reference};le rendez-vous a changé",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"lot-{run_id:06}", name, "statuts.csv"]
    change(database, run_id, state=RunState.POSTED)
    assert write_withdrawals(database, tmp_path) == []


def test_what_a_fault_left_is_written_again_and_an_archive_holds_the_same(database, world, outside, tmp_path):
    run_id, _letters = outside
    half = tmp_path / f"lot-{run_id:06}"
    half.mkdir()
    (half / "lot-1-1.pdf").write_bytes(b"half of it")
    give_runs(database, world.now, tmp_path)
    whole = {path.name: path.read_bytes() for path in half.iterdir()}
    change(database, run_id, given_at=None)
    (name,) = give_runs(database, world.now, tmp_path, as_archive=True)
    with ZipFile(tmp_path / name) as archive:
        assert {member.split("/")[1]: archive.read(member) for member in archive.namelist()} == whole


def test_what_a_killed_command_left_half_written_is_removed_and_nothing_else(database, world, outside, tmp_path):
    run_id, _letters = outside
    left = [f".lot-{run_id:06}-a1b2c3_d", f".retraits-lot-{run_id:06}.csv-abcdefgh"]
    others = [".lot-12-abcdefgh", ".ssh", "lot-000099-abcdefgh"]
    for name in (*left, *others):
        (tmp_path / name / f"lot-{run_id:06}").mkdir(parents=True)
    (tmp_path / ".lot-000001-lienlien").symlink_to(tmp_path / ".ssh")
    with alone(database, Lock.PRINTER):  # another command is at work: they may be its own
        for writes in (lambda: give_runs(database, world.now, tmp_path), lambda: write_withdrawals(database, tmp_path)):
            with pytest.raises(TakenError):
                writes()
    assert all((tmp_path / name).exists() for name in left)
    give_runs(database, world.now, tmp_path)
    here = {path.name for path in tmp_path.iterdir()}
    assert here == {*others, ".lot-000001-lienlien", f"lot-{run_id:06}"}


@pytest.mark.parametrize(
    ("is_shared", "umask", "wanted"),
    [(False, 0o022, (0o700, 0o600)), (True, 0o022, (0o750, 0o640)), (True, 0o077, (0o700, 0o600))],
)
def test_no_other_account_reads_what_is_given_but_the_group_that_the_folder_gives(
    database, world, outside, tmp_path, is_shared, umask, wanted
):
    run_id, _letters = outside
    folder = tmp_path / "sortie"
    if is_shared:
        folder.mkdir()
        folder.chmod(0o2750)
    former = os.umask(umask)
    try:
        give_runs(database, world.now, folder)
        change(database, run_id, given_at=None)
        give_runs(database, world.now, folder, as_archive=True)
        write_withdrawals(database, folder)
    finally:
        os.umask(former)
    for path in folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o777 == wanted[path.is_file()], path.name
    assert stat.S_IMODE(folder.stat().st_mode) == (0o2750 if is_shared else 0o700)


def test_what_was_given_is_removed_30_days_after_the_post_took_it_and_nothing_else(database, world, tmp_path):
    run_id, letters = given_run(database, world, tmp_path)
    folder = tmp_path / "out"
    change(database, run_id, given_at=None)
    give_runs(database, world.now, folder, as_archive=True)
    write_withdrawals(database, folder)
    ours = {f"lot-{run_id:06}", f"lot-{run_id:06}.zip", f"retraits-lot-{run_id:06}.csv"}
    others = {f"lot-{run_id:07}", "lot-999999", "lot-99999999999.zip", "statuts.csv"}
    for name in others:
        (folder / name).write_bytes(b"of somebody else")
    later = world.now + KEPT
    assert forget_given(database, later, folder) == []  # the printer has not posted it
    told(database, world.now, tmp_path, *[f"{one.reference};poste;{world.now.date()};" for one in letters])
    assert forget_given(database, later - timedelta(minutes=1), folder) == []
    assert set(forget_given(database, later, folder)) == ours
    assert {path.name for path in folder.iterdir()} == others
    assert forget_given(database, later, tmp_path / "nowhere") == []


def test_a_run_is_given_with_all_its_files_or_not_and_an_altered_one_keeps_no_other_back(
    database, world, outside, tmp_path
):
    altered, _letters = outside
    whole, _others = outside_run(database, world, count=1)
    unmade, _more = outside_run(database, world, count=1)
    with database.transaction() as session:
        for file in session.scalars(select(RunFile).where(RunFile.run_id.in_([altered, unmade]))):
            file.pdf = b"%PDF- something else"
            file.made_at = None if file.run_id == unmade else file.made_at
    with pytest.raises(NotGivenError, match=f"lot-{altered:06}") as kept:
        give_runs(database, world.now, tmp_path)
    assert kept.value.given == [f"lot-{whole:06}"]
    assert [path.name for path in tmp_path.iterdir()] == [f"lot-{whole:06}"]
    assert run_now(database, altered).given_at is None


def test_a_run_all_of_whose_letters_were_pulled_is_over_and_not_given(database, world, tmp_path):
    letter = queued(world)
    with database.transaction() as session:
        post = calendar_of(session)
        run = make_run(session, world.now, post=post, by=None, printer=Printer.OUTSIDE)
        by = Actor.agent(1)
        pull(session, world.now, reference=letter.reference, reason=PullReason.ASKED, by=by, post=post)
    assert run_now(database, run.id).state is RunState.MAKING
    with database.transaction() as session:
        make_file(session, world.now)
    assert give_runs(database, world.now, tmp_path) == []
    closed = run_now(database, run.id)
    assert (closed.state, closed.posted_on, closed.given_at) == (RunState.POSTED, None, None)


def test_the_command_says_what_it_wrote_and_removed_and_what_is_wrong(database, world, tmp_path):
    now = system_clock()
    run_id, (first, second, third) = outside_run(database, world, now)
    out, env = tmp_path / "out", {"PORTAL_DATABASE_URL": database.url, "PORTAL_PRINTER": "outside"}

    def printer(*words):
        result = CliRunner().invoke(main, ["printer", *map(str, words)], env=env)
        return result.exit_code, result.output

    names = [f"lot-{run_id:06}", f"retraits-lot-{run_id:06}.csv"]
    assert printer("out", out) == (0, "".join(f"{name}\n" for name in names))
    with alone(database, Lock.PRINTER):
        code, said = printer("out", out)
    assert (code, "at work already" in said) == (1, True)
    with database.transaction() as session:
        post, reason = calendar_of(session), PullReason.LOST
        pull(session, now, reference=first.reference, reason=reason, by=Actor.agent(1), post=post)
    lines = [f"{one.reference};poste;{paris_day(now)};" for one in (first, second, third)]
    code, said = printer("in", says(tmp_path, *lines))
    assert (code, "2 lines taken." in said) == (1, True)
    assert "line 2: this letter was pulled here, yet the printer posted it" in said
    change(database, run_id, posted_at=now - KEPT)
    code, said = printer("out", out)
    assert [line.split(" was removed")[0] for line in said.splitlines()] == names
    assert list(out.iterdir()) == []
    lost, _letters = outside_run(database, world, now, count=1)
    with database.transaction() as session:
        session.scalars(select(RunFile).where(RunFile.run_id == lost)).one().pdf = None
    code, said = printer("out", out)
    assert (code, f"Not given, for a file of it is not what was made: lot-{lost:06}." in said) == (1, True)
