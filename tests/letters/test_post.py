"""Runs on their way to the post: printed, counted, posted once; letters pulled and printed again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import event, select

from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.letters.models import Letter, PullReason, ReturnReason, RunState
from portal.letters.queries import letters_waiting
from portal.letters.queries_runs import run_of, to_pull
from portal.letters.rules_post import PostFault, PullFault, ReprintFault, page_of
from portal.letters.services_post import count, mark_printed, post, pull, reprint
from portal.letters.services_returns import note_return
from portal.letters.services_runs import make_run, send_back
from portal.notifications.dispatch import expire, send_due
from portal.notifications.health import unreached
from portal.notifications.models import Message, Route, Status
from portal.notifications.outbox import withdraw
from portal.notifications.outcomes import locked_whole
from portal.notifications.queries_post import calendar_of
from portal.people.models import Person
from portal.refusal import Refused
from tests.letters.runs import ROOM, made, queued
from tests.together import at_once

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BY = Actor.agent(1)
LONG_LIST = [f"Le document numéro {number} de votre dossier complet" for number in range(60)]


@pytest.fixture
def does(database):
    """One act of the print room on Tuesday, in a transaction of its own."""

    def act(verb, *, now=TUESDAY, **given):
        with database.transaction() as session:
            if verb in {post, pull}:
                given["post"] = calendar_of(session)
            return verb(session, now, **{"by": BY} | given)

    return act


@pytest.fixture
def refuses(does):
    """Why an act is refused."""

    def act(verb, **given):
        with pytest.raises(Refused) as refused:
            does(verb, **given)
        return refused.value.reason

    return act


def message_of(database, letter):
    with database.transaction() as session:
        return session.get_one(Message, letter.message_id)


def routes(database, like):
    """Every message of the event of a letter's message: its route and where it stands."""
    with database.transaction() as session:
        event = session.get_one(Message, like.message_id).event_id
        rows = session.execute(
            select(Message.route, Message.status).where(Message.event_id == event).order_by(Message.id)
        )
        return [(route.value, status.value) for route, status in rows]


def verbs(database):
    with database.transaction() as session:
        return list(session.scalars(select(JournalLine.verb).order_by(JournalLine.id)))


def test_a_run_is_printed_counted_and_posted_and_each_letter_knows_when_it_arrives(database, world, does, refuses):
    letters = [queued(world, now=TUESDAY) for _ in range(3)]
    with database.transaction() as session:
        run = make_run(session, TUESDAY, post=calendar_of(session), by=1)
    assert refuses(mark_printed, run_id=run.id) is PostFault.NOT_MADE
    made(database, TUESDAY)
    assert refuses(count, run_id=run.id, letters=3, sheets=3) is PostFault.NOT_PRINTED
    does(mark_printed, run_id=run.id, counter=4)
    assert refuses(mark_printed, run_id=run.id) is PostFault.ALREADY
    assert {message_of(database, letter).status for letter in letters} == {Status.PRINTED}
    tuesday = {"run_id": run.id, "posted_on": date(2026, 11, 24)}
    assert refuses(post, **tuesday) is PostFault.NOT_COUNTED
    for letters_counted, sheets_counted in ((1, 3), (3, 2)):
        does(count, run_id=run.id, letters=letters_counted, sheets=sheets_counted)
        assert refuses(post, **tuesday) is PostFault.COUNT_DIFFERS
    does(count, run_id=run.id, letters=3, sheets=3)
    for day in (date(2026, 11, 23), date(2026, 11, 25)):
        assert refuses(post, run_id=run.id, posted_on=day) is PostFault.BAD_DAY
    does(post, **tuesday)
    for letter in letters:
        message = message_of(database, letter)
        assert (message.status, message.sent_at) == (Status.POSTED, TUESDAY)
        assert message.arrives_on == date(2026, 11, 27)
    with database.transaction() as session:
        found = run_of(session, run.id)
        assert (found.state, found.counter, found.posted_by, found.posted_on) == (
            RunState.POSTED,
            4,
            1,
            date(2026, 11, 24),
        )
    assert refuses(post, **tuesday) is PostFault.ALREADY
    assert refuses(count, run_id=run.id, letters=1, sheets=1) is PostFault.ALREADY
    assert refuses(pull, reference=letters[0].reference, reason=PullReason.LOST) is PullFault.LEFT
    assert verbs(database) == ["run.printed", *["run.counted"] * 3, "run.posted"]
    with pytest.raises(LookupError):
        does(mark_printed, run_id=999)


