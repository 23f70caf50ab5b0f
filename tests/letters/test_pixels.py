"""Every kind of letter, for the shortest and the widest addresses, in each print and language: looked at as pixels.

Each letter is drawn once and rendered once; all that must be true of its pages is then asked of the pictures.
"""

import re
import tomllib
from dataclasses import replace
from datetime import date
from functools import cached_property
from itertools import pairwise

import pypdfium2
import pytest
from PIL import ImageOps

from portal.letters.content import Block, Content, Role, Run, Section
from portal.letters.geometry import ALWAYS_VISIBLE, ALWAYS_VISIBLE_LARGE, MAY_SHOW, Area
from portal.letters.paging import Heading, parts_of
from portal.letters.wording import content_of
from portal.paths import DATA
from tests.letters.test_missed import MISSED
from tests.letters.words_of import ABROAD, ADDRESS, CONTEXT, KINDS, STATES, WIDEST, letter
from tests.notifications.notices_of import LETTERS, notice_context

PER_MM = 4  # pixels, about 100 to the inch
LONG_NAME = ("Lou Vandenbroucke-Wojciechowskaya", *ADDRESS[1:])
ADDRESSES = {"short": ADDRESS, "widest": WIDEST, "abroad": ABROAD, "a name of 29 letters": LONG_NAME}
WITH_COUPON = ("appointment_booked", "appointment_moved", "appointment_reminder")

WORDS = {kind: STATES["moved"] if kind == "appointment_moved" else {} for kind in KINDS}
WORDS["appointment_missed"] = MISSED
WORDS |= {kind: notice_context(**LETTERS[kind] | {"code": "K7MP-3XQA"}) for kind in LETTERS}
PAGE = Content(
    "Tout recevoir par courrier",
    "fr",
    (
        Section(
            "", "", (Block(Role.TEXT, (Run("Vous pouvez tout recevoir en lettre, sans rien perdre de vos droits."),)),)
        ),
        Section(
            "",
            "Pour qui\u00a0?",
            tuple(Block(Role.ITEM, (Run(f"Pour la personne {n}, et ses proches."),)) for n in range(9)),
        ),
    ),
)
WORDS["page_asked"] = {
    "page_path": "/infos/garantie-papier",
    "asked_at": "2026-11-16T11:12:00+01:00",
    "pages": {"fr": PAGE.as_json(), "en": replace(PAGE, title="All by post", language="en").as_json()},
    "part": [2, 12],
    "slots": True,
    "discreet": False,
}
WORDS["form_sent"] = {
    "form": {"reference": ["Référence\u00a0:", "F0000012"]},
    "form_kind": "choices",
    "form_is_blank": True,
}
LONGEST = {
    "names": ["Vandenbroucke-Wojciechowskaya Lou", "Essai Sacha"],
    "place_name": "Maison du Département Solidarité de Saint-Pol-sur-Ternoise",
    "place_lines": ["9 bis rue de la Longeville, centre socioculturel", "62164 La Capelle-lès-Boulogne"],
    "acted_by": "Association d'Entraide des Communes de la Haute Vallée de la Canche",
}


class Picture:
    """A page in which ink is white, asked in millimetres."""

    def __init__(self, page):
        self.words = page.get_textpage().get_text_range()
        self.image = ImageOps.invert(page.render(scale=PER_MM * 25.4 / 72, grayscale=True).to_pil())

    def ink(self, left, top, right, bottom):
        """The bounds of what is drawn inside; None when nothing is."""
        box = self.image.crop(tuple(round(edge * PER_MM) for edge in (left, top, right, bottom))).getbbox()
        return box and Area(*(edge / PER_MM + start for edge, start in zip(box, (left, top, left, top), strict=True)))

    def darkness(self, left, top, right, bottom):
        """The share of ink."""
        inside = self.image.crop(tuple(round(edge * PER_MM) for edge in (left, top, right, bottom)))
        return sum(inside.tobytes()) / len(inside.tobytes()) / 255

    @cached_property
    def cuts(self):
        """Where a broken stroke crosses the page: many runs of ink, each as far from the next."""
        found = []
        for row in range(20 * PER_MM, 284 * PER_MM):
            line = self.image.crop((27 * PER_MM, row, 189 * PER_MM, row + 1)).tobytes()
            starts = [run.start() for run in re.finditer(rb"[\x30-\xff]+", line)]
            if 60 <= len(starts) <= 70 and {later - one for one, later in pairwise(starts[1:])} <= {9, 10, 11}:
                found.append(row / PER_MM)
        return [row for row in found if row - 1 / PER_MM not in found]


