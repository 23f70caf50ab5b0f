"""Openings on screen: what a change does is shown before it is saved."""

from datetime import date, time

from portal.agenda.rules_openings import (
    change_once,
)
from portal.booking.models import Recurrence
from tests.agenda.opening_rows import TODAY, all_of, write
from tests.checked_pages import Page
from tests.entering import enter
from tests.world import at

LIST = "/agents/agenda/plages"


def parsed(answer) -> Page:
    return Page(answer.text)


def saved(client, url, data):
    """The two presses: what will change, then save. Gives the page of the effect and the last answer."""
    shown = client.post(url, data=data | {"etape": "voir"})
    assert shown.status_code == 200, parsed(shown).text()
    return parsed(shown), client.post(url, data=parsed(shown).fields(0) | {"etape": "enregistrer"})


def days(day: date) -> list[str]:
    return [str(day.day), str(day.month), str(day.year)]


def test_an_agent_makes_changes_and_ends_an_opening(client, database, world, office) -> None:
    place, motif, agent = office
    enter(client, agent, place_id=place.id)
    assert "Aucune plage." in parsed(client.get(LIST)).text()
    url = f"{LIST}/nouvelle"
    page = parsed(client.get(url))
    empty = client.post(url, data=page.fields(0))
    assert empty.status_code == 422
    data = page.fields(0) | {
        "weekdays": ["1", "3"],
        "starts": "9h",
        "ends": "12 h",
        "first_day": days(date(2026, 12, 1)),
        "place": str(place.id),
        "motifs": [str(motif.id)],
    }
    for wrong, words in (
        ({"ends": "8 h"}, "La fin est avant le début."),
        ({"weekdays": []}, "Cochez au moins un jour."),
        ({"recurrence": "monthly"}, "Choisissez quel jour du mois."),
        ({"interval": "0"}, "Écrivez un nombre entier de 1 à 52."),
        ({"first_day": days(date(2026, 11, 1))}, "Ce jour est passé."),
        ({"last_day": days(date(2026, 11, 30))}, "La fin est avant le début."),
        ({"first_day": days(date(2046, 11, 1))}, "Ce jour est trop loin."),
        ({"starts": "neuf"}, "Écrivez une heure."),
        ({"starts": "9 h 75"}, "Écrivez une heure."),
    ):
        answer = client.post(url, data=data | wrong)
        assert answer.status_code == 422
        assert words in parsed(answer).text()
    effect_page, answer = saved(client, url, data)
    assert "Parler de mon budget : 84 créneaux de plus" in effect_page.text()
    assert answer.status_code == 303
    again = client.post(url, data=effect_page.fields(0) | {"etape": "enregistrer"})  # pressed twice
    assert again.status_code == 303
    assert len(all_of(database, agent)) == 1
    listed = parsed(client.get(answer.location)).text()
    assert "Chaque mardi et jeudi, de 9 h à 12 h" in listed
    number = all_of(database, agent)[0].id
    world.appointment(agent, place, motif, at("2026-12-15", "11:30"), world.person(given_names="Nour"))
    data = {"starts": "9 h", "ends": "11 h", "first_day": days(date(2026, 12, 14))}
    url = f"{LIST}/{number}/tout"
    effect_page, answer = saved(client, url, parsed(client.get(url)).fields(0) | data)
    assert "Un rendez-vous pris est touché." in effect_page.text().replace("rendez-vous  ", "rendez-vous ")
    assert "Nour" in effect_page.text()
    assert answer.status_code == 303
    new = max(all_of(database, agent), key=lambda one: one.id)
    url = f"{LIST}/{new.id}/une"
    data = {"starts": "14 h", "ends": "16 h", "first_day": days(date(2026, 12, 16))}
    not_there = client.post(url, data=parsed(client.get(url)).fields(0) | data)
    assert (not_there.status_code, "n'a pas lieu ce jour-là" in parsed(not_there).text()) == (422, True)
    data["first_day"] = days(date(2026, 12, 17))
    _page, answer = saved(client, url, parsed(client.get(url)).fields(0) | data)
    url = f"{LIST}/{new.id}/annule"
    _page, answer = saved(client, url, parsed(client.get(url)).fields(0) | {"first_day": days(date(2026, 12, 22))})
    url = f"{LIST}/{new.id}/fin"
    _page, answer = saved(client, url, parsed(client.get(url)).fields(0) | {"first_day": days(date(2027, 2, 1))})
    listed = parsed(client.get(answer.location)).text()
    assert "Le jeudi 17 décembre 2026, de 14 h à 16 h" in listed
    assert "Sauf le jeudi 17 décembre 2026, mardi 22 décembre 2026" in listed
    assert "Du lundi 14 décembre 2026 au dimanche 31 janvier 2027" in listed


