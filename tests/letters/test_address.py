import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.letters.address import (
    AddressFault,
    AddressReason,
    BadAddressError,
    check_address,
    doors,
    letter_box,
    printed_lines,
    town_of,
)

LABELS = {
    "62000": {"Arras", "ARRAS"},
    "62170": {"Aix-en-Issart", "AIX-EN-ISSART", "Saint-Josse", "SAINT-JOSSE", "ST AUBIN"},
    "62175": {"Boiry-Sainte-Rictrude", "BOIRY STE RICTRUDE"},
    "62290": {"Nœux-les-Mines", "NOEUX-LES-MINES"},
    "62360": {"Saint-Étienne-au-Mont", "PONT DE BRIQUES ST ETIENNE"},
    "62560": {"Saint-Martin-d'Hardinghem", "SAINT MARTIN D HARDINGHEM"},
    "62890": {"Nordausques", "Éperlecques"},
}


class Pas:
    """A few communes of the Pas-de-Calais."""

    def label_of(self, postal_code):
        return frozenset(LABELS.get(postal_code, ()))


def check(*lines):
    return check_address(lines, communes=Pas())


def faults(*lines):
    return check(*lines)[1]


def street(town):
    return faults("", "", "12 rue de la Démonstration", "", town)


def test_no_line_at_all_is_an_address_that_was_not_given():
    assert check("", " ", "", "", "") == ([], [])
    assert check() == ([], [])


def test_what_was_typed_is_kept_tidy_and_in_its_place():
    kept, found = check("", " Résidence  des Essais", "12, rue de l'Église", "", "62 000  Arras ")
    assert kept == ["", "Résidence des Essais", "12, rue de l'Église", "", "62000 Arras"]
    assert found == []


def test_fewer_lines_are_read_from_the_town_up():
    assert check("Apt 3", "12 rue X", "BP 12", "62000 Arras")[0] == ["Apt 3", "", "12 rue X", "BP 12", "62000 Arras"]
    assert check("12 rue X", "62000 Arras")[0] == ["", "", "12 rue X", "", "62000 Arras"]


@pytest.mark.parametrize(
    "town",
    [
        "62000 Arras",
        "62000 ARRAS",
        "F-62000 Arras",
        "62170 St Josse",
        "62170 Saint-Aubin",
        "62175 Boiry Ste-Rictrude",
        "62290 NOEUX LES MINES",
        "62290 Nœux-lez-Mines",
        "62360 Saint Etienne au Mont",
        "62360 Pont-de-Briques-Saint-Étienne",
        "62560 St Martin d’Hardinghem",
        "62018 Arras Cedex 9",
        "62018 ARRAS CEDEX",
        "75011 Paris",
        "97400 Saint-Denis",
    ],
)
def test_a_commune_is_recognised_however_it_is_written(town):
    assert street(town) == []


@pytest.mark.parametrize(
    ("town", "reason"),
    [
        ("62000 Lens", AddressReason.TOWN_MISMATCH),
        ("62999 Arras", AddressReason.POSTCODE_UNKNOWN),
        ("Arras", AddressReason.POSTCODE_MISSING),
        ("6200 Arras", AddressReason.POSTCODE_MISSING),
        ("620000 Arras", AddressReason.POSTCODE_MISSING),
        ("62000", AddressReason.TOWN_MISSING),
        ("", AddressReason.TOWN_MISSING),
        ("62000 Saint-Étienne-au-Mont-sur-la-Colline-Lointaine", AddressReason.TOO_LONG),
        ("62000 Αθήνα", AddressReason.BAD_CHARACTER),
        ("62000 Arras 😀", AddressReason.BAD_CHARACTER),
    ],
)
def test_a_fault_of_the_town_is_named(town, reason):
    assert AddressFault(6, reason) in street(town)


def test_each_fault_has_the_number_of_its_line():
    found = faults("x" * 39, "ok", "rue du \u202egauche", "y" * 40, "62000 Arras")
    assert found == [
        AddressFault(2, AddressReason.TOO_LONG),
        AddressFault(4, AddressReason.BAD_CHARACTER),
        AddressFault(5, AddressReason.TOO_LONG),
    ]


def test_a_town_alone_is_no_address():
    assert faults("", "", "", "", "62000 Arras") == [AddressFault(4, AddressReason.STREET_MISSING)]
    assert faults("", "", "--", "", "62000 Arras") == [AddressFault(4, AddressReason.STREET_MISSING)]


@pytest.mark.parametrize("line", [("CHEZ CCAS D'ARRAS", "", "", ""), ("", "", "", "Le Moulin"), ("", "", "", "BP 12")])
def test_a_domiciliation_a_hamlet_or_a_box_is_an_address(line):
    assert faults(*line, "62000 Arras") == []


def test_abroad_takes_a_seventh_line_and_france_is_no_abroad():
    assert check("", "", "1 rue X", "", "1000 Bruxelles", "Belgique")[1] == []
    assert check("", "", "1 rue X", "", "62000 Arras", "France")[0] == ["", "", "1 rue X", "", "62000 Arras"]
    assert faults("", "", "1 rue X", "", "1000 Bruxelles", "Belgique", "Terre") == [
        AddressFault(7, AddressReason.TOO_MANY_LINES)
    ]


