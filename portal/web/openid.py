"""Going to an identity provider and coming back: one browser, one attempt, one answer."""

import hmac
import logging
from dataclasses import asdict
from enum import StrEnum

from flask import abort, current_app, request, session
from werkzeug.wrappers import Response

from portal.openid.client import Attempt, OpenIdClient, Proof, Question
from portal.openid.faults import OpenIdError, OpenIdFault
from portal.refusal import Refused
from portal.settings import Provider
from portal.web.request import now, portal

log = logging.getLogger("portal")


class ReturnFault(StrEnum):
    """Why someone comes back from a provider without a proof."""

    LOST = "lost"  # this browser asked for nothing, or has had its answer: Back, two windows, a link from elsewhere
    DECLINED = "declined"  # the person stopped there
    AWAY = "away"  # the provider does not answer
    DOUBTFUL = "doubtful"  # the provider refuses, or what it says does not hold together


def is_provider_on(name: str) -> bool:
    """Whether the settings of a provider ("franceconnect", "proconnect") are there."""
    return _provider(name) is not None


def require_provider(name: str) -> None:
    """Answers 404 when a provider is off."""
    if not is_provider_on(name):
        abort(404)


def provider_url(name: str, *, question: Question, back_path: str, suite: str) -> str:
    """Where this browser goes to prove who is there; it alone may bring the answer back, once.

    `back_path`: the page of the portal that the provider leads back to. `suite`: where to go on afterwards, kept
    until then. Raises `Refused` (AWAY, DOUBTFUL).
    """
    attempt = Attempt.new()
    try:
        url = _client(name).authorization_url(now(), attempt=attempt, back_to=_whole(back_path), question=question)
    except OpenIdError as error:
        raise _refused(name, error) from error
    session[name] = {**asdict(attempt), "suite": suite}
    return url


def brought_back(name: str, *, question: Question, back_path: str) -> tuple[Proof, str]:
    """What the provider proves to the browser that asked, and where it was going. An attempt is good once.

    Raises `Refused` (ReturnFault).
    """
    kept = session.get(name)
    state = request.args.get("state", "")
    if not isinstance(kept, dict) or not hmac.compare_digest(state.encode("utf-8", "replace"), kept["state"].encode()):
        raise Refused(ReturnFault.LOST)  # another window's: what this browser asked last may still be answered
    del session[name]
    client = _client(name)
    if request.args.get("iss", client.issuer) != client.issuer:  # RFC 9207: another provider's answer
        raise Refused(ReturnFault.LOST)
    if "error" in request.args:
        is_declined = request.args["error"] == "access_denied"
        raise Refused(ReturnFault.DECLINED if is_declined else ReturnFault.DOUBTFUL)
    suite = str(kept.pop("suite"))
    try:
        proof = client.proof(
            now(),
            attempt=Attempt(**kept),
            code=request.args.get("code", ""),
            back_to=_whole(back_path),
            question=question,
        )
    except OpenIdError as error:
        raise _refused(name, error) from error
    return proof, suite


def keep_for_leaving(name: str, proof: Proof) -> None:
    """Notes in a session just opened what ends the provider's own."""
    session[f"{name}_id_token"] = proof.id_token


def leaving_url(name: str, *, back_path: str, id_token: str | None = None) -> str | None:
    """Where the browser goes to end the provider's session too, to be asked before the portal's own is ended.

    None when this session was not opened by that provider, or when it cannot say. `id_token`: instead of the kept one.
    """
    kept = id_token or session.get(f"{name}_id_token")
    if not isinstance(kept, str) or not is_provider_on(name):
        return None
    try:
        return _client(name).end_session_url(now(), id_token=kept, back_to=_whole(back_path))
    except OpenIdError as error:
        _refused(name, error)
        return None


def onwards(page: str, url: str) -> Response:
    """A page that leads to another site at once, by itself, and holds a link to it for browsers that do not.

    Not a redirection: browsers hold those that answer a form to the portal's own pages (`form-action`).
    """
    response = Response(page, mimetype="text/html")
    response.headers["Refresh"] = f"0; url={url}"
    return response


def _refused(name: str, error: OpenIdError) -> Refused:
    log.warning("%s fault=%s", name, error.fault.value)
    return Refused(ReturnFault.AWAY if error.fault is OpenIdFault.UNREACHABLE else ReturnFault.DOUBTFUL)


def _provider(name: str) -> Provider | None:
    settings = portal().settings
    return {"franceconnect": settings.franceconnect, "proconnect": settings.proconnect}[name]


def _client(name: str) -> OpenIdClient:
    """One for the life of the application: it keeps what the provider publishes."""
    provider = _provider(name)
    if provider is None:
        abort(404)
    made = OpenIdClient(provider.issuer, provider.client_id, provider.client_secret, may_send_pkce=provider.pkce)
    client: OpenIdClient = current_app.extensions.setdefault(f"openid {name}", made)
    return client


def _whole(path: str) -> str:
    return portal().settings.base_url + path
