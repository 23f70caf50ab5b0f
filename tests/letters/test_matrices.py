"""2D codes put together from what was worked out for others: the same modules as the libraries that draw them whole."""

import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from ppf.datamatrix import DataMatrix

from portal.codes import ALPHABET, LENGTH, shown
from portal.letters.matrices import data_matrix, qr_code
from portal.letters.rules import reference_of

SITE = "https://porte.exemple.fr/"
CODES = st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH)
LINKS = st.sampled_from([f"{SITE}r/", "http://127.0.0.1:8000/r/"])


def rows(matrix):
    return tuple(bytes(row) for row in matrix)


@settings(max_examples=40)
@given(LINKS, CODES)
def test_the_code_of_a_link_is_the_one_that_segno_draws(site, code):
    assert qr_code(site + code) == rows(segno.make(site + code, error="m", micro=False, mask=2).matrix)


def test_so_is_that_of_a_link_without_a_code():
    for link in (
        f"{SITE}rendez-vous",
        f"{SITE}infos/garantie-papier",
        f"{SITE}infos/été-2026",
        "https://été.example/r/K7MP3XQA",
    ):
        assert qr_code(link) == rows(segno.make(link, error="m", micro=False, mask=2).matrix)


@settings(max_examples=40)
@given(st.integers(1, 10**9), st.integers(1, 23), st.integers(1, 4), CODES)
def test_the_codes_of_keys_and_of_coupons_are_those_that_the_library_draws(number, drawing, page, code):
    for text in (f"{reference_of(number, drawing)}-{page}-4", shown(code)):
        assert data_matrix(text) == rows(DataMatrix(text).matrix)
