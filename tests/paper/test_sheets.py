"""Each form: on one sheet, its code in a 2D code, a labelled field in every box, nothing over anything else."""

from io import BytesIO
from itertools import combinations

import pytest
import segno
from flask import Flask
from flask_babel import Babel
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from portal.letters.geometry import points
from portal.paper.models import FormKind
from portal.paper.rules import GIVEN
from portal.paper.views_sheet import sheet_of
from tests.letters.words_of import RETURN_ADDRESS

CODE = "K7MP3XQA"
LONG = "Marie-Antoinette-Joséphine Vandenbroucke-Delattre-Essai"
BLANK = {
    "departement": "Département du Pas-de-Calais",
    "return_address": RETURN_ADDRESS,
    "phone": "03 53 01 00 62",
    "phone_hours": "du lundi au vendredi, de 9 h à 17 h",
    "language": "fr",
    "large_print": False,
}
KNOWN = BLANK | {
    "name": LONG,
    "birth_date": "1980-02-29",
    "address": ["Appartement 12, 3e étage", "Résidence des Peupliers", "125 AVENUE DE L ESSAI", "", "62000 ARRAS"],
    "phones": ["+33639980012", "+33353010012"],
    "choices": {"sms": True, "emails": False, "paper": True, "large_print": False},
}
LARGE = {"large_print": True}
SCALE = 3  # pixels in a point


@pytest.fixture(autouse=True, scope="module")
def _babel():
    app = Flask("essai")
    Babel(app)
    with app.test_request_context("/"):
        yield


def drawn(kind, known):
    is_blank = "name" not in known
    return sheet_of(kind, known, number=None if is_blank else 12, code=None if is_blank else CODE)


def fields_of(pdf):
    """(page, rectangle, kind, label) of each widget, in the order of the key Tab."""
    found = []
    for number, page in enumerate(PdfReader(BytesIO(pdf)).pages):
        assert page["/Tabs"] == "/R"
        for reference in page.get("/Annots", []):
            widget = reference.get_object()
            whole = widget.get("/Parent", widget)
            found.append((number, [float(at) for at in widget["/Rect"]], whole["/FT"], widget["/TU"]))
            assert whole["/T"]
            assert whole["/TU"]
    return found


def pictures(pdf):
    with PdfDocument(pdf) as document:
        return [page.render(scale=SCALE, may_draw_forms=False).to_pil().convert("L") for page in document]


@pytest.mark.parametrize("kind", GIVEN)
@pytest.mark.parametrize(
    ("known", "most"), [(BLANK, 1), (KNOWN, 1), (KNOWN | {"address": []}, 1), (BLANK | LARGE, 2), (KNOWN | LARGE, 2)]
)
def test_a_form_is_on_one_sheet_and_nothing_stands_over_a_field(kind, known, most) -> None:
    pdf = drawn(kind, known)
    pages, fields = pictures(pdf), fields_of(pdf)
    assert len(pages) <= most
    for one, other in combinations(fields, 2):
        (page, (left, bottom, right, top), *_), (page2, (left2, bottom2, right2, top2), *_) = one, other
        assert page != page2 or right <= left2 or right2 <= left or top <= bottom2 or top2 <= bottom, (one, other)
    for page, (left, bottom, right, top), kind_of_field, label in fields:
        inset = 4.5 if kind_of_field == "/Btn" else 0.5  # the stroke of a box to tick is inside its field
        height = pages[page].height
        box = (left + inset, height / SCALE - top + inset, right - inset, height / SCALE - bottom - inset)
        inside = pages[page].crop([round(at * SCALE) for at in box])
        assert inside.getextrema()[0] > 200, label
    for picture in pages:  # and nothing leaves the sheet
        margin = round(points(10) * SCALE)
        whole = picture.crop((0, 0, picture.width, round(points(9) * SCALE)))
        assert whole.getextrema()[0] == 255
        assert picture.crop((0, 0, margin, picture.height)).getextrema()[0] == 255
        assert picture.crop((picture.width - margin, 0, picture.width, picture.height)).getextrema()[0] == 255


