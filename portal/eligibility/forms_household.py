"""What is typed to correct what one's file says of one's household. All of it may stay empty: it is then not kept."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.booking.pages import CommuneSearch
from portal.eligibility.rules_household import CHILDREN, COMMUNE, COUPLE
from portal.eligibility.rules_questions import Question
from portal.people.forms_fields import HiddenField
from portal.web.forms import ChoiceField, PortalForm, TextField, selectable
from portal.web.forms_lists import ChecksField


class HouseholdForm(PortalForm):
    """A commune, a couple or not, and children. `answers` may be read once the form is valid."""

    alone: frozenset[str] = frozenset()
    search: Callable[[str, str], CommuneSearch]
    _found = ""

    insee = ChoiceField(_l("Quelle commune ?"), choices=[], required="")
    commune = TextField(
        _l("Votre commune ou votre code postal"),
        longest=80,
        hint=_l("Exemple : Arras, ou 62000"),
        render_kw={"autocomplete": "address-level2", "spellcheck": "false"},
    )
    couple = ChoiceField(
        _l("Vivez-vous en couple ?"),
        choices=[("yes", _l("Oui")), ("no", _l("Non")), ("", _l("Ne pas le garder"))],
        required="",
    )
    seen = HiddenField()

    @property
    def answers(self) -> dict[str, str]:
        """As answers are kept (`rules_questions.Answers`); empty for what is not to be kept."""
        return {COMMUNE: self._found, COUPLE: self.couple.data or "", CHILDREN: " ".join(self.children.data)}

    def validate(self, extra_validators: Any = None) -> bool:
        """Looks for the commune; then what ticked boxes say together."""
        asked = self.search(self.commune.data or "", self.insee.data or "")
        super().validate(extra_validators)
        self._found = asked.found.insee if asked.found else ""
        if asked.several or asked.is_refused:
            self._ask_again(asked)
        alone = [value for value in self.children.data if value in self.alone]
        if alone and len(self.children.data) > 1:
            self.children.errors = [_("Deux de ces réponses ne vont pas ensemble. Gardez celle qui est juste.")]
        return not self.errors

    def _ask_again(self, asked: CommuneSearch) -> None:
        called = [(one.insee, f"{one.name} ({', '.join(one.postal_codes)})") for one in asked.several]
        self.insee.choices = selectable(called)
        if called:
            self.insee.errors = [_("Choisissez votre commune, ou laissez vide.")]
        else:
            unknown = _(
                "Nous ne connaissons pas cette commune dans le Département. Écrivez-la autrement, ou laissez vide."
            )
            self.commune.errors = [unknown]


def household_form(
    children: Question | None,
    answers: Mapping[str, str],
    search: Callable[[str, str], CommuneSearch],
    seen: str,
    **options: Any,
) -> HouseholdForm:
    """The form, filled in with what the file says. `children`: the question, for the answers that it offers, if any.

    `search` finds communes by their words, or the one of an INSEE number. `seen`: a mark of what the file says, which
    the form sends back. `options`: of WTForms.
    """
    choices = children.choices if children else ()
    fields: dict[str, Any] = {
        "children": ChecksField(
            _l("Avez-vous des enfants à charge ? De quel âge ?"),
            choices=[(choice.key, choice.title) for choice in choices],
            required="",
            hint=_l("Vous pouvez cocher plusieurs réponses, ou aucune."),
        ),
        "alone": frozenset(choice.key for choice in choices if choice.alone),
        "search": staticmethod(search),
    }
    said = answers.get(CHILDREN, "")
    data = {
        "commune": search("", answers.get(COMMUNE, "")).shown,
        "couple": answers.get(COUPLE, ""),
        "children": said.split(" ") if said else [],
        "seen": seen,
    }
    return cast("HouseholdForm", type("OneHouseholdForm", (HouseholdForm,), fields)(data=data, **options))
