"""Several lines of text, as somebody writes freely."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import TextAreaField
from wtforms.validators import StopValidation

from portal.web.text import TextFault, clean, fault_of, printable


class LongField(TextAreaField):  # type: ignore[misc]
    """Free words over several lines, at most `longest` characters; bad characters are refused."""

    def __init__(self, label: Any, *, longest: int, hint: Any = "", rows: int = 4, **options: Any) -> None:
        self.longest, self.hint, self.is_required = longest, hint, False
        self.fault: TextFault | None = None
        super().__init__(label, render_kw={"rows": rows, "maxlength": longest}, **options)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Keeps what was typed, line by line, without characters that no page may hold."""
        typed = str(valuelist[0]).replace("\r\n", "\n").replace("\r", "\n") if valuelist else ""
        lines = [clean(line) for line in typed.split("\n")]
        faults = [fault for line in lines if (fault := fault_of(line, self.longest))]
        self.fault = faults[0] if faults else TextFault.TOO_LONG if len("\n".join(lines)) > self.longest else None
        self.data = "\n".join(printable(line) for line in lines).strip()

    def pre_validate(self, _form: Any) -> None:
        """Raises `StopValidation` with a sentence when the text is too long or not plain text."""
        if self.fault is TextFault.TOO_LONG:
            raise StopValidation(_("Écrivez %(count)s caractères au plus.", count=self.longest))
        if self.fault is TextFault.BAD_CHARACTER:
            raise StopValidation(_("Utilisez seulement des lettres, des chiffres et des signes simples."))
