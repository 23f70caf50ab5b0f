"""Settings as an encadrant or an admin types them: each bound is said beside its field."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import StopValidation

from portal.administration.rules import MOTIF_COLUMNS, PLACE_COLUMNS, leaves_no_slot, values_of
from portal.directory.discretion import telling_word
from portal.directory.models import BookedBy, Motif, Place
from portal.people.contacts import ContactFault, parse_phone
from portal.people.forms_words import CONTACT_WORDS
from portal.web.forms import ChoiceField, DateField, PortalForm, TextField
from portal.web.forms_numbers import WholeField
from portal.web.text import TextFault, clean, fault_of, printable
from portal.words import phone_words

_TITLE, _SENTENCE, _PARAGRAPH, _SHOWN = 80, 160, 600, 900  # characters
_LINES, _LINE = 12, 120  # lines, and characters of each
_DAY = 24 * 60  # minutes


class MarksField(TextField):
    """What the page showed (`rules.marks`), read without trust."""

    def __init__(self, **options: Any) -> None:
        super().__init__("", longest=_SHOWN, **options)

    def pre_validate(self, _form: Any) -> None:
        """Never wrong: what is no mark fits nothing."""


def _number(label: Any, *, least: int, most: int, hint: Any = "") -> WholeField:
    return WholeField(label, least=least, most=most, hint=hint, required=_l("Écrivez un nombre."))


class LinesField(TextAreaField):  # type: ignore[misc]
    """Several lines, each checked like a line of text; `lines` is what was read, empty ones dropped."""

    def __init__(self, label: Any, *, hint: Any = "", rows: int = 4, **options: Any) -> None:
        self.hint, self.is_required = hint, False
        self.lines: list[str] = []
        super().__init__(label, render_kw={"rows": rows}, **options)

    def process_data(self, value: Any) -> None:
        """A list, one element a line."""
        self.data = "\n".join(value or [])

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Keeps what was typed, without characters that no page may hold."""
        typed = str(valuelist[0]).replace("\r\n", "\n").replace("\r", "\n") if valuelist else ""
        self.data = "\n".join(printable(line) for line in typed.split("\n"))

    def pre_validate(self, _form: Any) -> None:
        """Raises `StopValidation` with a sentence when a line is too long, or there are too many."""
        self.lines = [line for typed in (self.data or "").split("\n") if (line := clean(typed))]
        if len(self.lines) > _LINES:
            raise StopValidation(_("Écrivez %(count)s lignes au plus.", count=_LINES))
        for line in self.lines:
            fault = fault_of(line, _LINE)
            if fault is TextFault.TOO_LONG:
                raise StopValidation(_("Écrivez %(count)s caractères au plus sur chaque ligne.", count=_LINE))
            if fault is not None:
                raise StopValidation(_("Utilisez seulement des lettres, des chiffres et des signes simples."))


