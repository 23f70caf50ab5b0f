"""What somebody writes of their wishes and projects, before anything is kept: in the cookie of their answers."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.web.forms import PortalForm
from portal.web.forms_long import LongField

LONGEST = 300  # characters of each
_MOST = 600  # bytes of each in UTF-8: with all answers, the cookie stays under the 4096 that a browser keeps


def wants_field(longest: int) -> LongField:
    """« Mes envies et mes projets », in so many characters at most."""
    hint = _l("Vos envies et vos projets. Exemple : travailler avec des enfants")
    return LongField(_l("Ce que je veux"), longest=longest, hint=hint)


def can_field(longest: int) -> LongField:
    """« Ce que je sais faire », in so many characters at most."""
    hint = _l("Au travail, à la maison, dans une association. Exemple : je cuisine pour vingt personnes")
    return LongField(_l("Ce que je sais faire"), longest=longest, hint=hint)


class OwnWordsForm(PortalForm):
    """What the person wants, and what they can do. Both may stay empty."""

    wants = wants_field(LONGEST)
    can = can_field(LONGEST)

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each field; one in an alphabet that takes more room holds fewer characters."""
        super().validate(extra_validators)
        for field in (self.wants, self.can):
            if not field.errors and len((field.data or "").encode()) > _MOST:
                field.errors = [_("C'est un peu long. Gardez le plus important.")]
        return not self.errors
