"""The questions, one a page: by theme, in one's own words, back without loss, stopped by what is urgent."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select

from portal.eligibility.models import Counted, RightsCount, RuleBook, SavedAnswers
from portal.people.models import Level
from portal.web.sessions import WebSession
from tests.entering import enter_person

pytestmark = pytest.mark.usefixtures("offered")


@pytest.fixture
def begin(client):
    """Begins a theme, and gives the first question."""

    def start(**chosen):
        token = client.get("/mes-droits").page.fields()["csrf_token"]
        return client.follow(client.post("/mes-droits/commencer", data={"csrf_token": token, **chosen}))

    return start


@pytest.fixture
def answer(client):
    """Answers the question of a page, and gives where that leads."""

    def send(shown, **typed):
        return client.post(shown.request.path, data=shown.page.fields(0) | typed)

    return send


@pytest.fixture
def say(client):
    """Says something in one's own words."""

    def send(words):
        token = client.get("/mes-droits").page.fields(0)["csrf_token"]
        return client.post("/mes-droits/mots", data={"csrf_token": token, "said": words})

    return send


def to_the_end(client, shown, answer, **first):
    """Every question left without an answer, but those of `first`, by the beginning of their words."""
    seen = []
    while shown.request.path != "/mes-droits/resultat":
        seen.append(shown.page.h1)
        typed = next((typed for words, typed in first.items() if words in shown.page.h1), {"silence": "?"})
        shown = client.follow(answer(shown, **typed))
        assert len(seen) < 20, seen
    return shown, seen


@pytest.mark.parametrize("theme", ["famille", "logement", "sante", "budget", "mobilite", "emploi"])
def test_each_theme_leads_to_a_human_contact_whatever_is_left_unsaid(client, begin, answer, theme):
    shown, seen = to_the_end(client, begin(theme=theme), answer)
    assert 1 < len(seen) <= 13
    assert shown.page.h1 == "Ma réponse"
    assert "C'est une première réponse. Ce n'est pas une décision." in shown.page.text()
    assert "Vous pouvez peut-être demander…" in shown.page.text(), "something is open to everybody"
    assert "vous avez droit" not in shown.page.text().lower()


def test_nothing_is_stored_before_the_person_asks(client, begin, answer, session):
    to_the_end(client, begin(theme="sante"), answer, handicap={"choice": "yes"})
    kept = session.scalars(select(WebSession).order_by(WebSession.key_hash)).all()
    assert "disability" not in repr([one.data for one in kept])
    assert session.scalar(select(func.count()).select_from(SavedAnswers)) == 0
    assert "disability" not in client.get_cookie("porte-droits").decoded_value


def test_a_question_says_why_offers_silence_and_goes_back_without_loss(client, begin, answer):
    first = begin(theme="budget")
    second = client.follow(answer(first, choice="yes"))
    assert second.request.path == "/mes-droits/question/2"
    assert "Pourquoi cette question ?" in second.page.text()
    assert {"Je ne sais pas", "Je préfère ne pas répondre"} <= {
        second.page.text(one) for one in second.page.all("button")
    }
    back = client.get(second.page.links()["Retour"])
    assert back.page.fields(0)["choice"] == "yes"
    assert client.follow(answer(back)).request.path == "/mes-droits/question/2"


def test_no_answer_is_said_beside_the_field_and_nothing_is_lost(begin, answer):
    refused = answer(begin(theme="budget"))
    assert refused.status_code == 422
    assert "Choisissez une réponse, ou pressez « Je ne sais pas »." in refused.page.text()


def test_an_age_is_a_birth_date_or_years(client, begin, answer):
    shown = begin(theme="logement")
    while "naissance" not in shown.page.h1:
        shown = client.follow(answer(shown, silence="-"))
    assert "Écrivez votre date de naissance, ou votre âge." in answer(shown).page.text()
    refused = answer(shown, birth=["31", "2", "1980"], years="1")
    assert "Cette date n'existe pas." in refused.page.text()
    assert [one.get("value") for one in refused.page.all("input", name="birth")] == ["31", "2", "1980"]
    assert "Écrivez un nombre entier de 0 à 120." in answer(shown, years="cent").page.text()
    onward = client.follow(answer(shown, years="46"))
    assert client.get(onward.page.links()["Retour"]).page.fields(0)["years"] == "46"


def test_a_commune_is_asked_until_it_is_sure(client, begin, answer, world):
    world.commune("62041", "Arras")
    world.commune("62042", "Arras-les-Bains", search_key="arras les bains")
    shown = begin(theme="mobilite")
    while "commune" not in shown.page.h1:
        typed = {"choice": "searching"} if "faites-vous" in shown.page.h1 else {"silence": "?"}
        shown = client.follow(answer(shown, **typed))
    assert "Choisissez votre commune" in answer(shown, commune="").page.text()
    assert "Nous ne connaissons pas cette commune" in answer(shown, commune="Xyz").page.text()
    several = answer(shown, commune="arr")
    assert several.page.choices("insee") == ["62041", "62042"]
    onward = client.follow(answer(several, commune="arr", insee="62041"))
    assert client.get(onward.page.links()["Retour"]).page.fields(0)["commune"] == "Arras"


def test_words_lead_to_questions_already_answered(client, say, answer):
    shown = client.follow(say("Je ne peux plus payer l'électricité"))
    assert shown.request.path == "/mes-droits/question/1"
    result, seen = to_the_end(client, shown, answer)
    assert not [words for words in seen if "facture" in words]
    assert "Vous avez une facture d'eau, d'énergie ou de téléphone à payer." in result.page.text()


