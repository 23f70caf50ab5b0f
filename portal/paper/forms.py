"""What an agent types from a paper that came back."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import product
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.booking.asked import sequence_of
from portal.booking.forms_address import LINES, LONGEST_LINE, checked_address, lines_of_somebody, typed_address
from portal.desk.forms import MarksField, SafePlaceForm
from portal.letters.address import Communes
from portal.mandates.forms_words import FAULTS as MANDATE_FAULTS
from portal.mandates.forms_words import PROCEDURES
from portal.mandates.rules import Fault
from portal.paper.forms_words import DAYS, FAULTS, HALVES
from portal.paper.rules import HALF_DAYS, PaperFault
from portal.people.forms_fields import BirthDateField, HiddenField, NameField
from portal.people.rules import Identity
from portal.web.forms import CheckField, ChoiceField, DateField, PortalForm, TextField, selectable
from portal.web.forms_lists import ChecksField
from portal.web.text import printable

ANYWHERE = "partout"
RELATIVE = "proche"
KEPT = "tient"  # the appointment: a slip that says nothing of it
_LINES = (*LINES, "postcode", "town")
_FILLED = 6 * (LONGEST_LINE + 1)
UNSIGNED = _l("Sans signature, ce papier ne vaut rien. Renvoyez-le à la personne, ou appelez-la.")
_ADDRESS_UNSIGNED = _l("Sans signature, l'adresse ne change pas. Effacez-la ici, ou renvoyez le papier.")


class CodeForm(PortalForm):
    """The code of a paper: typed, or read by a scanner that types."""

    code = TextField(
        _l("Code du formulaire"),
        hint=_l("8 lettres ou chiffres. Exemple : ABCD-2345"),
        longest=64,
        required=_l("Écrivez le code du papier. Exemple : ABCD-2345"),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "autofocus": True},
    )


class GiveForm(PortalForm):
    """One press: this form, for this person."""


class EntryForm(PortalForm):
    """What a paper says. `shown`: the marks of the file that the page showed. `reads`: its agent reads that file."""

    shown = MarksField()
    reads = False


class FilledField(HiddenField):
    """The lines of an address, as the page showed them in its fields."""

    def process_formdata(self, valuelist: Any) -> None:
        """Keeps them, within reason."""
        self.data = printable(str(valuelist[0]))[:_FILLED] if valuelist else ""


class AddressForm(EntryForm):
    """The lines of an address, as they stand on an envelope; `address` is read once the form is valid.

    `known`: the lines that the page shows in the fields; left as they are, they are no new address, and `address` is
    empty. A new one is entered with a signature alone: whoever finds a blank form must not move somebody's letters.
    """

    flat, building, street, locality, postcode, town = lines_of_somebody()
    filled = FilledField()  # what the fields held when the page was shown
    signed = CheckField(_l("La personne a signé ce papier"))

    needs_address = True

    def __init__(self, *, communes: Communes, known: Sequence[str] = (), **options: Any) -> None:
        typed = typed_address(list(known))
        filled = {"filled": "|".join(typed.get(name, "") for name in _LINES)} if typed else {}
        super().__init__(data=typed | filled | options.pop("data", {}), **options)
        self._communes = communes
        self.address: list[str] = []

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each field, then the lines together, and that somebody has signed for them."""
        super().validate(extra_validators)
        self.address = []
        if self._is_as_shown:
            return not self.errors
        lines = checked_address(self, self._communes)
        self.address = lines or []
        if lines == [] and self.needs_address:
            self.street.errors = [_l("Écrivez la nouvelle adresse. Exemple : 12 rue de la Paix")]
        if lines != [] and not self.signed.data:
            self.signed.errors = [UNSIGNED if self.needs_address else _ADDRESS_UNSIGNED]
        return not self.errors

    @property
    def _is_as_shown(self) -> bool:
        return bool(self.filled.data) and self.filled.data == "|".join(self[name].data or "" for name in _LINES)


class WishForm(AddressForm):
    """The half-days that suit, for what and where; and the address, where the paper bears one."""

    motif = ChoiceField(
        _l("Pour quoi ?"),
        hint=_l("Ce n'est pas dans la liste ? Donnez ce papier à son service."),
        choices=[],
        required=_l("Choisissez un motif."),
    )
    place = ChoiceField(_l("Où ?"), choices=[], required=_l("Choisissez un lieu, ou tous les lieux."))
    half_days = ChecksField(
        _l("Les demi-journées cochées"),
        required=FAULTS[PaperFault.NOTHING],
    )
    hours = TextField(
        _l("Les jours et les heures écrits, s'il y en a"),
        hint=_l("Exemple : 7 décembre à 9 h 30. Cochez aussi leurs demi-journées."),
        longest=160,
        required="",
        render_kw={"autocomplete": "off"},
    )
    first_day = DateField(_l("Pas avant le, si c'est écrit"), hint=_l("Exemple : 24 11 2026"), required="")

    needs_address = False

    def __init__(self, *, today: date, **options: Any) -> None:
        self.today = today
        super().__init__(data={"place": ANYWHERE}, **options)
        offer(self.half_days, ((one, f"{DAYS[one[:3]]} {HALVES[one[4:]]}") for one in HALF_DAYS))

    @property
    def since(self) -> date:
        """The first day that suits: today when the paper says none; of a valid form."""
        return self.first_day.data or self.today

    @property
    def place_id(self) -> int | None:
        """Where; None: anywhere."""
        return None if self.place.data == ANYWHERE else int(str(self.place.data))


