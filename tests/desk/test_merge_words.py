"""What two files made one have yet to say: as discreet as either asked, and nothing that cannot be said."""

import pytest
from sqlalchemy import select

from portal.booking.models import AppointmentStatus
from portal.booking.services_missed import tell_missed
from portal.desk.forms_merge import count_words
from portal.desk.queries_merge import MOVED
from portal.notifications.models import Message, Route, Status
from portal.people.models import Person
from tests.desk.merging import BASE, hand_of, merged, promised
from tests.world import at


@pytest.fixture
def agent(world):
    world.departement()
    return world.agent("accueil")


@pytest.fixture
def pair(world):
    names = {"given_names": "Camille", "family_name": "Martin-Essai", "email": None}
    return world.person(mobile="+33639980001", **names), world.person(mobile="+33639980002", **names)


def waiting(database, *which) -> list[Message]:
    with database.transaction() as session:
        return list(session.scalars(select(Message).where(Message.status == Status.WAITING, *which)))


def test_what_waits_for_the_file_that_stays_is_as_discreet_as_the_other_asked(
    world, database, clock, agent, pair
) -> None:
    kept, gone = pair
    place, motif, doctor = world.office()
    visit = world.appointment(doctor, place, motif, at("2026-11-30", "09:00"), kept)
    promised(database, clock.now, kept, visit.id, starts_at=visit.starts_at, context={"place_name": place.name})
    with database.transaction() as session:
        session.get_one(Person, gone.id).wants_discretion = True
    merged(database, clock.now, kept, gone, agent)
    (reminder,) = waiting(database, Message.subject == "appointment", Message.subject_id == visit.id)
    assert (reminder.person_id, reminder.context["place_name"]) == (kept.id, "")


def test_what_a_human_is_to_say_names_no_place_once_it_is_handed_to_a_discreet_file(
    world, database, clock, agent, pair
) -> None:
    kept, gone = pair
    place, motif, doctor = world.office()
    visit = world.appointment(doctor, place, motif, at("2026-11-30", "09:00"), gone)
    promised(database, clock.now, gone, visit.id, starts_at=visit.starts_at, context={"place_name": place.name})
    with database.transaction() as session:
        session.get_one(Person, kept.id).wants_discretion = True
        for row in session.scalars(select(Message).where(Message.person_id == gone.id).order_by(Message.id)):
            row.status, row.route, row.rendered = Status.OPEN, Route.CALL, {"text": f"C'est à {place.name}"}
    merged(database, clock.now, kept, gone, agent)
    with database.transaction() as session:
        (task,) = session.scalars(select(Message).where(Message.status == Status.OPEN)).all()
        assert (task.person_id, place.name in task.rendered["text"]) == (kept.id, False)


def test_what_follows_a_missed_appointment_can_still_be_said(world, database, clock, agent, pair) -> None:
    kept, gone = pair
    place, motif, doctor = world.office()
    day, missed = at("2026-11-20", "09:00"), AppointmentStatus.NOSHOW
    visit = world.appointment(doctor, place, motif, day, gone, status=missed)
    with database.transaction() as session:
        tell_missed(session, clock.now, appointment_id=visit.id, by=hand_of(agent), base_url=BASE)
    merged(database, clock.now, kept, gone, agent)
    (message,) = waiting(database, Message.kind == "appointment_missed")
    assert message.person_id == kept.id
    assert (message.context["online"], message.context["link"]) == (True, f"{BASE}/rendez-vous")


def test_the_agent_reads_how_much_moves_of_every_kind(app) -> None:
    traces = {"told", "challenges", "cases", "tries"}  # of what was told, of codes and of sign-ins: nothing they wrote
    with app.test_request_context("/"):
        unsaid = {name for name in MOVED if "3" not in count_words(name, 3)}
        assert count_words("households", 1) == "Foyer\u00a0: 1"
    assert unsaid == traces
