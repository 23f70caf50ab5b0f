"""Codes as they are typed from a letter or a cracked screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.codes import ALPHABET, LENGTH, new_code, read_code, shown


@pytest.mark.parametrize(
    "text",
    ["01ABCDEF", "01ab-cdef", " 01AB CDEF ", "oiab-cdef", "OLAB–CDEF", "0 1 a b\u00a0c d e f", "01AB.CDEF"],
)
def test_a_code_is_read_however_it_is_typed(text: str) -> None:
    assert read_code(text) == "01ABCDEF"


@pytest.mark.parametrize(
    "text", ["", "01ABCDE", "01ABCDEFG", "01ABCDEU", "01ABCDE\x00", "0" * 10_000, "٠١ABCDEF", "🚪🚪🚪🚪🚪🚪🚪🚪"]
)
def test_what_can_be_no_code_is_none(text: str) -> None:
    assert read_code(text) is None


@given(st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH))
def test_a_printed_code_reads_as_itself(code: str) -> None:
    assert read_code(shown(code)) == code
    assert read_code(shown(code).lower()) == code


@given(st.text(max_size=80))
def test_any_text_is_a_code_or_none(text: str) -> None:
    code = read_code(text)
    assert code is None or (len(code) == LENGTH and set(code) <= set(ALPHABET))


def test_new_codes_are_codes_and_differ() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(read_code(code) == code for code in codes)
