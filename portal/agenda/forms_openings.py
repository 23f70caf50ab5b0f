"""Openings and the closing of a place, as they are typed: each bound is said beside its field."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.agenda.forms_days import FAR, DaysForm, HourField
from portal.agenda.rules_openings import Draft
from portal.booking.models import Recurrence
from portal.web.forms import ChoiceField, DateField, selectable
from portal.web.forms_lists import ChecksField
from portal.web.forms_numbers import WholeField

_WHICH = {"1": 1, "2": 2, "3": 3, "4": 4, "dernier": -1}


class OpeningForm(DaysForm):
    """An opening. `is_once`: of one day alone. `draft` may be read once the form is valid."""

    recurrence = ChoiceField(
        _l("Elle revient"),
        choices=[
            (Recurrence.WEEKLY.value, _l("Chaque semaine, ou toutes les 2, 3… semaines")),
            (Recurrence.MONTHLY.value, _l("Chaque mois")),
            (Recurrence.ONCE.value, _l("Une seule fois")),
        ],
        required=_l("Choisissez comment elle revient."),
    )
    weekdays = ChecksField(
        _l("Quels jours"),
        choices=[
            ("0", _l("Lundi")),
            ("1", _l("Mardi")),
            ("2", _l("Mercredi")),
            ("3", _l("Jeudi")),
            ("4", _l("Vendredi")),
            ("5", _l("Samedi")),
            ("6", _l("Dimanche")),
        ],
        hint=_l("Sauf si elle n'a lieu qu'une fois."),
    )
    interval = WholeField(
        _l("Toutes les combien de semaines"),
        hint=_l("1 : chaque semaine. 2 : une semaine sur deux."),
        least=1,
        most=52,
    )
    nth = ChoiceField(
        _l("Quel jour du mois"),
        choices=[
            ("1", _l("Le premier")),
            ("2", _l("Le deuxième")),
            ("3", _l("Le troisième")),
            ("4", _l("Le quatrième")),
            ("dernier", _l("Le dernier")),
        ],
        required="",
        hint=_l("Seulement si elle revient chaque mois."),
    )
    first_day = DateField(
        _l("À partir du"), hint=_l("Exemple : 24 11 2026"), required=_l("Écrivez le jour. Exemple : 24 11 2026")
    )
    last_day = DateField(_l("Jusqu'au"), hint=_l("Vide : pas de fin prévue."), required="")
    starts = HourField(_l("De"), required=_l("Écrivez l'heure du début. Exemple : 9 h"))
    ends = HourField(_l("À"), required=_l("Écrivez l'heure de fin. Exemple : 12 h"), hint=_l("Exemple : 12 h"))
    place = ChoiceField(_l("Où"), choices=[], required=_l("Choisissez un lieu."))
    motifs = ChecksField(_l("Pour quels motifs"), required=_l("Cochez au moins un motif."))

    def __init__(
        self,
        *,
        today: date,
        places: Sequence[tuple[int, str]],
        motifs: Sequence[tuple[int, str]],
        old: Draft | None = None,
        is_once: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(data=_shown(old), **options)
        self.today, self.is_once = today, is_once
        self.place.choices = selectable([(str(number), name) for number, name in places])
        self.motifs.choices = selectable((str(number), title) for number, title in motifs)
        if is_once:
            for name in ("recurrence", "weekdays", "interval", "nth", "last_day"):
                del self[name]

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each field, then what they say together."""
        super().validate(extra_validators)
        self.check_day(self.first_day)
        if not self.is_once:
            self._check_recurrence()
        if self.starts.hour and self.ends.hour and self.starts.hour >= self.ends.hour:
            self.ends.errors = [_("La fin est avant le début. Changez l'une des deux heures.")]
        return not self.errors

    def _check_recurrence(self) -> None:
        self.drop_if_empty(self.last_day)
        self.check_day(self.last_day, not_before=self.first_day.data)
        comes_back = self.recurrence.data != Recurrence.ONCE
        if comes_back and not self.weekdays.data:
            self.weekdays.errors = [_("Cochez au moins un jour.")]
        if self.recurrence.data == Recurrence.MONTHLY and not self.nth.data:
            self.nth.errors = [_("Choisissez quel jour du mois.")]
        if self.recurrence.data != Recurrence.WEEKLY:
            self.interval.errors = []

    @property
    def draft(self) -> Draft:
        """What the opening is to be."""
        kind = Recurrence.ONCE if self.is_once else Recurrence(str(self.recurrence.data))
        is_once = kind is Recurrence.ONCE
        return Draft(
            id=0,
            place_id=int(str(self.place.data)),
            recurrence=kind,
            weekdays=() if is_once else tuple(sorted(map(int, self.weekdays.data))),
            interval_weeks=self.interval.whole if kind is Recurrence.WEEKLY else 1,
            nth_week=_WHICH[str(self.nth.data)] if kind is Recurrence.MONTHLY else None,
            first_day=self.first_day.data,
            last_day=self.first_day.data if is_once else self.last_day.data,
            starts=self.starts.hour or time(),
            ends=self.ends.hour or time(),
            skipped=(),
            motif_ids=frozenset(map(int, self.motifs.data)),
        )


class DayForm(DaysForm):
    """One day, from which something ends or changes, or on which it does not happen.

    `needs_day`: not when what is pressed asks for none; whether the page is this browser's is checked all the same.
    """

    first_day = DateField(
        _l("À partir du"), hint=_l("Exemple : 24 11 2026"), required=_l("Écrivez le jour. Exemple : 24 11 2026")
    )

    def __init__(self, *, today: date, label: Any = "", needs_day: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.today, self.needs_day = today, needs_day
        if label:
            self.first_day.label.text = label

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks the day."""
        super().validate(extra_validators)
        if self.needs_day:
            self.check_day(self.first_day)
        else:
            self.first_day.errors = []
        return not self.errors


class CopyForm(DaysForm):
    """A week, and the week it is copied to."""

    source = DateField(
        _l("Un jour de la semaine à copier"), hint=_l("Exemple : 24 11 2026"), required=_l("Écrivez le jour.")
    )
    first_day = DateField(
        _l("Un jour de la semaine à remplir"), hint=_l("Exemple : 1 12 2026"), required=_l("Écrivez le jour.")
    )

    def __init__(self, *, today: date, **options: Any) -> None:
        super().__init__(**options)
        self.today = today

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks the days; the week to fill is not this one, of which days have passed."""
        super().validate(extra_validators)
        self.check_day(self.first_day)
        if self.source.data and abs(self.source.data - self.today) > FAR:
            self.source.errors = [_("Ce jour est trop loin. Vérifiez l'année.")]
        monday = self.today + timedelta(days=7 - self.today.weekday())
        if self.first_day.data and not self.first_day.errors and self.first_day.data < monday:
            self.first_day.errors = [_("Choisissez une semaine qui n'a pas commencé.")]
        return not self.errors


def _shown(old: Draft | None) -> dict[str, Any]:
    if old is None:
        return {"recurrence": Recurrence.WEEKLY.value, "interval": "1"}
    which = next((word for word, number in _WHICH.items() if number == old.nth_week), None)
    return {
        "recurrence": old.recurrence.value,
        "weekdays": list(old.weekdays),
        "interval": str(old.interval_weeks),
        "nth": which,
        "last_day": old.last_day,
        "starts": old.starts,
        "ends": old.ends,
        "place": str(old.place_id),
        "motifs": sorted(old.motif_ids),
    }
