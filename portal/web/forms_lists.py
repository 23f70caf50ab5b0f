"""A choice in a long list, and several boxes under one legend. What is forged is no choice."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import SelectField, SelectMultipleField
from wtforms.validators import StopValidation

from portal.web.forms import selectable


class ListField(SelectField):  # type: ignore[misc]
    """One choice in a long list. A forged value is refused like no choice."""

    def __init__(self, label: str, *, hint: str = "", required: str, **options: Any) -> None:
        self.hint = hint
        self.required_sentence = required
        self.is_required = bool(required)
        super().__init__(label, validate_choice=False, **options)

    def pre_validate(self, _form: Any) -> None:
        """Raises `StopValidation` when none of the choices was made."""
        known = self.data in {value for value, *_rest in self.iter_choices()}
        if not known or (self.is_required and not self.data):
            raise StopValidation(self.required_sentence or _("Choisissez dans la liste."))


class ChecksField(SelectMultipleField):  # type: ignore[misc]
    """Boxes to tick under one legend; its data is the values ticked, in the order offered. A forged value is no value.

    `required`: the sentence when none is; empty, none need be ticked. `choices` may be set once the form is made: what
    was ticked is held to them as it is checked.
    """

    def __init__(
        self, label: Any, *, choices: Iterable[tuple[str, Any]] = (), required: Any = "", hint: Any = "", **options: Any
    ) -> None:
        self.hint = hint
        self.required_sentence = required
        self.is_required = bool(required)
        super().__init__(label, choices=selectable(choices), validate_choice=False, **options)

    @property
    def first_id(self) -> str:
        """Where a link of the error summary leads: the first box."""
        return f"{self.id}-0"

    def process_data(self, value: Any) -> None:
        """The values ticked at first."""
        self.data = [str(one) for one in value or ()]

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """What was ticked."""
        self.data = [str(one) for one in valuelist]

    def pre_validate(self, _form: Any) -> None:
        """Raises `StopValidation` when no box is ticked."""
        self.data = [value for value, *_rest in self.iter_choices() if value in (self.data or ())]
        if not self.data:
            raise StopValidation(self.required_sentence)
