"""What somebody types to receive a page by post: their name and the lines of an envelope."""

import zlib
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.booking.forms_address import checked_address, lines_of_one_s_own, name_words
from portal.letters.address import BadAddressError, Communes, printed_lines
from portal.web.forms import CheckField, ChoiceField, PortalForm, TextField
from portal.web.i18n import LANGUAGES

_NAME = 80  # characters


def _named(at: int, titles: list[str]) -> str:
    """A part among these: its number, how many there are, and what this one holds."""
    return f"{at}-{len(titles)}-{zlib.crc32(titles[at].encode()):08x}"


class ByPostForm(PortalForm):
    """Whom a page is for, and where. `lines` may be read once the form is valid: lines 2 to 6 of the envelope."""

    name = TextField(
        _l("Votre prénom et votre nom"),
        hint=_l("Comme sur votre boîte aux lettres. Exemple : Camille Essai"),
        required=_l("Écrivez votre prénom et votre nom. Exemple : Camille Essai"),
        longest=_NAME,
        render_kw={"autocomplete": "name"},
    )
    flat, building, street, locality, postcode, town = lines_of_one_s_own(
        postcode=_l("Écrivez votre code postal. Exemple : 62000"),
        town=_l("Écrivez le nom de votre ville. Exemple : Arras"),
    )
    large_print = CheckField(_l("Écrire la lettre en gros caractères"))
    language = ChoiceField(
        _l("La langue de la lettre"),
        choices=[("fr", LANGUAGES["fr"]), ("en", _l("Français, puis anglais"))],
        required=_l("Choisissez une langue."),
    )
    part = ChoiceField(_l("Quelle partie voulez-vous ?"), choices=[], required=_l("Choisissez une partie."))

    def __init__(self, *, communes: Communes, **options: Any) -> None:
        super().__init__(**options)
        self._communes = communes
        self.lines: tuple[str, ...] = ()

    def offer_parts(self, titles: list[str]) -> None:
        """The parts among which to choose, when one letter does not hold the page; none: the field goes away.

        A choice made among other parts (large print cuts the page otherwise) is none of these.
        """
        if titles:
            self.part.choices = [(_named(at, titles), title) for at, title in enumerate(titles)]
        elif "part" in self:
            del self.part

    @property
    def chosen_part(self) -> int:
        """From 0; of a valid form."""
        return int(str(self.part.data).partition("-")[0]) if "part" in self else 0

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each field, then what the post makes of them together."""
        super().validate(extra_validators)
        if "part" in self and self.part.errors and any(self.part.raw_data or ()):
            self.part.errors = [_("La page n'est plus coupée au même endroit. Choisissez de nouveau une partie.")]
        lines = checked_address(self, self._communes)
        if lines and not self.name.errors:
            self._check_name(lines)
        elif lines == [] and not self.errors:
            self.street.errors = [_("Écrivez votre adresse. Exemple : 12 rue de la Paix")]
        self.lines = tuple(lines or ())
        return not self.errors

    def _check_name(self, lines: list[str]) -> None:
        try:
            printed_lines(self.name.data, lines)
        except BadAddressError as bad:
            self.name.errors = [name_words(bad)]
