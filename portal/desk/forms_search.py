"""The one search box."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.desk.rules_search import Sought, understood
from portal.people.forms_fields import HiddenField
from portal.web.forms import PortalForm, TextField

EVERYWHERE, NEAR = "tout", "mien"


class SearchForm(PortalForm):
    """What was typed in the search box, and where to look. `sought` is what it says."""

    q = TextField(
        _l("Qui cherchez-vous ?"),
        longest=200,
        required=_l("Écrivez un nom, une date de naissance, un téléphone ou un code."),
    )
    scope = HiddenField()

    def __init__(self, *, today: date, **options: Any) -> None:
        super().__init__(**options)
        self.today = today

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks the text, then that it says enough to look for somebody."""
        super().validate(extra_validators)
        if not self.q.errors and not self.sought.is_enough:
            self.q.errors = [_("C'est trop court. Écrivez un nom, une date entière, un téléphone ou un code.")]
        return not self.errors

    @property
    def sought(self) -> Sought:
        """Whom they look for."""
        return understood(self.q.data or "", self.today)

    @property
    def is_near_only(self) -> bool:
        """Whether to look among the people of the agent's own territories alone."""
        return bool(self.scope.data == NEAR)

    @property
    def fault(self) -> str:
        """What is wrong, in one sentence; nothing when all is well."""
        return next((words for _target, words in self.errors_in_order()), "")
