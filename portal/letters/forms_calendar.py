"""The form of closed days: from when to when, what stands still, and why."""

from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.notifications.models_post import Closure
from portal.notifications.post import PostalCalendar
from portal.notifications.rules_post import FURTHEST, LONGEST, PAST_KEPT, ClosureFault, closure_fault
from portal.web.forms import ChoiceField, DateField, PortalForm, TextField

CLOSURES = {
    Closure.ROOM: _l("Le service courrier est fermé (pont)"),
    Closure.POST: _l("La Poste ne passe pas (grève)"),
}
LINES = {
    Closure.ROOM: _l("Rien ne part. Les lettres déjà postées arrivent."),
    Closure.POST: _l("Rien ne part, et rien n'arrive."),
}
_SHORTEST = 3  # characters of a reason
_LONGEST = 200


class ClosureForm(PortalForm):
    """One day, or several in a row. `days` may be read once the form is valid."""

    first_day = DateField(
        _l("Du"), hint=_l("Exemple : 24 11 2026"), required=_l("Écrivez le premier jour. Exemple : 24 11 2026")
    )
    last_day = DateField(_l("Au"), hint=_l("Ce jour compris. Vide : un seul jour."), required="")
    what = ChoiceField(
        _l("Ce qui s'arrête"),
        choices=[(closure.value, words) for closure, words in CLOSURES.items()],
        required=_l("Choisissez ce qui s'arrête."),
    )
    reason = TextField(
        _l("Pourquoi"),
        hint=_l("Pour vos collègues. Exemple : pont de l'Ascension"),
        longest=_LONGEST,
        required=_l("Écrivez pourquoi. Exemple : grève annoncée"),
    )

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day."""
        return self.first_day.data, self.last_day.data or self.first_day.data

    @property
    def closure(self) -> Closure:
        """What stands still."""
        return Closure(str(self.what.data))

    @property
    def mark(self) -> str:
        """What was asked, so that a page can tell whether its effect was shown."""
        first, last = self.days
        return f"{first}~{last}~{self.what.data}"

    def check(self, post: PostalCalendar, today: date) -> bool:
        """Whether the form was sent and can be written; what is wrong is said next to its field."""
        if not self.validate_on_submit():
            return False
        if len(self.reason.data) < _SHORTEST:
            self.reason.errors = [_("Écrivez pourquoi, en 3 caractères au moins. Exemple : grève annoncée")]
        self.refuse(closure_fault(post, *self.days, self.closure, today))
        return not self.errors

    def refuse(self, fault: StrEnum | None) -> None:
        """Says why days cannot be closed, next to the field to correct."""
        if not isinstance(fault, ClosureFault):
            return
        words = {
            ClosureFault.BACKWARDS: _("Le dernier jour est avant le premier. Changez l'un des deux."),
            ClosureFault.TOO_LONG: _("Écrivez %(count)s jours au plus à la fois.", count=LONGEST),
            ClosureFault.TOO_OLD: _("Ce jour est trop ancien. Remontez de %(count)s jours au plus.", count=PAST_KEPT),
            ClosureFault.TOO_FAR: _("Ce jour est trop loin. Écrivez un jour avant %(count)s jours.", count=FURTHEST),
            ClosureFault.BUSY: _("Des lettres changent à cet instant. Recommencez."),
            ClosureFault.NOTHING: _("Ces jours-là, rien ne part déjà. Choisissez d'autres jours."),
        }
        is_last = fault in {ClosureFault.BACKWARDS, ClosureFault.TOO_LONG, ClosureFault.TOO_FAR}
        field: Any = self.last_day if is_last and any(self.last_day.parts) else self.first_day
        field.errors = [words[fault]]
