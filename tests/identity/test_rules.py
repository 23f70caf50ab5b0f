"""Codes as people type them, contacts half hidden, files of one day, and addresses that are one."""

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.identity.rules import born_on, end_of, is_same_address, level_of, masked, read_digits
from portal.people.models import Level, Person
from portal.people.models_credentials import CredentialKind
from tests.world import at

DIGITS = st.text("0123456789", min_size=6, max_size=6)
DECIMALS = [chr(point) for point in range(0x30000) if unicodedata.category(chr(point)) == "Nd"]
NOW = at("2026-11-23", "09:02")


@given(st.text())
@example("\x00")
@example("123456\ud800")
@example("①②③④⑤⑥")
@example("²³⁴⁵⁶⁷")
@example("1234567")
@example("9" * 100)
def test_any_text_is_six_digits_or_nothing(text):
    read = read_digits(text)
    assert read is None or (len(read) == 6 and read.isascii() and read.isdecimal())


@given(DIGITS, st.lists(st.sampled_from([" ", "\u00a0", "\u202f", "\t", "-", "–", ".", "\u200b"]), max_size=7))
def test_spaces_and_hyphens_are_forgiven_anywhere(code, blanks):
    typed = "".join(sign + (blanks[at] if at < len(blanks) else "") for at, sign in enumerate(code))
    assert read_digits(f" {typed} ") == code


@given(st.lists(st.sampled_from(DECIMALS), min_size=6, max_size=6))
def test_digits_of_any_script_are_read_full_width_ones_too(signs):
    assert read_digits("".join(signs)) == "".join(str(unicodedata.digit(sign)) for sign in signs)


def test_full_width_digits_with_an_ideographic_space_are_read():
    assert read_digits("１２３\u3000４５６") == "123456"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "+12345", "1_2345", "0x1234", "①②③④⑤⑥0", "12345½"])
def test_what_is_not_six_digits_is_no_code(typed):
    assert read_digits(typed) is None


@pytest.mark.parametrize(
    ("kind", "to", "shown"),
    [
        (CredentialKind.MOBILE, "+33639980012", "06 •• •• •• 12"),
        (CredentialKind.EMAIL, "camille.exemple@demo.example", "ca•••@demo.example"),
        (CredentialKind.EMAIL, "ab@demo.example", "a•••@demo.example"),
        (CredentialKind.MOBILE, "+262639000012", "+26•••12"),
    ],
)
def test_a_contact_is_recognised_by_its_owner_and_tells_no_more(kind, to, shown):
    assert masked(kind, to).replace("\u00a0", " ") == shown


@given(st.emails())
def test_no_mailbox_is_shown_whole(to):
    assert to not in masked(CredentialKind.EMAIL, to)


def test_a_code_lasts_10_minutes():
    assert end_of(NOW) - NOW == timedelta(minutes=10)


def test_what_an_agent_or_someone_known_vouched_for_opens_the_upper_level():
    assert (level_of(is_vouched=True), level_of(is_vouched=False)) == (Level.KNOWN, Level.REACHABLE)


def a_file(number, key="essai|dominique", born=date(1980, 2, 29), *, maybe_double=False):
    return Person(id=number, match_key=key, birth_date=born, maybe_double=maybe_double)


def test_those_born_that_day_each_once_the_file_that_is_no_double_standing_for_its_person():
    files = [
        a_file(1, maybe_double=True),
        a_file(2),
        a_file(3),
        a_file(4, "essai|claude"),
        a_file(5, "essai|sacha", date(1981, 1, 1)),
    ]
    assert [file.id for file in born_on(files, date(1980, 2, 29))] == [2, 4]
    assert born_on(files, date(1999, 1, 1)) == []


STORED = ["", "RESIDENCE DES MAQUETTES", "12 PLACE DU MODELE", "", "62500 SAINT OMER"]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (["12 place du Modèle", "62500 Saint-Omer"], STORED),
        (["12, pl. du modele", "62500 St Omer"], STORED),
        (["Résidence des Maquettes", "62500 SAINT OMER"], STORED),
        (["3 bis av. du Général Essai", "62000 Arras"], ["3 BIS AVENUE DU GENERAL ESSAI", "62000 ARRAS"]),
        (["3B avenue du général Essai", "62000 Arras"], ["3 BIS AVENUE DU GENERAL ESSAI", "62000 ARRAS"]),
        (["BP 40", "62000 Arras"], ["", "", "", "BP 40", "62000 ARRAS"]),
    ],
)
def test_one_address_is_recognised_in_its_various_writings(typed, stored):
    assert is_same_address(typed, stored)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (["13 place du Modèle", "62500 Saint-Omer"], STORED),
        (["12 place du Modèle", "62000 Arras"], STORED),
        (["place du Modèle", "62500 Saint-Omer"], STORED),
        (["x" * 60, "62500 Saint-Omer"], STORED),
        (["de la", "62500 Saint-Omer"], STORED),
        (["12 place du Modèle", "62500 Saint-Omer"], []),
        (["12 place du Modèle", "Saint-Omer"], ["12 PLACE DU MODELE", "SAINT OMER"]),
        ([], STORED),
    ],
)
def test_other_addresses_are_not_taken_for_it(typed, stored):
    assert not is_same_address(typed, stored)


@given(st.lists(st.text(max_size=60), max_size=5), st.lists(st.text(max_size=60), max_size=6))
def test_comparing_addresses_never_fails(typed, stored):
    assert is_same_address(typed, stored) in {True, False}