def pictures(pdf):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [Picture(page) for page in document]
    finally:
        document.close()


def squeezed(text):
    return re.sub(r"[\s\u00a0\ufffe\x02]", "", text)


def check_window(page, *, is_large):
    found = page.ink(MAY_SHOW.left, MAY_SHOW.top, MAY_SHOW.right, MAY_SHOW.bottom)
    seen = ALWAYS_VISIBLE_LARGE if is_large else ALWAYS_VISIBLE
    assert found.left >= 104.7
    assert found.top >= seen.top
    assert found.right <= seen.right
    assert found.bottom <= seen.bottom
    assert page.ink(0, 91, 210, 94.8) is None


def check_margins(page, *, is_first):
    assert page.ink(190.3, 0, 210, 297) is None
    assert page.ink(15.4, 0, 19.6, 297) is None
    assert page.ink(0, 0, 210, 11.5 if is_first else 19.5) is None
    assert page.ink(15.4, 290.5, 210, 297) is None
    for top, bottom in ((0, 98.4), (99.6, 197.4), (198.6, 274.6), (291.5, 297)):
        assert page.ink(0, top, 15.4, bottom) is None
    for fold in (99, 198):
        mark = page.ink(0, fold - 0.6, 15.4, fold + 0.6)
        assert mark.left == pytest.approx(3.5, abs=0.4)
        assert mark.right == pytest.approx(8, abs=0.4)


def check_key_and_foot(page):
    assert 0.3 < page.darkness(5.6, 275, 14.4, 283) < 0.7
    rule = page.ink(15.4, 283.2, 210, 283.9)
    assert rule.left == pytest.approx(20, abs=0.3)
    assert rule.right == pytest.approx(190, abs=0.3)
    assert page.ink(15.4, 282, 210, 283.1) is None  # nothing of the body reaches the foot
    assert page.ink(20, 284.5, 190, 290).right == pytest.approx(190, abs=0.6)


def check_coupon(page, *, large):
    (cut,) = page.cuts
    assert page.ink(27, cut - 1.8, 190, cut - 0.4) is None
    assert page.ink(27, cut + 0.6, 190, cut + 1.4) is None
    is_below = page.ink(20, cut + 3, 190, 265) is not None  # otherwise it stands at the top of its own page
    assert not is_below or 281.5 - cut >= 38
    top = cut + 3.5 if is_below else 20
    assert 0.3 < page.darkness(170, top + 1, 186, top + 14) < 0.7  # its code for a scanner
    words = 156 if large else 164.5  # of the code, under it: nothing comes near them
    assert page.ink(words - 2.5, top, words - 0.5, top + (23 if large else 21)) is None


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", WORDS)
def test_every_letter_is_right_to_the_eye(kind, language, large):
    for address, more in [(address, {}) for address in ADDRESSES] + [("widest", LONGEST)] * (kind in KINDS):
        context = CONTEXT | WORDS[kind] | more | {"language": language, "large_print": large}
        drawn = letter(kind, ADDRESSES[address], **context)
        pages = pictures(drawn.pdf)
        check_window(pages[0], is_large=address == "abroad")
        for number, page in enumerate(pages, start=1):
            check_margins(page, is_first=number == 1)
            if not more:  # its foot has lines of its own
                check_key_and_foot(page)
            assert f"page {number} sur {len(pages)}" in page.words.replace("\u00a0", " ")
            if page.cuts:
                check_coupon(page, large=large)
        said = squeezed("".join(page.words for page in pages))
        bears, whole = drawn.content, content_of(kind, context)
        for one, words in ((bears, whole), (bears.other, whole.other)):
            if one is None or words is None:
                assert one is words
                continue
            left_out = [section.name for section in words.sections if section not in one.sections]
            assert left_out in ([], ["coupon"])  # one of two languages may be enough
            for section in one.sections:
                for block in section.blocks:
                    assert all(squeezed(line.text) in said for line in (block, *block.beside))
        assert any(page.cuts for page in pages) is (kind in WITH_COUPON)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_letter_in_two_languages_has_both_whole_french_first_each_on_its_own_pages(language):
    pages = pictures(letter("appointment_booked", WIDEST, language=language).pdf)
    assert len(pages) == (2 if language == "en" else 1)
    assert "Votre rendez-vous est pris" in pages[0].words
    if language == "en":
        assert "In English: from page 2" in pages[0].words
        assert "Your appointment is booked" in pages[1].words
        assert all("K7MP-3XQA" in page.words and "porte.exemple.fr/r/K7MP3XQA" in page.words for page in pages)


