"""Displaced appointments: a list sent twice over counts once."""

from datetime import time

from portal.booking.models import Appointment, AppointmentStatus
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


def test_one_that_was_given_then_cancelled_is_not_said_to_be_given(client, database, world) -> None:
    place, motif = world.place(), world.motif()
    colleague = world.agent("professionnel", place=place, families=["social"])
    one = world.appointment(colleague, place, motif, at(DAY, "09:00"), status=AppointmentStatus.EXCUSED, sequence=2)
    enter(client, world.agent("accueil", place=place), place_id=place.id)
    other = world.appointment(colleague, place, motif, at(DAY, "10:00"))
    world.absence(colleague, at(DAY, "10:00"), at(DAY, "11:00"))
    token = Page(client.get(f"{LIST}/{other.id}").text).fields(0)["csrf_token"]
    pressed = {"csrf_token": token, "acte": "confier", "agent": str(colleague.id), "sequence": "0"}
    assert client.post(f"{LIST}/{one.id}", data=pressed).status_code == 409
    with database.reading() as session:
        assert session.get_one(Appointment, one.id).status is AppointmentStatus.EXCUSED


def test_whoever_guesses_what_became_of_an_appointment_elsewhere_learns_nothing(client, world) -> None:
    place, motif = world.place(), world.motif()
    colleague = world.agent("professionnel", place=place, families=["social"])
    one = world.appointment(colleague, place, motif, at(DAY, "09:00"))
    stranger = world.agent("accueil", place=(elsewhere := world.place()))
    mine = world.appointment(stranger, elsewhere, motif, at(DAY, "10:00"))
    enter(client, stranger, place_id=elsewhere.id)
    token = Page(client.get(f"{LIST}/{mine.id}").text).fields()["csrf_token"]
    slots = [f"{hour}~{colleague.id}~{place.id}" for hour in (one.starts_at.isoformat(), "2026-12-01T11:00:00+00:00")]
    guesses = [{"acte": "confier", "agent": str(number)} for number in (colleague.id, stranger.id)]
    guesses += [{"acte": "deplacer", "creneau": slot} for slot in slots]
    for guess in guesses:
        answer = client.post(f"{LIST}/{one.id}", data={"csrf_token": token, "sequence": "0"} | guess)
        assert answer.status_code == 404, guess


def test_whoever_gives_away_their_own_by_two_presses_has_given_it_once(client, world) -> None:
    place, motif = world.place(), world.motif()
    agent, colleague = (world.agent("professionnel", place=place, families=["social"]) for _ in range(2))
    for each in (agent, colleague):
        world.opening(each, place, motif, starts=time(9), ends=time(12))
    one = world.appointment(agent, place, motif, at(DAY, "09:00"))
    world.absence(agent, at(DAY, "00:00"), at("2026-12-02", "00:00"))
    enter(client, agent, place_id=place.id)
    token = Page(client.get(f"{LIST}/{one.id}").text).fields(0)["csrf_token"]
    pressed = {"csrf_token": token, "acte": "confier", "agent": str(colleague.id), "sequence": "0"}
    assert [client.post(f"{LIST}/{one.id}", data=pressed).status_code for _twice in range(2)] == [303, 303]
    assert client.get(f"{LIST}/{one.id}").status_code == 404