class MandateForm(AddressForm):
    """Who may act, for what, until when; both signatures seen; and the person's address, where the paper bears one."""

    holder = ChoiceField(_l("Qui va agir ?"), choices=[], required=_l("Choisissez l'organisme, ou un proche."))
    family_name = NameField(_l("Pour un proche : son nom de famille"), render_kw={"autocomplete": "off"})
    given_names = NameField(_l("Ses prénoms"), render_kw={"autocomplete": "off"})
    birth_date = BirthDateField(_l("Sa date de naissance"), hint=_l("Exemple : 24 11 1980"), required="")
    last_day = DateField(
        _l("Jusqu'à quel jour ?"),
        hint=_l("La date écrite sur le papier, 12 mois au plus. Exemple : 24 11 2027"),
        required=_l("Écrivez le dernier jour, comme sur le papier. Exemple : 24 11 2027"),
    )
    procedures = ChecksField(
        _l("Les cases cochées"),
        choices=[(key.value, words) for key, words in PROCEDURES.items()],
        required=MANDATE_FAULTS[Fault.NO_PROCEDURE],
    )
    signed = CheckField(_l("Les deux signatures sont là"))

    needs_address = False

    def __init__(self, *, today: date, **options: Any) -> None:
        self.today = today
        super().__init__(**options)

    @property
    def is_relative(self) -> bool:
        """Whether somebody close will act."""
        return bool(self.holder.data == RELATIVE)

    @property
    def identity(self) -> Identity:
        """Who will act, as written; of a valid form."""
        return Identity(self.family_name.data, self.given_names.data, self.birth_date.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """A relative has a name and a birth date; nothing without signatures."""
        super().validate(extra_validators)
        asked: dict[Any, Any] = (
            {
                self.family_name: _l("Écrivez le nom de celui qui va agir. Exemple : Durand"),
                self.given_names: _l("Écrivez le prénom de celui qui va agir. Exemple : Anne-Marie"),
                self.birth_date: _l("Écrivez sa date de naissance. Exemple : 24 11 1980"),
            }
            if self.is_relative
            else {}
        )
        for field in (self.family_name, self.given_names, self.birth_date):
            if field not in asked:
                field.errors = []
            elif not field.data and not field.errors:
                field.errors = [asked[field]]
        if not self.signed.data:
            self.signed.errors = [UNSIGNED]
        return not self.errors


class SlipForm(EntryForm, SafePlaceForm):
    """The slip of an appointment's letter. `sequence`: the appointment as the page showed it.

    `is_safe`: asked about the address of `safe`, somebody discreet has said that letters may come there.
    """

    sequence = HiddenField()
    is_safe = CheckField(_l("Oui, elle le dit : les lettres peuvent y aller"))
    what = ChoiceField(
        _l("Que dit le coupon ?"),
        choices=[
            ("annule", _l("J'annule ce rendez-vous")),
            ("autre", _l("Je veux une autre date")),
            (KEPT, _l("Aucune de ces deux cases")),
        ],
        required=_l("Choisissez ce qui est coché sur le coupon."),
    )
    paper = CheckField(_l("Je veux tout recevoir par lettre"))
    days = ChecksField(_l("Ses jours possibles"), choices=DAYS.items(), required="")
    halves = ChecksField(_l("Le matin ou l'après-midi"), choices=HALVES.items(), required="")

    @property
    def seen(self) -> int:
        """The sequence that the page showed; -1, which none has, for a forged one."""
        return sequence_of(self.sequence.data)

    @property
    def cancels(self) -> bool:
        """Whether the person does not come; of a valid form."""
        return bool(self.what.data != KEPT)

    @property
    def half_days(self) -> list[str]:
        """The half-days of another date; empty when none is wanted. Nothing ticked: all of them."""
        if self.what.data != "autre":
            return []
        return [f"{day}-{half}" for day, half in product(self.days.data or DAYS, self.halves.data or HALVES)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each field; no day ticked is no fault, but nothing at all is."""
        super().validate(extra_validators)
        self.days.errors = self.halves.errors = []
        if not (self.cancels or self.paper.data):
            self.what.errors = [_l("Rien n'est coché sur ce coupon\u00a0? Appelez la personne. Le rendez-vous tient.")]
        return not self.errors


def offer(field: ChecksField, choices: Iterable[tuple[str, Any]]) -> None:
    """The boxes of a field; what was ticked is read again."""
    field.choices = selectable((value, str(words)) for value, words in choices)
    field.process_formdata(field.raw_data or [])
