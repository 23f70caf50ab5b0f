"""The letter after a missed appointment: one page, another date, and nothing that blames."""

import pytest

from portal.letters.geometry import MAY_SHOW
from portal.letters.wording import content_of
from tests.letters.test_layout import ink, pages
from tests.letters.words_of import CONTEXT, STATES, WIDEST, letter

MISSED = {
    "link": "https://porte.exemple.fr/rendez-vous",
    "online": True,
    "bring": [],
    "cancel_until": None,
    "move_until": None,
    "directions": None,
    "place_phone": None,
    "step_free": None,
}
WAYS = {
    "at a place": {},
    "by phone": STATES["by phone"],
    "at home": STATES["at home"],
    "not by internet": {"online": False},
    "without phone": {"online": False, "phone": None, "phone_hours": None},
    "at a place it does not name": {"place_name": "", "place_lines": [], "words": "rendez-vous"},
    "in English": {"language": "en"},
}


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("way", WAYS)
def test_it_is_one_page_in_each_language_and_state_and_keeps_the_window_clear(way, large):
    drawn = letter("appointment_missed", WIDEST, large_print=large, **MISSED | WAYS[way], names=["Lou Essai"])
    assert drawn.pages == (2 if way == "in English" else 1)
    first = pages(drawn.pdf)[0]
    assert ink(first, MAY_SHOW).bottom <= 79
    assert ink(first, MAY_SHOW).left >= 104.9


@pytest.mark.parametrize(
    ("way", "said", "unsaid"),
    [
        ("at a place", ("pas pu vous voir", "porte.exemple.fr/rendez-vous", "03 53 01 00 62", "MDS Essai"), ("/r/",)),
        ("by phone", ("pas pu vous parler",), ("vous voir le", "MDS Essai")),
        ("at home", ("venus chez vous", "pas pu vous voir"), ("MDS Essai",)),
        ("not by internet", ("03 53 01 00 62", "MDS Essai"), ("porte.exemple.fr",)),
        ("without phone", ("MDS Essai", "Venez nous voir"), ("Par téléphone", "porte.exemple.fr")),
        ("at a place it does not name", ("Objet : Rendez-vous", "03 53 01 00 62"), ("MDS Essai", "12 rue")),
        ("in English", ("Il n’est pas trop tard", "It is not too late", "We could not see you"), ("/r/",)),
    ],
)
def test_it_says_how_to_take_another_date_and_no_more_than_it_may(way, said, unsaid):
    words = content_of("appointment_missed", CONTEXT | MISSED | WAYS[way]).as_text().replace("\u00a0", " ")
    for one in said:
        assert one in words
    for one in (*unsaid, "sanction", "radiation", "suspen", "obligat", "absen", "manqué", "{"):
        assert one not in words
    assert max(len(sentence.split(" ")) for sentence in words.replace("\n", ". ").split(". ")) <= 15 + 3
