"""Technical logs say what happened, and never to whom: no name, number, mailbox, code, address or birth date."""

import logging

import pytest
from sqlalchemy import select

from portal.booking.models import Appointment
from portal.journal.services_chain import seal
from portal.notifications.dispatch import send_due
from portal.upkeep import upkeep
from tests.booking.journey import booked
from tests.identity.signing import TYPED, ask, code_sent, enter, send, wrong

PERSONAL = ("Essai", "Dominique", "dominique", "39980012", "39 98 00 12", "1980", "29/02", "Démonstration", "192.0.2.7")


@pytest.fixture
def told(caplog):
    """Everything that is logged, down to the last detail, by whatever library."""
    caplog.set_level(logging.DEBUG)
    return caplog


def secrets_of(database, *, codes) -> tuple[str, ...]:
    with database.transaction() as session:
        return (*PERSONAL, *codes, *session.scalars(select(Appointment.code).order_by(Appointment.id)))


def whole(told) -> str:
    """Messages, arguments and traces."""
    formatter = logging.Formatter("%(name)s %(message)s")
    return "\n".join(formatter.format(record) for record in told.records)


def assert_silent(told, secrets) -> None:
    text = whole(told)
    assert [secret for secret in secrets if secret in text] == []


@pytest.fixture
def browser(client):
    client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    return client


def test_signing_in_well_and_wrongly_tells_the_logs_nothing_personal(
    browser, database, world, settings, clock, gateways, told
):
    world.departement()
    world.person(given_names="Dominique", mobile="+33639980012")
    ask(browser)
    code = code_sent(world, settings)
    for _ in range(6):
        send(browser, "/connexion/code", code=wrong(code))
    browser.get("/connexion?contact=" + TYPED)
    enter(browser, world, settings)
    send_due(database, gateways, clock)
    with database.transaction() as session:
        upkeep(session, clock.now)
        seal(session)
    assert_silent(told, secrets_of(database, codes=[code, wrong(code), code_sent(world, settings)]))
    assert "journal sealed" in whole(told)  # the logs were indeed listened to


def test_booking_and_guessing_codes_tells_the_logs_nothing_personal(browser, database, world, clock, gateways, told):
    world.departement()
    place, motif, _agent = world.office()
    booked(browser, motif, place)
    send_due(database, gateways, clock)
    (code,) = secrets_of(database, codes=[])[len(PERSONAL) :]
    browser.delete_cookie("porte")  # another browser, which must guess
    for year in range(1980, 1990):
        send(browser, f"/r/{code}", birth_date=["29", "2", str(year + 1)])
    assert_silent(told, secrets_of(database, codes=[]))


def test_an_unforeseen_fault_logs_its_place_and_not_what_was_typed(app, world, told):
    world.departement()

    def broken() -> str:
        raise ValueError(*PERSONAL)

    broken._allowed = app.view_functions["healthz"]._allowed
    app.add_url_rule("/essai/panne", "broken", broken)
    answer = app.test_client().get("/essai/panne?nom=Essai")
    assert answer.status_code == 500
    assert_silent(told, PERSONAL)
    assert "ValueError" in whole(told)
    assert "broken" in whole(told)


def test_a_fault_of_the_database_logs_neither_its_values_nor_its_details(app, database, world, told):
    world.departement()
    world.person(given_names="Dominique", mobile="+33639980012")

    def doubled() -> str:
        with database.transaction() as session:
            session.connection().exec_driver_sql("CREATE TEMP TABLE named (name text UNIQUE)")
            for _ in range(2):
                session.connection().exec_driver_sql("INSERT INTO named VALUES (%s)", (PERSONAL[0],))
        return ""

    doubled._allowed = app.view_functions["healthz"]._allowed
    app.add_url_rule("/essai/double", "doubled", doubled)
    assert app.test_client().get("/essai/double").status_code == 500
    assert_silent(told, PERSONAL)
    assert "IntegrityError" in whole(told)
