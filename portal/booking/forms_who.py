"""For whom an appointment is: what the form of a stranger and that of someone known share."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.people.forms_fields import BirthDateField, HiddenField, NameField
from portal.people.rules import Identity
from portal.web.forms import CheckField, ChoiceField, DateField, PortalForm
from portal.web.text import key_of

ME, CHILD, RELATIVE = "moi", "enfant", "proche"


class WhoForm(PortalForm):
    """Who comes, at which hour. The same form is reviewed and confirmed, as hidden fields.

    `new_relative` may be read once the form is valid. `subject` says whose form it is (see `views_known.mark`): empty
    for a stranger's.
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
        _l("Sa date de naissance"), asked=True, hint=_l("Exemple : 24 11 2021"), required=""
    )
    creneau = HiddenField()
    request_key = HiddenField()
    subject = HiddenField()

    def __init__(self, *, today: date, **options: Any) -> None:
        super().__init__(**options)
        self.today = today
        self.request_key.data = str(key_of(self.request_key.data) or uuid4())

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each field, then who comes."""
        super().validate(extra_validators)
        self._check_relative()
        return not self.errors

    @property
    def is_kept_page_only(self) -> bool:
        """Whether nothing is wrong but the age of the page: its token has expired."""
        return set(self.errors) == {"csrf_token"}

    @property
    def is_for_someone_new(self) -> bool:
        """Whether the person who comes is named here."""
        return self.concerned.data in {CHILD, RELATIVE}

    @property
    def new_relative(self) -> Identity | None:
        """Who comes, when they are named here."""
        if not self.is_for_someone_new:
            return None
        return Identity(self.relative_family_name.data, self.relative_given_names.data, self.relative_birth_date.data)

    @property
    def key(self) -> UUID:
        """One per page shown: confirming the same answers twice makes one appointment."""
        return UUID(self.request_key.data)

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
            _("Écrivez la date de naissance de la personne qui vient. Exemple : 24 11 2021"),
        )
        for field, sentence in zip(fields, sentences, strict=True):
            if not self.is_for_someone_new:
                field.errors = []
            elif not field.data and not field.errors:
                field.errors = [sentence]
