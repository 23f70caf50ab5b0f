"""Passwords, codes and states: pure."""

from datetime import UTC, date, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.codes import ALPHABET
from portal.people.models import Agent
from portal.staff.rules import AccountState, RoleFault, known_families, role_fault, state_of
from portal.staff.rules_codes import (
    in_groups,
    key_uri,
    matching_step,
    new_recovery_code,
    new_secret,
    read_digits,
    read_recovery_code,
    shown_recovery_code,
)
from portal.staff.rules_passwords import LONGEST, PasswordFault, composed, password_fault
from tests.world import at

NOW = at("2026-11-23", "09:02")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.mark.parametrize(
    "password",
    [
        "quatre mots sans rapport",
        "Tr0p?court!!mais.long",
        "porte bleue ouverte",
        "你好世界你好世界我们大家",
        "é" * 6 + "abcdefg",
    ],
)
def test_long_and_not_first_to_be_tried_is_enough(password):
    assert password_fault(password, email="nour.essai@exemple.fr", names=("Nour", "Essai")) is None


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("", PasswordFault.TOO_SHORT),
        ("onze signes", PasswordFault.TOO_SHORT),
        ("x y" * LONGEST, PasswordFault.TOO_LONG),
        ("motdepasse123!", PasswordFault.COMMON),
        ("MOT de Passe 2026", PasswordFault.COMMON),
        ("Pasdecalais62!!", PasswordFault.COMMON),
        ("azertyazerty12", PasswordFault.COMMON),
        ("abcdabcdabcd", PasswordFault.COMMON),
        ("understanding1", PasswordFault.COMMON),
        ("123456789012", PasswordFault.COMMON),
        ("aaaaaaaaaaaa", PasswordFault.COMMON),
        ("!?!?:;:;!?!?", PasswordFault.COMMON),
        ("nour.essai2026", PasswordFault.PERSONAL),
        ("EssaiNour!!2026", PasswordFault.PERSONAL),
        ("nour.essai@exemple.fr", PasswordFault.PERSONAL),
        ("essai essai essai nour", PasswordFault.PERSONAL),
    ],
)
def test_what_others_try_first_is_refused(password, fault):
    assert password_fault(password, email="nour.essai@exemple.fr", names=("Nour", "Essai")) is fault


def test_the_length_of_a_password_is_that_of_its_composed_form():
    assert composed("e\u0301") == "é"
    assert password_fault("e\u0301" * 6) is PasswordFault.TOO_SHORT


@given(st.text(max_size=300), st.emails(), st.tuples(st.text(max_size=30), st.text(max_size=30)))
def test_any_text_is_taken_or_refused(password, email, names):
    fault = password_fault(password, email=email, names=names)
    assert (fault is PasswordFault.TOO_SHORT) == (len(composed(password)) < 12)


def test_a_code_tells_its_step_one_step_early_or_late():
    generator, step = pyotp.TOTP(SECRET), int(NOW.timestamp()) // 30
    for offset in (-1, 0, 1):
        assert matching_step(SECRET, generator.at(NOW, counter_offset=offset), NOW) == step + offset
    for offset in (-2, 2):
        assert matching_step(SECRET, generator.at(NOW, counter_offset=offset), NOW) is None
    assert matching_step(SECRET, "abc", NOW) is None


def test_the_vectors_of_rfc_6238_are_understood():
    """Appendix B, SHA-1: the secret is "12345678901234567890"; the last six of its eight digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, code in ((59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")):
        assert matching_step(secret, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


@given(st.text(max_size=80))
def test_whatever_is_typed_is_six_figures_or_nothing(typed):
    digits = read_digits(typed)
    assert digits is None or (len(digits) == 6 and set(digits) <= set("0123456789"))
    code = read_recovery_code(typed)
    assert code is None or (len(code) == 10 and set(code) <= set(ALPHABET))


@given(st.lists(st.sampled_from(ALPHABET), min_size=10, max_size=10).map("".join))
def test_a_recovery_code_is_read_as_it_is_printed_and_as_it_is_copied(code):
    assert read_recovery_code(shown_recovery_code(code)) == code
    assert read_recovery_code(f" {code[:3].lower()} {code[3:].lower()} ") == code
    assert read_recovery_code(code.replace("0", "O").replace("1", "l")) == code


def test_codes_and_secrets_are_never_twice_the_same():
    assert len({new_recovery_code() for _ in range(50)}) == 50
    secret = new_secret()
    assert len(secret) == 32
    assert in_groups(secret).replace(" ", "") == secret
    assert key_uri(secret, "nour@exemple.fr") == (
        f"otpauth://totp/La%20Bonne%20Porte:nour%40exemple.fr?secret={secret}&issuer=La%20Bonne%20Porte"
    )


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, AccountState.TO_INVITE),
        ({"password_hash": "x"}, AccountState.OPEN),
        ({"proconnect_sub": "x"}, AccountState.OPEN),
        ({"invited_until": NOW + timedelta(seconds=1)}, AccountState.INVITED),
        ({"invited_until": NOW}, AccountState.TO_INVITE),
        ({"password_hash": "x", "expires_on": date(2026, 11, 24)}, AccountState.OPEN),
        ({"password_hash": "x", "expires_on": date(2026, 11, 23)}, AccountState.EXPIRED),
        ({"suspended_at": NOW, "expires_on": date(2026, 11, 23)}, AccountState.SUSPENDED),
        ({"is_active": False, "suspended_at": NOW}, AccountState.CLOSED),
    ],
)
def test_what_closes_an_account_most_is_said_first(changed, state):
    assert state_of(Agent(**{"is_active": True} | changed), NOW) is state


FIRST = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("role", "is_partner", "after", "fault"),
    [
        ("accueil", False, None, None),
        ("partenaire 1", True, date(2026, 11, 24), None),
        ("accueil", True, None, RoleFault.STAFF_ONLY),
        ("partenaire 2", False, None, RoleFault.PARTNER_ONLY),
        ("usager", False, None, RoleFault.UNKNOWN),
        ("everyone", False, None, RoleFault.UNKNOWN),
        ("accueil", False, FIRST, RoleFault.DATES),
    ],
)
def test_a_role_fits_the_agent_and_lasts(role, is_partner, after, fault):
    assert role_fault(role, is_partner=is_partner, first=FIRST, after=after) is fault


def test_only_a_role_that_books_may_overbook():
    given = {"is_partner": False, "first": FIRST, "after": None, "may_overbook": True}
    assert role_fault("courrier", **given) is RoleFault.BOOKS_NOTHING
    assert [role_fault(role, **given) for role in ("accueil", "encadrant")] == [None, None]


def test_families_are_known_and_in_their_order():
    assert known_families(["social", "sports", "pmi"]) == ["pmi", "social"]
