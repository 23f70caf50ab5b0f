"""What a resident types to book, to prove who they are, and to change an appointment."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import StopValidation

from portal.booking.forms_address import checked_address, lines_of_one_s_own, name_words
from portal.booking.forms_who import CHILD, RELATIVE, WhoForm
from portal.booking.forms_words import NO_ADDRESS_FOR_LETTERS
from portal.codes import read_code
from portal.letters.address import BadAddressError, Communes, printed_lines
from portal.people.contacts import Contact
from portal.people.forms_fields import BirthDateField, HiddenField, NameField, email_field, landline_field, mobile_field
from portal.people.rules import Identity
from portal.web.forms import CheckField, PortalForm, TextField, selectable
from portal.web.i18n import language


class DetailsForm(WhoForm):
    """A stranger's: who comes, who books, and how to tell them.

    `identity`, `new_relative` (None: the person who books comes for themselves) and `contact` may be read once the
    form is valid.
    """

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
    birth_date = BirthDateField(
        _l("Votre date de naissance"),
        hint=_l("Elle sert à ouvrir votre rendez-vous avec son code. Exemple : 24 11 1980"),
        required=_l("Écrivez votre date de naissance. Exemple : 24 11 1980"),
    )
    mobile = mobile_field(hint=_l("Pour les messages courts (SMS). Exemple : 06 39 98 00 12"), autocomplete="tel")
    email = email_field(autocomplete="email")
    landline = landline_field(
        hint=_l("Une personne peut vous y appeler. Exemple : 03 53 01 00 12"), autocomplete="home tel"
    )
    flat, building, street, locality, postcode, town = lines_of_one_s_own()
    wants_paper = CheckField(
        _l("Je veux tout recevoir par courrier"),
        hint=_l("C'est la garantie papier : une lettre arrive à chaque étape. Écrivez une adresse ci-dessus."),
    )
    wants_large_print = CheckField(_l("Je veux des lettres en gros caractères"))
    wants_silence = CheckField(
        _l("Ne me contactez pas"),
        hint=_l("Aucun message ne part. Vous notez votre rendez-vous vous-même."),
    )

    def __init__(self, *, today: date, communes: Communes, for_a_child: bool = False, **options: Any) -> None:
        super().__init__(today=today, **options)
        self._communes = communes
        self.address: list[str] = []
        self.may_be_for_oneself = not for_a_child
        if for_a_child:
            children = [(CHILD, _("Pour mon enfant")), (RELATIVE, _("Pour un enfant dont je m'occupe"))]
            self.concerned.choices = selectable(children)

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each field, then what they say together: who comes, and the lines of the address."""
        super().validate(extra_validators)
        self._check_address()
        return not self.errors

    @property
    def identity(self) -> Identity:
        """Who books."""
        return Identity(self.family_name.data, self.given_names.data, self.birth_date.data)

    @property
    def concerned_identity(self) -> Identity:
        """Who comes."""
        return self.new_relative or self.identity

    @property
    def contact(self) -> Contact:
        """How to reach the person who books."""
        return Contact(
            mobile=self.mobile.phone.e164 if self.mobile.phone else None,
            email=self.email.email,
            landline=self.landline.phone.e164 if self.landline.phone else None,
            address=tuple(self.address),
            wants_paper=bool(self.wants_paper.data),
            wants_large_print=bool(self.wants_large_print.data),
            wants_silence=bool(self.wants_silence.data),
            language=language(),
        )

    @property
    def keys(self) -> list[str]:
        """What tells those who come, and who books, from others."""
        return [identity.key for identity in (self.identity, self.new_relative) if identity]

    def refuse_age(self, limit: int | None) -> None:
        """Says that the appointment is for people under `limit` years."""
        field = self.relative_birth_date if self.is_for_someone_new else self.birth_date
        field.errors = [_("Ce rendez-vous est pour un enfant de moins de %(limit)s ans.", limit=limit)]

    def _check_address(self) -> None:
        lines = checked_address(self, self._communes)
        if lines is None:
            return
        self.address = lines
        if not lines and self.wants_paper.data:
            self.street.errors = [NO_ADDRESS_FOR_LETTERS]
        elif lines and not (self.family_name.errors or self.given_names.errors):
            self._check_name_on_envelope(lines)

    def _check_name_on_envelope(self, lines: list[str]) -> None:
        try:
            printed_lines(f"{self.given_names.data} {self.family_name.data}", lines)
        except BadAddressError as bad:
            self.given_names.errors = [name_words(bad)]


class CodeForm(PortalForm):
    """The code of an appointment, typed in any way."""

    code = TextField(
        _l("Votre code"),
        hint=_l("8 lettres ou chiffres. Exemple : K7M2-9XQ4"),
        longest=64,
        required=_l("Écrivez votre code. Exemple : K7M2-9XQ4"),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )

    def validate_code(self, field: TextField) -> None:
        """Refuses what can be no code."""
        if read_code(field.data) is None:
            raise StopValidation(_("Un code a 8 lettres ou chiffres. Exemple : K7M2-9XQ4"))


class BirthForm(PortalForm):
    """The one fact that only the person knows."""

    birth_date = BirthDateField(
        _l("Votre date de naissance"),
        hint=_l("Celle de la personne qui a pris le rendez-vous. Exemple : 24 11 1980"),
        required=_l("Écrivez votre date de naissance. Exemple : 24 11 1980"),
    )

    def __init__(self, *, today: date, **options: Any) -> None:
        super().__init__(**options)
        self.today = today


class InvitationForm(CodeForm):
    """The code of a letter of invitation, and the birth date of the person it invites."""

    birth_date = BirthDateField(
        _l("Votre date de naissance"),
        hint=_l("Exemple : 24 11 1980"),
        required=_l("Écrivez votre date de naissance. Exemple : 24 11 1980"),
    )

    def __init__(self, *, today: date, **options: Any) -> None:
        super().__init__(**options)
        self.today = today
        self.code.label.text = _("Le code de votre lettre")


class HeldForm(PortalForm):
    """A change of an appointment. `subject`: whose page it was made on, as `WhoForm` says it."""

    subject = HiddenField()


class SlotForm(HeldForm):
    """A slot among radios, to move an appointment to."""

    creneau = TextField(_l("Votre créneau"), longest=40, required=_l("Choisissez un créneau."))
