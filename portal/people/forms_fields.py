"""Fields for people: names, birth dates, phones and e-mails, checked by the rules of `people`."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import StopValidation

from portal.people.contacts import EMAIL_LENGTH, PHONE_LENGTH, ContactFault, Phone, parse_email, parse_phone
from portal.people.forms_words import CONTACT_WORDS, IDENTITY_WORDS, NOT_A_MOBILE
from portal.people.rules import NAME_LENGTH, birth_fault, name_fault
from portal.web.forms import DateField, TextField
from portal.web.text import printable

_LONGEST_HIDDEN = 64  # characters
_MOBILE, _MOBILE_HINT = _l("Téléphone mobile"), _l("Exemple : 06 39 98 00 12")
_LANDLINE, _LANDLINE_HINT = _l("Téléphone fixe"), _l("Exemple : 03 53 01 00 12")
_EMAIL, _EMAIL_HINT = _l("Adresse e-mail"), _l("Exemple : prenom.nom@exemple.fr")


class NameField(TextField):
    """A family name or given names, as civil documents write them.

    `asked`: said to be required on the page, though the form decides whether it is.
    """

    def __init__(self, label: str, *, asked: bool = False, **options: Any) -> None:
        self.asked = asked
        super().__init__(label, longest=NAME_LENGTH, **options)

    @property
    def is_required(self) -> bool:
        """Whether the page says so."""
        return self.asked or bool(self.required_sentence)

    def pre_validate(self, form: Any) -> None:
        """Raises `StopValidation` with a sentence when this can be no name."""
        super().pre_validate(form)
        fault = name_fault(self.data)
        if fault is not None:
            raise StopValidation(IDENTITY_WORDS[fault])


class BirthDateField(DateField):
    """A birth date: not after `form.today`, nor longer ago than anyone has lived. `asked`: as for `NameField`."""

    def __init__(self, label: str, *, asked: bool = False, **options: Any) -> None:
        super().__init__(label, **options)
        self.is_required = self.is_required or asked

    def pre_validate(self, form: Any) -> None:
        """Raises `StopValidation` with a sentence when this can be no birth date."""
        super().pre_validate(form)
        fault = birth_fault(self.data, form.today) if self.data else None
        if fault is not None:
            raise StopValidation(IDENTITY_WORDS[fault])


class PhoneField(TextField):
    """A French phone number; `phone` is what was read. `mobile_only`: SMS must reach it."""

    def __init__(self, label: str, *, mobile_only: bool = False, **options: Any) -> None:
        self.mobile_only = mobile_only
        self.phone: Phone | None = None
        super().__init__(label, longest=PHONE_LENGTH, **options)

    def pre_validate(self, form: Any) -> None:
        """Raises `StopValidation` with a sentence when this can be no such number."""
        self.phone = None
        super().pre_validate(form)
        try:
            phone = parse_phone(self.data)
        except ContactFault as fault:
            raise StopValidation(CONTACT_WORDS[fault.reason]) from None
        if self.mobile_only and not phone.is_mobile:
            raise StopValidation(NOT_A_MOBILE)
        self.phone = phone


class EmailField(TextField):
    """An e-mail address; `email` is what was read."""

    def __init__(self, label: str, **options: Any) -> None:
        self.email: str | None = None
        super().__init__(label, longest=EMAIL_LENGTH, **options)

    def pre_validate(self, form: Any) -> None:
        """Raises `StopValidation` with a sentence when this can be no address."""
        self.email = None
        super().pre_validate(form)
        try:
            self.email = parse_email(self.data)
        except ContactFault as fault:
            raise StopValidation(CONTACT_WORDS[fault.reason]) from None


def mobile_field(
    label: Any = _MOBILE, *, hint: Any = _MOBILE_HINT, autocomplete: str = "off", **options: Any
) -> PhoneField:
    """A mobile, as every form asks for it; `autocomplete`: of whoever types their own."""
    return PhoneField(label, mobile_only=True, hint=hint, render_kw=_telephone(autocomplete), **options)


def landline_field(
    label: Any = _LANDLINE, *, hint: Any = _LANDLINE_HINT, autocomplete: str = "off", **options: Any
) -> PhoneField:
    """A landline, or any number where somebody can be called; `autocomplete` as for a mobile."""
    return PhoneField(label, hint=hint, render_kw=_telephone(autocomplete), **options)


def email_field(
    label: Any = _EMAIL, *, hint: Any = _EMAIL_HINT, autocomplete: str = "off", **options: Any
) -> EmailField:
    """An e-mail address; `autocomplete` as for a mobile."""
    kw = {"type": "email", "autocomplete": autocomplete, "spellcheck": "false"}
    return EmailField(label, hint=hint, render_kw=kw, **options)


def _telephone(autocomplete: str) -> dict[str, str]:
    return {"type": "tel", "autocomplete": autocomplete, "inputmode": "tel"}


class HiddenField(StringField):  # type: ignore[misc]
    """What a page says to the next one. It is read without trust where it is used; here, only made harmless."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Keeps the beginning of it, without characters that no page may hold."""
        self.data = printable(str(valuelist[0]))[:_LONGEST_HIDDEN] if valuelist else ""
