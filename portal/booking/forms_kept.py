"""Where letters are kept for somebody who has no address at all: a place, chosen with them or by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.booking.forms_address import name_words
from portal.directory.models import Place
from portal.letters.address import BadAddressError, printed_lines
from portal.letters.rules_kept import kept_lines
from portal.web.forms import ChoiceField, PortalForm, selectable

NOWHERE = "non"


@dataclass(frozen=True)
class Keepers:
    """The places that keep letters, and the one that keeps somebody's, though it should keep no more."""

    places: Sequence[Place]
    now_at: Place | None = None

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Each by its number, with its name and town."""
        known = [(str(place.id), _named(place)) for place in self.places]
        if self.now_at is not None and self.now_at not in self.places:
            known.append(
                (str(self.now_at.id), _("%(place)s, qui ne garde plus les lettres", place=_named(self.now_at)))
            )
        return known

    def chosen(self, field: ChoiceField) -> Place | None:
        """The place that a field names; None when it names none of these."""
        known = [*self.places, *([self.now_at] if self.now_at else [])]
        return next((place for place in known if str(place.id) == field.data), None)


class KeptForm(PortalForm):
    """The place that keeps a person's letters. `place` and `address` may be read once the form is valid.

    `name`: whose envelope it is, as printed.
    """

    kept_at = ChoiceField(
        _l("Où voulez-vous prendre vos lettres\u00a0?"), choices=(), required=_l("Choisissez un lieu dans la liste.")
    )

    def __init__(self, *, name: str, places: Sequence[Place], now_at: int | None, **options: Any) -> None:
        super().__init__(data={"kept_at": now_at}, **options)
        self.name, self._keepers = name, Keepers(places)
        self.kept_at.choices = selectable(self._keepers.choices)
        self.place: Place | None = None
        self.address: tuple[str, ...] = ()

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks the choice, then that an envelope holds the name above the place's lines."""
        super().validate(extra_validators)
        self.place = self._keepers.chosen(self.kept_at)
        if self.place is not None:
            self.address = tuple(kept_lines(self.place) or ())
            try:
                printed_lines(self.name, self.address)
            except BadAddressError as bad:
                self.kept_at.errors = [name_words(bad)]
        return not self.errors


def _named(place: Place) -> str:
    return place.name if place.city in place.name else f"{place.name}, {place.city}"