def test_one_file_of_a_run_is_printed_or_all_that_is_left_of_it(database, world, does, refuses):
    one_sheet = queued(world, now=TUESDAY)
    two_sheets = queued(world, now=TUESDAY, bring=LONG_LIST)
    run = made(database, TUESDAY)
    does(mark_printed, run_id=run.id, position=2)
    assert refuses(mark_printed, run_id=run.id, position=2) is PostFault.ALREADY
    with database.transaction() as session:
        found = run_of(session, run.id)
        assert (found.state, found.printed_at) == (RunState.MADE, None)
        assert [(file.printed_at, file.printed_by) for file in found.files] == [(None, None), (TUESDAY, 1)]
    stands = [message_of(database, letter).status for letter in (one_sheet, two_sheets)]
    assert stands == [Status.IN_RUN, Status.PRINTED]
    assert refuses(count, run_id=run.id, letters=2, sheets=3) is PostFault.NOT_PRINTED
    does(mark_printed, run_id=run.id, counter=5)
    with database.transaction() as session:
        found = run_of(session, run.id)
        assert (found.state, found.printed_at, found.counter) == (RunState.PRINTED, TUESDAY, 5)
    assert message_of(database, one_sheet).status is Status.PRINTED
    with pytest.raises(LookupError):
        does(mark_printed, run_id=made_again(database, world).id, position=9)


def made_again(database, world):
    queued(world, now=TUESDAY)
    return made(database, TUESDAY)


def test_two_agents_at_once_post_a_run_once(database, world, does):
    letter = queued(world, now=TUESDAY)
    run = made(database, TUESDAY)
    assert at_once(*[lambda: does(mark_printed, run_id=run.id)] * 2) == {"done": 1, PostFault.ALREADY: 1}
    does(count, run_id=run.id, letters=1, sheets=1)
    day = date(2026, 11, 24)
    assert at_once(*[lambda: does(post, run_id=run.id, posted_on=day)] * 2) == {"done": 1, PostFault.ALREADY: 1}
    assert message_of(database, letter).status is Status.POSTED


@pytest.mark.parametrize("large_print", [False, True])
def test_a_letter_overtaken_blocks_the_post_until_it_is_pulled_and_the_count_follows(
    database, world, does, refuses, large_print
):
    moved, overtaken, stays = (queued(world, now=TUESDAY, large_print=large_print) for _ in range(3))
    assert (stays.pages, stays.sheets) == ((2, 1) if large_print else (1, 1))
    run = made(database, TUESDAY)
    does(mark_printed, run_id=run.id)
    does(count, run_id=run.id, letters=3, sheets=3)
    with database.transaction() as session:
        session.get_one(Person, moved.message.person_id).address = ["", "", "9 rue Neuve", "", "62300 Lens"]
        withdraw(session, TUESDAY, subject="appointment", subject_id=overtaken.message_id)
    tuesday = {"run_id": run.id, "posted_on": date(2026, 11, 24)}
    assert refuses(post, **tuesday) is PostFault.TO_PULL
    assert refuses(pull, reference=stays.reference, reason=None) is PullFault.MAY_LEAVE
    reasons = [does(pull, reference=one.reference, reason=None).letter.pull_reason for one in (moved, overtaken)]
    assert reasons == [PullReason.MOVED_AWAY, PullReason.OVERTAKEN]
    assert refuses(post, **tuesday) is PostFault.COUNT_DIFFERS
    does(count, run_id=run.id, letters=1, sheets=1)
    does(post, **tuesday)
    assert [message_of(database, one).status for one in (moved, overtaken, stays)] == [
        Status.WAITING,
        Status.WITHDRAWN,
        Status.POSTED,
    ]
    with database.transaction() as session:
        message = session.get_one(Message, moved.message_id)
        ROOM.draw(session, message, TUESDAY)
        assert "9 RUE NEUVE" in message.recipient
        drawn = session.scalars(select(Letter.reference).where(Letter.message_id == message.id).order_by(Letter.id))
        assert list(drawn) == [moved.reference, f"{moved.reference}B"]
    with database.transaction() as session:  # the one that was pulled waits no more
        given = {"agent_id": world.agent("courrier").id}
        assert [one.reference for one in letters_waiting(session, TUESDAY, **given)] == [f"{moved.reference}B"]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (PullReason.LOST, [("letter", "waiting")]),
        (PullReason.ASKED, [("letter", "withdrawn")]),
        (PullReason.REJECTED, [("letter", "failed"), ("call", "waiting")]),
    ],
)
@pytest.mark.parametrize("is_in_run", [True, False])
def test_a_letter_pulled_is_drawn_anew_or_withdrawn_or_told_otherwise_and_only_once(
    database, world, does, refuses, reason, expected, is_in_run
):
    letter = queued(world, now=TUESDAY)
    if is_in_run:
        made(database, TUESDAY)
    assert does(pull, reference=letter.reference, reason=reason).is_new
    assert routes(database, letter)[: len(expected)] == expected
    again = does(pull, reference=letter.reference, reason=PullReason.LOST)
    assert (again.is_new, again.letter.pull_reason) == (False, reason)
    assert routes(database, letter)[: len(expected)] == expected
    assert verbs(database) == ["letter.pulled"]
    assert refuses(pull, reference="C9999999Z", reason=PullReason.LOST) is PullFault.UNKNOWN


