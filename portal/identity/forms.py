"""What residents type to sign in."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import StopValidation

from portal.codes import read_code
from portal.identity.rules import read_digits
from portal.people.contacts import EMAIL_LENGTH, ContactFault, parse_email, parse_phone
from portal.people.forms_fields import BirthDateField, NameField
from portal.people.forms_words import CONTACT_WORDS
from portal.people.models_credentials import CredentialKind
from portal.people.rules import Identity
from portal.web.forms import ChoiceField, PortalForm, TextField

_EXAMPLE = _l("Exemple : 06 39 98 00 12 ou prenom.nom@exemple.fr")
_LANDLINE = _l("Ce numéro n'est pas un mobile. Écrivez un mobile ou un e-mail, ou choisissez « Par lettre ».")


def _birth_date() -> BirthDateField:
    return BirthDateField(
        _l("Votre date de naissance"),
        hint=_l("Exemple : 24 11 1980"),
        required=_l("Écrivez votre date de naissance. Exemple : 24 11 1980"),
    )


class ContactField(TextField):
    """A mobile or an e-mail in one field; `kind` and `to` are what was read."""

    def __init__(self, label: str, **options: Any) -> None:
        self.kind = CredentialKind.MOBILE
        self.to = ""
        super().__init__(label, longest=EMAIL_LENGTH, **options)

    def pre_validate(self, form: Any) -> None:
        """Raises `StopValidation` with a sentence when this can be neither."""
        super().pre_validate(form)
        try:
            if any(sign.isalpha() or sign == "@" for sign in self.data):
                self.kind, self.to = CredentialKind.EMAIL, parse_email(self.data).lower()
                return
            phone = parse_phone(self.data)
        except ContactFault as fault:
            raise StopValidation(CONTACT_WORDS[fault.reason]) from None
        if not phone.is_mobile:
            raise StopValidation(_LANDLINE)
        self.kind, self.to = CredentialKind.MOBILE, phone.e164


class ContactForm(PortalForm):
    """Where a code is sent."""

    contact = ContactField(
        _l("Votre mobile ou votre e-mail"),
        hint=_EXAMPLE,
        required=_l("Écrivez votre numéro de mobile ou votre adresse e-mail. Exemple : 06 39 98 00 12"),
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


class CodeForm(PortalForm):
    """The six digits that were sent."""

    code = TextField(
        _l("Le code à 6 chiffres"),
        hint=_l("Exemple : 123 456"),
        longest=64,
        required=_l("Écrivez les 6 chiffres du message. Exemple : 123 456"),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"},
    )

    def validate_code(self, field: TextField) -> None:
        """Refuses what can be no code, without counting it as a try."""
        if read_digits(field.data) is None:
            raise StopValidation(_l("Un code a 6 chiffres. Exemple : 123 456"))


class _DatedForm(PortalForm):
    """A form that asks a birth date. `today`: the day in France."""

    def __init__(self, *, today: date, **options: Any) -> None:
        super().__init__(**options)
        self.today = today


class BirthForm(_DatedForm):
    """The one fact that only the person knows."""

    birth_date = _birth_date()


class IdentityForm(_DatedForm):
    """Who someone says they are."""

    family_name = NameField(
        _l("Votre nom de famille"),
        required=_l("Écrivez votre nom de famille. Exemple : Durand"),
        render_kw={"autocomplete": "family-name"},
    )
    given_names = NameField(
        _l("Vos prénoms"),
        required=_l("Écrivez votre prénom. Exemple : Anne-Marie"),
        render_kw={"autocomplete": "given-name"},
    )
    birth_date = _birth_date()

    @property
    def identity(self) -> Identity:
        """What was typed, once the form is valid."""
        return Identity(self.family_name.data, self.given_names.data, self.birth_date.data)


class LetterForm(IdentityForm):
    """Who asks for a letter, and the address that the Département may know."""

    street = TextField(
        _l("Numéro et rue"),
        hint=_l("Ou la boîte postale. Exemple : 12 rue de la Paix"),
        longest=60,
        required=_l("Écrivez le numéro et la rue. Exemple : 12 rue de la Paix"),
        render_kw={"autocomplete": "address-line1"},
    )
    postcode = TextField(
        _l("Code postal"),
        hint=_l("Exemple : 62000"),
        longest=10,
        required=_l("Écrivez les 5 chiffres du code postal. Exemple : 62000"),
        render_kw={"autocomplete": "postal-code", "inputmode": "numeric"},
    )
    town = TextField(
        _l("Ville"),
        longest=60,
        required=_l("Écrivez le nom de votre ville. Exemple : Arras"),
        render_kw={"autocomplete": "address-level2"},
    )

    def validate_postcode(self, field: TextField) -> None:
        """Refuses what is no French postcode."""
        if read_postcode(field.data) is None:
            raise StopValidation(_l("Écrivez les 5 chiffres du code postal. Exemple : 62000"))

    @property
    def address(self) -> list[str]:
        """The lines of the envelope that matter, once the form is valid."""
        return [self.street.data, f"{read_postcode(self.postcode.data)} {self.town.data}"]


class LetterCodeForm(_DatedForm):
    """The code of a letter, as printed, and the birth date."""

    code = TextField(
        _l("Le code de votre lettre"),
        hint=_l("8 lettres ou chiffres. Exemple : K7M2-9XQ4"),
        longest=64,
        required=_l("Écrivez le code de votre lettre. Exemple : K7M2-9XQ4"),
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"},
    )
    birth_date = _birth_date()

    def validate_code(self, field: TextField) -> None:
        """Refuses what can be no code, without counting it as a try."""
        if read_code(field.data) is None:
            raise StopValidation(_l("Un code a 8 lettres ou chiffres. Exemple : K7M2-9XQ4"))


class NameForm(PortalForm):
    """Which of several people: by their given names."""

    name = ChoiceField(_l("Quel est votre prénom ?"), choices=(), required=_l("Choisissez votre prénom."))


def read_postcode(text: str) -> str | None:
    """The five digits of a French postcode, spaces forgiven; None when it is none."""
    digits = "".join(text.split())
    return digits if len(digits) == 5 and digits.isascii() and digits.isdecimal() else None
