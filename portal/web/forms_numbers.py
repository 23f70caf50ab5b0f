"""Whole numbers, as somebody types them."""

from typing import Any

from flask_babel import gettext as _
from wtforms.validators import StopValidation

from portal.web.forms import TextField

_MOST = 999_999_999
_LONGEST = 20  # characters typed, blanks among them


class WholeField(TextField):
    """A whole number between two bounds, both included; `number` is what was read, None when nothing was typed.

    Blanks between the figures do not count, nor the signs of `dropped` ("€"). `wrong`: the sentence for what is no such
    number; it names the bounds when nothing is given.
    """

    def __init__(  # noqa: PLR0913 - a field's own settings
        self,
        label: Any,
        *,
        least: int = 0,
        most: int = _MOST,
        wrong: Any = "",
        dropped: str = "",
        longest: int = _LONGEST,
        **options: Any,
    ) -> None:
        self.least, self.most, self.wrong, self.dropped = least, most, wrong, dropped
        self.number: int | None = None
        kw = {"inputmode": "numeric", "autocomplete": "off"} | options.pop("render_kw", {})
        super().__init__(label, longest=longest, render_kw=kw, **options)

    @property
    def whole(self) -> int:
        """The number, of a valid form; the least one when none was typed."""
        return self.least if self.number is None else self.number

    def process_data(self, value: Any) -> None:
        """A number as text."""
        self.data = "" if value is None else str(value)

    def pre_validate(self, form: Any) -> None:
        """Raises `StopValidation` with a sentence when this is no such number."""
        self.number = None
        super().pre_validate(form)
        typed = "".join(sign for sign in self.data if not sign.isspace() and sign not in self.dropped)
        is_figure = typed.isascii() and typed.isdecimal()
        if not is_figure or not self.least <= int(typed) <= self.most:
            raise StopValidation(
                self.wrong or _("Écrivez un nombre entier de %(least)s à %(most)s.", least=self.least, most=self.most)
            )
        self.number = int(typed)
