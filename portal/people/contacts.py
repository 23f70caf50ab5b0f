"""Ways to reach someone, as typed: read once at the door, kept in one form. Pure; no network is asked."""

import re
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType

PHONE_LENGTH = 40  # characters: no written form of one number needs more
EMAIL_LENGTH = 254  # RFC 5321: the longest path, without its angle brackets

# Country codes of French territories (Arcep's numbering plan, and ITU-T E.164 for the Pacific).
FRENCH_CODES = frozenset({33, 262, 508, 590, 594, 596, 681, 687, 689})

# National numbers that are written like metropolitan ones and belong overseas: first digits → country code.
# Source: Arcep, décision n° 2018-0881 modifiée (plan national de numérotation), territories of each block.
_OVERSEAS = {
    "262": 262, "263": 262, "269": 262, "692": 262, "693": 262, "639": 262,
    "590": 590, "690": 590, "691": 590, "594": 594, "694": 594, "596": 596, "696": 596, "697": 596,
}  # fmt: skip
# Arcep keeps this block for works of fiction: a metropolitan one inside Mayotte's 0639.
_FICTION = "63998"

_WRITTEN = re.compile(r"[\d\s.\-–—/()+\u2010-\u2015\u00a0\u202f]*")
_REACHABLE_LINES = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.VOIP,
    }
)


