import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.web.text import TextFault, clean, fault_of


@pytest.mark.parametrize(
    "text", ["Zoé Ñuñez-D'Hérécourt", "Nguyễn Thị", "Łukasz", "محمد", "3 bis, rue de l'Église", "n° 4"]
)
def test_names_and_streets_of_everyone_are_taken(text):
    assert fault_of(clean(text), 100) is None


@pytest.mark.parametrize("text", ["a\x00b", "a\u202eb", "a\u2066b", "😀", "a\x1bb", "a\ue000b"])
def test_what_cannot_be_printed_on_a_letter_is_refused_by_name(text):
    assert fault_of(clean(text), 100) is TextFault.BAD_CHARACTER


def test_a_line_too_long_is_refused_and_never_cut():
    assert fault_of("a" * 101, 100) is TextFault.TOO_LONG
    assert fault_of("a" * 100, 100) is None


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)
