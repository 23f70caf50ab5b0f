"""What to do next, beside booking: on paper, by phone when it is urgent, in one's own words; and what a letter says."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import delete, func, select, update

from portal.directory.models_subjects import Partner
from portal.eligibility.models import Counted, RightsCount, SavedAnswers
from portal.eligibility.rules_rights import known, next_question
from portal.eligibility.services import count_once
from portal.eligibility.views_answers import COOKIE
from portal.notifications.dispatch import send_due
from portal.notifications.models import Message
from portal.people.models import Level, Referent
from portal.web.sessions import WebSession
from tests.eligibility.answering import answered
from tests.entering import enter_person
from tests.together import at_once
from tests.world import at

pytestmark = pytest.mark.usefixtures("offered")

MOTIF, RESULT, OWN = "permanence-sociale", "/mes-droits/resultat", "/mes-droits/resultat/projets"
HOME = {"name": "Camille Essai", "street": "1 rue X", "postcode": "62000", "town": "Arras", "language": "fr"}


@pytest.fixture(autouse=True)
def departement(world):
    return world.departement(is_demo=False)


@pytest.fixture
def posted(client, database):
    """Asks for a page of the closed list by post; the message it makes."""

    def ask(key, **typed):
        form = client.get("/par-courrier", query_string={"page": key}).page
        warned = "Toute personne qui ouvre la lettre peut lire vos réponses." in form.text()
        assert warned is (key == "mes-droits/resultat")
        assert form.choices("part") == [], "all of it in one letter"
        assert client.post("/par-courrier", data=form.fields() | HOME | typed).status_code == 303
        with database.transaction() as session:
            return session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()

    return ask


@pytest.fixture
def write(client):
    """Writes one's wishes and projects."""

    def send(**typed):
        return client.post(OWN, data=client.get(OWN).page.fields() | typed)

    return send


