"""Text messages that come in, as Twilio passes them on."""

from flask import request
from werkzeug.wrappers import Response

from portal.mandates.services import answer_sms
from portal.mandates.views_shared import bp, voice
from portal.notifications.views_signed import require_signed
from portal.people.contacts import ContactFault, parse_phone
from portal.web.access import Role, allow
from portal.web.request import in_its_turn, now

_LONGEST = 64  # characters of a provider's own number of a message


@bp.post("/hooks/twilio/inbound")
@allow(Role.MACHINE)
def inbound() -> Response:
    """Takes a text message that Twilio signed, as often as it says it. The reply, if any, leaves by the outbox."""
    require_signed()
    number, provider_id = _number(), request.form.get("MessageSid", "")[:_LONGEST]
    if number is not None and provider_id:
        given = {"number": number, "provider_id": provider_id, "text": request.form.get("Body", "")}
        in_its_turn(lambda session: answer_sms(session, now(), voice=voice(session), **given))
    return Response("<Response/>", mimetype="text/xml")


def _number() -> str | None:
    try:
        return parse_phone(request.form.get("From", "")).e164
    except ContactFault:
        return None
