"""Whether a callback comes from the provider that it names."""

from flask import abort, request

from portal.notifications.gateways.twilio import is_signed
from portal.web.request import portal


def require_signed() -> None:
    """Answers 403 unless Twilio signed this very request: its whole address, and all that it posts."""
    settings = portal().settings
    query = request.query_string.decode("ascii", "replace")
    url = f"{settings.base_url}{request.path}{'?' if query else ''}{query}"
    signature = request.headers.get("X-Twilio-Signature", "")
    if settings.twilio_auth_token is None or not is_signed(settings.twilio_auth_token, url, request.form, signature):
        abort(403)