def test_two_languages_that_do_not_fit_on_four_pages_leave_french_alone():
    found = letter(large_print=True, language="en", bring=[f"Le document {n} du dossier" for n in range(44)])
    pages = pictures(found.pdf)
    assert len(pages) <= 4
    assert "rendez-vous est pris" in pages[0].words
    assert not any("Your appointment" in page.words for page in pages)
    assert "In English: ask us. The end of this letter says how." in pages[0].words
    assert any(page.cuts for page in pages)  # the coupon is not lost with the other language
    assert [section.name for section in found.content.sections].count("coupon") == 1
    assert (found.content.other.title, found.content.other.sections) == (
        "In English: ask us. The end of this letter says how.",
        (),
    )


def test_where_it_would_cost_a_page_the_coupon_takes_the_other_side():
    pages = pictures(letter(bring=[f"Le document numéro {n}" for n in range(11)]).pdf)
    assert len(pages) == 2
    assert pages[0].cuts == []
    assert "coupon à découper page 2" in pages[0].words.replace("\u00a0", " ")
    (cut,) = pages[1].cuts
    assert cut < 90
    assert pages[1].ink(20, cut + 3, 190, 280) is None


LATE = STATES["too late to change online"]


def test_there_is_no_coupon_once_it_is_too_late_to_cancel_nor_for_what_is_cancelled():
    for pdf in (letter(**LATE, coupon_paper=False).pdf, letter("appointment_cancelled").pdf):
        assert not any(page.cuts for page in pictures(pdf))


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("kind", WITH_COUPON)
def test_too_late_to_cancel_the_choice_of_letters_stands_alone_at_the_foot_and_takes_no_page_of_its_own(kind, large):
    words = CONTEXT | WORDS[kind] | LATE | {"large_print": large}
    without = letter(kind, **words | {"coupon_paper": False})
    for address, more in ((ADDRESS, {}), (WIDEST, {"place_name": LONGEST["place_name"]})):
        pages = pictures(letter(kind, address, **words | more).pdf)
        assert len(pages) == without.pages
        (page,) = [one for one in pages if one.cuts]
        (cut,) = page.cuts
        slip = page.words[page.words.index("Tout recevoir par lettre") :].replace("\u00a0", " ")
        assert "Je veux tout recevoir par lettre." in slip
        assert "J’annule" not in slip
        assert page.ink(170, cut + 4, 187, cut + 20) is not None  # its code for a scanner
        assert 20 <= 281.5 - cut <= (48 if large else 36)


def test_a_choice_of_letters_that_finds_no_room_leaves_the_letter_as_it_is_without_it():
    words = CONTEXT | WORDS["appointment_moved"] | LATE | LONGEST
    full, without = (letter("appointment_moved", WIDEST, **words | {"coupon_paper": one}) for one in (True, False))
    assert "choice" not in [section.name for section in full.content.sections]
    assert full.pdf == without.pdf


