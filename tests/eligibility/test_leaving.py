"""Leaving takes the answers under way with it, in every browser."""

import pytest

from tests.eligibility.answering import answered

pytestmark = pytest.mark.usefixtures("offered")


@pytest.mark.parametrize("way", ["/quitter", "/quitter-vite"])
def test_leaving_takes_the_answers_under_way_out_of_the_browser(client, way):
    answered(client, {"choice": "me"}, theme="famille")
    assert client.get_cookie("porte-droits") is not None
    client.post(way)
    assert client.get_cookie("porte-droits") is None
    assert "Vous avez commencé" not in client.get("/mes-droits").page.text()
