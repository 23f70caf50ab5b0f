"""Whose account is suspended or has ended receives nobody: no workshop, no appointment over their time."""

from datetime import date

import pytest

from portal.booking.queries import receivers
from portal.booking.rules_workshops import WorkshopFault
from portal.booking.services_workshops import open_workshop
from portal.journal.services import Actor
from portal.refusal import Refused
from tests.world import at

DAY = date(2026, 12, 1)


@pytest.mark.parametrize("closed", [{"suspended_at": at("2026-11-20", "10:00")}, {"expires_on": DAY}])
def test_whose_account_is_closed_leads_no_workshop_and_is_not_overbooked(database, clock, world, closed) -> None:
    place, motif = world.place(), world.motif()
    desk = world.agent("accueil", place=place)
    leader = world.agent("professionnel", place=place, families=["social"], **closed)
    world.opening(leader, place, motif)
    with database.transaction() as session, pytest.raises(Refused) as found:
        open_workshop(
            session,
            clock.now,
            motif_id=motif.id,
            place_id=place.id,
            agent_id=leader.id,
            starts_at=at("2026-12-01", "10:00"),
            minutes=60,
            seats=8,
            title="Atelier d'essai",
            by=Actor.agent(desk.id),
        )
    assert found.value.reason is WorkshopFault.AGENT_AWAY
    with database.reading() as session:
        assert receivers(session, motif.id, DAY) == []


def test_an_account_that_ends_later_leads_until_then(database, clock, world) -> None:
    place, motif = world.place(), world.motif()
    leader = world.agent("professionnel", place=place, families=["social"], expires_on=date(2026, 12, 2))
    world.opening(leader, place, motif)
    with database.transaction() as session:
        made = open_workshop(
            session,
            clock.now,
            motif_id=motif.id,
            place_id=place.id,
            agent_id=leader.id,
            starts_at=at("2026-12-01", "10:00"),
            minutes=60,
            seats=8,
            title="Atelier d'essai",
            by=Actor.agent(leader.id),
        )
        assert made.seats == 8
        assert receivers(session, motif.id, DAY) == [(leader.id, place.id)]
