"""Absences and places that close: the effect first, nothing cancelled by itself, two at once."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.agenda.rules_openings import OpeningFault
from portal.agenda.services_absences import add_absence, change_absence, end_absence, mark_of
from portal.agenda.services_places import close_place
from portal.booking.loader import Timetable, write_timetable
from portal.booking.models import Absence, Appointment, AppointmentStatus
from portal.directory.models import Place
from portal.directory.models_settings import SettingChange
from portal.files.report import Report
from portal.journal.services import Actor
from tests.booking.desk import journal
from tests.checked_pages import Page
from tests.entering import enter
from tests.reading import refusal
from tests.world import at

LIST = "/agents/agenda/absences"
START, END = at("2026-12-01", "00:00"), at("2026-12-03", "00:00")


def parsed(answer) -> Page:
    return Page(answer.text)


def days(day: date) -> list[str]:
    return [str(day.day), str(day.month), str(day.year)]


@pytest.fixture
def office(world):
    place, motif = world.place(name="MDS d'Essai"), world.motif(title="Parler de mon budget")
    agent = world.agent("professionnel", place=place, families=["social"])
    world.opening(agent, place, motif)
    return place, motif, agent


def away(database) -> list[Absence]:
    with database.reading() as session:
        return list(session.scalars(select(Absence).order_by(Absence.id)))


def add(database, now, agent, starts_at=START, ends_at=END, by=None):
    with database.transaction() as session:
        actor = Actor.agent((by or agent).id)
        return add_absence(session, now, agent_id=agent.id, starts_at=starts_at, ends_at=ends_at, by=actor)


def change(database, now, row, starts_at, ends_at, by, shown=None):
    with database.transaction() as session:
        return change_absence(
            session,
            now,
            absence_id=row.id,
            starts_at=starts_at,
            ends_at=ends_at,
            shown=shown or mark_of(row),
            by=Actor.agent(by.id),
        )


def back(database, now, row, by, shown=None):
    with database.transaction() as session:
        end_absence(session, now, absence_id=row.id, shown=shown or mark_of(row), by=Actor.agent(by.id))


def test_an_absence_is_written_once_with_its_history(database, clock, office) -> None:
    agent = office[2]
    row = add(database, clock.now, agent)
    assert add(database, clock.now, agent).id == row.id  # pressed twice
    later = change(database, clock.now, row, START, END + timedelta(days=1), agent)
    assert change(database, clock.now, row, START, END + timedelta(days=1), agent).id == row.id
    assert refusal(change, database, clock.now, row, START, END, agent) is OpeningFault.CHANGED
    assert refusal(back, database, clock.now, row, agent) is OpeningFault.CHANGED
    back(database, clock.now, later, agent)
    back(database, clock.now, later, agent)  # pressed twice
    assert away(database) == []
    assert refusal(change, database, clock.now, later, START, END, agent) is OpeningFault.CHANGED
    with database.reading() as session:
        history = list(session.scalars(select(SettingChange).order_by(SettingChange.id)))
    assert [(one.kind, one.before is None, one.after is None) for one in history] == [
        ("absence", True, False),
        ("absence", False, False),
        ("absence", False, True),
    ]
    assert [line.verb for line in journal(database)] == ["absence.changed"] * 3


def test_what_has_begun_ends_now_and_keeps_its_beginning(database, clock, world, office) -> None:
    agent = office[2]
    began = clock.now - timedelta(days=2)
    row = world.absence(agent, began, END)
    assert refusal(change, database, clock.now, row, START, END, agent) is OpeningFault.PAST
    assert refusal(change, database, clock.now, row, began, clock.now, agent) is OpeningFault.PAST
    back(database, clock.now, row, agent)
    assert [(one.starts_at, one.ends_at) for one in away(database)] == [(began, clock.now)]
    assert refusal(add, database, clock.now, agent, began, clock.now) is OpeningFault.PAST


def test_absences_of_others_are_for_those_who_lead_them(database, clock, world, office) -> None:
    place, _motif, agent = office
    for other in (world.agent("professionnel", place=place), world.agent("accueil", place=place)):
        assert refusal(add, database, clock.now, agent, by=other) is OpeningFault.NOT_YOURS
    for rank, role in enumerate(("encadrant", "admin"), 1):
        by = world.agent(role, place=place if role == "encadrant" else None)
        assert add(database, clock.now, agent, START, END + timedelta(days=rank), by=by)


def test_files_do_not_bring_back_what_was_changed_on_screen(database, clock, office) -> None:
    agent = office[2]
    files = Timetable(is_given=False, absences=[(agent.key, START, END)])

    def load():
        with database.transaction() as session:
            write_timetable(session, files, date(2026, 11, 23), Report())
        return len(away(database))

    assert (load(), load()) == (1, 1)
    (row,) = away(database)
    row = change(database, clock.now, row, START, END + timedelta(days=1), agent)
    assert load() == 1
    back(database, clock.now, row, agent)
    assert load() == 0


def test_an_absence_over_booked_people_leads_to_the_list_of_them(client, database, world, office) -> None:
    place, motif, agent = office
    booked = world.appointment(agent, place, motif, at("2026-12-01", "09:00"), world.person(given_names="Nour"))
    enter(client, agent, place_id=place.id)
    assert "Aucune absence à venir." in parsed(client.get(LIST)).text()
    url = f"{LIST}/nouvelle"
    data = parsed(client.get(url)).fields(0)
    assert client.post(url, data=data).status_code == 422
    data |= {"first_day": days(date(2026, 12, 1)), "last_day": days(date(2026, 12, 2))}
    for wrong, words in (
        ({"last_day": days(date(2026, 11, 30))}, "La fin est avant le début."),
        ({"first_hour": "25 h"}, "Écrivez une heure."),
        (
            {"last_day": days(date(2026, 12, 1)), "first_hour": "14 h", "last_hour": "13 h"},
            "La fin est avant le début.",
        ),
    ):
        answer = client.post(url, data=data | wrong)
        assert (answer.status_code, words in parsed(answer).text()) == (422, True)
    page = parsed(client.post(url, data=data | {"etape": "voir"}))
    assert "Parler de mon budget : 11 créneaux de moins" in page.text()
    assert "Nour" in page.text()
    assert away(database) == []
    with database.transaction() as session:  # somebody books meanwhile: the effect is not what was shown
        session.get_one(Appointment, booked.id).sequence += 1
    world.appointment(agent, place, motif, at("2026-12-02", "09:00"))
    stale = parsed(client.post(url, data=page.fields(0) | {"etape": "enregistrer"}))
    assert "Regardez de nouveau" in stale.text()
    answer = client.post(url, data=stale.fields(0) | {"etape": "enregistrer"})
    assert (answer.status_code, away(database)[0].ends_at) == (303, END)
    again = client.post(url, data=stale.fields(0) | {"etape": "enregistrer"})  # pressed twice
    assert (again.status_code, len(away(database))) == (303, 1)
    listed = parsed(client.get(answer.location)).text()
    assert "2 rendez-vous sont à replacer." in listed
    with database.reading() as session:
        assert session.get_one(Appointment, booked.id).status is AppointmentStatus.BOOKED


def test_an_absence_is_changed_and_removed_on_screen(client, database, clock, world, office) -> None:
    place, _motif, agent = office
    row = world.absence(agent, START, END)
    enter(client, world.agent("encadrant", place=place), place_id=place.id)
    assert "Absences de Camille" in parsed(client.get(f"{LIST}?agent={agent.id}")).h1
    url = f"{LIST}/{row.id}"
    page = parsed(client.get(url))
    assert page.fields(0)["last_day"] == ["2", "12", "2026"]
    data = page.fields(0) | {"last_day": days(date(2026, 12, 3)), "last_hour": "12 h"}
    shown = parsed(client.post(url, data=data | {"etape": "voir"})).fields(0)
    change(database, clock.now, row, START, END + timedelta(hours=1), agent)
    collided = client.post(url, data=shown | {"etape": "enregistrer"})
    assert collided.status_code == 409 or "Quelqu'un vient de changer" in parsed(collided).text()
    fields = parsed(collided).fields(0)
    assert fields["last_hour"] == "12 h"
    assert client.post(url, data=fields | {"etape": "enregistrer"}).status_code == 303
    assert away(database)[0].ends_at == at("2026-12-03", "12:00")
    old = page.fields(1)
    assert client.post(f"{url}/retour", data=old).status_code == 409
    assert client.post(f"{url}/retour", data={}).status_code == 303
    assert client.post(f"{url}/retour", data=parsed(client.get(url)).fields(1)).status_code == 303
    assert away(database) == []
    assert client.get(url).status_code == 404
    enter(client, world.agent("professionnel", place=place))
    other = world.absence(agent, START, END)
    assert client.get(f"{LIST}/{other.id}").status_code == 404
    assert client.get(f"{LIST}?agent={agent.id}").status_code == 404


# Places


def shut(database, now, place, day, by, shown=None):
    with database.transaction() as session:
        close_place(session, now, place_id=place.id, day=day, shown=shown, by=Actor.agent(by.id))


def test_what_a_return_gives_back_is_said_before_it_is_saved(client, world, office) -> None:
    place, motif, agent = office
    world.opening(agent, place, motif)  # every weekday from 9:00 to 12:00
    row = world.absence(agent, at("2026-11-30", "00:00"), at("2026-12-01", "10:30"))
    enter(client, agent, place_id=place.id)
    text = parsed(client.get(f"{LIST}/{row.id}")).text().replace("\u00a0", " ")
    assert "Parler de mon budget : 9 créneaux de plus" in text.split("Retirer l'absence")[1]


def test_a_place_is_closed_once_and_by_those_who_lead_it(database, clock, world, office) -> None:
    place, day = office[0], date(2026, 12, 1)
    lead = world.agent("encadrant", place=place)
    for other in (office[2], world.agent("encadrant", place=world.place())):
        assert refusal(shut, database, clock.now, place, day, other) is OpeningFault.NOT_YOURS
    assert refusal(shut, database, clock.now, place, date(2026, 11, 22), lead) is OpeningFault.PAST
    shut(database, clock.now, place, day, lead)
    shut(database, clock.now, place, day, lead)  # pressed twice
    assert refusal(shut, database, clock.now, place, None, lead, date(2026, 11, 30)) is OpeningFault.CHANGED
    shut(database, clock.now, place, None, world.agent("admin"), day)
    with database.reading() as session:
        found = session.get_one(Place, place.id)
        history = list(session.scalars(select(SettingChange).order_by(SettingChange.id)))
    assert (found.closed_on, found.edited) == (None, ["closed_on"])
    assert [one.after for one in history] == [{"closed_on": "2026-12-01"}, {"closed_on": None}]
    assert [line.verb for line in journal(database)] == ["place.closed", "place.reopened"]
    with pytest.raises(LookupError):
        shut(database, clock.now, Place(id=10_000), day, lead)


def test_closing_a_place_shows_whom_it_touches_and_leads_to_them(client, world, office) -> None:
    place, motif, agent = office
    world.appointment(agent, place, motif, at("2026-12-01", "09:00"))
    world.appointment(agent, place, motif, at("2026-11-30", "09:00"))
    lead = world.agent("encadrant", place=place)
    enter(client, lead, place_id=place.id)
    url = f"/agents/agenda/lieux/{place.id}/fermer"
    data = parsed(client.get(url)).fields(0)
    assert client.post(url, data=data | {"first_day": days(date(2026, 11, 1))}).status_code == 422
    page = parsed(client.post(url, data=data | {"first_day": days(date(2026, 12, 1)), "etape": "voir"}))
    assert "Une plage ne donnera plus de créneau." in page.text()
    answer = client.post(url, data=page.fields(0) | {"etape": "enregistrer"})
    assert answer.status_code == 303
    listed = parsed(client.get(answer.location)).text()
    assert "Le lieu est fermé" in listed
    assert listed.count("Replacer ") == 1
    assert "Fermé à partir du mardi 1er décembre 2026." in parsed(client.get(url)).text()
    collided = client.post(url, data=page.fields(0) | {"first_day": days(date(2026, 12, 2)), "shown": "2026-11-29"})
    again = client.post(url, data=parsed(collided).fields(0) | {"etape": "enregistrer", "shown": "2026-11-29"})
    assert again.status_code == 409
    fields = parsed(client.post(url, data=parsed(client.get(url)).fields(1))).fields(1)
    answer = client.post(url, data=fields | {"etape": "enregistrer"})
    assert "de nouveau ouvert" in parsed(client.get(answer.location)).text()
    enter(client, world.agent("encadrant", place=world.place()))
    assert client.get(url).status_code == 404
