"""The mandate to sign: on one sheet, in large type, with room to write where nothing is known."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from portal.letters.paper_mandate import PaperMandate, draw_mandate


def paper(**given):
    values = {
        "title": "Mandat : une personne agit pour moi",
        "author": "Département du Pas-de-Calais",
        "reference": ("Référence :", "ABCD-2345"),
        "rows": [("Moi :", "Odette Modèle"), ("Je donne mandat à :", ""), ("Jusqu'au :", "mardi 1er juin 2027")],
        "boxes_title": "Cette personne peut faire pour moi :",
        "boxes": [("Les rendez-vous", True), ("Les messages", False)],
        "words": ["Je peux arrêter à tout moment."],
        "signatures": ["Ma signature", "La signature de celui qui agit"],
    }
    return PaperMandate(**values | given)


def text_of(pdf):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_a_mandate_to_sign_says_who_what_until_when_and_how_to_end_it_on_one_sheet():
    pdf = draw_mandate(paper())
    assert len(PdfReader(BytesIO(pdf)).pages) == 1
    text = text_of(pdf)
    for words in ("ABCD-2345", "Odette Modèle", "mardi 1er juin 2027", "Les rendez-vous", "arrêter", "Ma signature"):
        assert words in text


def test_the_same_mandate_makes_the_same_bytes():
    assert draw_mandate(paper()) == draw_mandate(paper())


@pytest.mark.parametrize("signatures", [[], ["Seule"]])
def test_a_blank_mandate_has_a_line_for_a_name_that_cannot_be_printed(signatures):
    rows = [("Moi :", "李 Modèle"), ("Je donne mandat à :", "Олена Иваненко")]
    pdf = draw_mandate(paper(reference=("Référence :", ""), rows=rows, signatures=signatures))
    assert "ABCD" not in text_of(pdf)
    assert "Moi : Je donne mandat à : Олена Иваненко" in text_of(pdf).replace("\u00a0", " ")
