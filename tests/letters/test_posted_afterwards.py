"""A run that the post took on a day, which is said on a later one; and a counter that was mistyped."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.letters.making import print_due
from portal.letters.models import PullReason
from portal.letters.queries_post import pull_reason
from portal.letters.queries_runs import run_of, to_pull
from portal.letters.rules_post import PostFault
from portal.letters.services_post import correct_counter, count, mark_printed, post
from portal.notifications.models import Message, Step
from portal.notifications.queries_post import calendar_of
from portal.notifications.rules_post import letter_days
from portal.refusal import Refused
from tests.entering import enter
from tests.letters.runs import made, queued

BY = Actor.agent(1)
MONDAY = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)  # before the cut-off; the postman takes the tray at half past five
MIDNIGHT = datetime(2026, 11, 23, 23, 1, tzinfo=UTC)  # Tuesday has begun
TUESDAY = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.fixture
def leaves(database, world, clock):
    """A run that leaves on Monday and arrives on Thursday: a letter for an appointment on Friday, one for later."""
    clock.set(MONDAY)
    friday, later = (queued(world, now=MONDAY, expires_in=timedelta(days=days)) for days in (4, 21))
    run = made(database, MONDAY)
    with database.transaction() as session:
        mark_printed(session, MONDAY, run_id=run.id, by=BY, counter=3900)
        count(session, MONDAY, run_id=run.id, by=BY, letters=2, sheets=2)
    return run, friday, later


def told(database, like):
    """How the person of a letter is told."""
    with database.transaction() as session:
        event = session.get_one(Message, like.message_id).event_id
        rows = session.execute(
            select(Message.route, Message.status)
            .where(Message.event_id == event, Message.step == Step.NOTICE)
            .order_by(Message.id)
        )
        return [f"{route.value} {status.value}" for route, status in rows]


def post_of(database, run, day):
    with database.transaction() as session:
        return post(session, TUESDAY, run_id=run.id, by=BY, posted_on=day, post=calendar_of(session))


def test_what_left_in_time_is_posted_though_it_was_given_up_the_night_after(database, clock, leaves):
    run, friday, later = leaves
    clock.set(MIDNIGHT)
    print_due(database, clock)
    assert told(database, friday) == ["letter failed", "call waiting"]
    with database.transaction() as session:
        (wrong,) = to_pull(session, run.id)
        assert pull_reason(session, wrong.message) is PullReason.TOO_LATE
    with pytest.raises(Refused) as refused:
        post_of(database, run, TUESDAY.date())  # on Tuesday it would be too late indeed: it is pulled
    assert refused.value.reason is PostFault.TO_PULL
    post_of(database, run, MONDAY.date())
    assert told(database, friday) == ["letter posted", "call waiting"]  # told twice, and not once too few
    with database.transaction() as session:
        calendar = calendar_of(session)
        for letter in (friday, later):
            message = session.get_one(Message, letter.message_id)
            days = letter_days(message, calendar, TUESDAY)
            assert (days.posted, days.arrives, message.last_error) == (MONDAY.date(), date(2026, 11, 26), None)


def test_the_page_of_a_run_says_that_a_letter_may_have_left_before_it_was_too_late(
    client, database, world, clock, leaves
):
    run, _friday, _later = leaves
    world.departement()
    clock.set(MIDNIGHT)
    print_due(database, clock)
    clock.set(TUESDAY)
    enter(client, world.agent("courrier"))
    path = f"/agents/courriers/lots/{run.id}"
    words = client.get(path).page.text()
    assert "Fichier 1, lettre 1 Elle arriverait trop tard." in words
    assert "Si La Poste l'a déjà prise, écrivez le jour où elle l'a prise." in words
    assert "rendez-vous a changé" not in words
    assert "à retirer" in client.get(f"{path}/manifeste.csv").data.decode("utf-8-sig")


def test_a_counter_that_was_mistyped_is_put_right_until_the_post_has_the_run(client, database, world, leaves):
    run, _friday, _later = leaves
    world.departement()
    enter(client, world.agent("courrier"))
    path = f"/agents/courriers/lots/{run.id}"
    page = client.get(path).page
    assert "Compteur : 3900. Attendu : 3" in page.text()
    assert page.all("form", action=f"{path}/compteur")
    token = page.all("input", name="csrf_token")[0].get("value")
    assert (
        "Écrivez un nombre" in client.post(f"{path}/compteur", data={"csrf_token": token, "counter": "x"}).page.text()
    )
    said = client.follow(client.post(f"{path}/compteur", data={"csrf_token": token, "counter": "3"})).page.text()
    assert "Le compteur est corrigé." in said
    assert "Compteur : 3. Attendu : 3" in said
    post_of(database, run, MONDAY.date())
    with database.transaction() as session, pytest.raises(Refused) as refused:
        correct_counter(session, TUESDAY, run_id=run.id, by=BY, counter=4)
    assert refused.value.reason is PostFault.ALREADY
    with database.transaction() as session:
        assert run_of(session, run.id).counter == 3
        verbs = session.scalars(select(JournalLine.verb).where(JournalLine.verb.like("run.counter%")))
        assert list(verbs) == ["run.counter_corrected"]
