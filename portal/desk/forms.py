"""What an agent types at a desk: whom they look for, what they checked, what the person asks to change."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import StopValidation

from portal.booking.forms_address import checked_address, typed_address
from portal.booking.forms_words import NO_ADDRESS_FOR_LETTERS
from portal.codes import read_code
from portal.desk.queries import Sought
from portal.desk.rules import Document
from portal.desk.services import Wanted
from portal.letters.address import Communes
from portal.people.forms_fields import BirthDateField, EmailField, HiddenField, NameField, PhoneField
from portal.people.models import Person
from portal.people.models_credentials import CredentialKind
from portal.people.services_preferences import Preferences
from portal.web.forms import CheckField, ChoiceField, PortalForm, TextField
from portal.web.i18n import LANGUAGES
from portal.words import phone_words

_ADDRESS_LINE = 60  # characters typed; what is too long once printed is said by the address check
_MARKS = 400  # characters: a mark for each thing of a file


class MarksField(HiddenField):
    """What the page showed of a file (`rules.shown`)."""

    def process_formdata(self, valuelist: Any) -> None:
        """Keeps it, within reason."""
        self.data = str(valuelist[0])[:_MARKS] if valuelist else ""


class SearchForm(PortalForm):
    """A code, a phone, or a name with a birth date."""

    family_name = NameField(_l("Nom de famille"), render_kw={"autocomplete": "off"})
    given_names = NameField(_l("Prénom"), render_kw={"autocomplete": "off"})
    birth_date = BirthDateField(_l("Date de naissance"), hint=_l("Exemple : 24 11 1980"), required="")
    phone = PhoneField(
        _l("Téléphone"),
        hint=_l("Mobile ou fixe. Exemple : 06 39 98 00 12"),
        render_kw={"type": "tel", "autocomplete": "off", "inputmode": "tel"},
    )
    code = TextField(
        _l("Code d'un rendez-vous"),
        hint=_l("Exemple : K7M2-9XQ4"),
        longest=64,
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )

    def __init__(self, *, today: date, **options: Any) -> None:
        super().__init__(**options)
        self.today = today

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each field, then that there is enough to look for one person."""
        super().validate(extra_validators)
        for field in (self.family_name, self.given_names, self.birth_date):
            if not any(getattr(field, "parts", (field.data,))):
                field.errors = []
        if not self.errors and not self._is_enough():
            sentence = _("Écrivez un nom et la date de naissance, ou un téléphone, ou un code.")
            self.family_name.errors = [sentence]
        return not self.errors

    def validate_code(self, field: TextField) -> None:
        """Refuses what can be no code."""
        if read_code(field.data) is None:
            raise StopValidation(_("Un code a 8 lettres ou chiffres. Exemple : K7M2-9XQ4"))

    @property
    def sought(self) -> Sought:
        """What is looked for; of a valid form."""
        return Sought(
            names=f"{self.family_name.data or ''} {self.given_names.data or ''}".strip(),
            birth_date=self.birth_date.data,
            phone=self.phone.phone.e164 if self.phone.phone else None,
            code=read_code(self.code.data) if self.code.data else None,
        )

    def _is_enough(self) -> bool:
        sought = self.sought
        return bool(sought.code or sought.phone or (sought.birth_date and sought.names))


class ShownForm(PortalForm):
    """One press about a file, on a page that showed it."""

    shown = MarksField()


class IdentityForm(ShownForm):
    """Which document was seen, and what the person showed to be theirs."""

    document = ChoiceField(
        _l("Quel document avez-vous vu ?"),
        choices=[
            (Document.IDENTITY_CARD.value, _l("Carte d'identité")),
            (Document.PASSPORT.value, _l("Passeport")),
            (Document.RESIDENCE_PERMIT.value, _l("Titre de séjour")),
            (Document.DRIVING_LICENCE.value, _l("Permis de conduire")),
            (Document.FAMILY_RECORD.value, _l("Livret de famille")),
        ],
        required=_l("Choisissez le document que vous avez vu."),
    )
    mobile = CheckField(_l("Le mobile est bien le sien"), hint=_l("La personne l'a montré, ou a lu un message reçu."))
    email = CheckField(_l("L'e-mail est bien le sien"), hint=_l("La personne l'a montré, ou a lu un message reçu."))

    @property
    def checked(self) -> frozenset[CredentialKind]:
        """What was checked with the person."""
        boxes = {CredentialKind.MOBILE: self.mobile, CredentialKind.EMAIL: self.email}
        return frozenset(kind for kind, box in boxes.items() if box.data)


