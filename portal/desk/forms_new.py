"""A new file, as an agent types it."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask_babel import lazy_gettext as _l

from portal.booking.forms_address import checked_address, lines_of_somebody
from portal.booking.forms_words import NO_ADDRESS_FOR_LETTERS
from portal.desk.rules_search import understood
from portal.letters.address import Communes
from portal.people.contacts import Contact
from portal.people.forms_fields import BirthDateField, HiddenField, NameField, email_field, landline_field, mobile_field
from portal.people.rules import Identity, tidy
from portal.web.forms import CheckField, ChoiceField, PortalForm
from portal.web.i18n import LANGUAGES
from portal.web.text import key_of
from portal.words import phone_words

_OFF = {"autocomplete": "off"}


class RelativeForm(PortalForm):
    """Who someone is. `identity`, `name_at_birth` and `key` may be read once the form is valid.

    `is_other`: the agent has seen the files that resemble, and says that this is somebody else.
    """

    family_name = NameField(
        _l("Nom de famille"), required=_l("Écrivez le nom de famille. Exemple : Durand"), render_kw=_OFF
    )
    birth_name = NameField(_l("Nom de naissance"), hint=_l("S'il est différent du nom de famille."), render_kw=_OFF)
    given_names = NameField(_l("Prénoms"), required=_l("Écrivez le prénom. Exemple : Anne-Marie"), render_kw=_OFF)
    birth_date = BirthDateField(
        _l("Date de naissance"),
        hint=_l("Exemple : 24 11 1980"),
        required=_l("Écrivez la date de naissance. Exemple : 24 11 1980"),
    )
    request_key = HiddenField()
    is_other = HiddenField()

    def __init__(self, *, today: date, **options: Any) -> None:
        super().__init__(**options)
        self.today = today
        self.request_key.data = str(key_of(self.request_key.data) or uuid4())

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each field; a birth name may stay empty."""
        super().validate(extra_validators)
        if not self.birth_name.data:
            self.birth_name.errors = []
        return not self.errors

    @property
    def identity(self) -> Identity:
        """Who they are."""
        return Identity(self.family_name.data, self.given_names.data, self.birth_date.data)

    @property
    def name_at_birth(self) -> str | None:
        """The birth name, when it is not the family name."""
        name = tidy(self.birth_name.data or "")
        return name if name and name != tidy(self.family_name.data) else None

    @property
    def contact(self) -> Contact:
        """How they are reached: a relative is by whoever answers for them."""
        return Contact()

    @property
    def key(self) -> UUID:
        """One per page shown: sending it twice makes one file."""
        return UUID(self.request_key.data)

    def begin_with(self, text: str) -> None:
        """Writes in the fields what was typed in the search box: in files, the family name comes first."""
        sought = understood(text, self.today)
        names = [part for part in text.split() if not any(sign.isdigit() or sign in "@/" for sign in part)]
        if len(sought.words) == 0:
            names = []
        self.family_name.data = names[0].title() if names else ""
        self.given_names.data = " ".join(name.title() for name in names[1:])
        self.birth_date.process_data(sought.birth_date)


class NewForm(RelativeForm):
    """Who somebody is, and how they are reached: a landline alone will do, and so will nothing at all."""

    mobile = mobile_field()
    landline = landline_field()
    email = email_field()
    flat, building, street, locality, postcode, town = lines_of_somebody()
    wants_paper = CheckField(_l("Tout recevoir par courrier"), hint=_l("C'est la garantie papier."))
    wants_large_print = CheckField(_l("Lettres en gros caractères"))
    language = ChoiceField(
        _l("Langue des messages"),
        choices=list(LANGUAGES.items()),
        required=_l("Choisissez une langue."),
        default="fr",
    )

    def __init__(self, *, communes: Communes, **options: Any) -> None:
        super().__init__(**options)
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
    def contact(self) -> Contact:
        """How they are reached."""
        return Contact(
            mobile=self.mobile.phone.e164 if self.mobile.phone else None,
            email=self.email.email,
            landline=self.landline.phone.e164 if self.landline.phone else None,
            address=tuple(self.address),
            wants_paper=bool(self.wants_paper.data),
            wants_large_print=bool(self.wants_large_print.data),
            language=str(self.language.data),
        )

    def begin_with(self, text: str) -> None:
        """The same, with a phone and an e-mail."""
        super().begin_with(text)
        sought = understood(text, self.today)
        if sought.phone:
            field = self.mobile if sought.phone[3:4] in {"6", "7"} else self.landline
            field.data = phone_words(sought.phone)
        self.email.data = sought.email or ""
