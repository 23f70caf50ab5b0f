"""What is typed to keep a version of one's answers, and to show it."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.eligibility.forms_own import can_field, wants_field
from portal.eligibility.rules_kept import LONGEST_WORDS
from portal.people.forms_fields import HiddenField
from portal.web.forms import CheckField, PortalForm
from portal.web.forms_long import LongField


class KeepForm(PortalForm):
    """What goes with the answers: what the person wants, what they can do, what they add. All of it may stay empty."""

    wants = wants_field(LONGEST_WORDS)
    can = can_field(LONGEST_WORDS)
    adds = LongField(
        _l("Ce que je veux ajouter"),
        longest=LONGEST_WORDS,
        hint=_l("Ce que les questions n'ont pas demandé."),
    )
    _mark = ""
    is_filed = CheckField(_l("Garder aussi dans mon dossier"), hint=_l("On vous le demandera moins souvent."))
    seen = HiddenField()

    def keep(self) -> dict[str, Any]:
        """What was typed, as a version holds it."""
        return {name: self[name].data for name in ("wants", "can", "adds")}

    def offer(self, names: str, mark: str) -> None:
        """Offers that the file keeps `names`; ticked on a page that showed other answers (`mark`), it asks again.

        Without names, nothing is offered.
        """
        self._mark = mark
        if names:
            self.is_filed.label.text = _("Garder aussi dans mon dossier : %(names)s.", names=names)
        else:
            del self.is_filed

    @property
    def is_for_file(self) -> bool:
        """Whether the person wants what was offered in their file."""
        return "is_filed" in self and bool(self.is_filed.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each field; what goes to the file is what was shown."""
        super().validate(extra_validators)
        if self.is_for_file and self.seen.data != self._mark:
            self.is_filed.data = False
            self.is_filed.errors = [_("Vos réponses ont changé. Lisez-les, puis cochez de nouveau.")]
        return not self.errors
