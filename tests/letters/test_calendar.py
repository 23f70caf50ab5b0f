"""The calendar of the post on screen: the weeks, closed days entered with their effect shown, and taken away."""

import pytest
from sqlalchemy import select

from portal.notifications.models import Message
from portal.notifications.models_post import Closure, PostalClosure
from tests.checked_pages import Page
from tests.entering import enter
from tests.letters.messages import ADDRESS, post_message
from tests.world import at

PAGE = "/agents/courriers/calendrier"
STRIKE = {
    "first_day": ["24", "11", "2026"],
    "last_day": ["28", "11", "2026"],
    "what": Closure.POST.value,
    "reason": "grève annoncée",
}


@pytest.fixture
def room(client, world):
    """The print room's browser. It is Monday 23 November 2026, 9:02."""
    world.departement()
    enter(client, world.agent("courrier"))
    return client


@pytest.fixture
def closed(database):
    def rows():
        with database.transaction() as session:
            return session.scalars(select(PostalClosure).order_by(PostalClosure.day)).all()

    return rows


def ask(client, *, vu=None, **given):
    page = Page(client.get(PAGE).text)
    seen = {} if vu is None else {"vu": vu}
    return client.post(PAGE, data=page.fields() | STRIKE | given | seen)


def test_the_page_says_each_day_and_when_a_letter_asked_for_now_arrives(room):
    page = Page(room.get(PAGE).text)
    text, days = page.text(), [page.text(day) for day in page.all("li") if "post-day" in day.get("class", "")]

    assert "Une lettre demandée maintenant part le lundi 23 novembre 2026." in text
    assert "Elle arrive vers le jeudi 26 novembre 2026." in text
    assert "avant 16 h 30" in text
    assert len(days) == 56
    assert days[0] == "Lundi 23 novembre (aujourd'hui) Départ arrive le jeudi 26 novembre"
    assert [day for day in days if day.startswith("Vendredi 25 décembre")] == ["Vendredi 25 décembre Jour férié"]
    assert "Aucun jour n'est noté." in text


def test_what_closed_days_change_is_said_before_they_are_written(room, world, closed, database):
    person = world.person(address=ADDRESS)
    message = post_message(world, person)
    with database.transaction() as session:
        session.get_one(Message, message.id).expires_at = at("2026-12-01", "10:30")
    shown = ask(room)

    page = Page(shown.text)
    assert shown.status_code == 200
    assert closed() == []
    assert "Une lettre arrivera plus tard." in page.text()
    assert "Parmi elles, une arriverait trop tard : un agent appellera la personne." in page.text()
    kept = page.fields()
    assert kept["reason"] == "grève annoncée"
    assert kept["first_day"] == ["24", "11", "2026"]

    done = room.post(PAGE, data=kept)
    assert done.status_code == 303
    assert [row.day.day for row in closed()] == [24, 25, 26, 27, 28]
    after = Page(room.get(done.location).text).text()
    assert "C'est enregistré." in after
    assert "Mardi 24 novembre La Poste ne passe pas" in after
    assert "Elle arrive vers le mercredi 2 décembre 2026." in after


def test_a_bridge_under_a_strike_has_its_own_press_and_stays_when_the_strike_is_taken_away(room, closed):
    for what, reason in ((Closure.ROOM.value, "pont"), (Closure.POST.value, "grève annoncée")):
        room.post(PAGE, data=Page(ask(room, what=what, reason=reason, last_day=["", "", ""]).text).fields())
    page = Page(room.get(PAGE).text)
    presses = [page.fields(at) for at in range(2)]

    assert {press["quoi"] for press in presses} == {Closure.ROOM.value, Closure.POST.value}
    strike = next(press for press in presses if press["quoi"] == Closure.POST.value)
    shown = room.post(f"{PAGE}/retirer", data=strike).page
    assert "mardi 24 novembre 2026 : La Poste ne passe pas (grève)" in shown.text()
    done = room.post(f"{PAGE}/retirer", data=shown.fields(0))
    assert [(row.day.day, row.closure) for row in closed()] == [(24, Closure.ROOM)]
    after = Page(room.get(done.location).text).text()
    assert "C'est retiré. Un autre arrêt reste noté à ces dates." in after
    assert "Mardi 24 novembre Service fermé" in after
    assert room.post(f"{PAGE}/retirer", data=strike | {"quoi": "lune"}).location.endswith("fait=parti")
    bridge = room.post(f"{PAGE}/retirer", data=strike | {"quoi": Closure.ROOM.value}).page
    assert room.post(f"{PAGE}/retirer", data=bridge.fields(0)).location.endswith("fait=retire")
    assert closed() == []


