"""Staying and leaving."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.web.sessions import WebSession
from tests.identity.signing import MOBILE, enter, verbs, who_is_in

NEUTRAL = "https://fr.wikipedia.org/"


@pytest.fixture
def signed_in(client, world, settings):
    """A browser in which somebody is signed in."""
    world.departement()
    world.person(mobile=MOBILE)
    enter(client, world, settings)
    return client


def test_leaving_ends_the_session_in_the_database_clears_and_says_goodbye(signed_in, world, database):
    key = signed_in.get_cookie("porte").value
    response = signed_in.post("/quitter")
    assert response.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert "Au revoir" in signed_in.follow(response).page.text()
    with database.transaction() as session:
        assert all(row.ended_at for row in session.scalars(select(WebSession)) if row.person_id)
    signed_in.set_cookie("porte", key)
    assert who_is_in(signed_in, database) is None
    assert verbs(world)[-1] == "sign_out"


def test_leaving_works_for_whoever_is_not_signed_in(client, world):
    world.departement()
    assert client.post("/quitter").status_code == 303
    assert client.post("/quitter-vite").status_code == 200
    assert verbs(world) == []


def test_leaving_in_haste_ends_all_and_leads_at_once_to_a_neutral_site(signed_in, database):
    response = signed_in.post("/quitter-vite")
    assert response.headers["Refresh"].startswith(f"0; url={NEUTRAL}")
    assert response.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert response.headers["Cache-Control"] == "no-store"
    assert "porte" not in response.get_data(as_text=True).lower()
    assert who_is_in(signed_in, database) is None


@pytest.mark.parametrize("path", ["/rendez-vous/urgent", "/rendez-vous/{motif}", "/rendez-vous/{motif}/{place}"])
def test_the_way_out_stands_on_pages_about_violence_and_leaves_no_trace(client, world, path):
    place, motif, _agent = world.office(discreet=True)
    page = client.get(path.format(motif=motif.key, place=place.key)).page
    ways = [form for form in page.all("form") if form.get("action") == "/quitter-vite"]
    assert len(ways) == 1
    assert client.get_cookie("porte") is None


def test_the_way_out_stands_on_no_other_page(client, world):
    _place, motif, _agent = world.office()
    for path in ("/", "/rendez-vous", f"/rendez-vous/{motif.key}"):
        assert "quitter-vite" not in client.get(path).page.html


def test_a_press_of_the_button_extends_the_session_without_a_script(signed_in, clock):
    clock.forward(timedelta(minutes=29))
    page = signed_in.get("/session").page
    assert "30 minutes" in page.text()
    response = signed_in.post("/session", data=page.fields(0))
    assert "Vous restez connecté" in signed_in.follow(response).page.text()
    clock.forward(timedelta(minutes=29))
    assert signed_in.get("/session").status_code == 200


def test_a_script_extends_the_session_to_the_second(signed_in, clock):
    clock.forward(timedelta(seconds=50))
    assert signed_in.post("/session", headers={"Accept": "application/json"}).status_code == 204
    clock.forward(timedelta(minutes=29, seconds=55))
    assert signed_in.post("/session", headers={"Accept": "application/json"}).status_code == 204


def test_nothing_extends_a_session_that_is_over(signed_in, clock):
    clock.forward(timedelta(minutes=30))
    assert signed_in.post("/session", headers={"Accept": "application/json"}).status_code == 401
    assert signed_in.get("/session").headers["Location"] == "/connexion"
    assert signed_in.post("/session").headers["Location"] == "/connexion"


def test_nothing_extends_a_session_beyond_12_hours(signed_in, clock):
    for _half_hour in range(24):
        clock.forward(timedelta(minutes=29))
        assert signed_in.post("/session", headers={"Accept": "application/json"}).status_code == 204
    clock.forward(timedelta(minutes=29))
    assert signed_in.post("/session", headers={"Accept": "application/json"}).status_code == 401


def test_pages_say_to_the_script_how_long_the_session_idles_and_only_when_there_is_one(signed_in, app):
    assert 'data-idle-minutes="30"' in signed_in.get("/aide").page.html
    assert 'role="alertdialog"' in signed_in.get("/aide").page.html
    stranger = app.test_client()
    assert "idle" not in stranger.get("/aide").page.html
