"""What is typed to answer a question, or to say it in one's own words."""

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.booking.pages import CommuneSearch
from portal.eligibility.rules_questions import OLDEST, Kind, Question
from portal.eligibility.rules_words import LONGEST
from portal.people.forms_fields import BirthDateField
from portal.web.forms import ChoiceField, PortalForm, TextField, selectable
from portal.web.forms_lists import ChecksField
from portal.web.forms_numbers import WholeField

_CHOOSE = _l("Choisissez une réponse, ou pressez « Je ne sais pas ».")
_EURO = "€"  # may be typed behind an amount


class WordsForm(PortalForm):
    """Something said in one's own words. It is read, and kept nowhere."""

    said = TextField(
        _l("Dites-le avec vos mots"),
        longest=LONGEST,
        hint=_l("Exemple : je ne peux plus payer l'électricité"),
        required=_l("Écrivez quelques mots. Exemple : je cherche un logement"),
        render_kw={"autocomplete": "off"},
    )


class PressForm(PortalForm):
    """A button that needs no other answer: « je ne sais pas », « effacer »."""


class CommuneForm(PortalForm):
    """A commune, by name or postcode; then which one, where several are meant. `answer` is that of a valid form.

    `search` finds communes by their words, or the one of an INSEE number.
    """

    insee = ChoiceField(_l("Quelle commune ?"), choices=[], required="")
    commune = TextField(
        _l("Votre commune ou votre code postal"),
        longest=80,
        hint=_l("Exemple : Arras, ou 62000"),
        render_kw={"autocomplete": "address-level2", "spellcheck": "false"},
    )

    def __init__(self, search: Callable[[str, str], CommuneSearch], **options: Any) -> None:
        super().__init__(**options)
        self._search = search
        self.answer = ""

    def validate(self, extra_validators: Any = None) -> bool:
        """Looks for it; says how to correct it beside what is to be corrected."""
        asked = self._search(self.commune.data or "", self.insee.data or "")
        super().validate(extra_validators)
        if asked.found:
            self.answer = asked.found.insee
            self.commune.errors = []
        elif not self.commune.errors:
            self._ask_again(asked)
        return not self.errors

    def _ask_again(self, asked: CommuneSearch) -> None:
        called = [(one.insee, f"{one.name} ({', '.join(one.postal_codes)})") for one in asked.several]
        self.insee.choices = selectable(called)
        unknown = _("Nous ne connaissons pas cette commune dans le Département.") + " " if asked.is_refused else ""
        field = self.insee if called else self.commune
        field.errors = [unknown + _("Choisissez votre commune, ou pressez « Je ne sais pas ».")]


class AnswerForm(PortalForm):
    """The answer to one question; `answer` may be read once the form is valid."""

    today: date

    @property
    def answer(self) -> str:
        """As answers are kept (`rules_questions.Answers`)."""
        if "several" in self:
            return " ".join(self.several.data)
        if "birth" in self:
            return self.birth.data.isoformat() if self.birth.data else str(self.years.number)
        return str(self.number.number) if "number" in self else str(self.choice.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks the field, then what ticked boxes or a birth date and an age say together."""
        super().validate(extra_validators)
        if "several" in self and not self.several.errors:
            alone = [value for value in self.several.data if value in self.alone]
            if alone and len(self.several.data) > 1:
                self.several.errors = [_("Deux de ces réponses ne vont pas ensemble. Gardez celle qui est juste.")]
        if "birth" in self and not (self.birth.errors or self.years.errors or self.birth.data or self.years.data):
            self.birth.errors = [_("Écrivez votre date de naissance, ou votre âge. Exemple : 24 11 1980")]
        return not self.errors

    alone: frozenset[str] = frozenset()


def answer_form(question: Question, today: date, answer: str | None) -> AnswerForm:
    """The form of a question, filled in with the answer given before, if any. A commune has a form of its own."""
    kind = question.kind
    offered = [(choice.key, choice.title) for choice in question.choices]
    fields: dict[str, Any] = {"today": today}
    data: dict[str, Any] = {}
    if kind is Kind.CHOICE:
        fields["choice"] = ChoiceField(question.text, choices=offered, required=_CHOOSE)
        data["choice"] = answer
    elif kind is Kind.SEVERAL:
        fields["several"] = ChecksField(question.text, choices=offered, required=_CHOOSE, hint=question.help)
        fields["alone"] = frozenset(choice.key for choice in question.choices if choice.alone)
        data["several"] = answer.split(" ") if answer else []
    elif kind is Kind.AGE:
        fields["birth"] = BirthDateField(_l("Votre date de naissance"), hint=_l("Exemple : 24 11 1980"), required="")
        fields["years"] = WholeField(_l("Ou seulement votre âge"), most=OLDEST, hint=_l("Exemple : 46"))
        is_years = answer is not None and answer.isdigit()
        data = {"years": answer if is_years else "", "birth": None if is_years or not answer else _day(answer)}
    else:
        required = _l("Écrivez un nombre, en chiffres. Exemple : 40")
        hint = _l("En euros, sans les centimes. Exemple : 400") if kind is Kind.AMOUNT else _l("Exemple : 40")
        bounds = {"least": question.low, "most": question.high}
        fields["number"] = WholeField(question.text, **bounds, dropped=_EURO, required=required, hint=hint)
        data["number"] = answer or ""
    return cast("AnswerForm", type("OneAnswerForm", (AnswerForm,), fields)(data=data))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
