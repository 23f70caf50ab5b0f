"""What an agent does about a task: one at a time, once, and nobody is left unreached."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from portal.calls import queries, services_tasks
from portal.calls.models import CallTask, CallTry, TryOutcome
from portal.calls.rules import TaskFault
from portal.calls.services_tasks import Then
from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.notifications.dispatch import expire
from portal.notifications.models import Message, Route, Status
from portal.notifications.outbox import withdraw
from portal.notifications.planner import EventKind
from portal.people.models import Person, RouteState
from portal.people.models_credentials import Credential, CredentialKind
from portal.people.models_mandates import MandateKind
from portal.refusal import Refused
from tests.world import at

FAR = at("2026-12-15", "10:30")


@pytest.fixture
def act(database, clock):
    """A verb of tasks, in a transaction of its own; gives what it gives, or why it was refused."""

    def done(verb, agent, task, **more):
        try:
            with database.transaction() as session:
                return getattr(services_tasks, verb)(
                    session, clock(), task_id=task.id, by=Actor.agent(agent.id), **more
                )
        except Refused as refusal:
            return refusal.reason

    return done


@pytest.fixture
def seen(database, clock):
    """What one agent sees of the tasks."""

    def by(agent):
        with database.transaction() as session:
            return queries.open_tasks(session, clock(), agent_id=agent.id)

    return by


@pytest.fixture
def agents(world):
    return [world.agent("accueil", given_name=name) for name in ("Hélène", "Karim")]


def journal(rows):
    return [line.verb for line in rows(JournalLine)]


# ---------- one agent at a time ----------


def test_a_task_is_in_one_agents_hands_for_fifteen_minutes(act, seen, agents, task, clock):
    helene, karim = agents
    assert act("claim", helene, task) is None
    assert act("claim", karim, task) is TaskFault.TAKEN
    (one,) = seen(karim)
    assert (one.holder.given_name, one.held_until) == ("Hélène", clock.now + timedelta(minutes=15))
    clock.forward(timedelta(minutes=10))
    assert act("claim", helene, task) is None  # prolonged
    clock.forward(timedelta(minutes=14))
    assert act("claim", karim, task) is TaskFault.TAKEN
    clock.forward(timedelta(minutes=1))
    assert seen(karim)[0].holder is None
    assert act("claim", karim, task) is None


def test_a_task_given_back_is_anybodys_and_only_its_holder_gives_it_back(act, seen, agents, task):
    helene, karim = agents
    act("claim", helene, task)
    act("release", karim, task)
    assert seen(karim)[0].holder is not None
    act("release", helene, task)
    assert seen(karim)[0].holder is None
    assert act("claim", karim, task) is None


def test_of_two_who_take_it_at_once_one_has_it(act, world, task):
    agents = [world.agent("accueil") for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(lambda agent: act("claim", agent, task), agents))
    assert sorted(outcomes, key=str) == [None, *[TaskFault.TAKEN] * 5]


def test_an_outcome_that_comes_after_the_claim_lapsed_counts_unless_another_took_it(act, agents, open_task, clock):
    helene, karim = agents
    first, second = open_task(), open_task(subject_id=2)
    for task in (first, second):
        act("claim", helene, task)
    clock.forward(timedelta(minutes=16))
    act("claim", karim, second)
    assert act("note_told", helene, first) is None
    assert act("note_told", helene, second) is TaskFault.TAKEN


def test_two_presses_and_two_agents_tell_it_once(act, agents, task, rows):
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda agent: act("note_told", agent, task), [*agents, *agents]))
    assert sorted(outcomes, key=str) == [None, TaskFault.ENDED, TaskFault.ENDED, TaskFault.TWICE]
    assert [one.outcome for one in rows(CallTry)] == [TryOutcome.TOLD]
    assert journal(rows).count("message.told") == 1


def test_a_task_withdrawn_while_it_is_told_is_either_told_or_withdrawn(act, database, agents, task, clock, row):
    def take_back(_):
        with database.transaction() as session:
            return withdraw(session, clock(), subject="appointment", subject_id=1)

    with ThreadPoolExecutor(2) as pool:
        told, taken = pool.submit(act, "note_told", agents[0], task), pool.submit(take_back, None)
    status = row(Message, task.id).status
    assert (told.result(), status) in {(None, Status.DONE), (TaskFault.ENDED, Status.WITHDRAWN)}
    assert taken.result() == (2 if status is Status.WITHDRAWN else 1)  # its reminder waits too


# ---------- how it went ----------


def test_a_person_told_is_done_and_the_journal_says_so(act, agents, task, row, rows, seen):
    act("note_told", agents[0], task, way="landline")
    assert row(Message, task.id).status is Status.DONE
    assert row(Message, task.id).delivered_at is not None
    assert [(one.outcome, one.way) for one in rows(CallTry)] == [(TryOutcome.TOLD, "landline")]
    assert (journal(rows), seen(agents[0])) == (["message.told"], [])


def test_nobody_answered_and_the_task_waits_for_its_moment(act, agents, task, rows, seen, clock):
    again = clock.now + timedelta(hours=2)
    act("claim", agents[0], task)
    assert act("note_no_answer", agents[0], task, again_at=again, way="landline") is None
    (one,) = seen(agents[1])
    assert (one.holder, one.again_at, one.from_when) == (None, again, again)
    assert [(each.agent.id, each.outcome) for each in one.tries] == [(agents[0].id, TryOutcome.NO_ANSWER)]
    assert journal(rows) == ["call.no_answer"]


@pytest.mark.parametrize("again", [timedelta(minutes=-1), FAR - at("2026-11-23", "09:02")])
def test_a_moment_past_or_after_the_event_is_refused_and_nothing_is_noted(act, agents, task, clock, rows, again):
    assert act("note_no_answer", agents[0], task, again_at=clock.now + again) is TaskFault.TOO_LATE
    assert rows(CallTry) == rows(CallTask) == []


def test_a_wrong_landline_leaves_the_file_and_the_mobile_is_tried(act, agents, world, open_task, row, rows, clock):
    person = world.person(mobile="+33639980001", email=None, landline="+33353010045", mobile_state=RouteState.FAILED)
    task = open_task(person)
    assert act("note_wrong_number", agents[0], task, way="landline") is Then.OTHER_NUMBER
    assert row(Person, person.id).landline is None
    assert row(Message, task.id).status is Status.OPEN
    assert act("note_wrong_number", agents[0], task, way="landline") is TaskFault.TWICE
    clock.forward(timedelta(seconds=10))
    assert act("note_wrong_number", agents[0], task, way="landline") is TaskFault.NO_NUMBER
    assert journal(rows) == ["call.wrong_number"]


def test_a_wrong_mobile_gets_no_more_texts_opens_the_space_no_more_and_what_waits_goes_round(
    act, agents, world, open_task, row, rows, database, tell
):
    person = world.person(email=None, landline="+33353010045")
    world.credential(person, CredentialKind.MOBILE, person.mobile)
    tell(person, subject_id=2)  # its reminder waits, by SMS
    with database.transaction() as session:
        session.execute(update(Person).where(Person.id == person.id).values(wants_sms=False))
    task = open_task(row(Person, person.id))
    with database.transaction() as session:
        session.execute(update(Person).where(Person.id == person.id).values(wants_sms=True))
    assert act("note_wrong_number", agents[0], task, way="mobile") is Then.OTHER_NUMBER
    assert row(Person, person.id).mobile_state is RouteState.FAILED
    assert [one.ended_at is not None for one in rows(Credential)] == [True]
    reminders = [one for one in rows(Message) if one.subject_id == 2 and one.step == "reminder"]
    assert {(one.route, one.status) for one in reminders} == {(Route.SMS, Status.FAILED), (Route.CALL, Status.WAITING)}


def test_when_no_number_is_left_the_person_is_told_by_post_or_at_the_place(act, agents, world, open_task, rows):
    by_post = world.person(
        mobile="+33639980001",
        mobile_state=RouteState.FAILED,
        email=None,
        address=["1 RUE DE L ESSAI", "62000 ARRAS"],
        address_state=RouteState.FAILED,
    )
    task = open_task(by_post)
    assert act("note_wrong_number", agents[0], task, way="mobile") is Then.AT_THE_PLACE
    statuses = {(one.route, one.status) for one in rows(Message) if one.step == "notice"}
    assert statuses == {(Route.CALL, Status.FAILED), (Route.DESK, Status.WAITING)}


def test_a_letter_that_can_arrive_takes_over_from_a_wrong_number(act, agents, world, open_task, rows, database):
    person = world.person(mobile=None, email=None, landline="+33353010045")
    task = open_task(person)
    with database.transaction() as session:
        session.get_one(Person, person.id).address = ["1 RUE DE L ESSAI", "62000 ARRAS"]
    assert act("note_wrong_number", agents[0], task, way="landline") is Then.OTHER_WAY
    assert (Route.LETTER, Status.WAITING) in {(one.route, one.status) for one in rows(Message)}


def test_who_asks_to_change_keeps_the_agent_on_the_line(act, agents, task, seen):
    assert act("note_changes", agents[0], task, way="landline").subject_id == task.subject_id
    (one,) = seen(agents[1])
    assert one.holder.id == agents[0].id
    assert one.is_open


def test_a_relative_with_the_right_is_told_and_nobody_else(act, agents, world, open_task, row, rows):
    person, relative, stranger = world.person(mobile=None, email=None, landline="+33353010045"), *two(world)
    world.mandate(person, holder_id=relative.id, kind=MandateKind.RELATIVE)
    world.mandate(person, holder_id=stranger.id, kind=MandateKind.RELATIVE, procedures=["rights"])
    task = open_task(person)
    assert act("note_relative", agents[0], task, relative_id=stranger.id) is TaskFault.NOT_THEIRS
    assert act("note_relative", agents[0], task, relative_id=relative.id) is None
    assert row(Message, task.id).status is Status.DONE
    assert [one.told_id for one in rows(CallTry)] == [relative.id]
    assert journal(rows) == ["message.told_relative"]


def two(world):
    return world.person(), world.person()


# ---------- it ends by itself ----------


@pytest.mark.parametrize("verb", ["claim", "note_told", "note_changes"])
def test_a_task_ends_when_its_event_is_past(act, agents, task, database, clock, row, verb):
    clock.set(FAR)
    if verb != "claim":
        assert act(verb, agents[0], task) is TaskFault.ENDED  # before the worker has passed
    expire(database, clock())
    assert row(Message, task.id).status is Status.EXPIRED
    assert act(verb, agents[0], task) is TaskFault.ENDED


def test_a_task_ends_when_its_event_changes_and_another_takes_its_place(act, agents, task, tell, row, seen):
    act("claim", agents[0], task)
    new = at("2026-12-16", "10:30")
    tell(task.person, starts_at=new, kind=EventKind.MOVED, old_starts_at=FAR)
    assert row(Message, task.id).status is Status.WITHDRAWN
    (other,) = seen(agents[0])
    assert (other.message.kind, other.holder) == ("appointment_moved", None)


def test_what_was_done_about_a_task_that_ended_meanwhile_is_kept(act, agents, task, rows):
    act("note_told", agents[0], task)
    act("note_late", agents[1], task, outcome=TryOutcome.TOLD, way="elsewhere")
    assert [(one.agent_id, one.way) for one in rows(CallTry)] == [(agents[0].id, None), (agents[1].id, None)]


# ---------- who sees what, and in which order ----------


def test_the_oldest_deadline_comes_first_and_one_past_is_overdue(open_task, agents, seen, clock, world):
    later = open_task(subject_id=1)
    clock.forward(timedelta(minutes=5))
    sooner = open_task(world.person(mobile=None, email=None, landline="+33353010046"), starts_at=soon(), subject_id=2)
    assert [one.message.id for one in seen(agents[0])] == [sooner.id, later.id]
    assert not any(one.is_overdue for one in seen(agents[0]))
    clock.set(at("2026-11-23", "15:00"))
    assert [(one.message.id, one.is_overdue) for one in seen(agents[0])] == [(sooner.id, True), (later.id, False)]


def soon():
    return at("2026-11-24", "14:00")


def test_a_task_is_before_the_agents_of_its_place_and_of_the_whole_departement(world, open_task, seen):
    here, there = world.place(), world.place()
    task = open_task(place=here)
    mine, other, everywhere = (world.agent("accueil", place=place) for place in (here, there, None))
    assert [one.message.id for one in seen(mine)] == [one.message.id for one in seen(everywhere)] == [task.id]
    assert seen(other) == []


@pytest.mark.parametrize("at_a_place", [True, False])
def test_a_task_that_nobody_would_see_is_before_everyone(world, open_task, seen, clock, at_a_place):
    lonely = world.place() if at_a_place else None
    task = open_task(place=lonely)
    agents = [world.agent("accueil", place=world.place()) for _ in range(2)]
    world.agent("accueil", place=lonely, suspended_at=clock.now)
    world.agent("admin")  # sees it, and is not there to call people
    assert [[one.message.id for one in seen(agent)] for agent in agents] == [[task.id]] * 2


def test_relatives_of_nobody_are_none(database, clock, world):
    with database.transaction() as session:
        assert queries.relatives(session, clock(), Message(person_id=None, subject="appointment")) == []
        discreet = world.person(wants_discretion=True)
        assert queries.relatives(session, clock(), Message(person_id=discreet.id, subject="appointment")) == []
