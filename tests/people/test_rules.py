"""Names compared as people write them, and the limits of an identity."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.people.contacts import Contact
from portal.people.models import Person, RouteState
from portal.people.rules import (
    Identity,
    IdentityFault,
    age_on,
    birth_fault,
    contact_of,
    file_to_join,
    identity_fault,
    match_key,
    name_fault,
    plain,
    tidy,
)

BORN = date(1990, 4, 2)
KEY = match_key("Exemple", "Camille", BORN)
NAMES = st.text(st.characters(categories=("L",), max_codepoint=0x17F), min_size=1, max_size=20)


def person(
    number: int = 1,
    *,
    mobile: str | None = "+33639980012",
    email: str | None = None,
    state: RouteState = RouteState.UNTRIED,
    guardian_id: int | None = None,
    maybe_double: bool = False,
) -> Person:
    return Person(
        id=number,
        match_key=KEY,
        mobile=mobile,
        mobile_state=state,
        email=email,
        email_state=RouteState.UNTRIED,
        guardian_id=guardian_id,
        maybe_double=maybe_double,
        address=[],
        lent_ways=[],
    )


@pytest.mark.parametrize(
    ("family_name", "given_names"),
    [
        ("Lefèvre", "Anne-Marie"),
        ("LEFEVRE", "Anne Marie"),
        ("lefe\u0300vre", "AnneMarie"),
        ("Le Fèvre", " anne  marie "),
        ("Anne-Marie", "Lefèvre"),
    ],
)
def test_one_identity_written_in_several_ways_has_one_key(family_name: str, given_names: str) -> None:
    assert match_key(family_name, given_names, BORN) == "annemarie|lefevre|1990-04-02"


def test_ligatures_apostrophes_and_full_stops_do_not_count() -> None:
    assert plain("Œuvrard d'Ælst Jr.") == "oeuvrarddaelstjr"


def test_another_birth_date_is_another_key() -> None:
    assert match_key("Exemple", "Camille", date(1990, 2, 4)) != KEY


@given(NAMES, NAMES)
def test_case_and_hyphens_never_change_a_key(family_name: str, given_names: str) -> None:
    assert match_key(family_name.upper(), given_names, BORN) == match_key(
        family_name.upper().lower(), given_names, BORN
    )
    assert match_key(f"{family_name}-{given_names}", "x", BORN) == match_key(f"{family_name} {given_names}", "x", BORN)


@pytest.mark.parametrize(
    "name", ["Exemple", "d'Artois", "Saint-Pol", "Łukasz", "N'Guyễn", "O’Neil", "Jr.", "Zoe\u0308"]
)
def test_names_of_civil_documents_are_accepted(name: str) -> None:
    assert name_fault(name) is None


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", IdentityFault.NAME_MISSING),
        ("   ", IdentityFault.NAME_MISSING),
        ("-", IdentityFault.NAME_CHARACTERS),
        ("x" * 101, IdentityFault.NAME_TOO_LONG),
        ("x" * 10_000, IdentityFault.NAME_TOO_LONG),
        ("R2D2", IdentityFault.NAME_CHARACTERS),
        ("Camille 😀", IdentityFault.NAME_CHARACTERS),
        ("\u202eelliamaC", IdentityFault.NAME_CHARACTERS),
        ("محمد", IdentityFault.NAME_CHARACTERS),
        ("Cam\x00ille", IdentityFault.NAME_CHARACTERS),
        ("<b>", IdentityFault.NAME_CHARACTERS),
    ],
)
def test_a_name_that_cannot_be_one_is_refused_by_name(name: str, fault: IdentityFault) -> None:
    assert name_fault(name) is fault


def test_spaces_of_a_kept_name_are_single() -> None:
    assert tidy("  Anne \u00a0 Marie ") == "Anne Marie"


def test_a_birth_date_lies_between_125_years_ago_and_today() -> None:
    today = date(2026, 11, 22)
    assert birth_fault(today, today) is None
    assert birth_fault(date(2026, 11, 23), today) is IdentityFault.BIRTH_IN_FUTURE
    assert birth_fault(date(1901, 1, 1), today) is None
    assert birth_fault(date(1900, 12, 31), today) is IdentityFault.BIRTH_TOO_OLD


def test_the_first_fault_of_an_identity_is_told() -> None:
    today = date(2026, 11, 22)
    assert identity_fault(Identity("Exemple", "Camille", BORN), today) is None
    assert identity_fault(Identity("Exemple", "", date(2030, 1, 1)), today) is IdentityFault.NAME_MISSING
    assert identity_fault(Identity("Exemple", "Camille", date(2030, 1, 1)), today) is IdentityFault.BIRTH_IN_FUTURE


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2020, 11, 24), date(2026, 11, 23), 5),
        (date(2020, 11, 24), date(2026, 11, 24), 6),
        (date(2020, 2, 29), date(2026, 2, 28), 5),
        (date(2020, 2, 29), date(2026, 3, 1), 6),
    ],
)
def test_age_changes_on_the_birthday(born: date, day: date, age: int) -> None:
    assert age_on(born, day) == age


def test_a_file_is_joined_by_its_mobile_or_its_email_whatever_the_case() -> None:
    file = person(email="Camille@exemple.example")
    assert file_to_join([file], KEY, Contact(mobile="+33639980012")) is file
    assert file_to_join([file], KEY, Contact(email="camille@EXEMPLE.example")) is file
    assert file_to_join([file], KEY, Contact(mobile="+33639980013")) is None
    assert file_to_join([file], KEY, Contact(landline="+33639980012")) is None


def test_a_file_with_nothing_in_common_is_not_joined() -> None:
    assert file_to_join([person(mobile=None)], KEY, Contact()) is None
    assert file_to_join([person()], "other", Contact(mobile="+33639980012")) is None


def test_a_relative_s_file_is_not_joined_by_someone_who_answers_for_themselves() -> None:
    assert file_to_join([person(guardian_id=7)], KEY, Contact(mobile="+33639980012")) is None


def test_a_number_that_failed_identifies_nobody() -> None:
    assert file_to_join([person(state=RouteState.FAILED)], KEY, Contact(mobile="+33639980012")) is None


def test_a_file_that_may_be_a_double_is_joined_last_then_the_oldest() -> None:
    files = [person(1, maybe_double=True), person(3), person(2)]
    assert file_to_join(files, KEY, Contact(mobile="+33639980012")) is files[2]


def test_a_file_tells_how_its_person_is_reached() -> None:
    file = person(email="a@b.example")
    file.wants_paper, file.wants_large_print, file.wants_silence, file.language = True, False, False, "en"
    assert contact_of(file) == Contact(mobile="+33639980012", email="a@b.example", wants_paper=True, language="en")