def _line(label: Any, **options: Any) -> TextField:
    return TextField(label, longest=_ADDRESS_LINE, render_kw={"autocomplete": "off"}, **options)


class ChangeForm(ShownForm):
    """What the person asks to change. `wanted` may be read once the form is valid."""

    mobile = PhoneField(
        _l("Téléphone mobile"),
        mobile_only=True,
        hint=_l("Exemple : 06 39 98 00 12"),
        render_kw={"type": "tel", "autocomplete": "off", "inputmode": "tel"},
    )
    mobile_checked = CheckField(_l("Ce mobile est bien le sien"), hint=_l("Cochez si la personne l'a montré."))
    email = EmailField(
        _l("Adresse e-mail"),
        hint=_l("Exemple : prenom.nom@exemple.fr"),
        render_kw={"type": "email", "autocomplete": "off", "spellcheck": "false"},
    )
    email_checked = CheckField(_l("Cet e-mail est bien le sien"), hint=_l("Cochez si la personne l'a montré."))
    landline = PhoneField(
        _l("Téléphone fixe"),
        hint=_l("Exemple : 03 53 01 00 12"),
        render_kw={"type": "tel", "autocomplete": "off", "inputmode": "tel"},
    )
    flat = _line(_l("Appartement, étage, ou « chez »"))
    building = _line(_l("Bâtiment, résidence"))
    street = _line(_l("Numéro et rue"), hint=_l("Exemple : 12 rue de la Paix"))
    locality = _line(_l("Lieu-dit, boîte postale"))
    postcode = _line(_l("Code postal"), hint=_l("Exemple : 62000"))
    town = _line(_l("Ville"))
    wants_sms = CheckField(_l("Recevoir des SMS"))
    wants_email = CheckField(_l("Recevoir des e-mails"))
    wants_paper = CheckField(_l("Tout recevoir par courrier"), hint=_l("C'est la garantie papier."))
    wants_large_print = CheckField(_l("Lettres en gros caractères"))
    wants_discretion = CheckField(
        _l("Messages discrets"), hint=_l("Le jour, l'heure et le code. Ni le lieu, ni le sujet.")
    )
    wants_silence = CheckField(_l("Ne pas contacter"), hint=_l("Aucun message ne part."))
    language = ChoiceField(
        _l("Langue des messages"), choices=list(LANGUAGES.items()), required=_l("Choisissez une langue.")
    )

    def __init__(self, *, person: Person, communes: Communes, **options: Any) -> None:
        super().__init__(data=_typed(person), **options)
        self._communes = communes
        self.address: list[str] = []

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each field, then the lines of the address together."""
        super().validate(extra_validators)
        lines = checked_address(self, self._communes)
        self.address = lines or []
        if lines == [] and self.wants_paper.data:
            self.street.errors = [NO_ADDRESS_FOR_LETTERS]
        return not self.errors

    @property
    def wanted(self) -> Wanted:
        """What the file is to say."""
        boxes = {CredentialKind.MOBILE: self.mobile_checked, CredentialKind.EMAIL: self.email_checked}
        return Wanted(
            mobile=self.mobile.phone.e164 if self.mobile.phone else None,
            email=self.email.email,
            preferences=Preferences(
                wants_sms=bool(self.wants_sms.data),
                wants_email=bool(self.wants_email.data),
                wants_paper=bool(self.wants_paper.data),
                wants_large_print=bool(self.wants_large_print.data),
                wants_discretion=bool(self.wants_discretion.data),
                wants_silence=bool(self.wants_silence.data),
                language=str(self.language.data),
                landline=self.landline.phone.e164 if self.landline.phone else None,
                address=tuple(self.address),
            ),
            vouched=frozenset(kind for kind, box in boxes.items() if box.data),
        )


def _typed(person: Person) -> dict[str, Any]:
    """A file in the fields of the form."""
    same = ("email", "wants_sms", "wants_email", "wants_paper", "wants_large_print", "wants_discretion")
    numbers = {name: phone_words(getattr(person, name) or "") for name in ("mobile", "landline")}
    rest = {"wants_silence": person.wants_silence, "language": person.language}
    return {name: getattr(person, name) for name in same} | numbers | rest | typed_address(person.address)
