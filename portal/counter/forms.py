"""What an agent types while booking for somebody, and when what was booked changes."""

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import StopValidation

from portal.booking.asked import sequence_of
from portal.booking.models import CancelReason
from portal.counter.forms_words import CANCEL_REASONS
from portal.people.forms_fields import HiddenField, email_field, landline_field, mobile_field
from portal.people.models import Person
from portal.web.forms import SERVED_YEARS, CheckField, ChoiceField, DateField, HourField, PortalForm, TextField
from portal.web.text import key_of, printable
from portal.words import phone_words

_MARKS = 400  # characters: a mark for each thing of a file


class LongHiddenField(HiddenField):
    """What a page says to the next one, longer than most: the marks of a file, a reason."""

    def process_formdata(self, valuelist: Any) -> None:
        """Keeps it, within reason."""
        self.data = printable(str(valuelist[0]))[:_MARKS] if valuelist else ""


class ConfirmForm(PortalForm):
    """The recap: what is booked, and the numbers that may be corrected while they are read aloud.

    `shown`: the marks of the file whose numbers these are. `typed` tells whether one of them was changed.
    """

    creneau = HiddenField()
    request_key = HiddenField()
    reason = LongHiddenField()
    shown = LongHiddenField()
    mobile = mobile_field()
    landline = landline_field()
    email = email_field()

    def __init__(self, *, told: Person, **options: Any) -> None:
        numbers = {name: phone_words(getattr(told, name) or "") for name in ("mobile", "landline")}
        super().__init__(data=numbers | {"email": told.email or ""}, **options)

    @property
    def key(self) -> UUID | None:
        """The form that was shown; None for a forged one."""
        return key_of(self.request_key.data)

    @property
    def ways(self) -> dict[str, str | None]:
        """The mobile and the landline (E.164) and the e-mail, as typed; of a valid form."""
        return {
            "mobile": self.mobile.phone.e164 if self.mobile.phone else None,
            "landline": self.landline.phone.e164 if self.landline.phone else None,
            "email": self.email.email,
        }

    def is_changed(self, told: Person) -> bool:
        """Whether a number or the mailbox was corrected; of a valid form that shows them."""
        return bool(self.shown.data) and self.ways != {name: getattr(told, name) for name in self.ways}


class OverbookForm(PortalForm):
    """An hour chosen by hand: the day, the hour, who receives and where, and why."""

    day = DateField(
        _l("Jour"),
        hint=_l("Exemple : 24 11 2026"),
        required=_l("Écrivez le jour. Exemple : 24 11 2026"),
        years=SERVED_YEARS,
    )
    hour = HourField(
        _l("Heure"),
        hint=_l("Exemple : 10 h 30"),
        longest=10,
        required=_l("Écrivez une heure. Exemple : 10 h 30"),
        render_kw={"autocomplete": "off", "inputmode": "text"},
    )
    where = ChoiceField(_l("Avec qui, et où"), choices=[], required=_l("Choisissez l'agent et le lieu."))
    reason = TextField(
        _l("Pourquoi cette heure"),
        hint=_l("Ne dites rien de la personne. Exemple : seul jour possible avant l'échéance"),
        longest=200,
        required=_l("Écrivez pourquoi, en 3 à 200 caractères. Exemple : urgence du jour"),
        render_kw={"autocomplete": "off"},
    )

    def validate_reason(self, field: TextField) -> None:
        """Refuses what is too short to be a reason."""
        if len(field.data) < 3:
            raise StopValidation(_("Écrivez pourquoi, en 3 à 200 caractères. Exemple : urgence du jour"))


class ChangeForm(PortalForm):
    """A change of an appointment. `sequence` and `shown`: what its page showed."""

    sequence = HiddenField()
    shown = HiddenField()

    @property
    def seen(self) -> int:
        """The sequence that the page showed; -1, which none has, for a forged one."""
        return sequence_of(self.sequence.data)


class MoveForm(ChangeForm):
    """Another hour, and perhaps another place or agent. `reason`: why, where no slot gives that hour."""

    creneau = TextField(_l("Le nouveau créneau"), longest=80, required=_l("Choisissez un créneau."))
    reason = LongHiddenField()


class MoveOverbookForm(ChangeForm, OverbookForm):
    """The same, to an hour chosen by hand."""


class CancelForm(ChangeForm):
    """Why it is cancelled: by the person, or by the service."""

    reason = ChoiceField(
        _l("Pourquoi ?"),
        choices=[(reason.value, words) for reason, words in CANCEL_REASONS.items()],
        required=_l("Choisissez pourquoi le rendez-vous est annulé."),
    )

    @property
    def chosen(self) -> CancelReason:
        """The reason; of a valid form."""
        return CancelReason(str(self.reason.data))


class HandOverForm(ChangeForm):
    """Which colleague takes it."""

    agent = ChoiceField(_l("À qui ?"), choices=[], required=_l("Choisissez un collègue."))


class AgainForm(PortalForm):
    """One press: the route by which it is told again."""


class WaitForm(PortalForm):
    """What somebody waits for."""

    motif = ChoiceField(_l("Pour quoi ?"), choices=[], required=_l("Choisissez un motif."))
    place = ChoiceField(_l("Où ?"), choices=[], required=_l("Choisissez un lieu, ou tous les lieux."))
    first_day = DateField(
        _l("À partir du"), hint=_l("Exemple : 24 11 2026"), required=_l("Écrivez le jour. Exemple : 24 11 2026")
    )
    last_day = DateField(_l("Jusqu'au"), hint=_l("Laissez vide s'il n'y a pas de fin."), required="")
    mornings = CheckField(_l("Le matin"))
    afternoons = CheckField(_l("L'après-midi"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each field; no last day is no fault."""
        super().validate(extra_validators)
        if not any(self.last_day.parts):
            self.last_day.errors = []
        return not self.errors


class StopForm(PortalForm):
    """One press that ends a wish."""
