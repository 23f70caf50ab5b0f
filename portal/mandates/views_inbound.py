"""Text messages that come in, as Twilio passes them on."""

from flask import abort, request
from psycopg.errors import DeadlockDetected
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response

from portal.mandates.services import answer_sms
from portal.mandates.views_shared import bp, voice
from portal.notifications.gateways.twilio import is_signed
from portal.people.contacts import ContactFault, parse_phone
from portal.web.access import Role, allow
from portal.web.request import now, portal, transaction

_TRIES = 4  # two messages at once may each wait for the other: the database ends one, which starts again
_LONGEST = 64  # characters of a provider's own number of a message


@bp.post("/hooks/twilio/inbound")
@allow(Role.MACHINE)
def inbound() -> Response:
    """Takes a text message that Twilio signed, as often as it says it. The reply, if any, leaves by the outbox."""
    settings = portal().settings
    query = request.query_string.decode("ascii", "replace")
    url = f"{settings.base_url}{request.path}{'?' if query else ''}{query}"
    signature = request.headers.get("X-Twilio-Signature", "")
    if settings.twilio_auth_token is None or not is_signed(settings.twilio_auth_token, url, request.form, signature):
        abort(403)
    number, provider_id = _number(), request.form.get("MessageSid", "")[:_LONGEST]
    if number is not None and provider_id:
        _answer_whatever_else_runs(number, provider_id, request.form.get("Body", ""))
    return Response("<Response/>", mimetype="text/xml")


def _number() -> str | None:
    try:
        return parse_phone(request.form.get("From", "")).e164
    except ContactFault:
        return None


def _answer_whatever_else_runs(number: str, provider_id: str, text: str) -> None:
    for more in reversed(range(_TRIES)):
        try:
            with transaction() as session:
                answer_sms(session, now(), number=number, text=text, provider_id=provider_id, voice=voice(session))
        except OperationalError as error:
            if not more or not isinstance(error.orig, DeadlockDetected):
                raise
        else:
            return