def test_who_asks_for_silence_gets_no_letter_that_is_still_in_the_house(database, world, does, clock, gateways):
    in_run = queued(world, now=TUESDAY)
    run = made(database, TUESDAY)
    waits = queued(world, now=TUESDAY)
    clock.set(TUESDAY)
    with database.transaction() as session:
        for letter in (in_run, waits):
            session.get_one(Person, letter.message.person_id).wants_silence = True
    with database.transaction() as session:
        assert [one.id for one in to_pull(session, run.id)] == [in_run.id]
        assert send_back(session, TUESDAY) == 1
    send_due(database, gateways, clock)
    assert does(pull, reference=in_run.reference, reason=None).letter.pull_reason is PullReason.ASKED
    assert [routes(database, one) for one in (in_run, waits)] == [[("letter", "withdrawn")]] * 2


def test_a_letter_that_arrives_too_late_is_posted_and_the_person_is_called(database, world, does):
    late = queued(world, now=TUESDAY, expires_in=timedelta(days=4))  # Saturday: posted on Wednesday, there on Saturday
    run = made(database, TUESDAY)
    does(mark_printed, run_id=run.id)
    does(count, run_id=run.id, letters=1, sheets=1)
    wednesday = TUESDAY + timedelta(days=1)
    does(post, run_id=run.id, posted_on=wednesday.date(), now=wednesday)
    assert ("letter", "posted") in routes(database, late)
    assert ("call", "waiting") in routes(database, late)
    with database.transaction() as session:
        assert unreached(session, wednesday) == 0
        for call in session.scalars(select(Message).where(Message.route == Route.CALL)):
            call.status = Status.EXPIRED
    with database.transaction() as session:  # nobody has called
        assert unreached(session, wednesday + timedelta(days=9)) == 1


@pytest.fixture
def takes_rows(database):
    """Set once somebody is about to take all the messages of a run."""
    seen = Event()

    def note(*_):
        seen.set()

    event.listen(database.engine, "savepoint", note)
    yield seen
    event.remove(database.engine, "savepoint", note)


@pytest.fixture
def counted(database, world, does):
    """A run of five letters, counted, and they."""
    letters = [queued(world, now=TUESDAY) for _ in range(5)]
    run = made(database, TUESDAY)
    does(mark_printed, run_id=run.id)
    does(count, run_id=run.id, letters=5, sheets=5)
    return run, letters


