"""What a browser sends is text: a number is read in plain figures, or not at all."""

import pytest

from portal.web.text import WIDEST, whole


def test_a_number_is_read_up_to_the_largest_that_a_row_has() -> None:
    assert [whole(text) for text in ("0", "12", str(WIDEST))] == [0, 12, WIDEST]
    assert (whole("99", 99), whole("100", 99)) == (99, None)


@pytest.mark.parametrize(
    "text", [None, "", "-1", "+1", "1_0", " 1", "1.0", "\u0663", "\u00b2", "2147483648", "9" * 5000]
)
def test_what_is_no_such_number_is_none_and_never_an_error(text) -> None:
    assert whole(text) is None
