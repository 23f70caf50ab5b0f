"""What the tests of the booking pages do often: go from the week to the confirmation as a person does."""

from typing import Any

from werkzeug.test import TestResponse

from tests.checked_pages import CheckedClient

DOMINIQUE = {
    "concerned": "moi",
    "family_name": "Essai",
    "given_names": "Dominique",
    "birth_date": ["29", "2", "1980"],
    "mobile": "06 39 98 00 12",
    "email": "dominique@exemple.fr",
}
NOTHING = {"mobile": "", "email": ""}
ADDRESS = {"street": "12 rue de la Démonstration", "postcode": "62000", "town": "Arras"}
NINE = "2026-11-24T08:00Z"  # Tuesday at nine in France
HALF_PAST = "2026-11-24T08:30Z"


def path_of(motif: Any, place: Any, page: str = "") -> str:
    return f"/rendez-vous/{motif.key}/{place.key}{page}"


def details(client: CheckedClient, motif: Any, place: Any, slot: str = NINE) -> TestResponse:
    return client.get(path_of(motif, place, "/vous"), query_string={"creneau": slot})


def reviewed(client: CheckedClient, motif: Any, place: Any, slot: str = NINE, **typed: Any) -> TestResponse:
    """The review of what Dominique typed, changed as `typed` says."""
    fields = details(client, motif, place, slot).page.fields()
    return client.post(path_of(motif, place, "/verifier"), data=fields | DOMINIQUE | typed)


def confirmed(client: CheckedClient, motif: Any, place: Any, slot: str = NINE, **typed: Any) -> TestResponse:
    fields = reviewed(client, motif, place, slot, **typed).page.fields()
    return client.post(path_of(motif, place, "/confirmer"), data=fields)


def booked(client: CheckedClient, motif: Any, place: Any, slot: str = NINE, **typed: Any) -> TestResponse:
    """The confirmation page."""
    return client.follow(confirmed(client, motif, place, slot, **typed))


def code_of(response: TestResponse) -> str:
    """The code that a page shows in large type, without its hyphen."""
    (shown,) = response.page.all("strong", class_="code")
    return (shown.text or "").replace("-", "")
