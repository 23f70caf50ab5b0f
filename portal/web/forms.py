"""Forms: fields that refuse bad characters and lengths once, at the door, and keep whatever was typed."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.csrf import _FlaskFormCSRF
from wtforms import BooleanField, Field, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation, ValidationError

from portal.web.text import TextFault, clean, fault_of, printable

SERVED_YEARS = range(2020, 2101)  # of what the service does: any other is a slip of the finger
_HOUR = re.compile(r"(\d{1,2})\s*(?:h|:|\.)?\s*(\d{2})?", re.IGNORECASE)


class PortalCsrf(_FlaskFormCSRF):  # type: ignore[misc]
    """Flask-WTF's token; a missing or expired one is said in plain words, and the form keeps its content."""

    def validate_csrf_token(self, form: Any, field: Any) -> None:
        """Raises `StopValidation` with a sentence that tells what to do."""
        try:
            super().validate_csrf_token(form, field)
        except ValidationError as error:
            raise StopValidation(
                _(
                    "Cette page est restée ouverte longtemps. Rien n'est perdu. "
                    "Vérifiez vos réponses, puis validez de nouveau."
                )
            ) from error


class PortalForm(FlaskForm):  # type: ignore[misc]
    """The base of all forms that change something.

    `errors_in_order()` gives (id of the input, sentence) for the summary at the top of the page.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """WTForms' own settings."""

        csrf_class = PortalCsrf

        def get_translations(self, _form: Any) -> None:
            """No built-in sentence is used: each field says its own."""

    def errors_in_order(self) -> list[tuple[str, str]]:
        """What is wrong, field by field, in the order of the form; each with the id to go to."""
        listed = []
        for field in self:
            for sentence in field.errors:
                target = getattr(field, "first_id", field.id)
                listed.append(("" if field.name == "csrf_token" else target, str(sentence)))
        return listed


class TextField(StringField):  # type: ignore[misc]
    """One line of text, trimmed, in composed Unicode, at most `longest` characters; bad characters are refused.

    `required` is the sentence that is shown when nothing was typed; without it the field may stay empty, and its
    data is then an empty string.
    """

    def __init__(
        self,
        label: str,
        validators: Sequence[Callable[..., Any]] = (),
        *,
        hint: str = "",
        longest: int = 100,
        required: str = "",
        **options: Any,
    ) -> None:
        self.longest = longest
        self.fault: TextFault | None = None
        self.hint = hint
        self.required_sentence = required
        super().__init__(label, validators, **options)

    @property
    def is_required(self) -> bool:
        """Whether the form is refused without it."""
        return bool(self.required_sentence)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Keeps what was typed, as it will be stored; characters that no page may hold are said, and shown no more."""
        typed = clean(str(valuelist[0])) if valuelist else ""
        self.fault = fault_of(typed, self.longest)
        self.data = printable(typed)

    def pre_validate(self, _form: Any) -> None:
        """Raises `StopValidation` with a sentence when the text is missing, too long or not plain text."""
        if self.fault is TextFault.TOO_LONG:
            raise StopValidation(_("Écrivez %(count)s caractères au plus.", count=self.longest))
        if self.fault is TextFault.BAD_CHARACTER:
            raise StopValidation(_("Utilisez seulement des lettres, des chiffres et des signes simples."))
        if not self.data and self.required_sentence:
            raise StopValidation(self.required_sentence)
        if not self.data:
            raise StopValidation  # nothing to check, and no fault


def selectable(choices: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """(value, label) pairs, as the choices of a `ChoiceField`."""
    return [SelectChoice(value, label) for value, label in choices]


class ChoiceField(RadioField):  # type: ignore[misc]
    """One choice among a few, as radios. A forged value is refused like no choice at all."""

    def __init__(self, label: str, *, choices: Iterable[tuple[str, str]], required: str, **options: Any) -> None:
        self.hint = options.pop("hint", "")
        self.required_sentence = required
        self.is_required = bool(required)
        super().__init__(label, choices=selectable(choices), validate_choice=False, **options)

    @property
    def first_id(self) -> str:
        """Where a link of the error summary leads: the first radio."""
        return f"{self.id}-0"

    def process_data(self, value: Any) -> None:
        """No value is no choice, not the word "None"."""
        self.data = None if value is None else str(value)

    def pre_validate(self, _form: Any) -> None:
        """Raises `StopValidation` when none of the choices was made."""
        if self.data not in {value for value, *_rest in self.iter_choices()}:
            self.data = None
            if self.required_sentence:
                raise StopValidation(self.required_sentence)


class CheckField(BooleanField):  # type: ignore[misc]
    """A box to tick."""

    def __init__(self, label: str, *, hint: str = "", **options: Any) -> None:
        self.hint = hint
        self.is_required = False
        super().__init__(label, **options)


class DateField(Field):  # type: ignore[misc]
    """A date in three inputs (day, month, year) that share one name, in this order. Its data is a `date` or None.

    `parts` is what was typed, kept whatever it was. Another year than those of `years` is a slip of the finger.
    """

    def __init__(
        self,
        label: str,
        validators: Sequence[Callable[..., Any]] = (),
        *,
        hint: str = "",
        required: str,
        years: range | None = None,
        **options: Any,
    ) -> None:
        self.hint = hint
        self.required_sentence = required
        self.is_required = bool(required)
        self.years = years
        self.parts = ("", "", "")
        super().__init__(label, validators, **options)

    @property
    def first_id(self) -> str:
        """Where a link of the error summary leads: the day."""
        return f"{self.id}-day"

    def process_data(self, value: Any) -> None:
        """Shows a known date in its three parts."""
        self.data = value
        if isinstance(value, date):
            self.parts = (str(value.day), str(value.month), str(value.year))

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Reads day, month and year; digits of other scripts are read too (a keyboard may type them)."""
        typed = [printable(clean(str(value)))[:10] for value in [*valuelist, "", "", ""][:3]]
        self.parts = (typed[0], typed[1], typed[2])
        self.data = None
        try:
            day, month, year = (_number(unicodedata.normalize("NFKC", part)) for part in typed)
            self.data = date(year, month, day)
        except (ValueError, OverflowError):
            return  # pre_validate says it, beside the field

    def pre_validate(self, _form: Any) -> None:
        """Raises `StopValidation` when there is no date, or none that exists."""
        if not any(self.parts):
            raise StopValidation(self.required_sentence or None)
        if self.data is None or (self.years is not None and self.data.year not in self.years):
            raise StopValidation(_("Cette date n'existe pas. Écrivez par exemple 24 11 2026."))


class HourField(TextField):
    """An hour of the clock on the wall: "10 h 30", "10:30", "10h". `hour` is what was read.

    `wrong`: the sentence for what is no hour.
    """

    hour: time | None = None
    wrong = _l("Écrivez une heure. Exemple : 10 h 30")

    def pre_validate(self, form: Any) -> None:
        """Raises `StopValidation` with a sentence for what is no hour."""
        self.hour = None
        super().pre_validate(form)
        read = _HOUR.fullmatch(self.data)
        try:
            self.hour = time(int(read.group(1)), int(read.group(2) or 0)) if read else None
        except ValueError:
            self.hour = None
        if self.hour is None:
            raise StopValidation(self.wrong)


def _number(text: str) -> int:
    if not text.isdecimal():  # "1_0" and "+1" are numbers for Python, and typing errors for people
        raise ValueError
    return int(text)
