"""What an agent types at a desk: what they checked, what the person asks to change."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.booking.forms_address import checked_address, lines_of_somebody, name_words, typed_address
from portal.booking.forms_kept import NOWHERE, Keepers
from portal.booking.forms_words import NO_ADDRESS_FOR_LETTERS
from portal.desk.forms_words import HEARD
from portal.desk.rules import Document
from portal.desk.services import Wanted
from portal.directory.models import Place
from portal.letters.address import BadAddressError, Communes, letter_box, printed_lines
from portal.letters.rules_kept import kept_lines
from portal.letters.services_choice import How
from portal.people.forms_fields import HiddenField, NameField, email_field, landline_field, mobile_field
from portal.people.models import Person, RouteState
from portal.people.models_credentials import CredentialKind
from portal.people.rules import tidy
from portal.people.services_preferences import Preferences
from portal.web.forms import CheckField, ChoiceField, PortalForm, selectable
from portal.web.i18n import LANGUAGES
from portal.web.text import printable
from portal.words import phone_words

SAFE_LINE = " / "  # between the lines of an address in a hidden field
_MARKS = 400  # characters: a mark for each thing of a file


class MarksField(HiddenField):
    """What the page showed of a file (`rules.shown`)."""

    def process_formdata(self, valuelist: Any) -> None:
        """Keeps it, within reason."""
        self.data = printable(str(valuelist[0]))[:_MARKS] if valuelist else ""


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


class SafePlaceForm(PortalForm):
    """A press that may bring letters to somebody discreet.

    `safe`: the address that they have said to be safe, as the page showed it.
    """

    safe = MarksField()  # six lines of an envelope are longer than other hidden things

    def asks_about(self, address: Sequence[str]) -> None:
        """Shows the question about this address."""
        self.safe.data = SAFE_LINE.join(address)

    def is_said_of(self, address: Sequence[str]) -> bool:
        """Whether the question was about this very address."""
        return bool(self.safe.data == SAFE_LINE.join(address))


class ChangeForm(ShownForm, SafePlaceForm):
    """What the person asks to change. `wanted` may be read once the form is valid."""

    birth_name = NameField(
        _l("Nom de naissance"), hint=_l("S'il est différent du nom de famille."), render_kw={"autocomplete": "off"}
    )
    is_safe = CheckField(_l("Oui, elle le dit : les lettres peuvent y aller"))
    mobile = mobile_field()
    mobile_checked = CheckField(_l("Ce mobile est bien le sien"), hint=_l("Cochez si la personne l'a montré."))
    email = email_field()
    email_checked = CheckField(_l("Cet e-mail est bien le sien"), hint=_l("Cochez si la personne l'a montré."))
    landline = landline_field()
    flat, building, street, locality, postcode, town = lines_of_somebody()
    kept_at = ChoiceField(
        _l("Garder ses lettres dans un lieu"),
        hint=_l("Elle y vient les prendre. Un SMS, un e-mail ou une personne lui dit qu'une lettre l'attend."),
        choices=(),
        required="",
    )
    wants_sms = CheckField(_l("Recevoir des SMS"))
    wants_email = CheckField(_l("Recevoir des e-mails"))
    wants_paper = CheckField(_l("Tout recevoir par courrier"), hint=_l("C'est la garantie papier."))
    paper_said = ChoiceField(
        _l("Pour arrêter le courrier : comment la personne l'a-t-elle dit ?"),
        hint=_l("Elle seule peut l'arrêter. Sa demande est notée."),
        choices=HEARD,
        required="",
    )
    wants_large_print = CheckField(_l("Lettres en gros caractères"))
    wants_discretion = CheckField(
        _l("Messages discrets"), hint=_l("Le jour, l'heure et le code. Ni le lieu, ni le sujet.")
    )
    wants_silence = CheckField(
        _l("Ne pas contacter"),
        hint=_l("Un seul message le dit, sauf à qui veut des messages discrets. Puis aucun ne part."),
    )
    language = ChoiceField(
        _l("Langue des messages"), choices=list(LANGUAGES.items()), required=_l("Choisissez une langue.")
    )

    def __init__(self, *, person: Person, communes: Communes, keepers: Keepers, **options: Any) -> None:
        super().__init__(data=_typed(person), **options)
        self._communes, self.had_paper = communes, person.wants_paper
        self._name = f"{person.given_names} {person.family_name}"
        self._keepers, self._former = keepers, list(person.address)
        self.has_places = bool(keepers.choices)
        self.kept_at.choices = selectable([(NOWHERE, _("Non")), *keepers.choices])
        self.address: list[str] = []
        self.place_id: int | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each field, then the lines of the address together."""
        super().validate(extra_validators)
        if not self.birth_name.data:
            self.birth_name.errors = []
        lines = self._lines()
        self.address = lines or []
        if lines == [] and self.wants_paper.data:
            self.street.errors = [NO_ADDRESS_FOR_LETTERS]
        if self.had_paper and not self.wants_paper.data and not self.paper_said.data:
            self.paper_said.errors = [_("Dites comment la personne a demandé d'arrêter le courrier.")]
        return not self.errors

    def _lines(self) -> list[str] | None:
        """The address: as typed, or that of the place that keeps the letters of somebody who has none."""
        typed, place = checked_address(self, self._communes), self._keepers.chosen(self.kept_at)
        if typed == [] and self._keepers.now_at is not None and not self.kept_at.data:
            self.kept_at.errors = [_("Choisissez le lieu qui garde ses lettres\u00a0: le même, ou un autre.")]
            return None
        if place is None or typed is None:
            return typed
        if typed and not (any(self._former) and letter_box(typed) == letter_box(self._former)):
            self.kept_at.errors = [_("Gardez l'un des deux\u00a0: l'adresse, ou le lieu.")]
            return None
        self.place_id = place.id
        return self._former if place == self._keepers.now_at else self._lines_at(place)

    def _lines_at(self, place: Place) -> list[str] | None:
        """Its lines, under the name; None when no envelope holds that name, which is said beside the place."""
        lines = kept_lines(place) or []
        try:
            printed_lines(self._name, lines)
        except BadAddressError as bad:
            self.kept_at.errors = [name_words(bad)]
            return None
        return lines

    @property
    def wanted(self) -> Wanted:
        """What the file is to say."""
        boxes = {CredentialKind.MOBILE: self.mobile_checked, CredentialKind.EMAIL: self.email_checked}
        return Wanted(
            birth_name=tidy(self.birth_name.data or "") or None,
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
                kept_at=self.place_id,
            ),
            vouched=frozenset(kind for kind, box in boxes.items() if box.data),
            paper_said=How(self.paper_said.data or How.AGENT),
            is_safe=bool(self.is_safe.data) and self.is_said_of(self.address),
        )


def _typed(person: Person) -> dict[str, Any]:
    """A file in the fields of the form."""
    same = ("birth_name", "email", "wants_sms", "wants_email", "wants_paper", "wants_large_print", "wants_discretion")
    numbers = {name: phone_words(getattr(person, name) or "") for name in ("mobile", "landline")}
    rest = {"wants_silence": person.wants_silence, "language": person.language}
    typed = {name: getattr(person, name) for name in same} | numbers | rest
    if person.letters_kept_at_id is not None:
        # Of a place from which a letter came back, it is said anew whether it is the right one.
        is_in_doubt = person.address_state is RouteState.DOUBTFUL
        return typed | {"kept_at": None if is_in_doubt else person.letters_kept_at_id}
    return typed | {"kept_at": NOWHERE} | typed_address(person.address)
