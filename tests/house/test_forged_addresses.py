"""What nobody types and somebody forges, after the question mark of agents' addresses: never an error of the server."""

import pytest

from tests.entering import enter
from tests.world import at

HUGE, LONG, PADDED, NUL = "9" * 20, "9" * 5000, "0" * 10 + "1" * 15, "a\x00b"
SLOTS = "/agents/personnes/{person}/rendez-vous/{motif}"
MOVE = "/agents/rendez-vous/{appointment}/deplacer"


@pytest.mark.parametrize(
    ("address", "forged"),
    [
        ("/agents/personnes/{person}/rendez-vous", {"pour": LONG, "sujet": NUL}),
        (SLOTS, {"pour": LONG, "lieu": LONG, "agent": LONG, "km": LONG, "apres": "9999-12-31T23:59Z"}),
        (SLOTS, {"depuis": "0001-01-01"}),
        (SLOTS, {"depuis": "9999-12-31"}),
        (f"{SLOTS}/confirmer", {"pour": LONG, "creneau": f"2026-11-24T09:00Z~{HUGE}~{HUGE}"}),
        (f"{SLOTS}/autre-heure", {"pour": LONG}),
        (MOVE, {"lieu": LONG, "agent": LONG, "km": LONG}),
        (MOVE, {"depuis": "0001-01-01"}),
        ("/agents/appel", {"personne": PADDED}),
        ("/agents/appel", {"sujet": NUL}),
        ("/agents/agenda/salle", {"qui": "moi"}),
        ("/agents/reglages/historique", {"quoi": "motif", "numero": HUGE}),
        ("/agents/reglages/historique", {"quoi": "motif", "numero": "-1"}),
    ],
)
def test_no_forged_address_is_an_error_of_the_server(world, client, address, forged) -> None:
    place, motif, receiver = world.office()
    person = world.person()
    appointment = world.appointment(receiver, place, motif, at("2026-11-25", "09:00"), person)
    agent = world.agent("accueil", place=place)
    world.assignment(agent, "accueil", place, may_overbook=True)
    world.assignment(agent, "admin")
    enter(client, agent)
    here = address.format(person=person.id, motif=motif.key, appointment=appointment.id)
    assert client.get(here, query_string=forged).status_code < 500
