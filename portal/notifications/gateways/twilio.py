"""Text messages by Twilio: its API to send, its signed callback to know what became of them."""

import logging
from collections.abc import Mapping
from typing import Any, Self

from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from portal.notifications.gateways import TIME_LIMIT, PermanentFailure, TransientFailure
from portal.settings import Settings

STATUS_PATH = "/hooks/twilio/status"

# Twilio's error codes (https://www.twilio.com/docs/api/errors). The number itself will never take our messages:
REFUSED_NUMBER = frozenset(
    {
        21211,  # invalid number
        21217,  # number does not look valid
        21265,  # number cannot be a short code
        21266,  # same number as the sender
        21610,  # the person answered STOP
        21612,  # no route to this number
        21614,  # not a mobile number
        21635,  # a landline
        30004,  # blocked by the carrier or the person
        30005,  # number unknown or no longer in service
        30006,  # a landline, or a carrier that cannot be reached
    }
)
# Refused for good, though the number may be right: a country not allowed, words filtered, an account to set right.
_REFUSED_MESSAGE = frozenset({21408, 21601, 21602, 21606, 21617, 21619, 30007})
_TOO_MANY, _OUR_FAULT = 429, frozenset({401, 403})

# The SDK writes numbers and texts to its log when asked for details: it is never asked.
_silent = logging.getLogger(f"{__name__}.silent")
_silent.disabled = True


class TwilioSms:
    """Sends through one account. `allowlist`, when it names any number, is the only ones that anything leaves for."""

    def __init__(  # noqa: PLR0913 - an account's own parts
        self,
        *,
        account_sid: str,
        auth_token: str,
        sender: str,
        base_url: str,
        api_url: str | None = None,
        allowlist: frozenset[str] = frozenset(),
        limit: float = TIME_LIMIT,
    ) -> None:
        http = TwilioHttpClient(timeout=limit, logger=_silent, max_retries=0)
        # The SDK reads the environment unless it is given one: ours is read by `portal.settings` alone.
        elsewhere = {"TWILIO_REGION": "", "TWILIO_EDGE": ""}
        self._client = Client(account_sid, auth_token, http_client=http, environment=elsewhere)
        if api_url is not None:
            self._client.api.base_url = api_url.rstrip("/")
        self._sender = sender
        self._callback = f"{base_url}{STATUS_PATH}"
        self._allowlist = allowlist

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The account of PORTAL_TWILIO_…. Raises ValueError when a part is absent."""
        if settings.twilio_account_sid is None or settings.twilio_auth_token is None or settings.twilio_from is None:
            raise ValueError("PORTAL_TWILIO_ACCOUNT_SID, _AUTH_TOKEN and _FROM are needed to send text messages")
        return cls(
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
            sender=settings.twilio_from,
            base_url=settings.base_url,
            api_url=settings.twilio_api_url,
            allowlist=settings.sms_allowlist,
        )

    def send(self, number: str, text: str, reference: str) -> str:
        """Hands a text message over within 10 s; gives Twilio's id. Its fate comes back with `reference`.

        Raises PermanentFailure for a number or a text that Twilio refuses, TransientFailure for the rest: network, too
        many at once, Twilio's own faults, an account or a password to set right.
        """
        if self._allowlist and number not in self._allowlist:
            raise PermanentFailure("not_in_allowlist", refused=False)
        sender: dict[str, Any] = (
            {"messaging_service_sid": self._sender} if self._sender.startswith("MG") else {"from_": self._sender}
        )
        try:
            sent = self._client.messages.create(
                to=number, body=text, status_callback=f"{self._callback}?message={reference}", **sender
            )
        except RequestException as error:
            raise TransientFailure(type(error).__name__) from None
        except TwilioException as error:
            raise _failure(getattr(error, "status", None), getattr(error, "code", None)) from None
        except (ValueError, KeyError, TypeError):  # an answer that is no JSON, or not of this API
            raise TransientFailure("twilio_unreadable") from None
        if not sent.sid:
            raise TransientFailure("twilio_unreadable")
        return str(sent.sid)


def is_signed(auth_token: str, url: str, form: Mapping[str, Any], signature: str) -> bool:
    """Whether Twilio signed a callback: `url` is the whole address that it was given, `form` all the fields sent."""
    return bool(RequestValidator(auth_token).validate(url, form, signature))


def _failure(status: int | None, code: int | None) -> TransientFailure | PermanentFailure:
    name = f"twilio_{code or status}"
    if code in REFUSED_NUMBER:
        return PermanentFailure(name)
    if code in _REFUSED_MESSAGE:
        return PermanentFailure(name, refused=False)
    if status is None or status == _TOO_MANY or status in _OUR_FAULT or not 400 <= status < 500:
        return TransientFailure(name)
    return PermanentFailure(name, refused=False)
