"""The readable copy of someone's data: everything is on it, in order, whatever its length and its signs."""

import pypdfium2

from portal.letters.geometry import MARGIN, PAGE_WIDTH
from portal.letters.record import Entry, Part, Record, Row, Words, draw_record
from tests.reading import texts


def drawn(*parts, language="fr"):
    return draw_record(Record("Mes données", "Camille Essai", "Département d'Essai", parts, language))


def test_the_same_record_makes_the_same_bytes():
    part = Part("Vous", [Row("Nom", "Essai")])
    assert drawn(part) == drawn(part)


def test_titles_rows_and_paragraphs_are_read_in_order_with_the_page_number():
    items = [Entry("Lundi"), Row("Lieu", "MDS d'Essai\n12 rue d'Essai"), Words("Une phrase.")]
    (page,) = texts(drawn(Part("Vos rendez-vous", items)))
    order = ["Mes données", "Camille Essai", "Vos rendez-vous", "Lundi", "Lieu", "MDS d'Essai", "12 rue d'Essai"]
    assert [words for words in order if words in page] == order
    assert sorted(order, key=page.index) == order
    assert "page 1 sur 1" in page


def test_a_very_long_record_goes_on_over_as_many_pages_as_it_takes_and_loses_nothing():
    words = [f"mot{number}" for number in range(9000)]
    pages = texts(drawn(Part("Long", [Words(" ".join(words))]), language="en"))
    assert len(pages) > 10
    assert [word for word in " ".join(pages).split() if word.startswith("mot")] == words
    assert f"page 2 of {len(pages)}" in pages[1]


def test_titles_taller_than_a_page_flow_like_the_rest():
    pages = texts(drawn(Part("titre " * 900, [Row("", "")])))
    assert len(pages) > 1
    assert " ".join(pages).count("titre") == 900


def test_other_alphabets_are_printed_and_what_cannot_be_is_said_so_and_stops_nothing():
    part = Part("Noms", [Row("Prénom", "Zoë 木 村 Łucja\nОлена Ρόζα"), Words("Merci 😀"), Entry("Le co\u00adde")])
    (page,) = texts(drawn(part))
    for words in ("Zoë (non imprimable) Łucja", "Олена Ρόζα", "Merci (non imprimable)", "Le code"):
        assert words in page
    assert "Zoë (cannot be printed) Łucja" in texts(drawn(part, language="en"))[0]


def test_nothing_is_drawn_outside_the_margins_however_long_a_word():
    pdf = drawn(Part("Mot", [Row("W" * 300, "M" * 900), Words("W" * 900)]))
    page = pypdfium2.PdfDocument(pdf)[0]
    image = page.render(scale=2, grayscale=True).to_pil()
    per_mm = image.width / PAGE_WIDTH
    right = image.crop((round((PAGE_WIDTH - MARGIN + 1) * per_mm), 0, image.width, image.height))
    assert right.getextrema() == (255, 255)
