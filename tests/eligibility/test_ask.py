"""The questions, one a page: by theme, in one's own words, back without loss, stopped by what is urgent."""

import pytest

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

    def send(response, **typed):
        fields = response.page.fields(0) | typed
        return client.post(response.request.path, data=fields)

    return send


def test_a_theme_begins_with_what_cannot_wait_and_ends_with_a_human_contact(client, begin, answer):
    page = begin(theme="budget")
    assert page.page.h1 == "Avez-vous de quoi manger aujourd'hui et demain ?"
    seen = 0
    while page.request.path != "/mes-droits/resultat":
        seen += 1
        silence = {"silence": "?"} if seen > 1 else {"choice": "yes"}
        page = client.follow(answer(page, **silence))
    assert page.page.h1 == "Ma réponse"
    assert "Prendre rendez-vous" in page.page.links()
