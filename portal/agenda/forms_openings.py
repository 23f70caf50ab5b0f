"""Openings, absences and the closing of a place, as they are typed: each bound is said beside its field."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.validators import StopValidation

from portal.agenda.rules_openings import Draft
from portal.booking.models import Recurrence
from portal.clock import at_wall_clock, paris, paris_day
from portal.web.forms import ChoiceField, DateField, PortalForm, TextField, selectable
from portal.web.i18n import language
from portal.words import hour_words

_HOUR = re.compile(r"(\d{1,2})\s*(?:h|:|\.)?\s*(\d{2})?", re.IGNORECASE)
_FAR = timedelta(days=366 * 5)  # a day beyond is a slip of the hand
_WHICH = {"1": 1, "2": 2, "3": 3, "4": 4, "dernier": -1}


class HourField(TextField):
    """An hour of the clock on the wall: "10 h 30", "10:30", "10h". `hour` is what was read."""

    hour: time | None = None

    def __init__(self, label: Any, **options: Any) -> None:
        kw = {"autocomplete": "off"}
        super().__init__(label, hint=options.pop("hint", _l("Exemple : 9 h 30")), longest=10, render_kw=kw, **options)

    def process_data(self, value: Any) -> None:
        """An hour in words."""
        self.data = "" if value is None else hour_words(value, language()).replace("\u00a0", " ")

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
            raise StopValidation(_("Écrivez une heure. Exemple : 9 h 30"))


class TicksField(Field):  # type: ignore[misc]
    """Boxes to tick, several at will; its data is the list of the values ticked, forged ones dropped."""

    def __init__(self, label: Any, *, choices: Iterable[tuple[str, Any]] = (), **options: Any) -> None:
        self.hint, self.required_sentence = options.pop("hint", ""), options.pop("required", "")
        self.is_required = bool(self.required_sentence)
        self.choices = list(choices)
        super().__init__(label, **options)

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
        """Raises `StopValidation` when none was ticked and one must be."""
        known = {value for value, _words in self.choices}
        self.data = [one for one in dict.fromkeys(self.data or ()) if one in known]
        if not self.data and self.required_sentence:
            raise StopValidation(self.required_sentence)


class _OfDays(PortalForm):
    """What all these forms check of their days."""

    today: date

    def check_day(self, field: DateField, *, not_before: date | None = None) -> None:
        """Notes what is wrong with a day that is a date: past, far away, or before another one."""
        if field.data is None or field.errors:
            return
        if field.data < self.today:
            field.errors = [_("Ce jour est passé. Écrivez un jour à venir.")]
        elif field.data > self.today + _FAR:
            field.errors = [_("Ce jour est trop loin. Vérifiez l'année.")]
        elif not_before is not None and field.data < not_before:
            field.errors = [_("La fin est avant le début. Changez l'un des deux jours.")]

    def drop_if_empty(self, field: DateField) -> None:
        """A day that may stay empty, and does, is no fault."""
        if not any(field.parts):
            field.errors = []


class OpeningForm(_OfDays):
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
    weekdays = TicksField(
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
    interval = TextField(
        _l("Toutes les combien de semaines"),
        hint=_l("1 : chaque semaine. 2 : une semaine sur deux."),
        longest=2,
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
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
    motifs = TicksField(_l("Pour quels motifs"), required=_l("Cochez au moins un motif."))

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
        self.motifs.choices = [(str(number), title) for number, title in motifs]
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
        typed = self.interval.data or "1"
        if self.recurrence.data == Recurrence.WEEKLY and not (typed.isdecimal() and 1 <= int(typed) <= 52):
            self.interval.errors = [_("Écrivez un nombre entier de 1 à 52.")]

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
            interval_weeks=int(self.interval.data or "1") if kind is Recurrence.WEEKLY else 1,
            nth_week=_WHICH[str(self.nth.data)] if kind is Recurrence.MONTHLY else None,
            first_day=self.first_day.data,
            last_day=self.first_day.data if is_once else self.last_day.data,
            starts=self.starts.hour or time(),
            ends=self.ends.hour or time(),
            skipped=(),
            motif_ids=frozenset(map(int, self.motifs.data)),
        )


class DayForm(_OfDays):
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


class CopyForm(_OfDays):
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
        if self.source.data and abs(self.source.data - self.today) > _FAR:
            self.source.errors = [_("Ce jour est trop loin. Vérifiez l'année.")]
        monday = self.today + timedelta(days=7 - self.today.weekday())
        if self.first_day.data and not self.first_day.errors and self.first_day.data < monday:
            self.first_day.errors = [_("Choisissez une semaine qui n'a pas commencé.")]
        return not self.errors


class AbsenceForm(_OfDays):
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