class MotifForm(PortalForm):
    """What a motif says, and its rules. `wanted` may be read once the form is valid."""

    title = TextField(_l("Titre"), longest=_TITLE, required=_l("Écrivez un titre."))
    line = TextField(_l("Une phrase sous le titre"), longest=_SENTENCE, required=_l("Écrivez une phrase."))
    detail = TextField(
        _l("Avant de confirmer"),
        hint=_l("Qui reçoit, avec ou sans médecin."),
        longest=_PARAGRAPH,
        required=_l("Écrivez qui reçoit la personne."),
    )
    neutral_words = TextField(
        _l("Dans les messages"),
        hint=_l("D'autres peuvent les lire : ni service, ni besoin. Exemple : rendez-vous avec le Département"),
        longest=_TITLE,
        required=_l("Écrivez les mots des messages."),
    )
    minutes = _number(_l("Durée, en minutes"), least=5, most=480)
    buffer_minutes = _number(_l("Temps libre après, en minutes"), least=0, most=240)
    notice_minutes = _number(
        _l("Réserver au plus tard, en minutes avant"), least=0, most=60 * _DAY, hint=_l("Un jour : 1440 minutes")
    )
    horizon_days = _number(_l("Réserver au plus tôt, en jours avant"), least=1, most=366)
    cancel_minutes = _number(_l("Annuler en ligne jusqu'à, en minutes avant"), least=0, most=60 * _DAY)
    move_minutes = _number(_l("Déplacer en ligne jusqu'à, en minutes avant"), least=0, most=60 * _DAY)
    upcoming_limit = _number(_l("Rendez-vous à venir pour une personne, au plus"), least=1, most=50)
    booked_by = ChoiceField(
        _l("Qui peut réserver ?"),
        choices=[
            (BookedBy.EVERYONE.value, _l("Tout le monde")),
            (BookedBy.INVITED.value, _l("Les personnes invitées")),
            (BookedBy.AGENTS.value, _l("Les agents seulement")),
            (BookedBy.NOBODY.value, _l("Personne : le motif est seulement expliqué")),
        ],
        required=_l("Choisissez qui peut réserver."),
    )
    bring = LinesField(_l("À apporter"), hint=_l("Une chose par ligne."))
    before = TextField(_l("Avant le rendez-vous"), longest=_PARAGRAPH)
    after = TextField(_l("Après le rendez-vous"), longest=_PARAGRAPH)
    shown = MarksField()

    def __init__(self, *, motif: Motif, **options: Any) -> None:
        super().__init__(data=values_of(motif, MOTIF_COLUMNS) | {"booked_by": motif.booked_by.value}, **options)
        self._with_referent = motif.with_referent

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each field, then what they say together."""
        super().validate(extra_validators)
        if not self.errors and leaves_no_slot(
            notice_minutes=self.notice_minutes.whole, horizon_days=self.horizon_days.whole
        ):
            self.horizon_days.errors = [
                _("Personne ne pourrait réserver : écrivez plus de jours, ou moins de minutes au-dessus.")
            ]
        if self._with_referent and self.booked_by.data == BookedBy.EVERYONE:
            self.booked_by.errors = [_("Ce motif est pour les personnes invitées : choisissez une autre réponse.")]
        return not self.errors

    def validate_neutral_words(self, field: TextField) -> None:
        """Refuses words that tell what the appointment is about."""
        if word := telling_word(field.data):
            raise StopValidation(_("« %(word)s » dit le sujet du rendez-vous. Choisissez d'autres mots.", word=word))

    @property
    def wanted(self) -> dict[str, Any]:
        """What the motif is to say."""
        numbers = {name: field.whole for name, field in self._fields.items() if isinstance(field, WholeField)}
        texts = {name: self._fields[name].data for name in ("title", "line", "detail", "neutral_words")}
        maybe = {name: self._fields[name].data or None for name in ("before", "after")}
        return numbers | texts | maybe | {"bring": self.bring.lines, "booked_by": BookedBy(str(self.booked_by.data))}


_STEP_FREE = {"oui": True, "non": False, "inconnu": None}


class PlaceForm(PortalForm):
    """What a place says of itself. `wanted` may be read once the form is valid."""

    name = TextField(_l("Nom"), longest=_TITLE, required=_l("Écrivez le nom du lieu."))
    street = TextField(_l("Numéro et rue"), longest=_TITLE, hint=_l("Vide : les pages disent seulement la ville."))
    phone = TextField(_l("Téléphone"), longest=30, hint=_l("Exemple : 03 53 01 00 10"), render_kw={"inputmode": "tel"})
    hours = LinesField(_l("Horaires"), hint=_l("Une ligne par période. Exemple : Du lundi au vendredi, de 9 h à 12 h"))
    urgent_hours = TextField(
        _l("Accueil d'urgence, le jour même"), longest=_SENTENCE, hint=_l("Vide : pas d'accueil d'urgence ici.")
    )
    step_free = ChoiceField(
        _l("Entrée sans marche ?"),
        choices=[("oui", _l("Oui")), ("non", _l("Non")), ("inconnu", _l("On ne sait pas"))],
        required=_l("Choisissez une réponse."),
    )
    directions = TextField(_l("Comment venir"), longest=_PARAGRAPH)
    shown = MarksField()

    def __init__(self, *, place: Place, **options: Any) -> None:
        step_free = next(word for word, value in _STEP_FREE.items() if value is place.step_free)
        super().__init__(data=values_of(place, PLACE_COLUMNS) | {"step_free": step_free}, **options)
        self._phone: str | None = None

    def validate_phone(self, field: TextField) -> None:
        """Refuses what can be no phone."""
        try:
            self._phone = phone_words(parse_phone(field.data).e164).replace("\u00a0", " ")
        except ContactFault as fault:
            raise StopValidation(CONTACT_WORDS[fault.reason]) from None

    @property
    def wanted(self) -> dict[str, Any]:
        """What the place is to say."""
        maybe = {name: self._fields[name].data or None for name in ("street", "urgent_hours", "directions")}
        rest = {"name": self.name.data, "hours": self.hours.lines, "step_free": _STEP_FREE[str(self.step_free.data)]}
        return maybe | rest | {"phone": self._phone if self.phone.data else None}


class DayForm(PortalForm):
    """A day that is not as the calendar says, at one place or at all of them."""

    day = DateField(_l("Jour"), hint=_l("Exemple : 14 5 2027"), required=_l("Écrivez le jour."))
    place = ChoiceField(_l("Où ?"), choices=[], required=_l("Choisissez un lieu."))
    kind = ChoiceField(
        _l("Ce jour-là, c'est…"),
        choices=[("ferme", _l("Fermé")), ("ouvert", _l("Ouvert, bien que ce soit un jour férié"))],
        required=_l("Choisissez une réponse."),
    )
    label = TextField(
        _l("Pourquoi ?"), hint=_l("Exemple : pont de l'Ascension"), longest=60, required=_l("Écrivez pourquoi.")
    )

    def __init__(self, *, places: Sequence[tuple[str, str]], today: date, **options: Any) -> None:
        super().__init__(**options)
        self.place.choices = list(places)
        self._today = today

    def validate_day(self, field: DateField) -> None:
        """Refuses a day that is past."""
        if field.data < self._today:
            raise StopValidation(_("Ce jour est passé. Écrivez un jour à venir."))

    @property
    def place_id(self) -> int | None:
        """The place chosen; None for all."""
        return None if self.place.data == "tous" else int(str(self.place.data))
