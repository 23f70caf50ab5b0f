"""The day, the week and the list: what each agent reads of them, and what nobody else does."""

import pytest
from sqlalchemy import select

from portal.booking.models import Absence, AppointmentStatus
from portal.directory.models_settings import DayException
from portal.people.models import Agent
from tests.world import at

PATHS = ("/agents/agenda", "/agents/agenda/semaine", "/agents/agenda/liste")


def words(client, path: str) -> str:
    return client.get(path).page.text()


@pytest.mark.parametrize("path", PATHS)
def test_mine_comes_first_with_names_ways_and_what_is_free(morning, enter, client, path) -> None:
    enter(morning.receiver)
    shown = words(client, path)
    for told in ("Nour Lefèvre-Essai", "06 39 98 00 33", "ARRAS", "Garantie papier", "À noter", "Mon agenda"):
        assert told in shown, told
    assert ("9 h 30 – 10 h Libre" in shown) is (path != "/agents/agenda/liste")


def test_the_agent_of_an_appointment_reads_its_reason_and_the_list_for_paper_does_not_say_it(
    morning, enter, client
) -> None:
    enter(morning.receiver)
    assert "Consultation du nourrisson" in words(client, "/agents/agenda")
    for hidden in ("nourrisson", "PMI"):
        assert hidden not in words(client, "/agents/agenda/liste")
    assert "Consultation du nourrisson" in words(client, "/agents/agenda/liste?motifs=oui")


def test_the_desk_reads_names_at_its_place_and_neutral_words(morning, enter, client) -> None:
    enter(morning.desk)
    shown = words(client, "/agents/agenda")
    assert "MDS d'Essai" in shown
    assert "Nour Lefèvre-Essai" in shown
    assert "Rendez-vous avec le Département" in shown
    assert "nourrisson" not in shown


@pytest.mark.parametrize("path", PATHS)
def test_a_colleague_sees_that_the_time_is_taken_and_no_more(morning, enter, client, path) -> None:
    enter(morning.colleague)
    shown = words(client, f"{path}?qui=agent-{morning.receiver.id}")
    assert "Occupé" in shown
    for hidden in ("Lefèvre", "06 39 98", "nourrisson", "Garantie"):
        assert hidden not in shown, hidden


def test_what_happens_at_another_place_is_not_named(morning, world, enter, client) -> None:
    world.appointment(morning.receiver, morning.there, morning.motif, at("2026-11-23", "16:00"), morning.person)
    enter(morning.colleague)
    shown = words(client, f"/agents/agenda?qui=equipe-{morning.here.id}")
    assert "Dans un autre lieu" in shown
    assert "Centre de PMI" not in shown
    assert "Dans un autre lieu" not in words(client, f"/agents/agenda?qui=lieu-{morning.here.id}")


@pytest.mark.parametrize("path", [*PATHS, "/agents/agenda/salle"])
def test_an_agenda_of_somewhere_else_does_not_exist(morning, world, enter, client, path) -> None:
    stranger = world.agent("professionnel", place=morning.there)
    enter(stranger)
    assert client.get(f"{path}?qui=lieu-{morning.here.id}").status_code == 404
    for whose in (f"equipe-{morning.here.id}", f"agent-{morning.receiver.id}"):  # a waiting room is a place's alone
        assert client.get(f"{path}?qui={whose}").status_code == (200 if path.endswith("salle") else 404)


@pytest.mark.parametrize("role", ["courrier", "admin", "partenaire 1"])
def test_others_open_no_agenda(world, enter, client, role) -> None:
    organisation = world.organisation() if role.startswith("partenaire") else None
    enter(world.agent(role, organisation_id=organisation.id if organisation else None))
    for path in (*PATHS, "/agents/agenda/salle", "/agents/agenda/oublis", "/agents/agenda/abonnements"):
        assert client.get(path).status_code == 403


def test_a_place_s_day_is_a_column_an_agent_and_says_who_is_away(morning, enter, client) -> None:
    enter(morning.desk)
    page = client.get(f"/agents/agenda?qui=lieu-{morning.here.id}").page
    assert [page.text(one) for one in page.all("h2")][:2] == ["Sasha Essai-Deux", "Camille Essai-Un"]
    assert "8 h – 12 h Absence" in page.text()
    assert "Plages : 9 h – 12 h" in page.text()


