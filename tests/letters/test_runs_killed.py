"""A print run by four processes, one of which is killed in the middle: every letter is printed once."""

import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from io import BytesIO

import pikepdf
from sqlalchemy import func, insert, select
from sqlalchemy.orm import undefer

from portal.letters.making import print_due
from portal.letters.models import Letter, RunFile, RunState
from portal.letters.queries_runs import runs
from portal.letters.rules import reference_of
from portal.letters.rules_runs import MOST_LETTERS
from portal.notifications.models import Message, Status
from tests.letters.runs import queued

DRAWN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CUT_OFF = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
LETTERS = 2 * MOST_LETTERS + 7
WORKER = """
import sys
from datetime import datetime
from portal.database import Database
from portal.letters.making import print_due
from portal.letters import models
now = datetime.fromisoformat(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
print_due(Database(sys.argv[1]), lambda: now)
"""


def many_queued(world):
    """Letters that differ by their reference alone: what is counted is the paper."""
    first = queued(world, now=DRAWN)
    with world.database.transaction() as session:
        message = {
            column.name: getattr(first.message, column.key)
            for column in Message.__table__.columns
            if column.name not in {"id", "event_id"}
        }
        rows = [message | {"event_id": f"00000000-0000-4000-8000-{number:012}"} for number in range(LETTERS - 1)]
        numbers = session.scalars(insert(Message).returning(Message.id), rows).all()
        drawn = session.get_one(Letter, first.id, options=[undefer(Letter.pdf)])
        same = {"pages": 1, "sha256": drawn.sha256, "pdf": drawn.pdf, "drawn_at": DRAWN, "postcode": "62000"}
        letters = [same | {"message_id": number, "reference": reference_of(number)} for number in numbers]
        session.execute(insert(Letter), letters)


def start(url):
    command = [sys.executable, "-c", WORKER, url, CUT_OFF.isoformat()]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def files_made(database):
    with database.transaction() as session:
        return session.scalar(select(func.count(RunFile.id)).where(RunFile.made_at.is_not(None)))


def test_a_run_is_made_once_by_four_processes_though_one_is_killed_in_the_middle(database, world):
    many_queued(world)
    with ExitStack() as stack:
        workers = [stack.enter_context(start(database.url)) for _ in range(4)]
        for worker in workers:
            worker.stdout.readline()  # each is ready
        for worker in workers:
            worker.stdin.write("go\n")
            worker.stdin.flush()
        deadline = time.monotonic() + 60
        while not files_made(database) and time.monotonic() < deadline:
            time.sleep(0.02)
        workers[0].send_signal(signal.SIGKILL)
        codes = [worker.wait(timeout=120) for worker in workers]
    print_due(database, lambda: CUT_OFF)  # the next worker that comes
    with database.transaction() as session:
        (run,) = runs(session)
        files = session.scalars(select(RunFile).options(undefer(RunFile.pdf)).order_by(RunFile.position)).all()
        placed = Counter(session.scalars(select(Letter.id).where(Letter.run_id == run.id)))
        statuses = Counter(session.scalars(select(Message.status)))
    assert codes[1:] == [0, 0, 0]
    assert (run.letters, run.state, run.cut_off_at) == (LETTERS, RunState.MADE, CUT_OFF)
    assert [file.letters for file in files] == [MOST_LETTERS] * 2 + [7]
    assert set(placed.values()) == {1}
    assert len(placed) == LETTERS
    assert statuses == {Status.IN_RUN: LETTERS}
    for file in files:
        with pikepdf.open(BytesIO(file.pdf)) as printed:
            assert len(printed.pages) == 2 + 2 * file.letters
