"""The deadlines that messages state: all those that their readers can still keep, and no other."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from portal.clock import paris, paris_day
from portal.letters.wording import content_of
from portal.notifications import render
from portal.notifications.deadlines import DEADLINES, read_by, with_deadlines_after
from portal.notifications.dispatch import send_due
from portal.notifications.gateways import PermanentFailure
from portal.notifications.models import Message, Route
from portal.notifications.planner import Event, EventKind, Reach, plan
from portal.words import moment_words
from tests.french_post import FRENCH_POST as POST
from tests.notifications.conftest import context
from tests.world import at

STATED = re.compile(r"jusqu'au (\w+ \d+ \w+ \d{4} à \d+ h(?: \d+)?)")
ADDRESS = ["4 RUE DE LA DEMONSTRATION", "62000 ARRAS"]
STARTS = at("2026-11-27", "10:30")  # a Friday; now is Monday 23 November 2026, 9:02


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("’", "'")


WORDED = {
    "e-mail": lambda words: render.email("appointment_booked", words).text,
    "page of the e-mail": lambda words: render.email("appointment_reminder", words).html.replace("&#39;", "'"),
    "letter": lambda words: content_of("appointment_reminder", words).as_text(),
    "call": lambda words: render.task("appointment_booked", words, Route.CALL),
    "desk": lambda words: render.task("appointment_moved", words, Route.DESK),
}


@pytest.mark.parametrize("kept", [DEADLINES, ("cancel_until",), ("move_until",), ()])
@pytest.mark.parametrize("worded", WORDED)
def test_each_route_prints_exactly_the_deadlines_of_the_context_and_else_where_to_call(worded, kept):
    whole = context(STARTS)
    words = whole | dict.fromkeys(set(DEADLINES) - set(kept))

    text = plain(WORDED[worded](words))

    moments = [plain(moment_words(datetime.fromisoformat(whole[name]))) for name in kept]
    assert sorted(STATED.findall(text)) == sorted(moments)
    assert bool(re.search("plus par internet|plus changer sur Internet", text)) is (not kept)
    assert "03 53 01 00 62" in text


def test_a_call_without_a_number_sends_to_the_place():
    words = context(STARTS, phone=None, cancel_until=None, move_until=None)

    assert "venez à l'accueil du lieu" in render.task("appointment_booked", words, Route.CALL)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC))  # noqa: DTZ001


@given(
    now=moments,
    ahead=st.integers(1, 60 * 24 * 40),
    before=st.tuples(*[st.sampled_from([0, 120, 240, 1440, 2880]) | st.integers(0, 7200)] * 2),
    kind=st.sampled_from([EventKind.BOOKED, EventKind.MOVED]),
    reach=st.builds(Reach, **dict.fromkeys(Reach.__dataclass_fields__, st.booleans())),
)
def test_no_message_states_a_deadline_that_is_over_when_it_is_read(now, ahead, before, kind, reach):
    starts_at = now + timedelta(minutes=ahead)
    until = [paris(starts_at - timedelta(minutes=minutes)).isoformat() for minutes in before]
    whole = context(starts_at, **dict(zip(DEADLINES, until, strict=True)))

    for one in plan(reach, Event(kind, starts_at, discreet=False), now, frozenset(), POST):
        words = with_deadlines_after(whole, read_by(one.route, one.due_at, POST))
        for name in DEADLINES:
            deadline = datetime.fromisoformat(whole[name])
            if words[name] is not None:
                assert words[name] == whole[name]
                assert deadline > one.due_at
                assert one.route is not Route.LETTER or paris_day(deadline) > POST.arrival(one.due_at)
                assert name not in words.get("call_for", ())
            else:  # and none is kept back that the reader has a day for, from the day of reading
                assert deadline < read_by(one.route, one.due_at, POST) + timedelta(days=1)


def rows(database):
    with database.transaction() as session:
        return {
            row.route: row for row in session.scalars(select(Message).filter_by(step="notice").order_by(Message.id))
        }


def deadlines_of(message):
    return {name for name in DEADLINES if message.context[name]}


def test_a_letter_keeps_the_deadlines_that_last_after_the_day_it_arrives(database, clock, world, told, gateways):
    told(world.person(mobile=None, email=None, address=ADDRESS), starts_at=STARTS)  # arrives the day before

    send_due(database, gateways, clock)

    letter = rows(database)[Route.LETTER]
    assert gateways.paper.drawn == [letter.id]
    assert deadlines_of(letter) == {"cancel_until"}
    said = plain(content_of(letter.kind, letter.context).as_text())
    assert "Changer de jour : appelez-nous avant le vendredi 27 novembre 2026 à 10 h 30." in said


@pytest.mark.parametrize(
    ("over", "phone", "said"),
    [
        (DEADLINES, True, "Vous ne pouvez plus changer sur Internet. Appelez-nous avant le vendredi 27 novembre"),
        (DEADLINES, False, "Vous ne pouvez plus changer sur Internet. Venez nous voir avant le vendredi 27 novembre"),
        (("cancel_until",), True, "Annuler : appelez-nous avant le vendredi 27 novembre 2026 à 10 h 30."),
    ],
)
def test_a_letter_says_until_when_one_may_still_call_for_what_the_site_refuses(over, phone, said):
    whole = context(STARTS, **dict.fromkeys(set(DEADLINES) - set(over)), **({} if phone else {"phone": None}))
    words = with_deadlines_after(whole, STARTS - timedelta(hours=1))
    assert said in plain(content_of("appointment_booked", words).as_text())
    later = with_deadlines_after(words | {name: whole[name] for name in over}, at("2026-11-23", "10:00"))
    assert later == whole  # another route may be in time for all of them


def test_the_call_that_takes_the_place_of_a_letter_has_its_own_deadlines(database, clock, world, told, gateways):
    gateways.paper.failure = PermanentFailure("address")
    told(world.person(mobile=None, email=None, landline="+33353010077", address=ADDRESS), starts_at=STARTS)

    send_due(database, gateways, clock)

    call = rows(database)[Route.CALL]
    assert deadlines_of(call) == set(DEADLINES)
    assert len(STATED.findall(plain(call.rendered["text"]))) == 2


def test_a_message_that_leaves_late_states_only_what_still_holds(database, clock, world, told, gateways):
    told(world.person(mobile=None), starts_at=at("2026-11-24", "10:30"))
    clock.set(at("2026-11-23", "09:45"))  # three quarters of an hour before it is too late to move

    send_due(database, gateways, clock)

    mail = rows(database)[Route.EMAIL]
    assert deadlines_of(mail) == {"cancel_until"}
    assert STATED.findall(plain(mail.rendered["text"])) == ["mardi 24 novembre 2026 à 6 h 30"]