@pytest.mark.parametrize("kind", GIVEN)
def test_a_form_says_whose_it_is_where_it_goes_who_helps_and_what_follows(kind) -> None:
    pages = PdfReader(BytesIO(drawn(kind, KNOWN))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    said = (
        "K7MP-3XQA",
        "F0000012",
        "Vandenbroucke",
        "29 février 1980",
        "À renvoyer à",
        "62018 ARRAS",
        "03 53 01 00 62",
    )
    for words in (*said, "Et après", "page 1 sur 1"):
        assert words in text.replace("\xa0", " "), words
    assert "PMI" not in text


@pytest.mark.parametrize("kind", GIVEN)
@pytest.mark.parametrize("known", [BLANK, KNOWN | {"address": [], "asks_address": True}])
@pytest.mark.parametrize("large", [False, True])
def test_no_line_of_the_address_is_broken_nor_any_part_by_the_end_of_a_page(kind, known, large) -> None:
    pages = PdfReader(BytesIO(drawn(kind, known | {"large_print": large}))).pages
    said = [[line.replace("\xa0", " ").strip() for line in page.extract_text().split("\n")] for page in pages]
    at = said[-1].index("À renvoyer à")
    assert said[-1][at + 1 : at + 5] == RETURN_ADDRESS
    for lines in said:  # the foot alone is no page
        assert [line for line in lines if line[:2] in {"1.", "2.", "3.", "4."}], lines
    labels = ["Numéro et rue", "Ville"] if kind in {FormKind.ADDRESS, FormKind.CHOICES} else ["Où ?", "Je donne"]
    assert (
        len({number for number, lines in enumerate(said) if any(one in line for line in lines for one in labels)}) == 1
    )


@pytest.mark.parametrize("kind", [FormKind.WISH, FormKind.CHOICES, FormKind.MANDATE])
def test_the_address_that_is_known_is_printed_and_not_asked_again(kind) -> None:
    text = PdfReader(BytesIO(drawn(kind, KNOWN))).pages[0].extract_text()
    assert "125 AVENUE DE L ESSAI" in " ".join(text.split())
    assert "Code postal" not in text


@pytest.mark.parametrize("kind", GIVEN)
def test_a_name_in_another_alphabet_is_printed_and_one_that_no_font_has_leaves_a_box_to_write_in(kind) -> None:
    def said(name):
        pdf = drawn(kind, KNOWN | {"name": name})
        return " ".join(PdfReader(BytesIO(pdf)).pages[0].extract_text().split()), len(fields_of(pdf))

    known, fields = said(LONG)
    cyrillic, fields_too = said("Олена Іваненко")
    assert "Олена Іваненко" in cyrillic
    assert fields_too == fields
    for name in ("محمد علي", "李小龙"):
        text, more = said(name)
        assert more == fields + 1
        assert text.count("?") == known.count("?")


@pytest.mark.parametrize("kind", GIVEN)
def test_the_same_form_makes_the_same_bytes_and_a_blank_one_has_a_code_of_its_kind(kind) -> None:
    assert drawn(kind, KNOWN) == drawn(kind, KNOWN)
    assert "0001" in PdfReader(BytesIO(drawn(kind, BLANK))).pages[0].extract_text()


def test_the_2d_code_of_a_form_holds_its_code_alone() -> None:
    picture = pictures(drawn(FormKind.WISH, KNOWN))[0]
    rows = [list(row) for row in segno.make("K7MP-3XQA", error="q", micro=False).matrix]
    module = points(24.0) / len(rows)
    left, top = points(210 - 16 - 24), points(13 + 1)
    read = [
        [
            int(
                picture.getpixel(
                    (round((left + (x + 0.5) * module) * SCALE), round((top + (y + 0.5) * module) * SCALE))
                )
                < 128
            )
            for x in range(len(rows))
        ]
        for y in range(len(rows))
    ]
    assert read == rows


def test_what_is_ticked_or_typed_on_a_screen_is_kept_and_seen() -> None:
    with PdfDocument(drawn(FormKind.CHOICES, KNOWN)) as document:
        document.init_forms()
        page = document[0]
        before = page.render(scale=1).to_pil().tobytes()
        assert document.get_formtype() == 1  # AcroForm
        assert before == page.render(scale=1, may_draw_forms=False).to_pil().tobytes()  # nothing is ticked yet
    reader = PdfReader(BytesIO(drawn(FormKind.CHOICES, KNOWN)))
    fields = reader.get_fields()
    assert fields["sms"]["/FT"] == "/Btn"
    assert {kid.get_object()["/TU"] for kid in fields["sms"]["/Kids"]} == {"oui", "non"}
    assert "Aujourd'hui" in fields["sms"]["/TU"]


def test_a_form_in_english_and_a_departement_without_a_phone() -> None:
    known = KNOWN | {"language": "en", "phone": None, "phone_hours": None, "return_address": []}
    text = PdfReader(BytesIO(drawn(FormKind.ADDRESS, known))).pages[0].extract_text()
    assert "Pas-de-Calais" in text
    assert "K7MP-3XQA" in text