def test_words_that_may_mean_several_things_give_a_choice_and_unknown_ones_the_themes(say):
    several = say("mon père est malade et je cherche un logement")
    assert several.page.h1 == "Est-ce votre situation ?"
    unknown = say("zzz")
    assert unknown.page.h1 == "Par quoi voulez-vous commencer ?"
    assert len(unknown.page.all("button", name="theme")) == 6
    assert "Écrivez quelques mots." in say("").page.text()


@pytest.mark.parametrize(
    ("words", "title", "number"),
    [
        ("mon mari me frappe", "Vous pouvez être en sécurité dès aujourd'hui", "3919"),
        ("j'ai envie de mourir", "Parlez à quelqu'un maintenant", "3114"),
        ("je ne sais pas où dormir", "Un endroit où dormir ce soir", "115"),
    ],
)
def test_urgent_words_lead_at_once_to_who_helps_now(client, world, say, words, title, number):
    world.helpline(number)
    shown = client.follow(say(words))
    assert (shown.request.path, shown.page.h1) == ("/mes-droits/urgence", title)
    assert number in shown.page.text()
    assert "Venir aujourd'hui, sans rendez-vous" in shown.page.text()


def test_an_urgent_answer_stops_the_questions_which_can_go_on(client, begin, answer):
    stopped = client.follow(answer(begin(theme="budget"), choice="no"))
    assert stopped.page.h1 == "Vous pouvez être aidé aujourd'hui pour manger"
    onward = client.get(stopped.page.links()["Continuer les questions"])
    assert onward.request.path == "/mes-droits/question/2"


def test_a_page_about_violence_can_be_left_at_once(client, begin, answer):
    stopped = client.follow(answer(begin(theme="famille"), choice="me"))
    assert "Quitter vite" in stopped.page.text()
    assert "violence" not in stopped.request.url


@pytest.mark.parametrize("path", ["question/1", "question/200", "urgence", "resultat"])
def test_an_address_without_answers_leads_to_the_door(client, path):
    assert client.get(f"/mes-droits/{path}").headers["Location"].endswith("/mes-droits")


def test_a_forged_start_leads_to_the_door(client):
    token = client.get("/mes-droits").page.fields()["csrf_token"]
    for sent in ({"theme": "zzz"}, {"entree": "zzz"}, {}):
        assert (
            client.post("/mes-droits/commencer", data={"csrf_token": token} | sent).headers["Location"] == "/mes-droits"
        )


def test_answers_are_forgotten_on_demand_when_idle_and_for_somebody_else(client, begin, clock, world):
    def is_under_way():
        return "Vous avez commencé" in client.get("/mes-droits").page.text()

    begin(theme="budget")
    assert is_under_way()
    client.post("/mes-droits/effacer", data=client.get("/mes-droits").page.fields(0))
    assert not is_under_way()
    begin(theme="budget")
    clock.forward(timedelta(minutes=31))
    assert not is_under_way()
    person, other = world.person(), world.person()
    enter_person(client, person)
    begin(theme="budget")
    assert is_under_way()
    enter_person(client, other)
    assert not is_under_way()


def test_what_a_visitor_answered_is_theirs_when_they_sign_in(client, begin, answer, world):
    client.follow(answer(begin(theme="budget"), choice="yes"))
    enter_person(client, world.person())
    assert "Vous avez commencé" in client.get("/mes-droits").page.text()


def test_what_the_file_knows_is_not_asked_again(client, begin, answer, world):
    world.commune("62041", "Arras")
    person = world.person(birth_date=date(1990, 5, 4), address=["", "", "1 RUE DE L ESSAI", "", "62000 ARRAS"])
    enter_person(client, person, level=Level.KNOWN)
    result, seen = to_the_end(client, begin(theme="logement"), answer)
    assert not [words for words in seen if "naissance" in words or "commune" in words]
    assert "Vous avez 36 ans." in result.page.text()
    assert "Vous vivez à Arras." in result.page.text()


def test_a_result_is_counted_once_without_anybody_and_nothing_private(client, begin, answer, database):
    shown, _seen = to_the_end(client, begin(theme="sante"), answer, handicap={"choice": "yes"})
    client.get(shown.request.path)
    with database.transaction() as session:
        rows = session.scalars(select(RightsCount).order_by(RightsCount.kind, RightsCount.key)).all()
    assert {row.count for row in rows} == {1}
    assert [row.key for row in rows if row.kind is Counted.THEME] == ["sante"]
    left = {row.key for row in rows if row.kind is Counted.SILENCE}
    assert left
    assert left.isdisjoint({"disability", "dark_thoughts", "daily_help"})
    assert "aah" not in {row.key for row in rows if row.kind is Counted.RIGHT}


def test_the_result_can_be_asked_by_post_by_whoever_answered_and_by_nobody_else(client, begin, answer):
    assert client.get("/par-courrier?page=mes-droits/resultat").status_code == 404
    to_the_end(client, begin(theme="budget"), answer)
    assert "Ma réponse" in client.get("/par-courrier?page=mes-droits/resultat").page.text()


def test_without_rules_the_door_leads_to_people(client, database):
    with database.transaction() as session:
        session.execute(delete(RuleBook))
    assert "Une personne regarde vos droits avec vous." in client.get("/mes-droits").page.text()
    assert client.get("/mes-droits/resultat").status_code == 404
