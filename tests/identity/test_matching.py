"""Whose file an identity of FranceConnect is."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.identity.rules_matching import (
    BirthDates,
    Fit,
    Outcome,
    Pivot,
    PivotFault,
    birth_dates,
    birth_place,
    fit,
    outcome,
    pivot_of,
)
from portal.people.models import Person

BORN = date(1980, 2, 29)
DETAILS = {
    "family_name": "LEFÈVRE-ESSAI",
    "preferred_username": "D'INVENTION",
    "given_name": "Anne-Marie Louise Zoé",
    "birthdate": "1980-02-29",
    "birthplace": "62041",
    "birthcountry": "99100",
    "email": "couple@exemple.fr",
}


def pivot(**changes) -> Pivot:
    read = pivot_of(DETAILS | changes)
    assert isinstance(read, Pivot)
    return read


def file(family_name="Lefèvre-Essai", given_names="Anne-Marie Louise Zoé", born=BORN, **values) -> Person:
    return Person(family_name=family_name, given_names=given_names, birth_date=born, **{"id": 1} | values)


@pytest.mark.parametrize(
    ("family_name", "given_names"),
    [
        ("Lefèvre-Essai", "Anne-Marie Louise Zoé"),
        ("LEFEVRE ESSAI", "ANNE MARIE"),
        ("lefèvre essai", "anne-marie louise"),
        ("d’Invention", "Anne-Marie"),
        ("D INVENTION", "Annemarie Louise Zoe"),
        ("Lefèvre-Essai d'Invention", "Anne-Marie"),
        ("d'Invention Lefèvre-Essai", "Anne-Marie"),
        ("Anne-Marie", "Lefèvre-Essai"),
    ],
)
def test_a_file_fits_under_either_name_with_all_or_the_first_given_names_however_written(family_name, given_names):
    assert fit(pivot(), file(family_name, given_names)) is Fit.SURE


@pytest.mark.parametrize(("family_name", "given_names"), [("Lefèvre-Essai", "Louise"), ("Zoé", "d'Invention")])
def test_one_of_the_other_given_names_alone_is_a_doubt(family_name, given_names):
    assert fit(pivot(), file(family_name, given_names)) is Fit.POSSIBLE


@pytest.mark.parametrize(
    "other",
    [
        file("Lefèvre", "Anne-Marie"),
        file(given_names="Anne"),
        file(given_names="Louise Zoé"),
        file(given_names="Camille"),
        file(born=date(1980, 2, 28)),
        file(birth_place="62498"),
        file(guardian_id=2),
        file(card_of_id=2),
    ],
    ids=["family name", "half a given name", "last ones", "given name", "day", "place", "relative", "card"],
)
def test_anything_else_is_another_person(other):
    assert fit(pivot(), other) is Fit.NONE


def test_no_usage_name_opens_no_file_without_a_name():
    assert pivot(preferred_username="").usage_name is None
    assert pivot(preferred_username=" - ").usage_name is None
    assert fit(pivot(preferred_username=""), file("d'Invention", "Anne-Marie")) is Fit.NONE


@pytest.mark.parametrize(
    ("given", "kept", "wanted"),
    [
        ("62041", None, Fit.SURE),
        ("", "62041", Fit.SURE),
        ("62041", "62041", Fit.SURE),
        ("75107", "75056", Fit.SURE),
        ("75107", "75110", Fit.SURE),
        ("69381", "69123", Fit.SURE),
        ("13216", "13055", Fit.SURE),
        ("69380", "69123", Fit.NONE),
        ("2A004", "2A004", Fit.SURE),
        ("2A004", "2B033", Fit.NONE),
    ],
)
def test_birth_places_count_when_both_are_known_and_a_town_is_its_arrondissements(given, kept, wanted):
    assert fit(pivot(birthplace=given), file(birth_place=kept)) is wanted


@pytest.mark.parametrize(
    ("commune", "country", "place"),
    [
        ("62041", "99100", "62041"),
        ("", "99352", "99352"),
        ("", "99100", None),
        ("", "", None),
        ("Arras", "Algérie", None),
        ("2B033", "", "2B033"),
    ],
)
def test_who_was_born_abroad_has_the_number_of_a_country(commune, country, place):
    assert birth_place(commune, country) == place


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1980-02-29", BORN, BORN),
        ("1980-02-00", date(1980, 2, 1), date(1980, 2, 29)),
        ("1980-00-00", date(1980, 1, 1), date(1980, 12, 31)),
    ],
)
def test_a_birth_date_may_be_known_in_part(text, first, last):
    assert birth_dates(text) == BirthDates(first, last)


@pytest.mark.parametrize("text", ["", "1981-02-29", "1980-00-12", "0000-00-00", "1980-13-00", "29/02/1980", "1980-2-9"])
def test_what_is_no_date_is_none(text):
    assert birth_dates(text) is None


@given(st.text(max_size=12))
def test_any_text_is_a_birth_date_or_none(text):
    born = birth_dates(text)
    assert born is None or born.first <= born.last


def test_a_date_known_in_part_leaves_a_doubt_unless_the_places_agree():
    some_year = pivot(birthdate="1980-00-00")
    assert fit(some_year, file(born=date(1980, 1, 1))) is Fit.POSSIBLE
    assert fit(some_year, file(born=date(1980, 1, 1), birth_place="62041")) is Fit.SURE
    assert fit(some_year, file(born=date(1981, 1, 1), birth_place="62041")) is Fit.NONE
    assert some_year.identity.birth_date == date(1980, 1, 1)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"family_name": ""}, PivotFault.NAMES),
        ({"family_name": None}, PivotFault.NAMES),
        ({"family_name": " - "}, PivotFault.NAMES),
        ({"given_name": " "}, PivotFault.NAMES),
        ({"given_name": ["Anne"]}, PivotFault.NAMES),
        ({"birthdate": "1980"}, PivotFault.BIRTH_DATE),
        ({"birthdate": 1980}, PivotFault.BIRTH_DATE),
    ],
    ids=str,
)
def test_an_identity_without_a_name_or_a_birth_date_is_none(changes, fault):
    assert pivot_of(DETAILS | changes) is fault


def test_a_new_file_has_the_name_in_use_and_the_given_names_that_fit():
    assert pivot().identity.family_name == "D'INVENTION"
    assert pivot(preferred_username=None).identity.family_name == "LEFÈVRE-ESSAI"
    many = pivot(given_name=" ".join(["Anne-Charlotte-Philippine-Leo"] * 5))
    assert [len(name) for name in many.identity.given_names.split()] == [29, 29, 29]
    assert pivot(given_name="A" * 120 + " Zoé").identity.given_names == "Zoé"
    assert pivot(given_name="A" * 120).identity.given_names == "A" * 120


def test_one_file_that_surely_fits_is_joined_and_none_is_made_anew():
    one, other = file(), file("Autre", id=2)
    assert outcome(pivot(), [one, other]) == (Outcome.JOIN, [one])
    assert outcome(pivot(), [other]) == (Outcome.NEW, [])
    assert outcome(pivot(), []) == (Outcome.NEW, [])


@pytest.mark.parametrize(
    ("files", "taken"),
    [
        ([file(id=1), file(id=2)], ()),
        ([file(id=1), file(given_names="Louise", id=2)], ()),
        ([file(given_names="Louise", id=2)], ()),
        ([file(id=1)], {1}),
    ],
    ids=["two", "one and a doubt", "a doubt", "taken by another identity"],
)
def test_several_files_or_a_doubt_go_to_an_agent_the_surest_first(files, taken):
    found, fitting = outcome(pivot(), reversed(files), taken=taken)
    assert found is Outcome.AGENT
    assert {one.id for one in fitting} == {one.id for one in files}
    kinds = [fit(pivot(), one) for one in fitting]
    assert kinds == sorted(kinds, key=[Fit.SURE, Fit.POSSIBLE].index)
