"""What is typed to give, take up and end a mandate."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.mandates.forms_words import DAYS, FAULTS, PROCEDURES
from portal.mandates.rules import SENSITIVE, Fault
from portal.people.forms_fields import BirthDateField, NameField, PhoneField
from portal.people.rules import Identity
from portal.web.access import Procedure
from portal.web.forms import CheckField, ChoiceField, DateField, PortalForm, TextField, selectable
from portal.web.forms_lists import ChecksField

SMS, SIGNED, TO_SIGN = "sms", "signe", "a-signer"
CODE = "code"


def _procedures(label: Any, *, sensitive: bool = True, hint: Any = "") -> ChecksField:
    offered = [(key.value, words) for key, words in PROCEDURES.items() if sensitive or key not in SENSITIVE]
    return ChecksField(label, choices=offered, required=FAULTS[Fault.NO_PROCEDURE], hint=hint)


class MandateForm(PortalForm):
    """The base of these forms. `today`: the day in France."""

    today: date

    def say(self, field: str, fault: Fault) -> None:
        """Puts what was refused beside a field."""
        self[field].errors = [*self[field].errors, FAULTS[fault]]


class PhoneForm(MandateForm):
    """Which facts were right, and that the script was read."""

    facts = ChecksField(
        _l("Quelles réponses sont justes ?"),
        required=FAULTS[Fault.FACTS],
        hint=_l("Posez 3 questions. Ne lisez jamais la réponse à voix haute."),
    )
    script = CheckField(_l("J'ai lu le texte, et la personne a dit oui."))

    def offer(self, facts: Sequence[tuple[str, str]]) -> None:
        """The facts that the file holds; what was ticked is read again."""
        self.facts.choices = selectable(facts)
        self.facts.process_formdata(self.facts.raw_data or [])


class CounterForm(MandateForm):
    """How the person who is present agrees."""

    proof = ChoiceField(
        _l("Comment la personne donne-t-elle son accord ?"),
        choices=[
            (CODE, _l("Par un code envoyé sur son mobile")),
            (SIGNED, _l("Par un papier qu'elle vient de signer")),
        ],
        required=_l("Choisissez le code ou le papier."),
    )


class CodeForm(MandateForm):
    """The code that the person reads aloud."""

    code = TextField(
        _l("Le code que la personne vous lit"),
        hint=_l("6 chiffres. Exemple : 123 456"),
        longest=40,
        required=_l("Écrivez les 6 chiffres du code."),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )


class OrganisationForm(MandateForm):
    """A mandate to a partner."""

    organisation = ChoiceField(
        _l("Quel organisme ?"), choices=[], required=_l("Choisissez l'organisme qui va agir."), coerce=str
    )
    procedures = _procedures(_l("Pour quoi faire ?"), hint=_l("Par SMS : ni le carnet, ni les documents."))
    days = ChoiceField(
        _l("Pour combien de temps ?"),
        choices=[(str(days), words) for days, words in DAYS.items()],
        required=FAULTS[Fault.DAYS],
    )
    consent = ChoiceField(
        _l("Comment la personne donne-t-elle son accord ?"),
        choices=[
            (SMS, _l("Par SMS : elle répond OUI ou NON")),
            (SIGNED, _l("Par un papier signé, que j'ai sous les yeux")),
            (TO_SIGN, _l("Par un papier à imprimer, qu'elle signera")),
        ],
        required=_l("Choisissez le SMS ou le papier."),
    )


class _HolderForm(MandateForm):
    family_name = NameField(
        _l("Son nom de famille"),
        required=_l("Écrivez le nom de celui qui va agir. Exemple : Durand"),
        render_kw={"autocomplete": "off"},
    )
    given_names = NameField(
        _l("Ses prénoms"),
        required=_l("Écrivez le prénom de celui qui va agir. Exemple : Anne-Marie"),
        render_kw={"autocomplete": "off"},
    )
    birth_date = BirthDateField(
        _l("Sa date de naissance"),
        hint=_l("Exemple : 24 11 1980"),
        required=_l("Écrivez sa date de naissance. Exemple : 24 11 1980"),
    )

    @property
    def identity(self) -> Identity:
        """Who will act, as written, once the form is valid."""
        return Identity(self.family_name.data, self.given_names.data, self.birth_date.data)


class RelativeForm(_HolderForm):
    """A mandate to a relative, by a letter."""

    procedures = _procedures(_l("Pour quoi faire ?"))
    last_day = DateField(
        _l("Jusqu'à quel jour ?"),
        hint=_l("12 mois au plus. Exemple : 24 11 2027"),
        required=_l("Écrivez le dernier jour. Exemple : 24 11 2027"),
    )
    consent = ChoiceField(
        _l("La lettre est-elle signée ?"),
        choices=[
            (SIGNED, _l("Oui, je l'ai sous les yeux")),
            (TO_SIGN, _l("Non, elle est à imprimer et à signer")),
        ],
        required=_l("Choisissez oui ou non."),
    )


class LegalForm(_HolderForm):
    """A legal representative: an organisation, or somebody who has a file."""

    organisation = ChoiceField(
        _l("Qui représente la personne ?"), choices=[], required=_l("Choisissez qui représente la personne.")
    )
    family_name = NameField(_l("Son nom de famille"), asked=True, render_kw={"autocomplete": "off"})
    given_names = NameField(_l("Ses prénoms"), asked=True, render_kw={"autocomplete": "off"})
    birth_date = BirthDateField(_l("Sa date de naissance"), asked=True, hint=_l("Exemple : 24 11 1980"), required="")
    procedures = _procedures(_l("Pour quoi faire ?"))
    first_day = DateField(
        _l("Depuis quel jour ?"),
        hint=_l("Le jour écrit sur le document. Exemple : 24 11 2026"),
        required=_l("Écrivez le premier jour. Exemple : 24 11 2026"),
    )
    last_day = DateField(
        _l("Jusqu'à quel jour ?"),
        hint=_l("Pour un enfant : un jour avant ses 18 ans."),
        required=_l("Écrivez le dernier jour. Exemple : 24 11 2031"),
    )
    seen = CheckField(_l("J'ai vu le document officiel (jugement, livret de famille)."))

    @property
    def is_of_file(self) -> bool:
        """Whether the representative is somebody who has a file."""
        return bool(self.organisation.data == FILE)

    def validate(self, extra_validators: Any = None) -> bool:
        """The names are asked only of somebody who has a file; the document must have been seen."""
        super().validate(extra_validators)
        asked: dict[Any, Any] = {
            self.family_name: _l("Écrivez le nom de celui qui va agir. Exemple : Durand"),
            self.given_names: _l("Écrivez le prénom de celui qui va agir. Exemple : Anne-Marie"),
            self.birth_date: _l("Écrivez sa date de naissance. Exemple : 24 11 1980"),
        }
        for field, sentence in asked.items():
            if not self.is_of_file:
                field.errors = []
            elif not field.data and not field.errors:
                field.errors = [sentence]
        if not self.seen.data:
            self.seen.errors = [_l("Regardez le document, puis cochez cette case.")]
        return not self.errors


FILE = "dossier"


class GiveForm(MandateForm):
    """What a person gives from their own space."""

    procedures = _procedures(_l("Que peut faire cette personne ?"))
    last_day = DateField(
        _l("Jusqu'à quel jour ?"),
        hint=_l("12 mois au plus. Vous pouvez arrêter avant. Exemple : 24 11 2027"),
        required=_l("Écrivez le dernier jour. Exemple : 24 11 2027"),
    )

    def without_sensitive(self) -> None:
        """Offers neither the carnet nor the documents."""
        self.procedures.choices = selectable(
            (key.value, words) for key, words in PROCEDURES.items() if Procedure(key) not in SENSITIVE
        )
        self.procedures.process_formdata(self.procedures.raw_data or [])


class TakeForm(MandateForm):
    """What the giver passed on."""

    reference = TextField(
        _l("La référence du mandat"),
        hint=_l("8 lettres ou chiffres. Exemple : ABCD-2345"),
        longest=40,
        required=_l("Écrivez la référence. Exemple : ABCD-2345"),
        render_kw={"autocomplete": "off", "autocapitalize": "characters"},
    )
    birth_date = BirthDateField(
        _l("La date de naissance de la personne que vous aidez"),
        hint=_l("Exemple : 24 11 1980"),
        required=_l("Écrivez sa date de naissance. Exemple : 24 11 1980"),
    )


class PartnerForm(_HolderForm):
    """Whom a partner asks, by text message."""

    mobile = PhoneField(
        _l("Son numéro de mobile"),
        mobile_only=True,
        required=_l("Écrivez son numéro de mobile. Exemple : 06 39 98 00 12"),
        render_kw={"autocomplete": "off", "inputmode": "tel"},
    )
    procedures = _procedures(_l("Pour quoi faire ?"), sensitive=False)
    days = ChoiceField(
        _l("Pour combien de temps ?"),
        choices=[(str(days), words) for days, words in DAYS.items()],
        required=FAULTS[Fault.DAYS],
    )
