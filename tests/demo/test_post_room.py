"""The print room of the demonstration: something to do at each step, laid once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.demo.post_room import open_post_room
from portal.demo.seed import seed
from portal.letters.models import Letter, PrintRun, RunState
from portal.letters.queries_runs import to_pull
from portal.notifications.models import Message, Route, Status
from portal.people.models import Person
from portal.sealing import Sealer

TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SUNDAY_NIGHT = datetime(2026, 11, 22, 22, 10, tzinfo=UTC)
URL = "http://127.0.0.1:8000"


def lay(database, now):
    open_post_room(database, now, URL, Sealer("a key of the tests, long enough to be taken"))


def counts(database):
    with database.transaction() as session:
        return [
            session.scalar(select(func.count()).select_from(table)) for table in (Letter, PrintRun, Message, Person)
        ]


@pytest.mark.parametrize("now", [TUESDAY, SUNDAY_NIGHT], ids=["tuesday", "sunday_night"])
def test_the_print_room_has_a_run_posted_one_to_print_a_return_and_letters_that_wait(database, now):
    seed(database, now)
    lay(database, now)
    with database.transaction() as session:
        posted, to_print = session.scalars(select(PrintRun).order_by(PrintRun.id)).all()
        assert (posted.state, to_print.state) == (RunState.POSTED, RunState.MADE)
        assert posted.posted_on < to_print.posting_day
        assert len(to_pull(session, to_print.id)) == 1
        waiting = select(func.count()).where(Message.route == Route.LETTER, Message.status == Status.QUEUED)
        assert session.scalar(waiting) == 5
        assert session.scalar(select(func.count()).where(Letter.returned_at.is_not(None))) == 1
    before = counts(database)
    lay(database, now + timedelta(minutes=20))
    assert counts(database) == before
    lay(database, now + timedelta(days=2))
    assert counts(database) == [before[0] + 5, before[1], before[2] + 5, before[3]]
