"""An example household, on which an admin tries a rule: every question may stay without an answer."""

from collections.abc import Iterable
from typing import Any, cast

from flask_babel import gettext as _

from portal.eligibility.rules_questions import OLDEST, Kind, Question
from portal.web.forms import PortalForm, selectable
from portal.web.forms_lists import ChecksField, ListField
from portal.web.forms_numbers import WholeField

_NAME, _THEME = "f_", "theme"


class TryForm(PortalForm):
    """One field for each question of a rule."""

    asked: tuple[Question, ...] = ()

    @property
    def answers(self) -> dict[str, str]:
        """What was answered, as answers are kept; territories stand for communes."""
        given = {question.key: self._answer(question) for question in self.asked}
        return {key: answer for key, answer in given.items() if answer}

    def _answer(self, question: Question) -> str:
        field = self[_NAME + question.key]
        if question.kind is Kind.SEVERAL:
            return " ".join(field.data or [])
        if question.kind in {Kind.CHOICE, Kind.COMMUNE}:
            return str(field.data or "")
        return "" if field.number is None else str(field.number)


class _OptionalList(ListField):
    def pre_validate(self, form: Any) -> None:
        """Raises `StopValidation` for a forged choice; none, or a form that does not put the question, is no fault."""
        if self.data:
            super().pre_validate(form)


def rest_of_household(
    form: TryForm, questions: Iterable[Question], sent: Iterable[tuple[str, str]]
) -> list[tuple[str, str]]:
    """What of `sent`, (name, value), answers questions that this form does not put: it passes them on as they came.

    The theme that was looked at too.
    """
    asked = {question.key for question in form.asked}
    names = {_NAME + question.key for question in questions if question.key not in asked} | {_THEME}
    return [(name, value) for name, value in sent if name in names]


def try_form(
    asked: Iterable[Question], territories: Iterable[tuple[str, str]], themes: Iterable[tuple[str, str]] = ()
) -> TryForm:
    """The form of these questions; `territories`: (key, name). `themes`: the same, to look at one alone, or none."""
    questions = tuple(asked)
    fields: dict[str, Any] = {"asked": questions}
    nothing = ("", _("Non connu"))
    for question in questions:
        if question.kind is Kind.CHOICE:
            offered = [nothing, *((choice.key, choice.title) for choice in question.choices)]
            field: Any = _OptionalList(question.text, required="", choices=selectable(offered))
        elif question.kind is Kind.COMMUNE:
            field = _OptionalList(question.text, required="", choices=selectable([nothing, *territories]))
        elif question.kind is Kind.SEVERAL:
            offered = [(choice.key, choice.title) for choice in question.choices]
            field = ChecksField(question.text, choices=offered, required="")
        elif question.kind is Kind.AGE:
            field = WholeField(_("Quel âge, en années ?"), least=question.low, most=OLDEST)
        else:
            field = WholeField(question.text, least=question.low, most=question.high, dropped="€")
        fields[_NAME + question.key] = field
    offered_themes = list(themes)
    if offered_themes:
        every = ("", _("Tous les thèmes"))
        fields[_THEME] = _OptionalList(_("Thème"), required="", choices=selectable([every, *offered_themes]))
    return cast("TryForm", type("OneTryForm", (TryForm,), fields)())