def test_closed_days_are_named(morning, enter, client, database) -> None:
    with database.transaction() as session:
        session.add(
            DayException(
                day=at("2026-11-25", "09:00").date(), place_id=morning.here.id, is_open=False, label="Inventaire"
            )
        )
        session.add(DayException(day=at("2026-12-25", "09:00").date(), place_id=None, is_open=True, label="Veille"))
    enter(morning.receiver)
    assert "Fermé : Inventaire" in words(client, "/agents/agenda?jour=2026-11-25")
    assert "Fermé : Inventaire" in words(client, "/agents/agenda/semaine")
    assert "Jour férié : 11 novembre" in words(client, "/agents/agenda?jour=2026-11-11")
    opened = words(client, "/agents/agenda?jour=2026-12-25")
    assert "9 h – 12 h Libre" in opened
    assert "férié" not in opened


def test_the_week_of_a_team_is_a_row_an_agent_without_cancelled_ones(morning, world, enter, client) -> None:
    world.appointment(
        morning.receiver,
        morning.here,
        morning.motif,
        at("2026-11-24", "09:00"),
        morning.person,
        status=AppointmentStatus.EXCUSED,
    )
    enter(morning.desk)
    page = client.get(f"/agents/agenda/semaine?qui=lieu-{morning.here.id}").page
    rows = [page.text(row) for row in page.all("tr")]
    assert rows[1].startswith("Sasha Essai-Deux")
    assert "Nour Lefèvre-Essai" in rows[2]
    assert "Annulé" not in rows[2].replace("annulés", "")
    enter(morning.receiver)
    assert "Annulé par la personne" in words(client, "/agents/agenda/semaine")


def test_a_saturday_is_shown_when_there_is_something(morning, world, enter, client) -> None:
    enter(morning.receiver)
    assert "samedi" not in words(client, "/agents/agenda/semaine")
    world.appointment(morning.receiver, morning.here, morning.motif, at("2026-11-28", "09:00"))
    assert "samedi" in words(client, "/agents/agenda/semaine")


def test_a_workshop_says_its_seats_and_an_overbooked_one_its_reason(morning, world, enter, client) -> None:
    session_of = world.workshop(
        morning.receiver, morning.here, morning.motif, at("2026-11-23", "15:30"), title="Atelier massage"
    )
    world.appointment(
        morning.receiver,
        morning.here,
        morning.motif,
        at("2026-11-23", "09:10"),
        morning.person,
        is_overbooked=True,
        overbook_reason="Urgence du matin",
    )
    for _ in range(2):
        world.appointment(
            morning.receiver, morning.here, morning.motif, at("2026-11-23", "15:30"), workshop_id=session_of.id
        )
    enter(morning.receiver)
    shown = words(client, "/agents/agenda")
    for told in ("Atelier massage", "2 places prises sur 8", "Sans créneau : Urgence du matin", "En même temps :"):
        assert told in shown, told


def test_previous_and_next_skip_the_weekend_and_a_foolish_day_is_today(morning, enter, client) -> None:
    enter(morning.receiver)
    links = client.get("/agents/agenda?jour=2026-11-27").page.links()
    assert "jour=2026-11-30" in next(url for words, url in links.items() if words.startswith("Jour d'après"))
    assert next(url for words, url in links.items() if words.startswith("Aujourd'hui")) == (
        f"/agents/agenda?qui=agent-{morning.receiver.id}"
    )
    for foolish in ("demain", "9999-12-31", "0001-01-01"):
        assert client.get(f"/agents/agenda?jour={foolish}").page.h1 == "lundi 23 novembre 2026"
    assert client.get("/agents/agenda/semaine?jour=2026-11-23").page.h1 == "Semaine du lundi 23 novembre 2026"


def test_an_agent_who_has_left_is_said_with_what_they_leave(morning, enter, client, database) -> None:
    with database.transaction() as session:
        session.get_one(Agent, morning.receiver.id).is_active = False
    enter(morning.desk)
    assert "Cet agent est parti" in words(client, f"/agents/agenda?qui=lieu-{morning.here.id}")


