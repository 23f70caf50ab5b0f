"""What an agent reads aloud when they answer with somebody: beside each question, and for them alone."""

import pytest

from tests.entering import act, enter

pytestmark = pytest.mark.usefixtures("offered")

TITLE = "À lire à voix haute"


@pytest.fixture
def first(client):
    """Begins a theme, and gives the first question."""

    def begin(theme="logement"):
        token = client.get("/mes-droits").page.fields()["csrf_token"]
        return client.follow(client.post("/mes-droits/commencer", data={"csrf_token": token, "theme": theme}))

    return begin


def test_an_agent_reads_who_asks_and_why_the_question_its_answers_and_the_end(client, world, resident, first, book):
    agent = world.agent("accueil", place=world.place(), given_name="Sacha")
    enter(client, agent)
    act(client, world.mandate(resident, agent_id=agent.id, procedures=["rights"]))
    page = first()
    script = page.page.all("details", class_="card aloud")[0]
    assert script.get("open") is None
    assert script.get("data-prints") is not None
    words = page.page.text(script)
    said = ["Je m'appelle Sacha, du Département.", "Vous pouvez arrêter quand vous voulez.", "Rien n'est gardé"]
    asked = next(question for question in book.questions.values() if question.text.replace("\u00a0", " ") in words)
    answers = [choice.title.replace("\u00a0", " ") for choice in asked.choices]
    for sentence in (*said, asked.why.replace("\u00a0", " "), *answers, "je ne sais pas", "Ce n'est pas une décision."):
        assert sentence in words
    second = client.follow(client.post(page.request.path, data=page.page.fields(1) | {"silence": "?"}))
    assert second.request.path.endswith("/2")
    words = second.page.text(second.page.all("details", class_="card aloud")[0])
    assert "Je m'appelle" not in words
    assert "Voulez-vous la garder dans votre espace ?" in words


def test_nobody_else_has_that_text(client, world, first):
    assert TITLE not in first().page.text()
    enter(client, world.agent("accueil", place=world.place()))
    assert TITLE not in first().page.text(), "an agent who acts for nobody"


@pytest.mark.parametrize(("theme", "is_danger"), [("famille", True), ("sante", True), ("logement", False)])
def test_of_a_danger_the_agent_asks_first_who_hears_and_a_number_is_answer_enough(
    client, world, resident, first, theme, is_danger
):
    agent = world.agent("accueil", place=world.place())
    enter(client, agent)
    act(client, world.mandate(resident, agent_id=agent.id, procedures=["rights"]))
    page = first(theme).page
    (script,) = page.all("details", class_="card aloud")
    words = page.text(script)
    alone, number = "Êtes-vous seul, et pouvez-vous parler librement ?", "Vous pouvez répondre seulement par un numéro."
    assert (alone in words, number in words, bool(script.findall(".//ol"))) == (is_danger,) * 3
    if is_danger:
        assert words.index(alone) < words.index(page.h1) < words.index(number) < words.index("«")
