"""What a person types in their space: how they want to be told, where, and whom they look after."""

from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import StopValidation

from portal.letters.services_choice import ChoiceFault
from portal.people.forms_fields import BirthDateField, HiddenField, NameField, email_field, landline_field, mobile_field
from portal.people.rules import Identity
from portal.people.services_preferences import PreferenceFault
from portal.web.forms import CheckField, ChoiceField, PortalForm
from portal.web.i18n import LANGUAGES

OWN_WORD = _l("Cette personne seule peut arrêter le courrier. Elle peut appeler, ou nous écrire.")
OWN_DISCRETION = _l("Cette personne seule peut arrêter ses messages discrets. Elle peut appeler, ou venir nous voir.")
OWN_LETTERS = _l(
    "Cette personne veut des messages discrets. "
    "Elle seule peut choisir des lettres. Elle peut appeler, ou venir nous voir."
)


class ChoicesForm(PortalForm):
    """How to be told, and in which language.

    A page opened before everything came by post shows the box empty: sent after it, it does not stop the letters.
    """

    had_paper = HiddenField()  # "1" when the page showed the box ticked
    wants_sms = CheckField(_l("M'envoyer des SMS"), hint=_l("Sur votre téléphone mobile."))
    wants_email = CheckField(_l("M'envoyer des e-mails"))
    wants_paper = CheckField(
        _l("Tout m'envoyer aussi par courrier"),
        hint=_l("C'est la garantie papier : une lettre arrive à chaque étape."),
    )
    wants_large_print = CheckField(_l("Écrire mes lettres en gros caractères"))
    language = ChoiceField(
        _l("La langue de mes messages"), choices=list(LANGUAGES.items()), required=_l("Choisissez une langue.")
    )
    wants_discretion = CheckField(
        _l("Des messages discrets"),
        hint=_l("Ils disent le jour, l'heure et votre code. Ni le lieu, ni le sujet."),
    )
    wants_silence = CheckField(
        _l("Ne me contactez pas"),
        hint=_l("Plus aucun message ne part. Seuls arrivent vos codes, et l'avis d'un mobile ou d'un e-mail changé."),
    )

    def __init__(self, *, has_address: bool, is_paper: bool, is_own: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.has_address, self.is_paper, self.is_own = has_address, is_paper, is_own
        self.is_their_own = False  # refused: the person alone may choose it, and a human helps them
        if not self.is_submitted():
            self.had_paper.data = "1" if is_paper else ""

    def validate_wants_paper(self, field: CheckField) -> None:
        """Letters need an address first; and nobody stops them for somebody else."""
        if self.is_paper and not self.is_own and not self.wanted["wants_paper"]:
            self.is_their_own = True
            raise StopValidation(OWN_WORD)
        if field.data and not self.has_address:
            raise StopValidation(_("Pour recevoir des lettres, écrivez d'abord votre adresse postale."))

    def refuse(self, reason: StrEnum) -> bool:
        """Says beside its choice that the person alone may choose it; False when that is not why it was refused."""
        fields = {
            PreferenceFault.DISCRETION: (self.wants_discretion, OWN_DISCRETION),
            ChoiceFault.DISCREET: (self.wants_paper, OWN_LETTERS),
            ChoiceFault.OWN_WORD: (self.wants_paper, OWN_WORD),
        }
        if reason not in fields:
            return False
        field, words = fields[reason]
        field.errors = [words]
        self.is_their_own = True
        return True

    @property
    def wanted(self) -> dict[str, Any]:
        """The choices, by the names of `Preferences`."""
        ticked = {field.name: field.data for field in self if field.name not in {"csrf_token", "had_paper"}}
        was_not_asked = self.is_paper and self.had_paper.data != "1"
        return ticked | {"wants_paper": ticked["wants_paper"] or was_not_asked}


class LandlineForm(PortalForm):
    """A telephone where an agent may call."""

    landline = landline_field(
        _l("Votre téléphone fixe"),
        hint=_l("Une personne peut vous y appeler. Exemple : 03 53 01 00 12"),
        autocomplete="home tel",
    )


class MobileForm(PortalForm):
    """A mobile to prove."""

    value = mobile_field(
        _l("Votre numéro de mobile"),
        autocomplete="tel",
        required=_l("Écrivez votre numéro de mobile. Exemple : 06 39 98 00 12"),
    )

    @property
    def read(self) -> str:
        """E.164; of a valid form."""
        return str(self.value.phone.e164) if self.value.phone else ""


class EmailForm(PortalForm):
    """An e-mail address to prove."""

    value = email_field(
        _l("Votre adresse e-mail"),
        autocomplete="email",
        required=_l("Écrivez votre adresse e-mail. Exemple : prenom.nom@exemple.fr"),
    )

    @property
    def read(self) -> str:
        """The address as it is kept; of a valid form."""
        return str(self.value.email)


class RelativeForm(PortalForm):
    """A child, or someone looked after."""

    given_names = NameField(
        _l("Ses prénoms"),
        required=_l("Écrivez le prénom de cette personne. Exemple : Anne-Marie"),
        render_kw={"autocomplete": "off"},
    )
    family_name = NameField(
        _l("Son nom de famille"),
        required=_l("Écrivez le nom de cette personne. Exemple : Durand"),
        render_kw={"autocomplete": "off"},
    )
    birth_date = BirthDateField(
        _l("Sa date de naissance"),
        hint=_l("Exemple : 24 11 2021"),
        required=_l("Écrivez la date de naissance de cette personne. Exemple : 24 11 2021"),
    )

    def __init__(self, *, today: date, **options: Any) -> None:
        super().__init__(**options)
        self.today = today

    @property
    def identity(self) -> Identity:
        """Who they are; of a valid form."""
        return Identity(self.family_name.data, self.given_names.data, self.birth_date.data)
