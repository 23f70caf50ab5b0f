"""Rendered, then looked at: pixels and text of the PDF, never the code's intent."""

from io import BytesIO

import pypdfium2
import pytest
from PIL import Image, ImageOps
from pypdf import PdfReader

from portal.letters.fonts import UnprintableError
from portal.letters.geometry import ALWAYS_VISIBLE, ALWAYS_VISIBLE_LARGE, MAY_SHOW, Area
from portal.letters.paging import LetterTooLongError
from tests.letters.words_of import ABROAD, ADDRESS, CONTEXT, KINDS, RETURN_ADDRESS, STATES, WIDEST, letter
from tests.reading import texts

PER_MM = 5  # pixels
ADDRESSES = {"short": ADDRESS, "widest": WIDEST, "abroad": ABROAD}


def pages(pdf, last=None):
    """Each page as an image in which ink is white."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        chosen = [document[number] for number in range(last or len(document))]
        return [ImageOps.invert(page.render(scale=PER_MM * 25.4 / 72, grayscale=True).to_pil()) for page in chosen]
    finally:
        document.close()


def ink(image, area):
    """The bounds of what is drawn inside an area, in millimetres; None when nothing is."""
    box = image.crop(tuple(round(edge * PER_MM) for edge in (area.left, area.top, area.right, area.bottom))).getbbox()
    if box is None:
        return None
    left, top, right, bottom = (edge / PER_MM for edge in box)
    return Area(area.left + left, area.top + top, area.left + right, area.top + bottom)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_window_shows_the_address_and_nothing_else(address, large):
    drawn = letter(address=ADDRESSES[address], large_print=large)
    found = ink(pages(drawn.pdf)[0], MAY_SHOW)
    visible = ALWAYS_VISIBLE_LARGE if drawn.needs_large_window else ALWAYS_VISIBLE
    assert found.left >= 104.9
    assert found.top >= visible.top
    assert found.right <= visible.right
    assert found.bottom <= visible.bottom
    assert drawn.needs_large_window is (address == "abroad")


def test_without_its_address_the_whole_area_that_may_show_is_blank():
    page = pages(letter(address=()).pdf)[0]
    assert ink(page, MAY_SHOW) is None
    assert ink(page, Area(0, 34, 20, 90)) is None


def test_the_address_is_read_line_by_line_as_it_is_printed():
    assert " ".join(WIDEST) in texts(letter(address=WIDEST).pdf)[0]


def test_the_sender_stands_at_the_left_and_names_no_service():
    page = pages(letter().pdf)[0]
    sender = ink(page, Area(0, 0, 210, 54))
    assert sender.left >= 19.9
    assert sender.right <= 88
    above = texts(letter(place_name="PMI Essai", address=()).pdf)[0].split("Référence")[0]
    back = " ".join(RETURN_ADDRESS)  # in capitals, as La Poste wants it, and nowhere else
    assert above.startswith(f"Département du Pas-de-Calais Retour à l’expéditeur : {back} ")
    assert "PMI" not in above


def test_folds_are_marked_at_a_third_and_two_thirds():
    page = pages(letter().pdf)[0]
    for height in (99, 198):
        mark = ink(page, Area(0, height - 5, 15, height + 5))
        assert mark.left == pytest.approx(3.5, abs=0.2)
        assert mark.right == pytest.approx(8, abs=0.2)
        assert mark.top == pytest.approx(height, abs=0.5)
        assert mark.bottom == pytest.approx(height, abs=0.5)


def test_the_key_stands_at_the_bottom_left_with_its_reference_and_page():
    drawn = letter(large_print=True, **STATES["with much to bring"])
    for number, page in enumerate(pages(drawn.pdf), start=1):
        key = ink(page, Area(0, 260, 19, 297))
        assert key.left >= 5
        assert key.right <= 15.1
        assert key.top == pytest.approx(275, abs=0.3)
        assert f"C0001234K {number}/{drawn.pages}" in texts(drawn.pdf)[number - 1]


def test_the_body_keeps_its_margins_on_every_page():
    drawn = letter(large_print=True, **STATES["with much to bring"])
    first, *others = pages(drawn.pdf)
    assert ink(first, Area(0, 91, 210, 94.9)) is None
    for page in (first, *others):
        assert ink(page, Area(190.1, 0, 210, 297)) is None
        assert ink(page, Area(15.2, 0, 19.9, 297)) is None
    assert all(ink(page, Area(0, 0, 210, 19.5)) is None for page in others)


def test_each_page_says_its_number_and_the_reference():
    drawn = letter(large_print=True, **STATES["with much to bring"])
    assert drawn.pages > 1
    for number, words in enumerate(texts(drawn.pdf), start=1):
        assert f"page {number} sur {drawn.pages}" in words
        assert "Référence C0001234K" in words


def test_day_hour_and_place_are_set_larger_than_all_the_rest():
    sizes = {}

    def visit(text, _cm, tm, _font, size):
        if text.strip():
            sizes[" ".join(text.replace("\u00a0", " ").split())] = size * abs(tm[3])

    PdfReader(BytesIO(letter().pdf)).pages[0].extract_text(visitor_text=visit)
    assert sizes["10 h 30"] == max(sizes.values())
    assert sizes["mardi 24 novembre 2026"] >= 17
    body = [size for text, size in sizes.items() if "C0001234K" not in text and "Retour" not in text]
    assert sorted(body)[len(body) // 4] >= 12


@pytest.mark.parametrize(("large", "least"), [(False, 12), (True, 16)])
def test_no_word_of_the_body_is_smaller_than_promised(large, least):
    small = []

    def visit(text, cm, tm, _font, size):
        down = 297 - (tm[5] * 25.4 / 72 if tm[5] else cm[5] * 25.4 / 72)
        if text.strip() and 95 < down < 281 and tm[4] * 25.4 / 72 > 19 and size < least:
            small.append(text)

    for page in PdfReader(BytesIO(letter(large_print=large).pdf)).pages:
        page.extract_text(visitor_text=visit)
    assert small == []


def test_the_code_is_doubled_by_the_address_the_code_and_the_phone():
    words = texts(letter().pdf)[0]
    for said in ("porte.exemple.fr/r/K7MP3XQA", "K7MP-3XQA", "03 53 01 00 62"):
        assert said in words


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", STATES)
def test_every_letter_in_every_state_fits_and_keeps_the_window_clear(kind, state, large):
    drawn = letter(kind, WIDEST, large_print=large, **STATES[state])
    assert drawn.pages <= (4 if large and state == "in English" else 3 if large else 2)
    first = pages(drawn.pdf, last=1)[0]
    assert ink(first, MAY_SHOW).bottom <= 79
    assert ink(first, MAY_SHOW).left >= 104.9


@pytest.mark.parametrize("kind", KINDS)
def test_an_ordinary_letter_is_one_page(kind):
    long_place = {"place_name": "Maison du Département Solidarité de Saint-Pol-sur-Ternoise", "names": ["Lou Essai"]}
    assert letter(kind, **long_place, **STATES["moved"]).pages == 1


def test_the_same_letter_makes_the_same_bytes():
    one = letter(address=WIDEST)
    letter("appointment_cancelled", large_print=True)
    assert letter(address=WIDEST) == one


def test_a_name_of_29_letters_in_large_print_is_whole():
    name = "Vandenbroucke-Wojciechowskaya"
    words = texts(letter(address=(name, *ADDRESS[1:]), names=[f"{name} {name}"], large_print=True).pdf)[0]
    assert words.count(name) >= 3


def test_a_word_wider_than_the_page_is_parted_not_cut():
    long = "a" * 120
    assert long in texts(letter(directions=long).pdf)[0].replace(" ", "")


def test_letters_that_the_font_lacks_lose_their_accent_or_hook_only():
    assert "Nguyen" in texts(letter(directions="Chez Nguyễn").pdf)[0]
    assert "Chez Boyi Dende" in texts(letter(directions="Chez Ɓoyi Ɗɛndɛ").pdf)[0]


@pytest.mark.parametrize("words", ["Αθήνα", "Тарас Бульба", "Հայաստան", "საქართველო"])
def test_words_in_another_alphabet_are_printed_in_a_font_that_has_it(words):
    drawn = letter(directions=f"Chez {words}, au 2e")
    assert f"Chez {words}, au 2e" in texts(drawn.pdf)[0].replace("\u00a0", " ")
    assert drawn.pages == letter(directions="Chez Essai, au 2e").pages


@pytest.mark.parametrize("words", ["محمد", "李", "Merci 😀"])
def test_a_letter_with_a_sign_that_no_font_has_is_not_drawn(words):
    with pytest.raises(UnprintableError):
        letter(directions=words)


@pytest.mark.parametrize("words", ["Une phrase. " * 2000, "x" * 60_000])
def test_a_text_beyond_four_pages_is_refused_not_cut(words):
    with pytest.raises(LetterTooLongError):
        letter(directions=words)


def test_a_box_taller_than_a_page_is_refused_not_cut():
    with pytest.raises(LetterTooLongError):
        letter(place_lines=["Une ligne"] * 80)


def test_only_the_demonstration_says_not_to_post():
    assert "à ne pas poster" not in texts(letter().pdf)[0]
    assert "à ne pas poster" in texts(letter(demo=True).pdf)[0]


def test_the_file_tells_its_title_and_language_and_no_name():
    reader = PdfReader(BytesIO(letter(address=("Zoé Introuvable", *ADDRESS[1:])).pdf))
    assert reader.metadata.title == "Votre rendez-vous est pris"
    assert reader.trailer["/Root"]["/Lang"] == "fr-FR"
    assert "Introuvable" not in str(reader.metadata)


def test_fonts_are_embedded_and_only_in_part():
    drawn = letter(address=WIDEST)
    for page in PdfReader(BytesIO(drawn.pdf)).pages:
        for font in page["/Resources"]["/Font"].values():
            assert "/FontFile2" in font["/FontDescriptor"]
            assert "+" in font["/BaseFont"]
    assert len(drawn.pdf) < 30_000


def test_an_image_of_the_letter_is_mostly_white():
    page = pages(letter().pdf)[0]
    assert isinstance(page, Image.Image)
    assert page.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)) < 20
    assert CONTEXT["demo"] is False