class ContactReason(StrEnum):
    """What is wrong with a phone number or an e-mail address as typed."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    PHONE_CHARACTERS = "phone_characters"  # letters, or signs that no number holds
    PHONE_TOO_SHORT = "phone_too_short"
    PHONE_TOO_LONG = "phone_too_long"  # often two numbers in one field
    PHONE_FOREIGN = "phone_foreign"
    PHONE_SPECIAL = "phone_special"  # 08, free or paid: nobody answers there
    PHONE_UNKNOWN = "phone_unknown"  # no such number in that territory
    EMAIL_NO_AT = "email_no_at"
    EMAIL_NO_DOT = "email_no_dot"  # the part after @ has no full stop
    EMAIL_ACCENTS = "email_accents"
    EMAIL_SPACES = "email_spaces"
    EMAIL_FORM = "email_form"


class ContactFault(ValueError):  # noqa: N818 - named for what it is
    """A way to reach someone that cannot be read. `reason` is its name."""

    def __init__(self, reason: ContactReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Phone:
    """A French phone number. `e164`: "+33639980012". SMS reach it only when `is_mobile`."""

    e164: str
    is_mobile: bool


@dataclass(frozen=True)
class Contact:
    """How someone asks to be reached. Nothing is required.

    `mobile` and `landline` are E.164, `email` has been read by `parse_email`, `address` holds lines 2 to 6 of
    NF Z10-011, already checked, or nothing.
    """

    mobile: str | None = None
    email: str | None = None
    landline: str | None = None
    address: tuple[str, ...] = ()
    wants_paper: bool = False  # garantie papier
    wants_large_print: bool = False
    wants_silence: bool = False  # « ne me contactez pas »
    language: str = "fr"


def parse_phone(text: str) -> Phone:
    """The French number written in `text`, in any usual form: with spaces, full stops, hyphens, "+33 (0)6", "0033".

    Overseas numbers are known in their national form (0692 …) and in the international one. Numbers of other
    countries are refused: an open form that writes to any country invites fraud on premium routes. Whether a
    metropolitan number is in service is not checked: new blocks open faster than tables are updated, and a message
    that fails finds another route.

    Raises `ContactFault`: missing, too_long, phone_*.
    """
    if len(text) > PHONE_LENGTH:
        raise ContactFault(ContactReason.TOO_LONG)
    typed = text.strip()
    if not typed:
        raise ContactFault(ContactReason.MISSING)
    if not _WRITTEN.fullmatch(typed) or "+" in typed[1:]:
        raise ContactFault(ContactReason.PHONE_CHARACTERS)
    number = _parsed(re.sub(r"[\s/]+", " ", typed))
    if number.country_code not in FRENCH_CODES:
        raise ContactFault(ContactReason.PHONE_FOREIGN)
    return _metropolitan(number) if number.country_code == 33 else _overseas(number)


def parse_email(text: str) -> str:
    """The e-mail address written in `text`, spaces around it dropped, its domain in lower case.

    No DNS is asked. Addresses that need SMTPUTF8 are refused: an accent before the @ is nearly always a slip.
    Raises `ContactFault`: missing, too_long, email_*.
    """
    typed = text.strip()
    if not typed:
        raise ContactFault(ContactReason.MISSING)
    if len(typed) > EMAIL_LENGTH:
        raise ContactFault(ContactReason.TOO_LONG)
    if re.search(r"\s", typed):
        raise ContactFault(ContactReason.EMAIL_SPACES)
    local, at, domain = typed.partition("@")
    if not at:
        raise ContactFault(ContactReason.EMAIL_NO_AT)
    if not local.isascii():
        raise ContactFault(ContactReason.EMAIL_ACCENTS)
    if "." not in domain.strip("."):
        raise ContactFault(ContactReason.EMAIL_NO_DOT)
    try:
        found = validate_email(typed, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise ContactFault(ContactReason.EMAIL_FORM) from None
    return found.ascii_email or found.normalized


def _parsed(typed: str) -> PhoneNumber:
    try:
        return phonenumbers.parse(typed, "FR")
    except NumberParseException as error:
        raise ContactFault(_PARSE_FAULTS.get(error.error_type, ContactReason.PHONE_UNKNOWN)) from None


_PARSE_FAULTS = {
    NumberParseException.TOO_LONG: ContactReason.PHONE_TOO_LONG,
    NumberParseException.TOO_SHORT_NSN: ContactReason.PHONE_TOO_SHORT,
    NumberParseException.TOO_SHORT_AFTER_IDD: ContactReason.PHONE_TOO_SHORT,
    NumberParseException.NOT_A_NUMBER: ContactReason.PHONE_TOO_SHORT,
    NumberParseException.INVALID_COUNTRY_CODE: ContactReason.PHONE_FOREIGN,
}


def _metropolitan(number: PhoneNumber) -> Phone:
    digits = phonenumbers.national_significant_number(number)
    if len(digits) != 9:
        raise ContactFault(ContactReason.PHONE_TOO_SHORT if len(digits) < 9 else ContactReason.PHONE_TOO_LONG)
    code = None if digits.startswith(_FICTION) else _OVERSEAS.get(digits[:3])
    if code is not None:
        return _overseas(PhoneNumber(country_code=code, national_number=int(digits)))
    if digits[0] == "8":
        raise ContactFault(ContactReason.PHONE_SPECIAL)
    if digits[0] == "0":  # the trunk prefix of a number too short to be one
        raise ContactFault(ContactReason.PHONE_TOO_SHORT)
    return Phone(f"+33{digits}", is_mobile=digits[0] in "67")


def _overseas(number: PhoneNumber) -> Phone:
    if not phonenumbers.is_valid_number(number):
        raise ContactFault(_LENGTH_FAULTS.get(phonenumbers.is_possible_number_with_reason(number), _UNKNOWN))
    kind = phonenumbers.number_type(number)
    if kind not in _REACHABLE_LINES:
        raise ContactFault(ContactReason.PHONE_SPECIAL)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Phone(e164, is_mobile=kind == PhoneNumberType.MOBILE)


_UNKNOWN = ContactReason.PHONE_UNKNOWN
_LENGTH_FAULTS = {
    phonenumbers.ValidationResult.TOO_SHORT: ContactReason.PHONE_TOO_SHORT,
    phonenumbers.ValidationResult.TOO_LONG: ContactReason.PHONE_TOO_LONG,
}
