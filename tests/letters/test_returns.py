"""Letters that the post brings back: what becomes of the address, of other letters, of the message; and the rates."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.calls.services_tasks import note_wrong_number
from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.letters.making import print_due
from portal.letters.models import Letter, PrintRun, PullReason, ReturnReason, RunState
from portal.letters.queries_gone import Gone, gone_from
from portal.letters.queries_returns import tallies
from portal.letters.queries_runs import to_pull
from portal.letters.rules_returns import ReturnFault, Tally, by_group
from portal.letters.services_keeping import forget_bytes
from portal.letters.services_post import count, mark_printed, post, pull, reprint
from portal.letters.services_returns import note_return
from portal.notifications.dispatch import send_due
from portal.notifications.models import Message, Route, Status
from portal.notifications.queries_post import calendar_of
from portal.people.models import Person, RouteState
from portal.refusal import Refused
from tests.letters.messages import ADDRESS
from tests.letters.runs import ROOM, made, queued, queued_to
from tests.together import at_once

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FRIDAY = TUESDAY + timedelta(days=3)
BY = Actor.agent(1)
COPIED = (
    *("event", "subject", "subject_id", "person_id", "kind", "step", "route", "context", "status"),
    *("created_at", "due_at", "expires_at", "retry_until"),
)


@pytest.fixture
def someone(world):
    """Somebody with a landline, who takes letters."""
    world.departement()
    return world.person(address=ADDRESS, mobile=None, email=None, landline="+33353010012")


def posted(database, *, now=TUESDAY):
    """The run of all that waits, at the post."""
    run = made(database, now)
    with database.transaction() as session:
        given = {"run_id": run.id, "by": BY}
        mark_printed(session, now, **given)
        count(session, now, letters=run.letters, sheets=run.sheets, **given)
        post(session, now, posted_on=now.date(), post=calendar_of(session), **given)
    return run


def back(database, letter, reason=ReturnReason.UNKNOWN):
    with database.transaction() as session:
        return note_return(session, FRIDAY, reference=letter.reference, reason=reason, by=BY).is_new


def told(database, person):
    """What there is for somebody, in the order in which it was promised."""
    with database.transaction() as session:
        rows = session.scalars(select(Message).where(Message.person_id == person.id).order_by(Message.id))
        return [f"{row.kind} {row.route.value} {row.status.value}" for row in rows]


def address_state(database, person):
    with database.transaction() as session:
        return session.get_one(Person, person.id).address_state


@pytest.mark.parametrize("reason", [ReturnReason.UNKNOWN, ReturnReason.ACCESS])
def test_unknown_at_the_address_it_is_doubted_what_waits_goes_round_and_a_human_asks(database, world, someone, reason):
    letter = queued_to(world, someone, now=TUESDAY)
    run = posted(database)
    in_run = queued_to(world, someone, now=FRIDAY)
    later = made(database, FRIDAY)
    drawn, waiting = queued_to(world, someone, now=FRIDAY), queued_to(world, someone, now=FRIDAY)
    with database.transaction() as session:
        session.get_one(Message, waiting.message_id).status = Status.WAITING
    assert back(database, letter, reason)
    assert address_state(database, someone) is RouteState.DOUBTFUL
    assert Counter(told(database, someone)) == {
        "appointment_booked letter returned": 1,
        "appointment_booked letter in_run": 1,
        "appointment_booked letter failed": 2,
        "appointment_booked call waiting": 3,
        "appointment_reminder call waiting": 1,
        "address_wanted call waiting": 1,
    }
    with database.transaction() as session:
        assert [one.id for one in to_pull(session, later.id)] == [in_run.id]
        assert session.get_one(PrintRun, run.id).state is RunState.POSTED
        assert session.get_one(Letter, drawn.id).returned_at is None
        line = session.scalars(select(JournalLine).where(JournalLine.verb == "letter.returned")).one()
        assert (line.for_person_id, line.object_id) == (someone.id, letter.id)


def test_a_second_scan_changes_nothing_even_at_the_same_instant(database, world, someone):
    letter = queued_to(world, someone, now=TUESDAY)
    posted(database)
    assert at_once(*[lambda: back(database, letter)] * 3) == {"done": 3}
    before = told(database, someone)
    assert not back(database, letter, ReturnReason.REFUSED)
    assert told(database, someone) == before
    assert len([one for one in before if one.startswith("address_wanted")]) == 1
    with database.transaction() as session:
        assert session.get_one(Letter, letter.id).return_reason is ReturnReason.UNKNOWN


@pytest.mark.parametrize("reason", [ReturnReason.REFUSED, ReturnReason.UNCLAIMED])
def test_refused_or_unclaimed_the_address_stands_and_the_person_is_called(database, world, someone, reason):
    letter = queued_to(world, someone, now=TUESDAY)
    posted(database)
    back(database, letter, reason)
    assert address_state(database, someone) is RouteState.UNTRIED
    assert told(database, someone)[:2] == ["appointment_booked letter returned", "appointment_booked call waiting"]
    assert not [one for one in told(database, someone) if one.startswith("address_wanted")]


def test_when_the_number_of_whoever_refused_a_letter_is_wrong_the_place_tells_them(
    database, world, someone, clock, gateways
):
    letter = queued_to(world, someone, now=TUESDAY)
    posted(database)
    back(database, letter, ReturnReason.REFUSED)
    clock.set(FRIDAY)
    send_due(database, gateways, clock)
    by = Actor.agent(world.agent().id)
    with database.transaction() as session:
        call = session.scalars(select(Message).where(Message.route == Route.CALL, Message.step == "notice")).one()
        note_wrong_number(session, FRIDAY, task_id=call.id, by=by, way="landline")
    assert told(database, someone)[:2] == ["appointment_booked letter returned", "appointment_booked call failed"]
    assert "appointment_booked desk waiting" in told(database, someone)


@pytest.mark.parametrize("address", [["", "", "9 rue Neuve", "", "62300 Lens"], ["", "", "9 rue Neuve", "", ""]])
def test_an_address_given_since_the_letter_left_is_not_doubted(database, world, someone, address):
    letter = queued_to(world, someone, now=TUESDAY)
    posted(database)
    with database.transaction() as session:
        session.get_one(Person, someone.id).address = address
    back(database, letter)
    assert address_state(database, someone) is RouteState.UNTRIED
    assert "appointment_booked call waiting" in told(database, someone)


def test_a_letter_of_a_run_that_nobody_said_was_posted_is_taken_and_the_run_can_still_be(database, world, someone):
    letter, other = queued_to(world, someone, now=TUESDAY), queued(world, now=TUESDAY)
    run = made(database, TUESDAY)
    with database.transaction() as session:
        mark_printed(session, TUESDAY, run_id=run.id, by=BY)
        count(session, TUESDAY, run_id=run.id, by=BY, letters=2, sheets=2)
    assert back(database, letter)
    with database.transaction() as session:
        post(session, FRIDAY, run_id=run.id, by=BY, posted_on=TUESDAY.date(), post=calendar_of(session))
    assert told(database, someone)[0] == "appointment_booked letter returned"
    with database.transaction() as session:
        assert session.get_one(Message, other.message_id).status is Status.POSTED


def test_a_letter_drawn_anew_after_it_came_back_is_none_of_its_first_run(database, world, someone):
    letter, other = queued_to(world, someone, now=TUESDAY), queued(world, now=TUESDAY)
    first = made(database, TUESDAY)
    back(database, letter, ReturnReason.REFUSED)
    with database.transaction() as session:
        message = session.get_one(Message, letter.message_id)
        message.status = Status.SENDING
        ROOM.draw(session, message, FRIDAY)
    second = made(database, FRIDAY)
    with database.transaction() as session:
        for run in (first, second):
            mark_printed(session, FRIDAY, run_id=run.id, by=BY)
        count(session, FRIDAY, run_id=first.id, by=BY, letters=2, sheets=2)
        given = {"by": BY, "post": calendar_of(session)}
        post(session, FRIDAY, run_id=first.id, posted_on=FRIDAY.date(), **given)
        assert session.get_one(Message, letter.message_id).status is Status.PRINTED
        assert session.get_one(Message, other.message_id).status is Status.POSTED
        with pytest.raises(Refused):
            pull(session, FRIDAY, reference=letter.reference, reason=PullReason.LOST, **given)
        with pytest.raises(Refused):
            reprint(session, FRIDAY, reference=letter.reference, by=BY)


def test_a_letter_pulled_that_comes_back_is_noted_and_doubts_nothing(database, world, someone):
    letter = queued_to(world, someone, now=TUESDAY)
    made(database, TUESDAY)
    with database.transaction() as session:
        given = {"reason": PullReason.LOST, "by": BY, "post": calendar_of(session)}
        pull(session, TUESDAY, reference=letter.reference, **given)
    assert back(database, letter)
    assert told(database, someone) == ["appointment_booked letter waiting"]
    assert address_state(database, someone) is RouteState.UNTRIED


def test_a_letter_to_an_address_without_a_file_is_only_noted(database, world, someone):
    letter = queued_to(world, someone, now=TUESDAY)
    with database.transaction() as session:
        message = session.get_one(Message, letter.message_id)
        message.person_id, message.to, message.event = None, "\n".join(ADDRESS), {"kind": "single"}
    posted(database)
    assert back(database, letter)
    with database.transaction() as session:
        assert session.scalars(select(Message.status)).all() == [Status.RETURNED]


def test_keys_that_name_no_posted_letter_are_refused(database, world, someone):
    letter = queued_to(world, someone)
    for reference, fault in ((letter.reference, ReturnFault.NOT_POSTED), ("C9999999Z", ReturnFault.UNKNOWN)):
        with pytest.raises(Refused) as refused, database.transaction() as session:
            note_return(session, FRIDAY, reference=reference, reason=ReturnReason.UNKNOWN, by=BY)
        assert refused.value.reason is fault


def test_what_nobody_could_use_any_more_is_not_told_again(database, world, someone):
    letter = queued_to(world, someone, now=TUESDAY)
    posted(database)
    with database.transaction() as session:
        session.get_one(Message, letter.message_id).status = Status.EXPIRED
    back(database, letter)
    assert told(database, someone) == ["appointment_booked letter expired", "address_wanted call waiting"]


def test_who_asks_for_an_address_asks_once_and_no_more_when_it_is_given(database, world, someone, clock):
    letters = [queued_to(world, someone, now=TUESDAY) for _ in range(2)]
    posted(database)
    for letter in letters:
        back(database, letter)
    asked = [one for one in told(database, someone) if one.startswith("address_wanted")]
    assert asked == ["address_wanted call waiting"]
    clock.set(FRIDAY)
    print_due(database, clock)
    assert "address_wanted call waiting" in told(database, someone)
    with database.transaction() as session:
        session.get_one(Person, someone.id).address_state = RouteState.UNTRIED
    print_due(database, clock)
    assert "address_wanted call withdrawn" in told(database, someone)


def test_without_a_telephone_the_place_asks_for_the_address(database, world):
    world.departement()
    person = world.person(address=ADDRESS, mobile=None, email=None, landline=None)
    letter = queued_to(world, person, now=TUESDAY)
    posted(database)
    back(database, letter)
    assert "address_wanted desk waiting" in told(database, person)


def test_rates_are_of_the_letters_posted_by_week_and_town(database, world):
    world.departement()
    letters = [queued(world, now=TUESDAY) for _ in range(5)] + [queued(world, "62300 Lens", now=TUESDAY)]
    posted(database)
    back(database, letters[0])
    agent = world.agent("courrier")
    with database.transaction() as session:
        found = tallies(session, FRIDAY, agent_id=agent.id)
    monday = date(2026, 11, 23)
    assert {(week, town) for week, town, _ in found} == {(monday, "62000 ARRAS"), (monday, "62300 LENS")}
    towns, _others = by_group((town, tally) for _week, town, tally in found)
    assert towns == []  # Arras joins Lens, whose one letter nothing tells
    arras, others = by_group((town, tally) for _week, town, tally in found if town == "62000 ARRAS")
    assert others is None
    assert [(town, one.posted, one.total, one.rate) for town, one in arras] == [("62000 ARRAS", 5, 1, 20.0)]
    assert Tally().rate == 0
    assert by_group([("62300 LENS", Tally(1))]) == ([], Tally(1, dict.fromkeys(ReturnReason, 0)))
    assert by_group([("A", Tally(9)), ("B", Tally(3)), ("C", Tally(4))])[1].posted == 7


def test_a_run_entered_later_than_it_left_is_counted_in_the_week_in_which_it_left(database, world):
    world.departement()
    letters = [queued(world, now=TUESDAY) for _ in range(2)]
    run, later = made(database, TUESDAY), TUESDAY + timedelta(days=7)
    back(database, letters[0])  # before anybody said that the post had taken it
    with database.transaction() as session:
        given = {"run_id": run.id, "by": BY}
        mark_printed(session, later, **given)
        count(session, later, letters=2, sheets=2, **given)
        post(session, later, posted_on=TUESDAY.date(), post=calendar_of(session), **given)
    agent = world.agent("courrier")
    with database.transaction() as session:
        found = tallies(session, later, agent_id=agent.id)
    assert {week for week, _town, _tally in found} == {date(2026, 11, 23)}
    whole = sum((tally for _week, _town, tally in found), Tally())
    assert (whole.posted, whole.total) == (2, 1)


def test_under_the_garantie_papier_letters_leave_again_once_there_is_a_better_address(database, world, someone, clock):
    with database.transaction() as session:
        session.get_one(Person, someone.id).wants_paper = True
    letter = queued_to(world, someone, now=TUESDAY)
    posted(database)
    beside = queued_to(world, someone, now=FRIDAY)
    overtaken = queued_to(world, someone, now=FRIDAY)
    back(database, letter)
    clock.set(FRIDAY)
    print_due(database, clock)
    assert letter_states(database, letter, beside) == [("returned", None), ("failed", "route_failed")]
    with database.transaction() as session:
        first = session.get_one(Message, overtaken.message_id)
        again = Message(**{name: getattr(first, name) for name in COPIED} | {"event_id": uuid4(), "attempts": 0})
        session.add(again)
        person = session.get_one(Person, someone.id)
        person.address, person.address_state = ["", "", "9 rue Neuve", "", "62300 Lens"], RouteState.UNTRIED
    for _ in range(2):
        print_due(database, clock)
        assert letter_states(database, letter, beside) == [("waiting", None), ("waiting", None)]
    assert letter_states(database, overtaken) == [("failed", "route_failed")]


def letter_states(database, *letters):
    with database.transaction() as session:
        rows = [session.get_one(Message, letter.message_id) for letter in letters]
        return [(row.status.value, row.last_error) for row in rows]


@pytest.mark.parametrize(("expires_in", "tells"), [(timedelta(days=21), "letter"), (timedelta(days=6), "call")])
def test_a_letter_that_leaves_again_or_the_call_in_its_place_tells_and_not_both(
    database, world, someone, clock, expires_in, tells
):
    letter = queued_to(world, someone, now=TUESDAY, expires_in=expires_in)
    posted(database)
    back(database, letter)
    clock.set(FRIDAY)
    with database.transaction() as session:
        person = session.get_one(Person, someone.id)
        person.wants_paper, person.address_state = True, RouteState.UNTRIED
    print_due(database, clock)
    booked = [one for one in told(database, someone) if one.startswith("appointment_booked")]
    assert (
        booked
        == {
            "letter": ["appointment_booked letter waiting", "appointment_booked call withdrawn"],
            "call": ["appointment_booked letter returned", "appointment_booked call waiting"],
        }[tells]
    )


def test_what_leaves_again_is_drawn_anew_and_once_refused_there_leaves_no_more(
    database, world, someone, clock, gateways
):
    letter = queued_to(world, someone, now=TUESDAY, expires_in=timedelta(days=80))
    posted(database)
    beside = queued_to(world, someone, now=FRIDAY, expires_in=timedelta(days=80))
    back(database, letter)
    later = FRIDAY + timedelta(days=31)
    clock.set(later)
    with database.transaction() as session:
        person = session.get_one(Person, someone.id)
        person.wants_paper, person.address_state = True, RouteState.UNTRIED  # it was right after all
        forget_bytes(session, later)
    print_due(database, clock)
    send_due(database, gateways, clock)
    again = made(database, later)
    assert again.letters == 2
    with database.transaction() as session:
        drawn = session.scalars(select(Letter).where(Letter.run_id == again.id).order_by(Letter.message_id)).all()
    assert [one.message_id for one in drawn] == [letter.message_id, beside.message_id]
    back(database, drawn[0], ReturnReason.REFUSED)
    print_due(database, clock)
    assert letter_states(database, letter, beside) == [("returned", None), ("in_run", None)]


def test_a_letter_pulled_that_comes_back_all_the_same_is_counted_once_under_its_own_reason(database, world):
    world.departement()
    letters = [queued(world, now=TUESDAY) for _ in range(5)]
    run = made(database, TUESDAY)
    out, back_too = letters[0], letters[1]
    with database.transaction() as session:
        given = {"run_id": run.id, "by": BY}
        for letter in (out, back_too):
            pull(
                session,
                TUESDAY,
                reference=letter.reference,
                reason=PullReason.LOST,
                by=BY,
                post=calendar_of(session),
            )
        mark_printed(session, TUESDAY, **given)
        count(session, TUESDAY, letters=3, sheets=3, **given)
        post(session, TUESDAY, posted_on=TUESDAY.date(), post=calendar_of(session), **given)
    assert back(database, back_too, ReturnReason.REFUSED)
    assert not back(database, back_too, ReturnReason.UNKNOWN)
    agent = world.agent("courrier")
    with database.transaction() as session:
        ((_week, _town, first), (_again, _same, second)) = tallies(session, FRIDAY, agent_id=agent.id)
        whole = first + second
        assert (whole.posted, whole.total, whole.returned[ReturnReason.REFUSED]) == (4, 1, 1)
        assert session.get_one(Message, back_too.message_id).status is Status.WAITING  # drawn anew: it tells
        assert gone_from(session, [run.id]) == {run.id: Gone(pulled=2, left=1)}


def test_a_letter_that_was_never_printed_does_not_come_back(database, world):
    world.departement()
    altered, _whole = queued(world, now=TUESDAY), queued(world, now=TUESDAY)
    with database.transaction() as session:
        session.get_one(Letter, altered.id).pdf = b"%PDF- something else"
    made(database, TUESDAY)
    with pytest.raises(Refused) as refused:
        back(database, altered)
    assert refused.value.reason is ReturnFault.NOT_POSTED