def test_the_envelope_has_capitals_from_the_street_down_and_no_blank_line():
    lines = ["Chez Mme Noël", "", "12 bis, rue de l'Église-Neuve", "Lieu-dit « Le Nœud »", "62000 Saint-Nicolas"]
    assert printed_lines("Zoé d'Essai", lines) == [
        "Zoé d'Essai",
        "Chez Mme Noël",
        "12 BIS RUE DE L EGLISE NEUVE",
        "LIEU DIT LE NOEUD",
        "62000 SAINT NICOLAS",
    ]


def test_a_name_too_long_takes_the_second_line_when_it_is_free():
    name = "Marie-Antoinette Éléonore Wojciechowska-Vandenbroucke"
    printed = printed_lines(name, ["", "", "1 rue X", "", "62000 Arras"])
    assert " ".join(printed[:2]) == name
    with pytest.raises(BadAddressError) as bad:
        printed_lines(name, ["Chez X", "", "1 rue X", "", "62000 Arras"])
    assert bad.value.faults == (AddressFault(1, AddressReason.TOO_LONG),)


@pytest.mark.parametrize(
    ("name", "lines", "fault"),
    [
        ("", ["1 rue X", "62000 Arras"], AddressFault(1, AddressReason.NAME_MISSING)),
        ("Essai", [], AddressFault(6, AddressReason.TOWN_MISSING)),
        ("محمد", ["1 rue X", "62000 Arras"], AddressFault(1, AddressReason.BAD_CHARACTER)),
        ("Essai", ["r" * 39, "62000 Arras"], AddressFault(4, AddressReason.TOO_LONG)),
        ("E" * 39, ["1 rue X", "62000 Arras"], AddressFault(1, AddressReason.TOO_LONG)),
        ("Essai", ["2", "3", "4", "BP 5", "62000 A", "X", "Y"], AddressFault(7, AddressReason.TOO_MANY_LINES)),
        ("Essai A" + "b" * 37, ["2", "3", "4", "BP 5", "62000 A"], AddressFault(1, AddressReason.TOO_LONG)),
    ],
)
def test_an_envelope_that_cannot_be_printed_whole_is_refused(name, lines, fault):
    with pytest.raises(BadAddressError) as bad:
        printed_lines(name, lines)
    assert fault in bad.value.faults


def test_the_town_of_an_address_is_read_alone():
    assert town_of(["", "", "1 rue X", "", "62000 Arras"]) == "62000 ARRAS"
    assert town_of([]) == ""


typed = st.text(max_size=45) | st.from_regex(r"[0-9]{1,3} (rue|place|impasse) [A-Za-zéèœç' -]{3,30}", fullmatch=True)
towns = st.sampled_from(["62000 Arras", "62 000 arras", "62018 ARRAS CEDEX 9", "75011 Paris"]) | typed


@given(st.tuples(typed, typed, typed, typed, towns))
@example(("", "", "№ 12 ½ rue ﬁn", "", "62000 Arras"))
@example(("", "", "12 rue \u00a0\u3000X", "", "62000 Arras"))
def test_what_is_accepted_prints_whole_within_the_standard(lines):
    kept, found = check(*lines)
    if not kept or found:
        return
    printed = printed_lines("Dominique Essai", kept)
    assert len(printed) <= 6
    assert all(0 < len(line) <= 38 for line in printed)
    below = [line for number, line in enumerate(kept, start=2) if number >= 4 and any(map(str.isalnum, line))]
    assert all(re.fullmatch(r"[A-Z0-9]+( [A-Z0-9]+)*", line) for line in printed[-len(below) :])


@given(st.lists(st.text(max_size=60), max_size=9))
def test_whatever_is_typed_gets_an_answer_and_nothing_is_lost(lines):
    kept, found = check(*lines)
    assert all(1 <= fault.line <= 7 for fault in found)
    if not found:
        assert check(*kept) == (kept, [])


def test_a_letter_box_and_its_doors_are_the_same_however_they_are_written() -> None:
    first = ["Appt 3", "", "12 rue de l'Église", "", "62000 Arras"]
    assert letter_box(first) == letter_box(["", "APPT  3", "12, RUE DE L EGLISE", "", "62000 ARRAS"])
    assert letter_box(first) != letter_box(["Appt 4", *first[1:]])
    assert doors(first) == doors(["Appt 4", "Résidence des Tilleuls", *first[2:]])
    assert doors(["Chez Mme Essai", "", "", "", "62000 Arras"]) != doors(["Chez M. Exemple", "", "", "", "62000 Arras"])


@pytest.mark.parametrize(
    "above",
    [
        ["", "", "12 rue de l'Église", "BP 7"],
        ["BP 8", "", "12, RUE DE L EGLISE", ""],
        ["12 rue de l'Église", "", "BP 9", ""],
        ["", "12 rue de l'Église", "Le Petit Essai", ""],
        ["", "", "", "12 rue de l'Église"],
    ],
)
def test_a_line_that_changes_nothing_opens_no_other_door(above) -> None:
    (street,) = doors(["", "", "12 rue de l'Église", "", "62000 Arras"])

    assert street in doors([*above, "62000 Arras"])
    assert street not in doors([*above, "62100 Calais"])
    assert doors(["", "", "", "BP 7", "62000 Arras"]) != doors(["", "", "", "BP 8", "62000 Arras"])