def test_what_is_overtaken_at_the_very_instant_of_the_post_is_not_said_to_have_left(
    database, does, counted, takes_rows
):
    run, letters = counted
    overtaken = letters[0].message_id
    takes_rows.clear()
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            withdraw(session, TUESDAY, subject="appointment", subject_id=overtaken)
            leaving = pool.submit(does, post, run_id=run.id, posted_on=TUESDAY.date())
            assert takes_rows.wait(10)  # it has seen nothing to pull
        with pytest.raises(Refused) as refused:
            leaving.result()
    assert refused.value.reason is PostFault.TO_PULL
    assert message_of(database, letters[0]).status is Status.WITHDRAWN
    with database.transaction() as session:
        assert run_of(session, run.id).state is RunState.PRINTED


def test_whoever_holds_a_letter_of_a_run_may_want_the_others_while_it_is_posted(
    database, does, refuses, counted, takes_rows
):
    run, letters = counted
    leave = {"run_id": run.id, "posted_on": TUESDAY.date()}
    with database.transaction() as session:
        locked_whole(session, letters[-1].message_id)
        assert refuses(post, **leave) is PostFault.BUSY
        takes_rows.clear()
        with ThreadPoolExecutor(1) as pool:
            leaving = pool.submit(does, post, **leave)
            assert takes_rows.wait(10)
            locked_whole(session, letters[0].message_id)  # neither waits for the other
            session.commit()
            leaving.result()
    assert {message_of(database, letter).status for letter in letters} == {Status.POSTED}


def test_what_is_over_is_ended_at_once_but_for_what_somebody_holds(database, counted):
    _run, letters = counted
    later = TUESDAY + timedelta(days=30)
    with database.transaction() as session:
        locked_whole(session, letters[0].message_id)
        assert expire(database, later) == 4
    assert expire(database, later) == 1


def test_a_run_posted_while_its_letters_end_and_come_back_ends_with_no_circle(database, world, does, counted):
    world.departement()
    run, letters = counted

    def come_back():
        for letter in reversed(letters):
            does(note_return, reference=letter.reference, reason=ReturnReason.UNKNOWN)

    acts = at_once(
        lambda: does(post, run_id=run.id, posted_on=TUESDAY.date()),
        lambda: expire(database, TUESDAY + timedelta(days=30)),
        come_back,
    )
    assert set(acts) <= {"done", PostFault.TO_PULL, PostFault.BUSY}


def test_a_spoiled_letter_is_printed_again_with_the_same_bytes(database, world, does, refuses):
    letter = queued(world, now=TUESDAY)
    made(database, TUESDAY)
    first, second = (does(reprint, reference=letter.reference) for _ in range(2))
    assert first.pdf == second.pdf
    assert second.reprints == 2
    assert verbs(database) == ["letter.reprinted"] * 2
    with database.transaction() as session:
        session.get_one(Letter, letter.id).pdf = None
    assert refuses(reprint, reference=letter.reference) is ReprintFault.GONE
    assert refuses(reprint, reference="C9999999Z") is ReprintFault.UNKNOWN
    does(pull, reference=letter.reference, reason=PullReason.LOST)
    assert refuses(reprint, reference=letter.reference) is ReprintFault.STAYS


@pytest.mark.parametrize(
    ("region", "now", "today", "other"),
    [
        ("la_reunion", datetime(2026, 11, 24, 21, 0, tzinfo=UTC), 25, 24),  # Tuesday still, in Paris
        ("martinique", datetime(2026, 11, 25, 2, 0, tzinfo=UTC), 24, 25),  # Wednesday already, in Paris
    ],
)
def test_the_day_on_which_the_post_takes_a_run_is_that_of_the_clocks_where_it_is_posted(
    database, world, does, refuses, region, now, today, other
):
    world.departement(holiday_region=region)
    queued(world, now=now)
    run = made(database, now)
    does(mark_printed, run_id=run.id, now=now)
    does(count, run_id=run.id, letters=1, sheets=1, now=now)
    assert refuses(post, run_id=run.id, posted_on=date(2026, 11, other), now=now) is PostFault.BAD_DAY
    assert does(post, run_id=run.id, posted_on=date(2026, 11, today), now=now).posted_on.day == today


def test_the_key_of_a_page_names_its_page():
    assert [page_of(key) for key in ("C0000123K-2-3", "c0000123kb 1 4", "C0000123K", "x")] == [2, 1, None, None]
