"""What an agent presses or types about a call received, and about a task."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SubmitField
from wtforms.validators import StopValidation

from portal.booking import asked
from portal.calls.forms_words import MOMENTS, REASONS, WAYS
from portal.calls.models import CallOutcome, TryOutcome
from portal.calls.queries import Task
from portal.calls.rules import Moment, Reason, proposals
from portal.calls.rules_people import Number
from portal.calls.services_received import CallBack
from portal.clock import PARIS
from portal.people.forms_fields import HiddenField, landline_field
from portal.people.models import Person
from portal.web.forms import ChoiceField, PortalForm, TextField, selectable
from portal.web.i18n import language
from portal.web.text import key_of
from portal.words import moment_words, phone_words

OTHER = "autre"
_NO_NUMBER = _l("Écrivez le numéro à rappeler. Exemple : 03 53 01 00 62")
_BAD_MOMENT = _l("Écrivez un jour et une heure à venir, avant la fin de la tâche.")


class CallForm(PortalForm):
    """How a call ended. `key` is that of the page shown: pressed twice, it is one call."""

    key = HiddenField()
    outcome = HiddenField()
    partner = HiddenField()

    @property
    def request_key(self) -> UUID | None:
        """The page's key; None for one that is no key."""
        return key_of(self.key.data)

    @property
    def ended(self) -> CallOutcome | None:
        """How the call ended; None for what is no outcome."""
        return CallOutcome(self.outcome.data) if self.outcome.data in set(CallOutcome) else None

    def begin(self) -> None:
        """Gives the page its key."""
        self.key.data = str(uuid4())


class CallBackForm(CallForm):
    """To be called back: which number, when, and why in a few neutral words. `call_back`: of a valid form."""

    file_number = ChoiceField(_l("Quel numéro rappeler ?"), choices=[], required=_l("Choisissez un numéro."))
    number = landline_field(_l("Numéro à rappeler"), hint=_l("Exemple : 03 53 01 00 62"))
    moment = ChoiceField(
        _l("Quand rappeler ?"),
        choices=[(moment.value, words) for moment, words in MOMENTS.items()],
        required=_l("Choisissez un moment."),
    )
    reason = ChoiceField(
        _l("Pourquoi ?"),
        choices=[(reason.value, words) for reason, words in REASONS.items()],
        required=_l("Choisissez une raison."),
        hint=_l("Quelques mots neutres : n'écrivez pas l'histoire de la personne."),
    )

    def __init__(self, *, person: Person | None, **options: Any) -> None:
        super().__init__(**options)
        file = [number for number in (person.landline, person.mobile) if number] if person else []
        self.has_file_number = bool(file)
        self.file_number.choices = selectable(
            [(str(at), phone_words(number)) for at, number in enumerate(file)] + [(OTHER, _("Un autre numéro"))]
        )
        self._file = file
        if not file:
            self.file_number.data = OTHER
            self.number.required_sentence = str(_NO_NUMBER)
        elif self.file_number.data is None and not self.is_submitted():
            self.file_number.data = "0"

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each field; the number typed counts only when it is that one which is to be called."""
        super().validate(extra_validators)
        if self.file_number.data != OTHER:
            self.number.errors = []
        elif self.number.phone is None and not self.number.errors:
            self.number.errors = [_NO_NUMBER]
        return not self.errors

    @property
    def call_back(self) -> CallBack:
        """Whom to call back, when and why."""
        typed = self.number.phone.e164 if self.number.phone else None
        number = typed if self.file_number.data == OTHER else self._file[int(str(self.file_number.data))]
        return CallBack(Moment(str(self.moment.data)), Reason(str(self.reason.data)), number)


class OutcomeForm(PortalForm):
    """How a call ended. One of these forms for each outcome: only the fields of the outcome pressed are read."""

    outcome = HiddenField()
    way = ChoiceField(_l("Quel numéro ?"), choices=[], required=_l("Choisissez le numéro que vous avez appelé."))
    again = ChoiceField(_l("Quand rappeler ?"), choices=[], required=_l("Choisissez quand rappeler."))
    other = TextField(
        _l("Autre moment"), render_kw={"type": "datetime-local", "autocomplete": "off"}, hint=_l("Jour et heure")
    )
    relative = ChoiceField(_l("À qui l'avez-vous dit ?"), choices=[], required=_l("Choisissez la personne."))
    submit = SubmitField()

    def __init__(self, *, task: Task, relatives: list[Person], at: datetime, **options: Any) -> None:
        super().__init__(**options)
        self.task, self.at = task, at
        misses = 1 + sum(one.outcome is TryOutcome.NO_ANSWER for one in task.tries)
        moments = proposals(at, misses, task.event_at, task.region)
        self.way.choices = selectable([(number.way, way_words(number)) for number in task.numbers])
        # What a page proposed a minute ago is still good, though this one would propose a minute later.
        shown = asked.instant(self.again.data, at) if self.is_submitted() else None
        kept = [shown] if shown is not None and shown not in moments else []
        self.again.choices = selectable(
            [(moment.isoformat(), moment_words(moment, language())) for moment in (*kept, *moments)]
            + [(OTHER, _("Un autre moment"))]
        )
        if shown is not None:
            self.again.data = shown.isoformat()
        self.relative.choices = selectable([(str(one.id), f"{one.given_names} {one.family_name}") for one in relatives])
        if not self.is_submitted():
            self.again.data = moments[0].isoformat() if moments else OTHER
        if len(task.numbers) == 1 and not self.way.data:
            self.way.data = task.numbers[0].way

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks the fields of the outcome that was pressed, and no other."""
        super().validate(extra_validators)
        for field in (self.way, self.again, self.other, self.relative):
            if field.name not in self._fields_needed():
                field.errors = []
        return not self.errors

    def validate_other(self, field: TextField) -> None:
        """Refuses what is no moment to come."""
        if self.again.data == OTHER and _moment(field.data) is None:
            raise StopValidation(str(_BAD_MOMENT))

    @property
    def ended(self) -> TryOutcome | None:
        """How the call ended; None for what is no outcome."""
        return TryOutcome(self.outcome.data) if self.outcome.data in set(TryOutcome) else None

    @property
    def again_at(self) -> datetime:
        """When to try again; of a valid form."""
        if self.again.data != OTHER:
            return datetime.fromisoformat(str(self.again.data))
        return _moment(self.other.data) or self.at  # refused as any moment past, by whoever notes it

    def _fields_needed(self) -> set[str]:
        if self.ended is TryOutcome.NO_ANSWER:
            return {"again"} | ({"other"} if self.again.data == OTHER else set()) | self._way_needed()
        if self.ended is TryOutcome.WRONG_NUMBER:
            return self._way_needed()
        return {"relative"} if self.ended is TryOutcome.RELATIVE else set()

    def _way_needed(self) -> set[str]:
        return {"way"} if self.task.numbers else set()


def way_words(number: Number) -> str:
    """A number as radios name it: "06 39 98 00 12 (mobile)"."""
    return f"{phone_words(number.number)} ({WAYS[number.way]})"


def _moment(typed: str | None) -> datetime | None:
    """What a browser's own field of a day and an hour says, on a wall in France."""
    try:
        return datetime.fromisoformat(typed or "").replace(tzinfo=PARIS)
    except ValueError:
        return None
