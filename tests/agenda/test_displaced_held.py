"""Displaced appointments: a list sent twice over counts once."""

from datetime import time

from tests.checked_pages import Page
from tests.entering import enter
from tests.world import at

LIST = "/agents/agenda/a-replacer"
DAY = "2026-12-01"


def test_one_that_is_ticked_twice_is_placed_anew_once(client, world) -> None:
    place, motif = world.place(), world.motif()
    agent, colleague = (world.agent("professionnel", place=place, families=["social"]) for _ in range(2))
    for one in (agent, colleague):
        world.opening(one, place, motif, starts=time(9), ends=time(12))
    booked = [world.appointment(agent, place, motif, at(DAY, hour)) for hour in ("09:00", "10:00")]
    world.absence(agent, at(DAY, "00:00"), at("2026-12-02", "00:00"))
    enter(client, world.agent("accueil", place=place), place_id=place.id)
    ticks = [f"{booked[rank].id}:0" for rank in (0, 1, 0)]
    sent = Page(client.get(LIST).text).fields() | {"acte": "confier", "rdv": ticks}
    fields = Page(client.post(f"{LIST}/ensemble", data=sent).text).fields()
    assert sorted(fields["rdv"]) == sorted(ticks[:2])
    done = Page(client.post(f"{LIST}/ensemble", data=fields | {"rdv": ticks, "agent": str(colleague.id)}).text)
    assert "2 rendez-vous sont replacés." in done.text()
    assert done.text().count("C'est fait.") == 2
