"""What a resident types to book, to prove who they are, and to change an appointment."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import StopValidation

from portal.booking.forms_words import ADDRESS_WORDS, NAME_TOO_LONG_FOR_A_LETTER, NO_ADDRESS_FOR_LETTERS
from portal.codes import read_code
from portal.letters.address import BadAddressError, Communes, check_address, printed_lines
from portal.people.contacts import Contact
from portal.people.forms_fields import BirthDateField, EmailField, HiddenField, NameField, PhoneField
from portal.people.rules import Identity
from portal.web.forms import CheckField, ChoiceField, DateField, PortalForm, TextField, selectable
from portal.web.i18n import language

ME, CHILD, RELATIVE = "moi", "enfant", "proche"
_ADDRESS_LINE = 60  # characters typed; what is too long once printed is said by the address check
_ADDRESS = ("flat", "building", "street", "locality")  # lines 2 to 5 of the envelope


def _text(label: Any, autocomplete: str, **options: Any) -> TextField:
    return TextField(label, longest=_ADDRESS_LINE, render_kw={"autocomplete": autocomplete}, **options)


class DetailsForm(PortalForm):
    """Who comes, and how to tell them. The same form is reviewed and confirmed, as hidden fields.

    `identity` and `concerned_identity` (None: the person who books comes for themselves) and `contact` may be read
    once the form is valid.
    """

    concerned = ChoiceField(
        _l("Ce rendez-vous est pour qui ?"),
        choices=[
            (ME, _l("Pour moi")),
            (CHILD, _l("Pour mon enfant")),
            (RELATIVE, _l("Pour une personne que j'aide")),
        ],
        required=_l("Choisissez pour qui est ce rendez-vous."),
    )
    relative_family_name = NameField(_l("Son nom de famille"), asked=True, render_kw={"autocomplete": "off"})
    relative_given_names = NameField(_l("Ses prénoms"), asked=True, render_kw={"autocomplete": "off"})
    relative_birth_date = BirthDateField(
        _l("Sa date de naissance"), asked=True, hint=_l("Exemple : 24 11 2021"), required=""
    )
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
    mobile = PhoneField(
        _l("Téléphone mobile"),
        mobile_only=True,
        hint=_l("Pour les messages courts (SMS). Exemple : 06 39 98 00 12"),
        render_kw={"type": "tel", "autocomplete": "tel", "inputmode": "tel"},
    )
    email = EmailField(
        _l("Adresse e-mail"),
        hint=_l("Exemple : prenom.nom@exemple.fr"),
        render_kw={"type": "email", "autocomplete": "email", "spellcheck": "false"},
    )
    landline = PhoneField(
        _l("Téléphone fixe"),
        hint=_l("Une personne peut vous y appeler. Exemple : 03 53 01 00 12"),
        render_kw={"type": "tel", "autocomplete": "home tel", "inputmode": "tel"},
    )
    flat = _text(_l("Appartement, étage, ou « chez »"), "address-line2", hint=_l("Exemple : Chez Mme Essai"))
    building = _text(_l("Bâtiment, résidence"), "address-line3", hint=_l("Exemple : Résidence des Tilleuls"))
    street = _text(_l("Numéro et rue"), "address-line1", hint=_l("Exemple : 12 rue de la Paix"))
    locality = _text(_l("Lieu-dit, boîte postale"), "address-level3", hint=_l("Exemple : BP 40"))
    postcode = _text(_l("Code postal"), "postal-code", hint=_l("Exemple : 62000"))
    town = _text(_l("Ville"), "address-level2")
    wants_paper = CheckField(
        _l("Je veux tout recevoir par courrier"),
        hint=_l("C'est la garantie papier : une lettre arrive à chaque étape. Écrivez une adresse ci-dessus."),
    )
    wants_large_print = CheckField(_l("Je veux des lettres en gros caractères"))
    wants_silence = CheckField(
        _l("Ne me contactez pas"),
        hint=_l("Aucun message ne part. Vous notez votre rendez-vous vous-même."),
    )
    creneau = HiddenField()
    request_key = HiddenField()

    def __init__(self, *, today: date, communes: Communes, for_a_child: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.today, self._communes = today, communes
        self.address: list[str] = []
        self.may_be_for_oneself = not for_a_child
        if for_a_child:
            children = [(CHILD, _("Pour mon enfant")), (RELATIVE, _("Pour un enfant dont je m'occupe"))]
            self.concerned.choices = selectable(children)
        self.request_key.data = str(_uuid(self.request_key.data) or uuid4())

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each field, then what they say together: who comes, and the lines of the address."""
        super().validate(extra_validators)
        self._check_relative()
        self._check_address()
        return not self.errors

    @property
    def is_kept_page_only(self) -> bool:
        """Whether nothing is wrong but the age of the page: its token has expired."""
        return set(self.errors) == {"csrf_token"}

    @property
    def is_for_someone_else(self) -> bool:
        """Whether the person who books comes for somebody else."""
        return self.concerned.data in {CHILD, RELATIVE}

    @property
    def identity(self) -> Identity:
        """Who books."""
        return Identity(self.family_name.data, self.given_names.data, self.birth_date.data)

    @property
    def concerned_identity(self) -> Identity | None:
        """Who comes, when it is somebody else."""
        if not self.is_for_someone_else:
            return None
        return Identity(self.relative_family_name.data, self.relative_given_names.data, self.relative_birth_date.data)

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
    def key(self) -> UUID:
        """One per page shown: confirming the same answers twice makes one appointment."""
        return UUID(self.request_key.data)

    def refuse_age(self, limit: int | None) -> None:
        """Says that the appointment is for people under `limit` years."""
        field = self.relative_birth_date if self.is_for_someone_else else self.birth_date
        field.errors = [_("Ce rendez-vous est pour un enfant de moins de %(limit)s ans.", limit=limit)]

    def hidden(self, *but: str) -> list[tuple[str, str]]:
        """Everything typed, as names and values of hidden inputs; `but` these fields."""
        pairs: list[tuple[str, str]] = []
        for field in self:
            if field.name == "csrf_token" or field.name in but:
                continue
            if isinstance(field, DateField):
                pairs += [(field.name, part) for part in field.parts]
            elif isinstance(field, CheckField):
                pairs += [(field.name, "y")] if field.data else []
            elif field.data:
                pairs.append((field.name, str(field.data)))
        return pairs

    def _check_relative(self) -> None:
        fields: tuple[Any, ...] = (
            self.relative_family_name,
            self.relative_given_names,
            self.relative_birth_date,
        )
        sentences = (
            _("Écrivez le nom de la personne qui vient. Exemple : Durand"),
            _("Écrivez le prénom de la personne qui vient. Exemple : Anne-Marie"),
            _("Écrivez la date de naissance de la personne qui vient. Exemple : 24 11 2021"),
        )
        for field, sentence in zip(fields, sentences, strict=True):
            if not self.is_for_someone_else:
                field.errors = []
            elif not field.data and not field.errors:
                field.errors = [sentence]

    def _check_address(self) -> None:
        typed = [getattr(self, name) for name in _ADDRESS]
        if any(field.errors for field in (*typed, self.postcode, self.town)):
            return
        lines = [*(field.data or "" for field in typed), f"{self.postcode.data or ''} {self.town.data or ''}".strip()]
        lines, faults = check_address(lines, communes=self._communes)
        for fault in faults:
            field = typed[fault.line - 2] if fault.line < 6 else self._line_6(fault.reason)
            field.errors = [*field.errors, ADDRESS_WORDS[fault.reason]]
        if faults:
            return
        self.address = lines
        if not lines and self.wants_paper.data:
            self.street.errors = [NO_ADDRESS_FOR_LETTERS]
        elif lines and not (self.family_name.errors or self.given_names.errors):
            self._check_name_on_envelope(lines)

    def _check_name_on_envelope(self, lines: list[str]) -> None:
        try:
            printed_lines(f"{self.given_names.data} {self.family_name.data}", lines)
        except BadAddressError:
            self.given_names.errors = [NAME_TOO_LONG_FOR_A_LETTER]

    def _line_6(self, reason: str) -> Any:
        return self.town if reason in {"town_missing", "town_mismatch", "too_long"} else self.postcode


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


class SlotForm(PortalForm):
    """A slot among radios, to move an appointment to."""

    creneau = TextField(_l("Votre créneau"), longest=40, required=_l("Choisissez un créneau."))


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
