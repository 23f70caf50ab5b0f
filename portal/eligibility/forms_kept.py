"""What is typed to keep a version of one's answers, and to show it."""

from typing import Any

from flask_babel import lazy_gettext as _l

from portal.eligibility.rules_kept import LONGEST_WORDS
from portal.web.forms import CheckField, PortalForm
from portal.web.forms_long import LongField


class KeepForm(PortalForm):
    """What goes with the answers: what the person wants, what they can do, what they add. All of it may stay empty."""

    wants = LongField(
        _l("Ce que je veux"),
        longest=LONGEST_WORDS,
        hint=_l("Vos envies et vos projets. Exemple : travailler avec des enfants"),
    )
    can = LongField(
        _l("Ce que je sais faire"),
        longest=LONGEST_WORDS,
        hint=_l("Au travail, à la maison, dans une association. Exemple : je cuisine pour vingt personnes"),
    )
    adds = LongField(
        _l("Ce que je veux ajouter"),
        longest=LONGEST_WORDS,
        hint=_l("Ce que les questions n'ont pas demandé."),
    )
    is_reused = CheckField(
        _l("Ne plus me demander ma commune ni mon foyer"),
        hint=_l("La prochaine fois, ces réponses seront déjà remplies. Vous pourrez les changer."),
    )

    def keep(self) -> dict[str, Any]:
        """What was typed, as a version holds it."""
        return {name: self[name].data for name in ("wants", "can", "adds")} | {"is_reused": bool(self.is_reused.data)}
