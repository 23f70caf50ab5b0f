"""The paper handed over at a counter: the right size, the words that matter, and none that tell too much."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from portal.letters.slip import draw_slip
from portal.letters.slip_formats import Paper
from tests.letters.words_of import CONTEXT

MM = 72 / 25.4
LONG = {
    "names": ["Maximilienne-Wilhelmine-Charlotte", "Bénédicte"],
    "place_name": "Maison du Département Solidarité de Hénin-Carvin, site de Courcelles-lès-Lens",
    "place_lines": [
        "1234 bis avenue du Président-de-la-Démonstration",
        "Bâtiment C, résidence des Tilleuls argentés",
        "62970 Courcelles-lès-Lens",
        "adresse de démonstration",
    ],
    "bring": [f"Le papier numéro {number} de la liste des sept papiers à apporter" for number in range(1, 8)],
    "before": "Remplissez le questionnaire.",
    "demo": True,
}


def slip(paper=Paper.A5, **given):
    return draw_slip(CONTEXT | {"names": ["Dominique"]} | given, paper)


def pages_of(pdf):
    return PdfReader(BytesIO(pdf)).pages


def text_of(pdf):
    return " ".join(" ".join(page.extract_text() for page in pages_of(pdf)).split()).replace("\u00a0", " ")


def sizes_of(pdf):
    return [
        (round(float(page.mediabox.width) / MM, 1), round(float(page.mediabox.height) / MM, 1))
        for page in pages_of(pdf)
    ]


@pytest.mark.parametrize("paper", Paper)
def test_a_slip_says_day_hour_place_what_to_bring_and_how_to_change(paper):
    text = text_of(slip(paper))
    told = ("24 novembre 2026", "10 h 30", "MDS Essai", "12 rue de la Démonstration", "Le carnet de santé")
    for words in (*told, "K7MP-3XQA", "porte.exemple.fr/r/", "03 53 01 00 62", "Dominique"):
        assert words in text
    assert "rendez-vous avec le Département" not in text  # no subject at all


def test_an_a5_sheet_is_exact_and_a_ticket_is_80_mm_wide_and_as_long_as_its_words():
    assert sizes_of(slip()) == [(148.0, 210.0)]
    short, long = sizes_of(slip(Paper.TICKET, bring=[])), sizes_of(slip(Paper.TICKET, **LONG))
    assert [size[0] for size in (*short, *long)] == [80.0, 80.0]
    assert short[0][1] < long[0][1]


@pytest.mark.parametrize("large_print", [False, True])
def test_long_words_lose_nothing_on_at_most_two_sides(large_print):
    sheet = slip(large_print=large_print, **LONG)
    assert sizes_of(sheet) == [(148.0, 210.0)] * 2
    assert "2 / 2" in text_of(sheet)
    for pdf in (sheet, slip(Paper.TICKET, large_print=large_print, **LONG)):
        flat = text_of(pdf).replace(" ", "")
        for words in (*LONG["names"], LONG["place_name"], *LONG["place_lines"], *LONG["bring"], "K7MP-3XQA"):
            assert words.replace(" ", "").replace("'", "’") in flat


def test_a_slip_speaks_the_language_that_was_chosen():
    text = text_of(slip(language="en"))
    assert "Your appointment" in text
    assert "Tuesday 24 November 2026" in text


def test_the_same_appointment_makes_the_same_bytes_and_what_cannot_be_printed_is_said_so():
    assert slip() == slip()
    assert "Pour Олена" in text_of(slip(names=["Олена"]))
    assert "Pour (non imprimable)" in text_of(slip(names=["李"]))
    assert "(cannot be printed)" in text_of(slip(names=["محمد علي"], language="en"))


@pytest.mark.parametrize("paper", Paper)
def test_a_slip_that_is_opened_proposes_at_once_to_be_printed(paper):
    action = PdfReader(BytesIO(slip(paper))).trailer["/Root"]["/OpenAction"]
    assert (action["/S"], action["/N"]) == ("/Named", "/Print")


def test_a_visit_and_a_hidden_place_name_no_place():
    assert "Chez vous" in text_of(slip(mode="home", place_lines=[]))
    assert "Le lieu est écrit sur votre page" in text_of(slip(place_name="", place_lines=[]))
