"""What somebody brings to an appointment stands beside it, on every page where its agent looks, and for nobody else."""

import pytest
from sqlalchemy import select

from portal.booking.models import AppointmentStatus
from portal.eligibility.models import AnswersShare
from portal.eligibility.services import share
from portal.journal.services import Actor
from tests.entering import enter
from tests.world import at

pytestmark = pytest.mark.usefixtures("offered")

DAY = "2026-11-23"
WORDS = "Les réponses de Camille, gardées le lundi 23 novembre 2026"
MARK = "A partagé ses réponses"
LISTS = [f"/agents/agenda/liste?jour={DAY}", f"/agents/agenda?jour={DAY}"]


def test_answers_taken_to_an_appointment_are_read_from_it_by_its_agent_alone(client, database, resident, kept, world):
    place = world.place()
    receiver, desk = world.agent("professionnel", place=place), world.agent("accueil", place=place)
    there = world.appointment(receiver, place, world.motif(), at(DAY, "10:30"), resident)
    shown, _not_shown = kept({"home": "none"}), kept({"home": "owner"})
    link = f"/agents/personnes/{resident.id}/droits/{shown}"
    pages = [f"/agents/rendez-vous/{there.id}", f"/agents/agenda/{there.id}"]

    def seen(agent):
        enter(client, agent)
        found = [client.get(path).page.links().get(WORDS) for path in pages]
        marks = [MARK in client.get(f"{path}&qui=lieu-{place.id}").page.text() for path in LISTS]
        assert (found, marks) in (([link, link], [True, True]), ([None, None], [False, False]))
        return found[0] is not None

    assert not seen(receiver)
    with database.transaction() as session:
        whose = {"person_id": resident.id, "by": Actor.person(resident.id)}
        share(session, world.now, saved_id=shown, appointment_id=there.id, **whose)
    assert seen(receiver)
    assert client.get(link).status_code == 200
    assert not seen(desk), "who welcomes the person reads the appointment, not the answers"
    with database.transaction() as session:
        session.scalars(select(AnswersShare)).one().ended_at = world.now
    assert not seen(receiver), "taken back"
    with database.transaction() as session:
        session.scalars(select(AnswersShare)).one().ended_at = None
        session.merge(there).status = AppointmentStatus.EXCUSED
    assert not seen(receiver), "cancelled"
