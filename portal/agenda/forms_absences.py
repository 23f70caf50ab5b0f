"""Absences, as they are typed."""

from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.agenda.forms_days import DaysForm, HourField
from portal.clock import at_wall_clock, paris, paris_day
from portal.web.forms import DateField


class AbsenceForm(DaysForm):
    """From when to when; without hours, whole days. `starts_at` and `ends_at` may be read once the form is valid."""

    first_day = DateField(
        _l("Du"), hint=_l("Exemple : 24 11 2026"), required=_l("Écrivez le premier jour. Exemple : 24 11 2026")
    )
    first_hour = HourField(_l("À partir de"), hint=_l("Vide : dès le matin. Exemple : 14 h"))
    last_day = DateField(
        _l("Au"), hint=_l("Ce jour compris. Le même jour convient."), required=_l("Écrivez le dernier jour.")
    )
    last_hour = HourField(_l("Jusqu'à"), hint=_l("Vide : toute la journée. Exemple : 16 h"))

    def __init__(self, *, today: date, known: tuple[datetime, datetime] | None = None, **options: Any) -> None:
        super().__init__(data=_as_days(known) if known else None, **options)
        self.today, self._known = today, known

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks the days and hours; one that has begun keeps its beginning."""
        super().validate(extra_validators)
        if not self._keeps_beginning():
            self.check_day(self.first_day)
        self.check_day(self.last_day, not_before=self.first_day.data)
        if not self.errors and self.starts_at >= self.ends_at:
            self.last_hour.errors = [_("La fin est avant le début. Changez l'une des deux heures.")]
        return not self.errors

    def _keeps_beginning(self) -> bool:
        if self._known is None or self.first_day.data != paris_day(self._known[0]):
            return False  # the first and last days of the calendar have no instant
        return self.starts_at == self._known[0]

    @property
    def starts_at(self) -> datetime:
        """When it begins."""
        return at_wall_clock(self.first_day.data, self.first_hour.hour or time())

    @property
    def ends_at(self) -> datetime:
        """When it ends."""
        if self.last_hour.hour is None:
            return at_wall_clock(self.last_day.data + timedelta(days=1), time())
        return at_wall_clock(self.last_day.data, self.last_hour.hour)


def _as_days(known: tuple[datetime, datetime]) -> dict[str, Any]:
    """A period as days and hours; whole days without hours."""
    starts, ends = paris(known[0]), paris(known[1])
    is_midnight = ends.time() == time()
    last = ends.date() - timedelta(days=1) if is_midnight else ends.date()
    return {
        "first_day": starts.date(),
        "first_hour": None if starts.time() == time() else starts.time(),
        "last_day": last,
        "last_hour": None if is_midnight else ends.time(),
    }
