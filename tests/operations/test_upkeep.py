"""What is forgotten from time to time, and what is not."""

from datetime import date, timedelta
from uuid import uuid4

from sqlalchemy import func, select

from portal.booking.guard import open_with_fact
from portal.booking.models import CodeTries
from portal.people.models_credentials import Challenge, IdentityCase, Purpose
from portal.upkeep import NOTHING, Upkeep, upkeep
from portal.web.sessions import WebSession
from portal.web.throttle import Limit, count


def kept(database) -> tuple[int, int]:
    with database.transaction() as session:
        return tuple(session.scalar(select(func.count()).select_from(table)) for table in (WebSession, CodeTries))


def swept(database, clock) -> Upkeep:
    with database.transaction() as session:
        return upkeep(session, clock.now)


def test_what_robots_leave_is_forgotten_as_soon_as_it_is_of_no_use(app, database, clock, world) -> None:
    world.departement()
    for number in range(5):
        app.test_client().get("/r/")
        with database.transaction() as session:
            open_with_fact(session, clock.now, code=f"0000-000{number}", birth_date=date(1980, 1, 1))
    clock.forward(timedelta(minutes=15))
    assert swept(database, clock) == Upkeep(sessions=0, code_tries=5)
    clock.forward(timedelta(minutes=15))
    assert swept(database, clock) == Upkeep(sessions=5, code_tries=0)
    assert kept(database) == (0, 0)


def test_a_session_in_use_and_a_code_that_is_locked_are_kept(client, database, clock, world) -> None:
    world.departement()
    client.get("/r/")
    clock.forward(timedelta(minutes=29))
    client.get("/r/")
    with database.transaction() as session:
        for _ in range(5):
            open_with_fact(session, clock.now, code="0000-0000", birth_date=date(1980, 1, 1))
    clock.forward(timedelta(minutes=14, seconds=59))
    assert swept(database, clock) == NOTHING
    assert kept(database) == (1, 1)


def test_counters_whose_window_is_over_are_forgotten(database, clock) -> None:
    with database.transaction() as session:
        count(session, clock.now, Limit("short", 1, timedelta(minutes=1)), "short:a")
        count(session, clock.now, Limit("long", 1, timedelta(hours=1)), "long:a")
    clock.forward(timedelta(minutes=1))
    assert swept(database, clock) == Upkeep(sessions=0, code_tries=0, spent=1)
    assert swept(database, clock) == NOTHING


def test_codes_are_forgotten_31_days_after_they_expired(database, clock) -> None:
    with database.transaction() as session:
        for days in (0, 30, 31, 32):
            expires_at = clock.now - timedelta(days=days)
            session.add(
                Challenge(
                    key=uuid4(),
                    code_hash="x",
                    purpose=Purpose.SIGN_IN,
                    created_at=expires_at,
                    expires_at=expires_at,
                )
            )
    assert swept(database, clock) == Upkeep(sessions=0, code_tries=0, challenges=1)
    clock.forward(timedelta(seconds=1))
    assert swept(database, clock) == Upkeep(sessions=0, code_tries=0, challenges=1)


def test_an_identity_is_forgotten_31_days_after_an_agent_settled_it(database, clock) -> None:
    with database.transaction() as session:
        for number, days in enumerate((None, 30, 32)):
            session.add(
                IdentityCase(
                    subject=f"sub-{number}",
                    family_name="Essai",
                    given_names="Dominique",
                    birth_date=date(1980, 1, 1),
                    birth_date_to=date(1980, 1, 1),
                    created_at=clock.now - timedelta(days=90),
                    closed_at=None if days is None else clock.now - timedelta(days=days),
                )
            )
    assert swept(database, clock) == Upkeep(sessions=0, code_tries=0, identity_cases=1)
    assert swept(database, clock) == NOTHING
