"""`/r/<code>`: a code and a birth date; wrong tries teach nothing and lock the code."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from sqlalchemy import select

from portal.booking.guard import GuardRefusal, Opened, open_invitation, open_with_fact
from portal.booking.models import CodeTries, Invitation
from portal.refusal import Refused
from tests.world import at

RIGHT, WRONG = date(1980, 2, 29), date(1980, 3, 1)
UNKNOWN = "0000-0000"


def booked(world, *people):
    place, motif, agent = world.office()
    return world.appointment(agent, place, motif, at("2026-11-26", "09:00"), *people)


def knock(database, clock, code: str, birth_date: date) -> Opened | GuardRefusal:
    with database.transaction() as session:
        found = open_with_fact(session, clock.now, code=code, birth_date=birth_date)
    if isinstance(found, Refused):
        assert isinstance(found.reason, GuardRefusal)
        return found.reason
    return found


def test_the_birth_date_of_someone_concerned_opens(database, clock, world) -> None:
    person = world.person()
    made = booked(world, world.person(birth_date=date(1990, 1, 1)), person)
    found = knock(database, clock, f" {made.code.lower()[:4]}-{made.code[4:]} ", RIGHT)
    assert isinstance(found, Opened)
    assert (found.appointment.id, found.person.id) == (made.id, person.id)


def test_the_birth_date_of_a_guardian_opens(database, clock, world) -> None:
    guardian = world.person()
    made = booked(world, world.person(birth_date=date(2023, 1, 1), guardian_id=guardian.id))
    found = knock(database, clock, made.code, RIGHT)
    assert isinstance(found, Opened)
    assert found.person.id == guardian.id


def test_five_wrong_tries_lock_a_code_for_fifteen_minutes_even_for_the_right_fact(database, clock, world) -> None:
    code = booked(world).code
    answers = [knock(database, clock, code, WRONG) for _ in range(5)]
    assert answers == [GuardRefusal.WRONG] * 4 + [GuardRefusal.LOCKED]
    clock.forward(timedelta(minutes=14, seconds=59))
    assert knock(database, clock, code, RIGHT) is GuardRefusal.LOCKED
    clock.forward(timedelta(seconds=1))
    assert isinstance(knock(database, clock, code, RIGHT), Opened)


def test_a_code_that_nobody_has_behaves_alike(database, clock, world) -> None:
    code = booked(world).code
    assert [knock(database, clock, UNKNOWN, WRONG) for _ in range(7)] == [
        knock(database, clock, code, WRONG) for _ in range(7)
    ]


def test_tries_under_the_lock_do_not_prolong_it(database, clock, world) -> None:
    code = booked(world).code
    for _ in range(5):
        knock(database, clock, code, WRONG)
    clock.forward(timedelta(minutes=10))
    assert knock(database, clock, code, WRONG) is GuardRefusal.LOCKED
    clock.forward(timedelta(minutes=5))
    assert [knock(database, clock, code, WRONG) for _ in range(5)][3:] == [GuardRefusal.WRONG, GuardRefusal.LOCKED]


def test_the_fifth_try_may_still_be_right(database, clock, world) -> None:
    code = booked(world).code
    for _ in range(4):
        knock(database, clock, code, WRONG)
    assert isinstance(knock(database, clock, code, RIGHT), Opened)


def test_a_right_answer_sets_the_count_to_nothing(database, clock, world) -> None:
    code = booked(world).code
    for _ in range(3):
        for _ in range(4):
            assert knock(database, clock, code, WRONG) is GuardRefusal.WRONG
        assert isinstance(knock(database, clock, code, RIGHT), Opened)


def test_one_code_s_tries_do_not_lock_another(database, clock, world) -> None:
    code = booked(world).code
    for _ in range(6):
        knock(database, clock, UNKNOWN, WRONG)
    assert isinstance(knock(database, clock, code, RIGHT), Opened)


def test_what_can_be_no_code_is_wrong_and_leaves_no_trace(database, clock) -> None:
    assert knock(database, clock, "\x00" * 10_000, WRONG) is GuardRefusal.WRONG
    with database.transaction() as session:
        assert session.scalars(select(CodeTries).order_by(CodeTries.code)).all() == []


def test_links_live_until_a_day_after_the_end_and_then_say_so_to_the_right_person(database, clock, world) -> None:
    code = booked(world).code
    clock.set(at("2026-11-27", "09:30"))
    assert isinstance(knock(database, clock, code, RIGHT), Opened)
    clock.forward(timedelta(seconds=1))
    assert knock(database, clock, code, RIGHT) is GuardRefusal.OVER
    assert knock(database, clock, code, WRONG) is GuardRefusal.WRONG


def test_fifty_guesses_at_once_are_five(database, clock, world) -> None:
    code = booked(world).code
    days = [date(1970, 1, 1) + timedelta(days=number) for number in range(50)]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda day: knock(database, clock, code, day), days))
    assert answers.count(GuardRefusal.WRONG) == 4
    assert answers.count(GuardRefusal.LOCKED) == 46


def test_an_invitation_opens_for_its_person_until_its_last_day(database, clock, world) -> None:
    invitation = world.invitation(world.person(), world.motif(), last_day=date(2026, 11, 23))

    def show(birth_date: date) -> Invitation | Refused:
        with database.transaction() as session:
            return open_invitation(session, clock.now, code=invitation.code, birth_date=birth_date)

    found = show(RIGHT)
    assert isinstance(found, Invitation)
    assert found.person.birth_date == RIGHT
    wrong = show(WRONG)
    assert isinstance(wrong, Refused)
    assert wrong.reason is GuardRefusal.WRONG
    clock.set(at("2026-11-24", "00:00"))
    over = show(RIGHT)
    assert isinstance(over, Refused)
    assert over.reason is GuardRefusal.OVER