def test_an_empty_agenda_says_so(world, enter, client, clock) -> None:
    clock.set(at("2026-11-23", "10:20"))
    place = world.place()
    enter(world.agent("accueil", place=place))
    assert "Aucun rendez-vous et aucune plage ce jour." in words(client, "/agents/agenda")
    assert "Aucun rendez-vous ce jour." in words(client, "/agents/agenda/liste")
    assert "Aucun agent n'a de plage" in words(client, "/agents/agenda/semaine")
    assert "Personne n'est attendu." in words(client, "/agents/agenda/salle")
    assert "Tout est noté." in words(client, "/agents/agenda/oublis")


@pytest.mark.parametrize("path", PATHS)
def test_a_view_asks_the_same_number_of_statements_whatever_it_shows(
    morning, world, enter, client, counted, path
) -> None:
    enter(morning.desk)
    url = f"{path}?qui=lieu-{morning.here.id}"
    client.get(url)
    before = counted(lambda: client.get(url))
    for number in range(5):
        agent = world.agent("professionnel", place=morning.here)
        world.opening(agent, morning.here, morning.motif)
        world.absence(agent, at("2026-11-24", "09:00"), at("2026-11-24", "10:00"))
        world.appointment(agent, morning.here, morning.motif, at("2026-11-23", f"1{number}:00"))
    assert counted(lambda: client.get(url)) == before
    with client.application.extensions["portal"].database.transaction() as session:
        assert len(session.scalars(select(Absence)).all()) == 6


@pytest.mark.parametrize("path", ["/agents/agenda", "/agents/agenda/liste", "/agents/agenda/salle"])
def test_neutral_words_that_all_would_repeat_are_said_once_for_all(morning, world, enter, client, path) -> None:
    enter(morning.desk)
    url = f"{path}?qui=lieu-{morning.here.id}"
    place_only = world.motif(title="Bilan", neutral_words="rendez-vous avec la Maison", family="pmi")
    many, once = words(client, url), "Tous ont le même intitulé"
    if path != "/agents/agenda/salle":  # by phone and at home, they are not the same
        assert once not in many
        assert "Appel du Département" in many
        return
    assert f"{once} : {morning.motif.neutral_words}." in many
    assert "Rendez-vous avec le Département" not in many
    world.appointment(morning.receiver, morning.here, place_only, at("2026-11-23", "12:00"), morning.person)
    several = words(client, url)
    assert once not in several
    assert "Rendez-vous avec le Département" in several
    assert "Rendez-vous avec la Maison" in several


def test_whoever_reads_reasons_reads_each_of_them_and_one_alone_is_not_said_of_all(
    morning, world, enter, client
) -> None:
    enter(morning.receiver)
    said = words(client, "/agents/agenda?jour=2026-11-23")
    assert "Tous ont le même intitulé" not in said
    assert said.count("Consultation du nourrisson") == 2
    world.appointment(morning.receiver, morning.here, morning.motif, at("2026-11-24", "09:00"), morning.person)
    enter(morning.desk)
    alone = words(client, f"/agents/agenda?qui=lieu-{morning.here.id}&jour=2026-11-24")
    assert "Tous ont le même intitulé" not in alone
    assert "Rendez-vous avec le Département" in alone


@pytest.mark.parametrize("path", ["/agents/agenda", "/agents/agenda/semaine"])
@pytest.mark.parametrize("whose", ["agent", "lieu"])
def test_a_day_and_a_week_are_printed_and_a_week_on_its_side(morning, enter, client, path, whose) -> None:
    enter(morning.desk)
    number = morning.receiver.id if whose == "agent" else morning.here.id
    page = client.get(f"{path}?qui={whose}-{number}").page
    button = next(one for one in page.all("button") if one.get("data-print") is not None)
    what = "cette semaine" if path.endswith("semaine") else "ce jour"
    assert page.text(button) == f"Imprimer {what}"
    sheets = [link.get("href", "") for link in page.all("link", media="print")]
    assert any("agenda-paper" in sheet for sheet in sheets) is path.endswith("semaine")
