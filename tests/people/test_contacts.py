"""Phone numbers and e-mail addresses, as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.people.contacts import ContactFault, ContactReason, Phone, parse_email, parse_phone


@pytest.mark.parametrize(
    "text",
    [
        "06 39 98 00 12",
        "0639980012",
        "06.39.98.00.12",
        "06-39-98-00-12",
        "+33 6 39 98 00 12",
        "+33 (0)6 39 98 00 12",
        "0033 639980012",
        "06\u00a039\u202f98 00 12",
        "６３９９８００１２",
        " 06 39 98 00 12 ",
        "06/39/98/00/12",
    ],
)
def test_a_mobile_is_read_in_any_written_form(text: str) -> None:
    assert parse_phone(text) == Phone("+33639980012", is_mobile=True)


@pytest.mark.parametrize(
    ("text", "e164", "is_mobile"),
    [
        ("03 53 01 00 62", "+33353010062", False),
        ("01 99 00 12 34", "+33199001234", False),
        ("09 72 12 34 56", "+33972123456", False),
        ("07 56 12 34 56", "+33756123456", True),
        ("0692 12 34 56", "+262692123456", True),
        ("+33 692 12 34 56", "+262692123456", True),
        ("+262 692 12 34 56", "+262692123456", True),
        ("0262 12 34 56", "+262262123456", False),
        ("0690 12 34 56", "+590690123456", True),
        ("0594 30 12 34", "+594594301234", False),
        ("0596 51 34 56", "+596596513456", False),
        ("0639 01 12 34", "+262639011234", True),
        ("+687 75 12 34", "+687751234", True),
    ],
)
def test_landlines_boxes_and_overseas_numbers_are_told_apart(text: str, e164: str, *, is_mobile: bool) -> None:
    assert parse_phone(text) == Phone(e164, is_mobile=is_mobile)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", ContactReason.MISSING),
        ("   ", ContactReason.MISSING),
        ("0" * 41, ContactReason.TOO_LONG),
        ("06 39 98 00 12 poste 3", ContactReason.PHONE_CHARACTERS),
        ("06 39 98\x0000 12", ContactReason.PHONE_CHARACTERS),
        ("06😀39980012", ContactReason.PHONE_CHARACTERS),
        ("06+39980012", ContactReason.PHONE_CHARACTERS),
        ("06 39 98 00", ContactReason.PHONE_TOO_SHORT),
        ("3949", ContactReason.PHONE_TOO_SHORT),
        ("0", ContactReason.PHONE_TOO_SHORT),
        ("-", ContactReason.PHONE_TOO_SHORT),
        ("06 39 98 00 12 1", ContactReason.PHONE_TOO_LONG),
        ("06 39 98 00 12 / 03 21 00 00 00", ContactReason.PHONE_TOO_LONG),
        ("+32 470 12 34 56", ContactReason.PHONE_FOREIGN),
        ("+44 7700 900123", ContactReason.PHONE_FOREIGN),
        ("08 92 12 34 56", ContactReason.PHONE_SPECIAL),
        ("0800 123 456", ContactReason.PHONE_SPECIAL),
        ("0692 12 34 5", ContactReason.PHONE_TOO_SHORT),
        ("+262 692 12 34", ContactReason.PHONE_TOO_SHORT),
        ("+262 892 12 34 56", ContactReason.PHONE_SPECIAL),
    ],
)
def test_a_wrong_number_is_refused_with_the_name_of_its_fault(text: str, reason: ContactReason) -> None:
    with pytest.raises(ContactFault) as fault:
        parse_phone(text)
    assert fault.value.reason is reason


@given(st.text(max_size=60))
def test_any_text_is_a_french_number_or_a_named_fault(text: str) -> None:
    try:
        phone = parse_phone(text)
    except ContactFault:
        return
    assert phone.e164[1:].isdecimal()
    assert phone.e164.isascii()


@given(st.integers(min_value=0, max_value=9999))
def test_the_same_number_is_read_from_its_printed_and_its_international_form(tail: int) -> None:
    last = f"{tail:04}"
    assert parse_phone(f"06 39 98 {last[:2]} {last[2:]}") == parse_phone(f"+33639 98{last}")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("camille@exemple.example", "camille@exemple.example"),
        (" Camille.Test@Orange.FR ", "Camille.Test@orange.fr"),
        ("a@é.fr", "a@xn--9ca.fr"),
    ],
)
def test_an_address_is_kept_in_one_form(text: str, kept: str) -> None:
    assert parse_email(text) == kept


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", ContactReason.MISSING),
        ("a" * 250 + "@b.fr", ContactReason.TOO_LONG),
        ("camille.orange.fr", ContactReason.EMAIL_NO_AT),
        ("camille@orange", ContactReason.EMAIL_NO_DOT),
        ("hélène@orange.fr", ContactReason.EMAIL_ACCENTS),
        ("camille test@orange.fr", ContactReason.EMAIL_SPACES),
        ("a@b.fr\nBcc: c@d.fr", ContactReason.EMAIL_SPACES),
        ("a@@b.fr", ContactReason.EMAIL_FORM),
        ("a,b@c.fr", ContactReason.EMAIL_FORM),
        ("<a@b.fr>", ContactReason.EMAIL_FORM),
        ("a@b..fr", ContactReason.EMAIL_FORM),
        ("a@x.invalid", ContactReason.EMAIL_FORM),
    ],
)
def test_a_wrong_address_is_refused_with_the_name_of_its_fault(text: str, reason: ContactReason) -> None:
    with pytest.raises(ContactFault) as fault:
        parse_email(text)
    assert fault.value.reason is reason


@given(st.text(max_size=300))
def test_any_text_is_an_address_or_a_named_fault(text: str) -> None:
    try:
        address = parse_email(text)
    except ContactFault:
        return
    assert "@" in address
