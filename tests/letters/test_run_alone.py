"""A fault that one letter or one file meets stays with it: everybody else's run is made, and what is old forgotten."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import func, select, update

from portal.letters.making import print_due
from portal.letters.models import Letter, PrintRun, RunFile, RunState
from portal.letters.queries_runs import runs
from portal.letters.services_keeping import forget_bytes
from portal.letters.services_runs import make_run
from portal.notifications.models import Message
from portal.notifications.queries_post import calendar_of
from tests.letters.runs import made, queued

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LONG_LIST = [f"Le document numéro {number} de votre dossier complet" for number in range(60)]


def test_a_letter_that_cannot_be_given_up_holds_up_neither_the_others_nor_a_file(database, world, clock, caplog):
    clock.set(TUESDAY)
    broken, late = (queued(world, now=TUESDAY, expires_in=timedelta(days=3)) for _ in range(2))
    queued(world, now=TUESDAY)
    with database.transaction() as session:
        session.get_one(Message, broken.message_id).event = {"kind": "Confidence"}
        make_run(session, TUESDAY, post=calendar_of(session), by=1)
    print_due(database, clock)
    with database.transaction() as session:
        stands = [session.get_one(Message, one.message_id).status.value for one in (broken, late)]
        assert stands == ["queued", "failed"]
        assert [run.state for run in runs(session)] == [RunState.MADE]
    assert f"print room, is too late {broken.message_id}: " in caplog.text
    assert "Confidence" not in caplog.text


def test_a_file_that_cannot_be_made_holds_up_no_other(database, world, clock, caplog):
    broken = queued(world)
    queued(world, bring=LONG_LIST)
    with database.transaction() as session:
        row = session.get_one(Letter, broken.id)
        row.pdf, row.sha256 = b"no sheet", sha256(b"no sheet").hexdigest()
        make_run(session, world.now, post=calendar_of(session), by=1)
    queued(world)
    with database.transaction() as session:
        make_run(session, world.now, post=calendar_of(session), by=1)
    clock.set(world.now)
    for _pass in range(2):
        print_due(database, clock)
    with database.transaction() as session:
        files = session.execute(select(RunFile.id, RunFile.made_at).order_by(RunFile.id)).all()
        assert [made_at is not None for _id, made_at in files] == [False, True, True]
        assert sorted(run.state.value for run in runs(session)) == ["made", "making"]
    assert f"print room, file {files[0].id}: PdfError" in caplog.text


def test_what_is_old_is_forgotten_by_slices_until_nothing_is_left(database, world):
    for _run in range(2):
        queued(world)
        made(database, world.now)
    ended = [queued(world) for _ in range(2)]
    old = world.now + timedelta(days=31)
    with database.transaction() as session:
        session.execute(update(PrintRun).values(state=RunState.POSTED, posted_at=world.now))
        session.execute(
            update(Message).where(Message.id.in_([one.message_id for one in ended])).values(status="withdrawn")
        )
    forgotten = []
    while not forgotten or forgotten[-1]:
        with database.transaction() as session:
            forgotten.append(forget_bytes(session, old, files=1, others=1))
    assert forgotten == [2, 2, 0]
    with database.transaction() as session:
        assert session.scalar(select(func.count(Letter.id)).where(Letter.pdf.is_not(None))) == 0
