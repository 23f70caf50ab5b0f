"""After a missed appointment: a message that offers another date, or a call to make."""

from collections.abc import Callable

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from portal.agenda.rules_agenda import SEERS
from portal.agenda.views import bp
from portal.agenda.views_status import ONE, known_or_404, one_page
from portal.booking.services_missed import MissedFault, ask_call, tell_missed
from portal.desk.views_shared import hand
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.forms import PortalForm
from portal.web.request import now, portal, transaction

_DEEDS: dict[str, Callable[..., object]] = {"ecrire": tell_missed, "appeler": ask_call}
_WORDS = {
    MissedFault.NOT_MISSED: _l("Ce rendez-vous n'est pas noté comme manqué."),
    MissedFault.OVER: _l("C'est trop tard : ce rendez-vous est ancien."),
    MissedFault.DISCREET: _l("Rien n'est jamais envoyé pour ce motif."),
    MissedFault.NO_PHONE: _l("Cette personne n'a pas de numéro de téléphone."),
    MissedFault.SILENCE: _l("Cette personne ne veut pas être contactée."),
    MissedFault.NOT_YOUR_SERVICE: _l("Ce rendez-vous n'est pas de votre service."),
}


@bp.post(f"{ONE}/suite")
@allow(*SEERS)
def follow(appointment_id: int) -> tuple[str, int] | Response:
    """Writes to the person, or asks a colleague to call; pressing twice is pressing once."""
    typed, fault = request.form.get("acte", ""), ""
    try:
        with transaction() as database:
            viewer, booked = known_or_404(database, appointment_id)
            if not PortalForm().validate_on_submit() or typed not in _DEEDS:
                fault = _("Cette page est restée ouverte longtemps. Recommencez.")
                return one_page(database, viewer, booked, fault), 422
            base_url = portal().settings.base_url
            _DEEDS[typed](database, now(), appointment_id=appointment_id, by=hand(), base_url=base_url)
    except Refused as refusal:
        fault = str(_WORDS.get(refusal.reason, _("Cela ne peut pas se faire.")))  # type: ignore[call-overload]
        with transaction() as database:
            return one_page(database, *known_or_404(database, appointment_id), fault), 422
    return redirect(url_for("agenda.one", appointment_id=appointment_id, suivi=typed), 303)
