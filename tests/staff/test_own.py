"""An agent's own account: place of the day, password, telephone, codes, browsers."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.journal.models import JournalLine
from portal.people.models import Agent
from portal.web.sessions import WebSession
from tests.entering import enter
from tests.staff.agents import code_at, give_password, post, signer

OTHER = "quatre autres mots libres"


@pytest.fixture
def browser(app):
    """Another browser."""

    def browser():
        other = app.test_client()
        other.environ_base["wsgi.url_scheme"] = "https"
        return other

    return browser


def sign_in(client, clock):
    clock.forward(timedelta(minutes=1))
    give_password(client)
    return post(client, "/agents/connexion/code", code=code_at(clock.now))


def seat_of(database):
    with database.transaction() as session:
        row = session.scalars(select(WebSession).where(WebSession.ended_at.is_(None), WebSession.agent_id > 0)).one()
        return row.data["place_id"], row.idle_minutes


def test_the_one_place_of_an_agent_is_theirs_without_asking(client, world, sealer, clock, database):
    place = world.place(agents_idle_minutes=7)
    signer(world, sealer, place=place)
    assert sign_in(client, clock).headers["Location"] == "/agents"
    assert seat_of(database) == (place.id, 7)
    clock.forward(timedelta(minutes=8))
    assert client.get("/agents").status_code == 303


def test_an_agent_of_several_places_says_where_they_sit_and_goes_on(client, world, sealer, clock, database):
    one, two = world.place(), world.place(agents_idle_minutes=40)
    world.assignment(signer(world, sealer, place=one).agent, "courrier", two)
    give_password(client, suite="?suite=/agents/compte")
    answer = post(client, "/agents/connexion/code", code=code_at(clock.now))
    assert answer.headers["Location"] == "/agents/lieu"
    assert "Choisissez un lieu." in post(client, "/agents/lieu").page.text()
    assert post(client, "/agents/lieu", place=str(two.id)).headers["Location"] == "/agents/compte"
    assert seat_of(database) == (two.id, 40)
    assert two.name in client.get("/agents/compte").page.text()
    clock.forward(timedelta(minutes=39))
    assert client.get("/agents").status_code == 200
    assert post(client, "/agents/lieu", place="ailleurs").headers["Location"] == "/agents"
    assert seat_of(database) == (None, 20)


def test_a_place_that_is_not_theirs_is_refused(client, world, sealer, clock):
    world.assignment(signer(world, sealer, place=world.place()).agent, "courrier", world.place())
    sign_in(client, clock)
    assert "Choisissez un lieu." in post(client, "/agents/lieu", place=str(world.place().id)).page.text()


def test_who_works_everywhere_is_not_asked_and_may_choose_in_a_list(client, world, nour, clock, database):
    places = [world.place() for _ in range(13)]
    world.place(closed_on=clock.now.date())
    sign_in(client, clock)
    assert seat_of(database) == (None, 20)
    page = client.get("/agents/lieu").page
    assert len(page.all("option")) == 15  # "choose", 13 places, elsewhere
    assert client.post("/agents/lieu", data=page.fields() | {"place": str(places[3].id)}).status_code == 303
    assert seat_of(database)[0] == places[3].id
    assert nour.agent.id


def test_the_journal_notes_the_place(client, world, sealer, clock, database):
    place = world.place()
    signer(world, sealer, place=place)
    sign_in(client, clock)
    post(client, "/agents/confirmer", code=code_at(clock.now + timedelta(seconds=30)))
    with database.transaction() as session:
        line = session.scalars(select(JournalLine).where(JournalLine.verb == "sign_in.agent_confirmed")).one()
    assert line.place_id == place.id


def test_a_new_password_signs_the_other_browsers_out(client, browser, nour, clock, database):
    other = browser()
    enter(other, nour.agent)
    sign_in(client, clock)
    assert "trop court" in post(client, "/agents/compte/mot-de-passe", password="court", again="court").page.text()
    page = client.follow(post(client, "/agents/compte/mot-de-passe", password=OTHER, again=OTHER)).page
    assert "Votre mot de passe est changé." in page.text()
    assert other.get("/agents").status_code == 303
    assert client.get("/agents").status_code == 200
    assert give_password(browser()).status_code == 200
    assert give_password(browser(), password=OTHER).status_code == 303
    with database.transaction() as session:
        verbs = session.scalars(select(JournalLine.verb)).all()
    assert verbs.count("agent.password_changed") == 1


def test_another_telephone_replaces_the_first_once_its_code_is_right(client, browser, nour, clock):
    sign_in(client, clock)
    page = client.get("/agents/compte/telephone").page
    secret = page.text(page.all("p", class_="key")[0]).replace(" ", "")
    wrong = client.post("/agents/compte/telephone", data=page.fields() | {"code": "000000"}).page
    assert "n'est pas le bon" in wrong.text()
    assert secret in wrong.text().replace(" ", "")  # the same key as before: the application knows it already
    answer = client.post("/agents/compte/telephone", data=wrong.fields() | {"code": code_at(clock.now, secret)})
    page = client.follow(answer).page
    assert page.h1 == "Gardez vos codes de secours"
    client.post("/agents/compte/codes", data=page.fields())
    clock.forward(timedelta(minutes=1))
    other = browser()
    give_password(other)
    assert post(other, "/agents/connexion/code", code=code_at(clock.now)).status_code == 200
    assert post(other, "/agents/connexion/secours", code=nour.codes[0]).status_code == 200
    assert post(other, "/agents/connexion/code", code=code_at(clock.now, secret)).status_code == 303


def test_new_recovery_codes_void_the_former_and_are_shown_until_they_are_kept(client, browser, nour, clock):
    sign_in(client, clock)
    page = client.get("/agents/compte").page
    assert "Il vous reste 10 codes de secours." in page.text()
    form = next(n for n, one in enumerate(page.all("form")) if one.get("action", "").endswith("nouveaux"))
    page = client.follow(client.post("/agents/compte/codes/nouveaux", data=page.fields(form))).page
    codes = [page.text(one) for one in page.all("ol", class_="recovery-codes")[0]]
    assert client.get("/agents/compte/codes").page.text() == page.text()
    client.post("/agents/compte/codes", data=page.fields())
    other = browser()
    give_password(other)
    assert post(other, "/agents/connexion/secours", code=nour.codes[0]).status_code == 200
    assert post(other, "/agents/connexion/secours", code=codes[0]).status_code == 303
    assert "9 codes" in client.get("/agents/compte").page.text()


def test_codes_not_yet_kept_are_shown_no_more_after_half_an_hour_and_sealed_until_then(client, nour, clock, database):
    enter(client, nour.agent)
    page = client.get("/agents/compte").page
    form = next(n for n, one in enumerate(page.all("form")) if one.get("action", "").endswith("nouveaux"))
    shown = client.follow(client.post("/agents/compte/codes/nouveaux", data=page.fields(form))).page
    code = shown.text(shown.all("ol", class_="recovery-codes")[0][0]).replace("-", "")
    with database.transaction() as session:
        assert code not in str(session.scalars(select(WebSession.data)).all())
    for _ in range(2):
        clock.forward(timedelta(minutes=15))
        client.get("/agents")
    assert client.get("/agents/compte/codes").status_code == 303


def test_one_browser_or_all_the_others_are_signed_out(client, browser, nour, world, sealer):
    stranger = signer(world, sealer, email="autre@exemple.fr").agent
    mine = [browser() for _ in range(3)]
    theirs = browser()
    for one in (client, *mine):
        enter(one, nour.agent)
    enter(theirs, stranger)
    page = client.get("/agents/compte").page
    forms = [n for n, one in enumerate(page.all("form")) if one.get("action", "").endswith("connexions")]
    assert len(forms) == 4
    client.post("/agents/compte/connexions", data=page.fields(forms[0]))
    assert sorted(one.get("/agents").status_code for one in mine) == [200, 200, 303]
    page = client.get("/agents/compte").page
    answer = client.post("/agents/compte/connexions", data=page.fields(forms[-2]))
    assert "Ces connexions sont finies." in client.follow(answer).page.text()
    assert [one.get("/agents").status_code for one in mine] == [303] * 3
    assert theirs.get("/agents").status_code == 200


def test_the_mark_of_another_agents_browser_ends_nothing(client, browser, nour, world, sealer, database):
    stranger, theirs = signer(world, sealer, email="autre@exemple.fr").agent, browser()
    enter(theirs, stranger)
    enter(client, nour.agent)
    with database.transaction() as session:
        mark = session.scalars(select(WebSession.key_hash).where(WebSession.agent_id == stranger.id)).one()[:16]
    page = client.get("/agents/compte").page
    client.post("/agents/compte/connexions", data=page.fields() | {"connexion": mark})
    client.post("/agents/compte/connexions", data=page.fields() | {"connexion": "%%%%%%%%%%%%%%%%"})
    assert theirs.get("/agents").status_code == 200
    assert client.get("/agents").status_code == 200


def test_the_account_says_roles_and_places(client, world, sealer):
    place = world.place()
    agent = signer(world, sealer, "accueil", place=place).agent
    world.assignment(agent, "encadrant")
    enter(client, agent)
    words = client.get("/agents/compte").page.text()
    assert f"Agent d'accueil, {place.name}" in words.replace(" ,", ",")
    assert "Encadrant" in words


@pytest.mark.parametrize("path", ["mot-de-passe", "telephone"])
def test_what_proves_who_one_is_changes_only_after_a_recent_proof(client, nour, path):
    enter(client, nour.agent, is_fresh=False)
    assert client.get(f"/agents/compte/{path}").headers["Location"].startswith("/agents/confirmer")


def test_a_forged_form_does_nothing(client, nour, database):
    enter(client, nour.agent)
    for path in ("compte/codes/nouveaux", "compte/connexions", "deconnexion"):
        client.post(f"/agents/{path}")
    assert client.get("/agents").status_code == 200
    with database.transaction() as session:
        assert session.get_one(Agent, nour.agent.id).password_hash


def test_a_browser_is_told_by_its_name(client, nour):
    client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    enter(client, nour.agent)
    post(client, "/agents/lieu", place="ailleurs")
    assert "Firefox, Linux (celui-ci)" in client.get("/agents/compte").page.text()


def test_the_keys_that_act_alone_are_switched_off_and_on_by_each_agent(world, client) -> None:
    agent = world.agent("accueil")
    enter(client, agent)
    assert client.get("/agents").page.all("kbd")
    for answer, are_shown in (("non", False), ("oui", True)):
        page = client.get("/agents/compte").page
        (number,) = [
            at for at, form in enumerate(page.all("form")) if form.get("action") == "/agents/compte/raccourcis"
        ]
        done = client.follow(
            client.post("/agents/compte/raccourcis", data=page.fields(number) | {"raccourcis": answer})
        )
        assert "Vos raccourcis clavier sont à jour." in done.page.text()
        assert bool(client.get("/agents").page.all("kbd")) is are_shown
    client.post("/agents/compte/raccourcis", data={"raccourcis": "non"})  # without the page's token
    assert client.get("/agents").page.all("kbd")
