"""A person's own part of the journal."""

from datetime import timedelta

from portal.journal.queries import lines_for_person
from portal.journal.services import MACHINE, Actor, record


def test_a_person_sees_what_was_done_for_them_and_what_they_did_and_nothing_else(session, clock) -> None:
    held = Actor(Actor.agent(3).kind, 3, mandate_id=9, place_id=4)
    record(session, clock.now, actor=held, verb="appointment.booked", for_person_id=1)
    record(session, clock.now, actor=Actor.person(1), verb="mandate.given", for_person_id=2)
    record(session, clock.now, actor=Actor.person(2), verb="sign_in.succeeded", for_person_id=2)
    record(session, clock.now, actor=Actor.agent(1), verb="letter.opened", for_person_id=3)  # another 1
    record(session, clock.now + timedelta(hours=1), actor=MACHINE, verb="message.told", for_person_id=1)
    found = lines_for_person(session, [1])
    assert [line.verb for line in found.lines] == ["message.told", "mandate.given", "appointment.booked"]
    first = found.lines[-1]
    assert (first.actor, first.actor_id, first.mandate_id, first.place_id) == ("agent", 3, 9, 4)
    assert (first.at, first.for_person_id) == (clock.now, 1)
    assert not found.has_more


def test_lines_come_by_pages_the_newest_first_each_once(session, clock) -> None:
    for number in range(7):
        record(session, clock.now + timedelta(minutes=number // 2), actor=MACHINE, verb="message.told", for_person_id=1)
    pages = [lines_for_person(session, [1], number, 3) for number in (1, 2, 3, 4)]
    assert [[line.id for line in page.lines] for page in pages] == [[7, 6, 5], [4, 3, 2], [1], []]
    assert [page.has_more for page in pages] == [True, True, False, False]
    assert lines_for_person(session, [1], 0, 3) == pages[0]