def test_a_week_is_copied_on_screen(client, database, world, office) -> None:
    place, motif, agent = office
    world.opening(
        agent,
        place,
        motif,
        recurrence=Recurrence.ONCE,
        weekdays=[],
        first_day=date(2026, 11, 26),
        last_day=date(2026, 11, 26),
    )
    enter(client, agent, place_id=place.id)
    url = f"{LIST}/copier"
    fields = parsed(client.get(url)).fields(0)
    data = fields | {"source": days(TODAY), "first_day": days(date(2026, 12, 2))}
    assert client.post(url, data=data | {"first_day": days(TODAY)}).status_code == 422
    nothing = client.post(url, data=data | {"source": days(date(2026, 12, 14))})
    assert "Il n'y a rien à copier" in parsed(nothing).text()
    page, answer = saved(client, url, data)
    assert "Le jeudi 3 décembre 2026, de 9 h à 12 h" in page.text()
    assert answer.status_code == 303
    assert [one.first_day for one in all_of(database, agent)] == [date(2026, 11, 26), date(2026, 12, 3)]


def test_two_at_once_the_second_sees_the_first_and_keeps_what_they_typed(
    client, database, clock, world, office
) -> None:
    place, motif, agent = office
    world.opening(agent, place, motif)
    (old,) = all_of(database, agent)
    lead = world.agent("encadrant", place=place)
    enter(client, lead, place_id=place.id)
    url = f"{LIST}/{old.id}/tout"
    data = parsed(client.get(url)).fields(0) | {"first_day": days(date(2026, 12, 7)), "starts": "8 h"}
    shown = parsed(client.post(url, data=data | {"etape": "voir"})).fields(0)
    write(database, clock.now, agent, change_once(old, date(2026, 12, 14), None))
    answer = client.post(url, data=shown | {"etape": "enregistrer"})
    page = parsed(answer)
    assert answer.status_code in {200, 409}
    assert "Quelqu'un vient de changer cette plage." in page.text()
    assert page.fields(0)["starts"] == "8 h"
    assert client.post(url, data=page.fields(0) | {"etape": "enregistrer"}).status_code == 303
    assert {one.starts for one in all_of(database, agent)} == {time(9), time(8)}


def test_an_encadrant_sees_those_of_their_places_and_nobody_else(client, world, office) -> None:
    place, motif, agent = office
    world.opening(agent, place, motif)
    elsewhere = world.agent("professionnel", place=world.place())
    lead = world.agent("encadrant", place=place)
    enter(client, lead, place_id=place.id)
    page = parsed(client.get(LIST))
    assert agent.family_name in page.text()
    assert elsewhere.family_name not in page.text()
    assert "Plages de Camille" in parsed(client.get(f"{LIST}?agent={agent.id}")).h1
    assert client.get(f"{LIST}?agent={elsewhere.id}").status_code == 404
    assert client.get(f"{LIST}/nouvelle?agent={elsewhere.id}").status_code == 404
    enter(client, world.agent("admin"))
    assert elsewhere.family_name not in parsed(client.get(f"{LIST}?agent={agent.id}")).h1
    assert client.get(f"{LIST}?agent={elsewhere.id}").status_code == 200
    enter(client, world.agent("accueil", place=place))
    assert client.get(LIST).status_code == 403


def test_an_agent_without_any_motif_reads_who_gives_them(client, world, office) -> None:
    alone = world.agent("professionnel", place=office[0])
    enter(client, alone, place_id=office[0].id)
    assert "Cet agent n'a aucun motif." in parsed(client.get(f"{LIST}/nouvelle")).text()
    enter(client, office[2], place_id=office[0].id)
    assert "Cet agent n'a aucun motif." not in parsed(client.get(f"{LIST}/nouvelle")).text()


def test_a_clash_is_said_before_it_is_saved(client, world, office) -> None:
    place, motif, agent = office
    there = world.place(name="PMI d'Essai")
    world.assignment(agent, "professionnel", there, families=["social"])
    world.opening(agent, there, motif)
    enter(client, agent, place_id=place.id)
    data = parsed(client.get(f"{LIST}/nouvelle")).fields(0) | {
        "recurrence": "monthly",
        "nth": "dernier",
        "weekdays": ["1"],
        "starts": "11 h",
        "ends": "14 h",
        "first_day": days(TODAY),
        "place": str(place.id),
        "motifs": [str(motif.id)],
    }
    page, answer = saved(client, f"{LIST}/nouvelle", data)
    assert "l'agent est attendu à PMI d'Essai" in page.text()
    assert "Le dernier mardi du mois, de 11 h à 14 h" in parsed(client.get(answer.location)).text()
