"""Days without post entered, or taken away, once letters are drawn: their sheets say the days that hold now."""

from datetime import date

import pytest
from sqlalchemy import select

from portal.journal.services import Actor
from portal.letters.models import Letter
from portal.letters.queries import letter_of_message
from portal.letters.queries_runs import useless_if_posted
from portal.letters.services_calendar import close_days, open_days
from portal.notifications.deadlines import read_by
from portal.notifications.dispatch import send_due
from portal.notifications.gateways import Gateways
from portal.notifications.gateways.memory import MemoryMail, MemorySms
from portal.notifications.models import Message, Route, Status
from portal.notifications.models_post import Closure
from portal.notifications.outcomes import locked_whole
from portal.notifications.planner import Event, EventKind, Reach, plan_notices
from portal.notifications.queries_post import calendar_of
from portal.notifications.rules_post import ClosureFault, is_too_late
from portal.refusal import Refused
from tests.letters.messages import SEALER
from tests.letters.runs import ROOM, queued
from tests.world import at

# Now is Monday 23 November 2026, 9:02: what is drawn leaves today and arrives on Thursday 26.
STRIKE = (date(2026, 11, 24), date(2026, 11, 26))  # it then arrives on Monday 30
DEADLINES = {
    "starts_at": "2026-12-04T10:30:00+01:00",
    "ends_at": "2026-12-04T11:00:00+01:00",
    "cancel_until": "2026-12-03T18:00:00+01:00",
    "move_until": "2026-11-27T10:30:00+01:00",
}
FAR = {
    "starts_at": "2026-12-22T10:30:00+01:00",
    "ends_at": "2026-12-22T11:00:00+01:00",
    "cancel_until": "2026-12-21T18:00:00+01:00",
    "move_until": "2026-12-21T10:30:00+01:00",
}

NONE = DEADLINES | {"cancel_until": None, "move_until": None}


@pytest.fixture
def room(world, database, clock):
    world.departement()
    return Room(database, clock)


class Room:
    """Closes days and takes them away, draws, and reads what the sheets say."""

    def __init__(self, database, clock):
        self.database, self.clock = database, clock

    def close(self, closure=Closure.POST):
        first, last = STRIKE
        with self.database.transaction() as session:
            by, now = Actor.agent(1), self.clock()
            close_days(session, now, first=first, last=last, closure=closure, reason="grève annoncée", by=by)

    def open(self):
        first, last = STRIKE
        with self.database.transaction() as session:
            by, now = Actor.agent(1), self.clock()
            return open_days(session, now, first=first, last=last, closure=Closure.POST, by=by)

    def draw(self):
        send_due(self.database, Gateways(MemorySms(), MemoryMail(), ROOM, SEALER), self.clock)

    def of(self, letter):
        """Where the message of a letter stands, whether its sheet is kept, and what the sheet says."""
        with self.database.transaction() as session:
            message, drawn = session.get_one(Message, letter.message_id), letter_of_message(session, letter.message_id)
            return message.status, drawn and drawn.id, message.rendered["text"].replace("\u00a0", " ")


def test_a_letter_whose_deadlines_a_strike_moves_is_drawn_anew_and_no_other(room, world):
    moved, far, none = (queued(world, **given) for given in (DEADLINES, FAR, NONE))
    assert "À poster le vendredi 27 novembre 2026" in room.of(moved)[2]
    kept = [room.of(letter) for letter in (far, none)]
    room.close()

    assert room.of(moved)[:2] == (Status.WAITING, None)
    assert [room.of(letter) for letter in (far, none)] == kept

    room.draw()
    status, _sheet, says = room.of(moved)
    assert status is Status.QUEUED
    assert "vendredi 27 novembre" not in says
    assert "jeudi 3 décembre 2026" in says  # to cancel, on the site: still in time
    assert "Appelez-nous plutôt" in says


def test_a_sheet_says_the_better_days_again_once_the_strike_is_taken_away(room, world):
    room.close()
    letter = queued(world, **DEADLINES)
    assert "À poster" not in room.of(letter)[2]
    assert room.open()
    room.draw()
    assert "À poster le vendredi 27 novembre 2026" in room.of(letter)[2]

    drawn = room.of(letter)
    assert room.open() == []
    assert room.of(letter) == drawn


def test_days_are_not_closed_while_somebody_changes_a_letter_that_they_move(room, world, database):
    letter = queued(world, **DEADLINES)
    with database.transaction() as session:
        locked_whole(session, letter.message_id)
        with pytest.raises(Refused) as refused:
            room.close()

    assert refused.value.reason is ClosureFault.BUSY
    assert room.of(letter)[:2] == (Status.QUEUED, letter.id)
    room.close()
    with database.transaction() as session:
        assert session.scalars(select(Letter).order_by(Letter.id)).all() == []


@pytest.mark.parametrize(
    ("region", "starts_at", "is_late"),
    [
        ("guadeloupe", at("2026-11-27", "02:00"), True),  # there, Thursday 26, 21:00: the day the letter arrives
        ("la_reunion", at("2026-11-26", "22:00"), False),  # there, Friday 27, 1:00
    ],
)
def test_overseas_one_day_says_whether_a_letter_is_too_late_and_when_it_is_read(
    database, world, clock, region, starts_at, is_late
):
    world.departement(holiday_region=region)
    letter = queued(world)
    with database.transaction() as session:
        session.get_one(Message, letter.message_id).expires_at = starts_at
    with database.transaction() as session:
        post = calendar_of(session)
        arrives = post.arrival(clock())
        chosen = select(Message.id).where(useless_if_posted(post.day_of(clock()), post)).order_by(Message.id)
        assert session.scalars(chosen).all() == [letter.message_id] * is_late
    reach = Reach(mobile=False, email=False, landline=True, address=True, wants_paper=True, wants_silence=False)
    planned = plan_notices(reach, Event(EventKind.BOOKED, starts_at, discreet=False), clock(), frozenset(), post)

    assert arrives == date(2026, 11, 26)
    assert is_too_late(arrives, starts_at, post) is is_late
    assert (Route.LETTER not in {one.route for one in planned}) is is_late
    assert (read_by(Route.LETTER, clock(), post) > starts_at) is is_late
    assert read_by(Route.CALL, clock(), post) == post.end_of(date(2026, 11, 23))
