"""References printed on letters, and read back from what somebody types or a scanner sends."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.letters.rules import key_of, reference_of

NUMBERS = st.integers(0, 10**18 - 1)


def _is_one_itself(typed: str) -> bool:
    """Beyond ten million letters, an l for the last 1 may make the reference of another one."""
    written = re.fullmatch(r"C([0-9]{7,18})([A-Z])[A-Z]?", typed.upper())
    return bool(written) and reference_of(int(written[1])).endswith(written[2])


@given(NUMBERS, st.integers(1, 23), st.integers(1, 4))
def test_a_key_is_read_back_as_it_is_printed_and_as_people_type_it(number: int, drawing: int, pages: int) -> None:
    reference = reference_of(number, drawing)
    typed = f" {reference[:4].lower()} {reference[4:].lower()}"
    figures = reference.lstrip("C").rstrip("ABCDEFGHJKLMNPRSTUVWXYZ")
    confused = reference.replace(figures, figures.replace("0", "O").replace("1", "l"), 1)
    assume(not _is_one_itself(confused))
    assert {key_of(one) for one in (reference, f"{reference}-1-{pages}", typed, confused)} == {reference}


@given(NUMBERS, st.integers(1, 9), st.integers(0, 17))
def test_one_figure_typed_wrong_names_no_letter(number: int, more: int, at: int) -> None:
    reference = reference_of(number)
    at = 1 + at % (len(reference) - 2)
    wrong = reference[:at] + str((int(reference[at]) + more) % 10) + reference[at + 1 :]
    assert key_of(wrong) is None


@pytest.mark.parametrize("typed", ["", "C", "C000012", "bonjour", "C0000123", "D0000123J", "C" + "9" * 10_000 + "A"])
def test_what_is_no_key_names_no_letter(typed: str) -> None:
    assert key_of(typed) is None


def test_a_letter_is_drawn_23_times_at_most() -> None:
    assert reference_of(123, 23) == f"{reference_of(123)}Z"
    with pytest.raises(ValueError, match="so often"):
        reference_of(123, 24)