def test_the_coupon_of_someone_who_wants_discretion_names_nobody_and_nothing():
    (page,) = pictures(letter(place_name="", place_lines=[], words="rendez-vous", address=ADDRESS).pdf)
    coupon = page.words[page.words.index("Un appel suffit aussi") :]
    assert "Rendez-vous du mardi" in coupon.replace("\u00a0", " ")
    assert "Essai" not in coupon


def real_contexts():
    """Each motif of the Département, at an ordinary place of the demonstration with the longest directions."""
    place = max(
        tomllib.loads((DATA / "demo" / "places.toml").read_text("utf-8"))["place"],
        key=lambda one: len(str(one.get("directions"))),
    )
    for motif in tomllib.loads((DATA / "pas-de-calais" / "motifs.toml").read_text("utf-8"))["motif"]:
        mode = motif.get("mode", "place")
        yield (
            motif["key"],
            {
                "mode": mode,
                "place_name": "MDS Saint-Pol-sur-Ternoise",
                "place_lines": [place["street"], "62130 Saint-Pol-sur-Ternoise"] if mode == "place" else [],
                "directions": place["directions"] if mode == "place" else None,
                "place_phone": place["phone"],
                "phone": place["phone"],
                "phone_hours": None,
                "bring": motif["bring"],
                "before": motif.get("before"),
                "after": motif.get("after"),
                "coupon_post_by": "2026-11-18",  # a Wednesday: the widest of the days
            },
        )


def strokes(page, left, right):
    """Where a stroke crosses the page from one edge to the other, under the coupon's cut."""
    (cut,) = page.cuts
    rows = range(round((cut + 2) * PER_MM), 283 * PER_MM)
    lines = (page.image.crop((round(left * PER_MM), row, round(right * PER_MM), row + 1)) for row in rows)
    found = [row / PER_MM for row, line in zip(rows, lines, strict=True) if line.getextrema()[0] > 0x20]
    return [row for row in found if row - 1 / PER_MM not in found]


@pytest.mark.parametrize("kind", WITH_COUPON)
@pytest.mark.parametrize("large", [False, True])
def test_the_boxes_of_the_coupon_stand_apart_and_the_room_of_its_page_is_used(kind, large):
    drawn = letter(kind, **CONTEXT | WORDS[kind] | {"large_print": large})
    page = next(one for one in pictures(drawn.pdf) if one.cuts)
    _top, bottom, top, _bottom = strokes(page, 20.6, 25.3 if large else 23.9)  # of those at the left
    assert top - bottom >= (3 if large else 1.4)
    assert 281.5 - page.cuts[0] >= (85 if large else 46)


def test_the_signature_stands_alone_where_the_page_has_room():
    page = pictures(letter("paper_chosen", **notice_context(**LETTERS["paper_chosen"])).pdf)[0]
    lines = [line.strip() for line in page.words.replace("\u00a0", " ").splitlines()]
    assert "Département du Pas-de-Calais" in lines[lines.index("Nous répondons du lundi au vendredi, de 9 h à 17 h.") :]


def test_a_letter_with_a_code_is_one_page_in_large_print():
    words = WORDS["activation_code"] | {"large_print": True}
    assert letter("activation_code", **words).pages == 1


@pytest.mark.parametrize("kind", WITH_COUPON)
def test_with_the_longest_texts_of_the_demonstration_a_letter_is_one_page_in_normal_print_and_two_in_large(kind):
    heading = Heading("C0001234K", date(2026, 11, 17))
    for motif, context in real_contexts():
        words = CONTEXT | context | WORDS[kind]
        (normal,) = parts_of(heading, content_of(kind, words), large_print=False)
        (large,) = parts_of(heading, content_of(kind, words), large_print=True)
        is_long = bool(context["before"] and context["after"])
        assert len(normal.pages) == (1 + normal.is_coupon_alone), motif
        assert is_long or not normal.is_coupon_alone, motif
        assert len(large.pages) <= 2, motif
