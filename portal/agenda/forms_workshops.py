"""What an agent types about a workshop, and why somebody leaves it."""

from datetime import datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.booking.asked import sequence_of
from portal.booking.models import CancelReason
from portal.clock import at_wall_clock
from portal.people.forms_fields import HiddenField
from portal.web.forms import SERVED_YEARS, ChoiceField, DateField, HourField, PortalForm, TextField
from portal.web.forms_lists import ListField
from portal.web.forms_numbers import WholeField

CANCEL_REASONS = {
    CancelReason.AGENT_AWAY: _l("L'agent est absent"),
    CancelReason.PLACE_CLOSED: _l("Le lieu est fermé"),
    CancelReason.MISTAKE: _l("Pris par erreur, ou en double"),
}
LEAVE_REASONS = {
    CancelReason.PERSON_ASKED: _l("La personne ne peut pas venir, ou ne veut plus"),
    CancelReason.WRONG_SUBJECT: _l("Un autre service doit recevoir la personne"),
    CancelReason.MISTAKE: _l("Pris par erreur, ou en double"),
}


class WorkshopForm(PortalForm):
    """A workshop to open or to change. `sequence`: what the page showed of one that is there."""

    motif = ListField(_l("Motif"), choices=[], required=_l("Choisissez un motif."))
    title = TextField(
        _l("Titre"),
        hint=_l("Pour les agents. Les messages ne le disent pas. Exemple : Mon budget, pas à pas"),
        longest=120,
        required=_l("Écrivez un titre. Exemple : Mon budget, pas à pas"),
        render_kw={"autocomplete": "off"},
    )
    place = ListField(_l("Lieu"), choices=[], required=_l("Choisissez un lieu."))
    agent = ListField(_l("Agent qui anime"), choices=[], required=_l("Choisissez l'agent qui anime."))
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
        render_kw={"autocomplete": "off"},
    )
    minutes = WholeField(
        _l("Durée en minutes"),
        least=5,
        most=480,
        hint=_l("Exemple : 90"),
        required=_l("Écrivez la durée en minutes. Exemple : 90"),
    )
    seats = WholeField(
        _l("Nombre de places"), least=1, most=200, hint=_l("Exemple : 8"), required=_l("Écrivez combien. Exemple : 8")
    )
    sequence = HiddenField()
    confirmed = HiddenField()

    @property
    def is_confirmed(self) -> bool:
        """Whether who will be told was read."""
        return bool(self.confirmed.data == "oui")

    @property
    def starts_at(self) -> datetime:
        """The instant that was typed; of a valid form."""
        return at_wall_clock(self.day.data, self.hour.hour or time())

    @property
    def ends_at(self) -> datetime:
        """When it would end; of a valid form."""
        return self.starts_at + timedelta(minutes=self.minutes.whole)

    @property
    def wanted(self) -> dict[str, Any]:
        """What was typed, as the services take it; of a valid form."""
        return {
            "place_id": int(self.place.data),
            "agent_id": int(self.agent.data),
            "starts_at": self.starts_at,
            "minutes": self.minutes.whole,
            "seats": self.seats.whole,
            "title": self.title.data,
        }

    @property
    def seen(self) -> int:
        """The sequence that the page showed; -1, which none has, for a forged one."""
        return sequence_of(self.sequence.data)


class _EndForm(PortalForm):
    """Why something is cancelled. `sequence`: what the page showed."""

    reason = ChoiceField(_l("Pourquoi ?"), choices=[], required=_l("Choisissez pourquoi."))
    sequence = HiddenField()

    @property
    def chosen(self) -> CancelReason:
        """The reason; of a valid form."""
        return CancelReason(str(self.reason.data))

    @property
    def seen(self) -> int:
        """The sequence that the page showed; -1, which none has, for a forged one."""
        return sequence_of(self.sequence.data)


class CancelForm(_EndForm):
    """Why a workshop does not take place."""

    reason = ChoiceField(
        _l("Pourquoi ?"),
        choices=[(reason.value, words) for reason, words in CANCEL_REASONS.items()],
        required=_l("Choisissez pourquoi l'atelier est annulé."),
    )


class LeaveForm(_EndForm):
    """Why somebody leaves their seat: by the person, or by the service."""

    reason = ChoiceField(
        _l("Pourquoi ?"),
        choices=[(reason.value, words) for reason, words in LEAVE_REASONS.items()],
        required=_l("Choisissez pourquoi la place est rendue."),
    )


class EnrolForm(PortalForm):
    """One press that gives a seat."""

    atelier = HiddenField()