def printed(pdf):
    return " ".join("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def plainly(words):
    return words.replace("\\xa0", " ").replace("\u00a0", " ").replace("’", "'")


def test_an_appointment_is_asked_on_paper_its_subject_printed(client, world, posted) -> None:
    world.motif(key=MOTIF, title="Parler avec un travailleur social")
    answered(client, {"choice": "yes"})
    links = client.get(RESULT).page.links()
    words = " , Demande de rendez-vous, Parler avec un travailleur social"
    form = links[f"imprimer (PDF, 1 page){words}"]
    assert links[f"recevoir par courrier{words}"] == "/par-courrier?page=papier/rendez-vous/permanence-sociale.pdf"
    answer = client.get(form)
    assert (answer.mimetype, len(PdfReader(BytesIO(answer.data)).pages)) == ("application/pdf", 1)
    assert "Parler avec un travailleur social" in printed(answer.data)
    assert "Exemples" not in printed(answer.data)
    assert "travailleur social" in plainly(repr(posted(form.removeprefix("/")).context["form"]))


def test_a_discreet_subject_is_neutral_on_paper_and_what_nobody_may_book_has_none(client, world, posted) -> None:
    world.motif(key=MOTIF, title="Ce qui ne se dit pas", discreet=True, neutral_words="un rendez-vous")
    world.motif(key="ferme", booked_by="agents")
    assert "Ce qui ne se dit pas" not in printed(client.get(f"/papier/rendez-vous/{MOTIF}.pdf").data)
    told = repr(posted(f"papier/rendez-vous/{MOTIF}.pdf").context)
    assert MOTIF not in told
    assert "Un rendez-vous" in told
    for key in ("ferme", "zzz", "A b"):
        assert client.get(f"/papier/rendez-vous/{key}.pdf").status_code == 404
        assert client.get("/par-courrier", query_string={"page": f"papier/rendez-vous/{key}.pdf"}).status_code == 404


def test_a_right_may_end_with_a_paper_of_ours(client) -> None:
    answered(client, {"choice": "none"}, theme="famille")
    number = 1
    while (shown := client.get(f"/mes-droits/question/{number}")).status_code == 200:
        typed = {"choice": "yes"} if "Aidez-vous souvent un proche" in shown.page.h1 else {"silence": "?"}
        client.post(shown.request.path, data=shown.page.fields(0) | typed)
        number += 1
    page = client.get(RESULT).page
    assert page.links()["imprimer (PDF, 1 page) , Mandat : une personne agit pour moi"] == "/papier/mandat.pdf"


def test_an_eviction_shows_a_number_to_call_and_that_it_is_to_be_confirmed(client, world, database) -> None:
    free = {"name": "SOS loyers impayés", "line": "Un juriste répond.", "phone": "0 805 160 075", "source": "essai"}
    with database.transaction() as session:
        session.add(Partner(key="sos-loyers-impayes", checked_on=None, closed_on=None, **free))
    world.motif(key="logement")
    token = client.get("/mes-droits").page.fields(0)["csrf_token"]
    urgent = client.follow(client.post("/mes-droits/mots", data={"csrf_token": token, "said": "je vais être expulsé"}))
    assert urgent.page.links()["0 805 160 075"] == "tel:+33805160075"
    assert "Ce numéro reste à confirmer." in urgent.page.text()
    assert "03 53 01 00 62" in urgent.page.links(), "the Département answers too"
    with database.transaction() as session:
        session.execute(update(Partner).values(checked_on=at("2026-11-22", "10:00").date()))
    assert "Ce numéro reste à confirmer." not in client.get("/mes-droits/urgence").page.text()


def test_wishes_and_projects_go_with_the_result_and_are_stored_nowhere_before_they_are_kept(
    client, world, database, session, gateways, clock, write, posted
) -> None:
    assert client.get(OWN).location == "/mes-droits"
    answered(client, {"choice": "yes"})
    refused = write(wants="x" * 301, can="\u4e00" * 201)
    assert refused.status_code == 422
    assert {"Écrivez 300 caractères au plus.", "C'est un peu long. Gardez le plus important."} <= {
        words for words in refused.page.links() if words.endswith(".")
    }
    said = write(wants="Un jardin à moi\nUn travail", can="Je cuisine pour vingt personnes")
    assert said.location == f"{RESULT}#projets"
    page = client.get(RESULT).page.text()
    for words in ("Ce que je veux", "Un jardin à moi", "Un travail", "Je cuisine pour vingt personnes"):
        assert words in page
    told = plainly(repr(posted("mes-droits/resultat").context["pages"]["fr"]))
    assert "Un jardin à moi" in told
    mail = client.get("/mes-droits/resultat/envoyer").page.fields()
    client.post("/mes-droits/resultat/envoyer", data=mail | {"email": "camille@exemple.fr"})
    send_due(database, gateways, clock)
    assert "Je cuisine pour vingt personnes" in gateways.mail.sent[-1].text
    kept = session.scalars(select(WebSession).order_by(WebSession.key_hash)).all()
    assert "jardin" not in repr([one.data for one in kept])
    assert session.scalar(select(func.count()).select_from(SavedAnswers)) == 0
    enter_person(client, world.person(), level=Level.KNOWN)
    assert "Je cuisine" in client.get("/mes-droits/resultat/garder").page.fields(1)["can"]


def test_the_same_result_shown_twice_at_once_is_counted_once(client, session) -> None:
    answered(client, {"silence": "?"})
    before = client.get_cookie(COOKIE).decoded_value
    for _ in range(2):  # two requests that left together bear the same cookie
        client.set_cookie(COOKIE, before)
        client.get(RESULT)
    assert set(session.scalars(select(RightsCount.count)).all()) == {1}
    client.delete_cookie(COOKIE)
    answered(client, {"silence": "?"})
    client.get(RESULT)
    assert set(session.scalars(select(RightsCount.count)).all()) == {2}, "somebody else's"


def test_two_that_count_the_same_at_the_same_instant_count_it_once(database, gateways, clock, session) -> None:
    seen = [(Counted.THEME, theme) for theme in ("budget", "logement")]

    def act():
        with database.transaction() as own:
            count_once(own, clock.now, territory="", seen=seen, mark="ab", sealer=gateways.sealer)

    assert at_once(act, act, act) == {"done": 3}
    assert session.scalars(select(RightsCount.count)).all() == [1, 1]


def test_after_thirty_idle_minutes_the_door_says_why_once_and_nothing_stays(client, clock) -> None:
    answered(client, {"choice": "yes"})
    clock.forward(timedelta(minutes=31))
    door = client.follow(client.get(RESULT))
    assert "Vos réponses ne sont plus là." in door.page.text()
    assert client.get_cookie(COOKIE) is None
    assert "Vos réponses ne sont plus là." not in client.get("/mes-droits").page.text()


@pytest.mark.parametrize(
    ("path", "left_for", "is_said"),
    [
        ("/mes-droits/question/1", timedelta(minutes=31), True),
        (OWN, timedelta(minutes=31), True),
        ("/mes-droits", timedelta(minutes=31), False),
        (RESULT, timedelta(hours=20), False),
    ],
)
def test_the_next_reader_of_a_shared_screen_is_not_told_that_somebody_answered(client, clock, path, left_for, is_said):
    answered(client, {"choice": "yes"})
    clock.forward(left_for)
    door = client.get(path)
    door = client.follow(door) if door.status_code == 303 else door
    assert ("Vos réponses ne sont plus là." in door.page.text()) is is_said
    assert client.get_cookie(COOKIE) is None
    assert "Vos réponses ne sont" not in client.get("/mes-droits?depuis=questions").page.text()


def test_in_english_each_page_says_that_the_questions_are_in_french_and_who_helps(client) -> None:
    client.set_cookie("langue", "en")
    answered(client, {"choice": "yes"})
    for path in ("", "/question/1", "/resultat"):
        assert client.get(f"/mes-droits{path}").page.all("p", class_="in-french")
    client.set_cookie("langue", "fr")
    assert client.get(RESULT).page.all("p", class_="in-french") == []


def test_a_commune_to_correct_is_said_by_the_shared_summary(client, world) -> None:
    world.commune("62041", "Arras")
    world.commune("62042", "Arras-les-Bains", search_key="arras les bains")
    answered(client, theme="mobilite")
    number = 1
    while "commune" not in (shown := client.get(f"/mes-droits/question/{number}")).page.h1:
        client.post(shown.request.path, data=shown.page.fields(0) | {"silence": "?"})
        number += 1
    for typed, target in (("Xyz", "#commune"), ("arr", "#insee-0")):
        refused = client.post(shown.request.path, data=shown.page.fields(0) | {"commune": typed}).page
        assert refused.title.startswith("Erreur :")
        (summary,) = refused.all("div", id="error-summary")
        assert [link.get("href") for link in summary.iter("a")] == [target]
        assert refused.fields(0)["commune"] == typed


def test_a_danger_is_on_no_sheet_whatever_was_said_of_it(client, posted) -> None:
    answered(client, {"choice": "none"}, theme="famille")
    assert "Vous dites qu'il n'y a pas de danger chez vous." in client.get(RESULT).page.text()
    assert "danger chez vous" not in plainly(repr(posted("mes-droits/resultat").context))
    client.post("/mes-droits/question/1", data=client.get("/mes-droits/question/1").page.fields(0) | {"silence": "-"})
    assert "danger chez vous" not in plainly(repr(posted("mes-droits/resultat").context))


def test_a_share_says_who_can_read_it_today(client, resident, kept, world, session) -> None:
    place, agent = world.place(), world.agent("référent", families=["insertion"])
    world.referent(resident, agent)
    saved_id = kept({"home": "none"}, is_shown=True)
    appointment = world.appointment(agent, place, world.motif(), at("2026-11-25", "10:00"), resident)
    enter_person(client, resident, level=Level.KNOWN)
    page = client.get(f"/mon-espace/droits/{saved_id}").page
    assert "Votre référent peut la lire." in page.text()
    token = page.fields(1)["csrf_token"]
    appointment.status = "excused"
    session.merge(appointment)
    session.execute(delete(Referent))
    session.commit()
    shown = client.follow(
        client.post(
            f"/mon-espace/droits/{saved_id}/montrer", data={"csrf_token": token, "rendez-vous": str(appointment.id)}
        )
    ).page.text()
    assert "Ce rendez-vous est annulé, ou il est passé." in shown
    assert "Vous n'avez pas de référent en ce moment" in shown
    assert "Votre référent peut la lire." not in shown


@pytest.mark.parametrize(
    ("household", "asked_too"),
    [
        ({"travel": "licence", "age": "40", "income": "work", "activity": "employed"}, {"disability", "commune"}),
        ({"travel": "none", "age": "40", "income": "work", "activity": "employed"}, {"disability", "credit"}),
        ({"travel": "cost", "age": "20", "income": "none", "activity": "searching"}, {"short", "job_cost"}),
        ({"travel": "fear", "age": "70", "income": "pension", "activity": "retired"}, {"disability", "daily_help"}),
    ],
)
def test_the_paths_of_mobility_ask_what_the_card_the_pch_and_the_fund_for_the_young_need(book, household, asked_too):
    answers: dict[str, str] = {}
    day = at("2026-11-23", "10:00").date()
    while question := next_question(book, answers, known(book, answers, {}, day), day, ["mobilite"]):
        answers[question.key] = household.get(question.key, "no" if question.choice("no") else "?")
    assert 5 <= len(answers) <= 12
    assert asked_too <= answers.keys()
