"""Days without post: what they do to letters under way, and to those still to leave."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.notifications.models import Message, Route, Status
from portal.notifications.models_post import Closure, PostalClosure
from portal.notifications.outbox import replan_without
from portal.notifications.outcomes import locked_whole
from portal.notifications.post import Holds
from portal.notifications.queries_post import calendar_of, letters_under_way, region_of
from portal.notifications.rules_post import ClosureFault, effect_of, letter_days, with_closed
from portal.notifications.services_post import close_days, open_days
from portal.refusal import Refused
from tests.notifications.told import ADDRESS
from tests.world import at

# Now is Monday 23 November 2026, 9:02: a letter leaves today and arrives on Thursday 26.
MONDAY, THURSDAY, STRIKE = date(2026, 11, 23), date(2026, 11, 26), (date(2026, 11, 24), date(2026, 11, 28))
ROOM, POST = Closure.ROOM, Closure.POST


@pytest.fixture
def close(database, clock, world):
    agent = world.agent("courrier")

    def closed(first, last=None, closure=POST, reason="grève annoncée"):
        with database.transaction() as session:
            by = Actor.agent(agent.id)
            return close_days(session, clock(), first=first, last=last or first, closure=closure, reason=reason, by=by)

    return closed


@pytest.fixture
def open_again(database, clock):
    def opened(first, last, closure=POST):
        with database.transaction() as session:
            return open_days(session, clock(), first=first, last=last, closure=closure, by=Actor.agent(1))

    return opened


@pytest.fixture
def on_paper(world):
    world.departement()
    return world.person(mobile=None, email=None, landline="+33353010045", address=ADDRESS, wants_paper=True)


def rows(database, model=Message, *order):
    with database.transaction() as session:
        return session.scalars(select(model).order_by(*(order or model.__table__.primary_key.columns))).all()


def posted(database, clock):
    """Every letter drawn is at the post now."""
    with database.transaction() as session:
        arrives = calendar_of(session).arrival_of_posting(MONDAY)
        found = update(Message).where(Message.status == Status.QUEUED)
        session.execute(found.values(status=Status.POSTED, sent_at=clock(), arrives_on=arrives))


def test_a_strike_entered_now_sends_the_next_letter_round_by_a_call(told, send, outbox, on_paper, close):
    told(on_paper, starts_at=at("2026-11-30", "10:30"))
    days = close(*STRIKE)
    send()

    assert days == [date(2026, 11, day) for day in range(24, 29)]
    assert ("notice", "letter", "failed") in outbox()
    assert ("notice", "call", "open") in outbox()


def test_a_letter_at_the_post_arrives_later_and_whoever_it_reaches_too_late_is_called_as_well(
    database, clock, told, send, on_paper, close, open_again
):
    told(on_paper, starts_at=at("2026-12-01", "10:30"))
    told(on_paper, starts_at=at("2026-12-15", "10:30"), subject_id=2)
    send()
    posted(database, clock)
    close(*STRIKE)

    late, in_time = (row for row in rows(database) if row.route is Route.LETTER and row.status is Status.POSTED)
    assert late.arrives_on == in_time.arrives_on == date(2026, 12, 2)
    calls = [row for row in rows(database) if row.route is Route.CALL]
    assert [(row.subject_id, row.status) for row in calls] == [(1, Status.WAITING)]

    open_again(*STRIKE)
    assert {row.arrives_on for row in rows(database) if row.status is Status.POSTED} == {THURSDAY}


def test_a_strike_waits_for_no_letter_that_somebody_holds(database, clock, told, send, on_paper, close):
    told(on_paper, starts_at=at("2026-12-15", "10:30"))
    send()
    posted(database, clock)
    (letter,) = (row for row in rows(database) if row.status is Status.POSTED)
    with database.transaction() as session:
        locked_whole(session, letter.id)
        with pytest.raises(Refused) as refused:
            close(*STRIKE)
    assert refused.value.reason is ClosureFault.BUSY
    assert rows(database, PostalClosure) == []
    assert len(close(*STRIKE)) == 5


def test_a_reminder_leaves_by_an_earlier_post_and_never_by_a_later_one(database, told, on_paper, close, open_again):
    told(on_paper, starts_at=at("2026-12-15", "10:30"))

    def due():
        return next(row.due_at for row in rows(database) if row.step == "reminder" and row.route is Route.LETTER)

    assert due() == at("2026-12-09", "06:00")  # Wednesday: Thursday, Friday, Saturday 12; the 13th is a Sunday
    close(date(2026, 12, 8), date(2026, 12, 9), closure=ROOM, reason="pont")
    assert due() == at("2026-12-07", "06:00")
    open_again(date(2026, 12, 8), date(2026, 12, 9), ROOM)
    assert due() == at("2026-12-07", "06:00")


@pytest.mark.parametrize("order", [(ROOM, POST), (POST, ROOM)], ids=["a strike over a bridge", "a bridge under it"])
def test_a_strike_taken_away_leaves_the_bridge_under_it(database, close, open_again, world, order):
    world.departement()
    bridge, week = date(2026, 12, 24), (date(2026, 12, 21), date(2026, 12, 27))

    def holds():
        with database.transaction() as session:
            return calendar_of(session).holds(bridge)

    entered = {ROOM: lambda: close(bridge, closure=ROOM, reason="pont de Noël"), POST: lambda: close(*week)}
    assert {closure: len(entered[closure]()) for closure in order} == {ROOM: 1, POST: 5}  # no Christmas, no Sunday
    for closure in order:
        with pytest.raises(Refused) as refused:
            close(bridge, closure=closure)
        assert refused.value.reason is ClosureFault.NOTHING
    reasons = {row.closure: row.reason for row in rows(database, PostalClosure) if row.day == bridge}
    assert (reasons, holds()) == ({ROOM: "pont de Noël", POST: "grève annoncée"}, Holds.STOPPED)

    assert len(open_again(*week, POST)) == 5
    assert holds() is Holds.CLOSED
    assert open_again(*week, ROOM) == [bridge]
    assert holds() is Holds.POSTED
    lines = [line.details for line in rows(database, JournalLine, JournalLine.id)]
    assert [(line["closure"], line["days"]) for line in lines[2:]] == [(2, 5), (1, 1)]


def test_a_bridge_is_noted_on_no_saturday_even_under_a_strike(close, world):
    world.departement()
    close(*STRIKE)

    assert close(*STRIKE, closure=ROOM, reason="pont") == [date(2026, 11, day) for day in range(24, 28)]


def test_days_taken_away_twice_are_taken_away_once(database, close, open_again, world):
    world.departement()
    close(*STRIKE)

    assert len(open_again(*STRIKE)) == 5
    assert open_again(*STRIKE) == []
    assert rows(database, PostalClosure) == []
    assert [line.verb for line in rows(database, JournalLine, JournalLine.id)] == ["post.closed", "post.opened"]


@pytest.mark.parametrize(
    ("first", "last", "fault"),
    [
        (THURSDAY, MONDAY, ClosureFault.BACKWARDS),
        (MONDAY - timedelta(days=15), MONDAY, ClosureFault.TOO_OLD),
        (MONDAY, MONDAY + timedelta(days=31), ClosureFault.TOO_LONG),
        (MONDAY + timedelta(days=367), None, ClosureFault.TOO_FAR),
        (date(2026, 12, 25), None, ClosureFault.NOTHING),
    ],
)
def test_days_that_cannot_be_closed_are_refused_by_name(close, first, last, fault, world):
    world.departement()
    with pytest.raises(Refused) as refused:
        close(first, last)

    assert refused.value.reason is fault


def test_the_effect_says_who_arrives_later_and_who_too_late(database, clock, told, send, on_paper):
    told(on_paper, starts_at=at("2026-12-01", "10:30"))
    told(on_paper, starts_at=at("2026-12-15", "10:30"), subject_id=2)
    send()

    with database.transaction() as session:
        before, letters = calendar_of(session), letters_under_way(session, clock())
    days = [date(2026, 11, day) for day in range(23, 29)]
    strike = effect_of(letters, before, with_closed(before, days, POST), clock())
    bridge = effect_of(letters, before, with_closed(before, [MONDAY], ROOM), clock())
    nothing = effect_of(letters, before, with_closed(before, [date(2027, 5, 7)], ROOM), clock())

    assert (strike.letters, strike.later, strike.too_late) == (4, 3, 2)  # two of each; the second reminder is far away
    assert (bridge.later, bridge.too_late) == (2, 0)
    assert (nothing.later, nothing.too_late) == (0, 0)


def test_a_letter_s_days_are_those_noted_at_the_post_and_a_forecast_before(database, clock, told, send, on_paper):
    told(on_paper, starts_at=at("2026-12-15", "10:30"))
    send()

    def days(now=None):
        with database.transaction() as session:
            letter = session.scalars(select(Message).where(Message.status.in_(("queued", "printed", "posted")))).one()
            found = letter_days(letter, calendar_of(session), now or clock())
            return found.posted, found.arrives, found.has_left

    assert days() == (MONDAY, THURSDAY, False)
    assert days(at("2026-11-23", "16:31")) == (date(2026, 11, 24), date(2026, 11, 27), False)  # in no run, after it
    assert days(at("2026-11-24", "17:00")) == (date(2026, 11, 25), date(2026, 11, 28), False)  # the run was missed

    def becomes(status):
        with database.transaction() as session:
            session.execute(update(Message).where(Message.status.in_(("queued", "printed"))).values(status=status))

    becomes(Status.PRINTED)
    assert days(at("2026-11-23", "16:31")) == (MONDAY, THURSDAY, False)  # in the run of that cut-off
    assert days(at("2026-11-24", "17:00")) == (date(2026, 11, 25), date(2026, 11, 28), False)  # nobody took it
    becomes(Status.QUEUED)
    posted(database, clock)
    assert days(at("2026-11-24", "17:00")) == (MONDAY, THURSDAY, True)


def test_the_calendar_is_that_of_the_departement_s_region(database, world):
    world.departement(holiday_region="la_reunion", delivery_days=5)

    with database.transaction() as session:
        post = calendar_of(session)
        assert region_of(session) == "la_reunion"
        assert calendar_of(session) is post
    assert not post.is_postal_day(date(2027, 12, 20))
    assert (post.delivery_days, str(post.zone)) == (5, "Indian/Reunion")

    with database.transaction() as session:
        session.execute(update(type(world.departement())).values(holiday_region="atlantide"))
    with database.transaction() as session:
        assert calendar_of(session).is_postal_day(date(2027, 12, 20))


def test_a_reminder_that_fails_counts_on_the_day_noted_at_the_post_and_not_on_a_letter_that_came_back(
    database, clock, told, send, world
):
    person = world.person(mobile=None, email="essai@exemple.fr", address=ADDRESS, wants_paper=True)
    world.departement()
    told(person, starts_at=at("2026-12-01", "10:30"))
    send()
    posted(database, clock)

    def replanned(status, arrives):
        with database.transaction() as session:
            found = select(Message).order_by(Message.id)
            rows = {(row.step, row.route): row for row in session.scalars(found).all()}
            letter = rows["notice", "letter"]
            letter.status, letter.arrives_on = status, arrives
            for row in rows.values():
                if row.step == "reminder" and row.route != "email":
                    session.delete(row)
            session.flush()
            mail = rows["reminder", "email"]
            replan_without(session, clock(), mail, Route.EMAIL, calendar_of(session))
            again = session.scalars(found.where(Message.step == "reminder", Message.route != "email")).all()
            return {row.route.value for row in again}

    assert replanned(Status.POSTED, date(2026, 11, 28)) == set()  # it reminds by itself, three days before
    assert replanned(Status.POSTED, date(2026, 11, 25)) == {"letter"}
    assert replanned(Status.RETURNED, date(2026, 11, 28)) == {"letter"}
