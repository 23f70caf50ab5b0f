"""An hour of an agent's day, and what every form of days to come checks."""

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.web.forms import DateField, PortalForm
from portal.web.forms import HourField as ClockField
from portal.web.i18n import language
from portal.words import hour_words

FAR = timedelta(days=366 * 5)  # a day beyond is a slip of the hand


class HourField(ClockField):
    """An hour of an agent's day, with an example in the morning; one that is known is shown in words."""

    wrong = _l("Écrivez une heure. Exemple : 9 h 30")

    def __init__(self, label: Any, **options: Any) -> None:
        kw = {"autocomplete": "off"}
        super().__init__(label, hint=options.pop("hint", _l("Exemple : 9 h 30")), longest=10, render_kw=kw, **options)

    def process_data(self, value: Any) -> None:
        """An hour in words."""
        self.data = "" if value is None else hour_words(value, language()).replace("\u00a0", " ")


class DaysForm(PortalForm):
    """What all these forms check of their days."""

    today: date

    def check_day(self, field: DateField, *, not_before: date | None = None) -> None:
        """Notes what is wrong with a day that is a date: past, far away, or before another one."""
        if field.data is None or field.errors:
            return
        if field.data < self.today:
            field.errors = [_("Ce jour est passé. Écrivez un jour à venir.")]
        elif field.data > self.today + FAR:
            field.errors = [_("Ce jour est trop loin. Vérifiez l'année.")]
        elif not_before is not None and field.data < not_before:
            field.errors = [_("La fin est avant le début. Changez l'un des deux jours.")]

    def drop_if_empty(self, field: DateField) -> None:
        """A day that may stay empty, and does, is no fault."""
        if not any(field.parts):
            field.errors = []
