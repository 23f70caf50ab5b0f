"""What the tests of the result's ways on share: a browser that has answered, as a person would have."""

from tests.checked_pages import CheckedClient


def answered(client: CheckedClient, *steps: dict[str, str], theme: str = "budget") -> None:
    """Begins a theme and gives these answers, one a page; the result may then be seen."""
    token = client.get("/mes-droits").page.fields()["csrf_token"]
    page = client.follow(client.post("/mes-droits/commencer", data={"csrf_token": token, "theme": theme}))
    for typed in steps:
        page = client.follow(client.post(page.request.path, data=page.page.fields(0) | typed))