def test_another_day_than_the_one_that_was_shown_is_shown_first(room, closed):
    vu = Page(ask(room).text).fields()["vu"]

    assert ask(room, vu=vu, last_day=["30", "11", "2026"]).status_code == 200
    assert closed() == []


def test_closed_days_are_one_line_and_are_taken_away_once_what_that_changes_was_shown(room, world, closed, database):
    message = post_message(world, world.person(address=ADDRESS))
    with database.transaction() as session:
        session.get_one(Message, message.id).expires_at = at("2026-12-21", "10:30")
    room.post(PAGE, data=Page(ask(room, last_day=["1", "12", "2026"]).text).fields())
    page = Page(room.get(PAGE).text)

    assert [page.text(title) for title in page.all("h3") if "Du " in page.text(title)] == [
        "Du mardi 24 novembre 2026 au mardi 1er décembre 2026"
    ]
    shown = room.post(f"{PAGE}/retirer", data=page.fields(0)).page
    assert "Rien n'est encore retiré. Du mardi 24 novembre 2026 au mardi 1er décembre 2026" in shown.text()
    assert "Une lettre arrivera plus tôt. Les appels déjà demandés restent à faire." in shown.text()
    assert len(closed()) == 7
    press = shown.fields(0)
    assert room.post(f"{PAGE}/retirer", data=press | {"vu": "2026-11-24"}).status_code == 200  # other days were shown
    first = room.post(f"{PAGE}/retirer", data=press)
    assert first.location.endswith("fait=retire")
    assert closed() == []
    assert room.post(f"{PAGE}/retirer", data=press).location.endswith("fait=parti")
    assert room.post(f"{PAGE}/retirer", data=press | {"du": "hier"}).status_code == 303


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"first_day": ["", "", ""]}, "Écrivez le premier jour. Exemple : 24 11 2026"),
        ({"first_day": ["31", "11", "2026"]}, "Cette date n'existe pas."),
        ({"last_day": ["23", "11", "2026"]}, "Le dernier jour est avant le premier."),
        ({"last_day": ["24", "12", "2027"]}, "Ce jour est trop loin."),
        ({"last_day": ["24", "01", "2027"]}, "Écrivez 31 jours au plus à la fois."),
        ({"first_day": ["24", "10", "2026"]}, "Ce jour est trop ancien."),
        ({"first_day": ["25", "12", "2026"], "last_day": ["", "", ""]}, "Ces jours-là, rien ne part déjà."),
        ({"what": "lune"}, "Choisissez ce qui s'arrête."),
        ({"reason": ""}, "Écrivez pourquoi. Exemple : grève annoncée"),
        ({"reason": "ah"}, "Écrivez pourquoi, en 3 caractères au moins."),
    ],
)
def test_wrong_input_is_explained_next_to_its_field_and_nothing_typed_is_lost(room, closed, given, words):
    answer = ask(room, **given)
    page = Page(answer.text)

    assert answer.status_code == 422
    assert page.title.startswith("Erreur :")
    assert any(words in page.text(fault) for fault in page.all("p", class_="fault"))
    for name, value in (STRIKE | given).items():
        assert page.fields().get(name) == (value if value != "lune" else None)
    assert closed() == []


def test_days_that_somebody_else_closes_meanwhile_are_not_written_twice(room, closed):
    kept = Page(ask(room).text).fields()
    room.post(PAGE, data=kept)
    again = room.post(PAGE, data=kept)

    assert again.status_code == 422
    assert len(closed()) == 5


def test_an_agent_of_one_place_sees_the_calendar_and_changes_nothing(client, world, closed):
    world.departement()
    enter(client, world.agent("courrier", place=world.place()))
    page = Page(client.get(PAGE).text)

    assert "L'équipe du courrier du Département le change." in page.text()
    assert not page.all("input", name="reason")
    assert client.post(PAGE, data=STRIKE).status_code == 403
    assert client.post(f"{PAGE}/retirer", data={"du": "2026-11-24", "au": "2026-11-24"}).status_code == 403
    assert closed() == []


def test_other_agents_do_not_see_it(client, world):
    world.departement()
    enter(client, world.agent("accueil"))

    assert client.get(PAGE).status_code == 403
