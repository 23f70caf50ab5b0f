"""Asking an identity provider: over https alone, for ten seconds at most, and never led elsewhere."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from portal.openid.faults import OpenIdError, OpenIdFault

TIME_LIMIT = 10.0  # seconds, for the whole of an answer
LARGEST = 512 * 1024  # bytes: a document of a provider takes a few thousand

_PIECE = 8192  # bytes
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Answer:
    """What a provider answered. `kind`: its media type, in small letters, without parameters."""

    status: int
    kind: str
    body: bytes

    def document(self) -> dict[str, Any]:
        """The JSON object of this answer. Raises `OpenIdError` (malformed)."""
        try:
            read = json.loads(self.body)
        except ValueError as error:
            raise OpenIdError(OpenIdFault.MALFORMED) from error
        if not isinstance(read, dict):
            raise OpenIdError(OpenIdFault.MALFORMED)
        return read


def require_secure(url: str) -> None:
    """Raises `OpenIdError` (insecure) unless an address is https, or of this very machine."""
    try:
        parts = urlsplit(url)
        is_secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    except ValueError:
        is_secure = False
    if not is_secure:
        raise OpenIdError(OpenIdFault.INSECURE)


def fetch(
    url: str, *, form: Mapping[str, str] | str | None = None, headers: Mapping[str, str], time_limit: float = TIME_LIMIT
) -> Answer:
    """Asks for a document, or posts a form. A redirection is a failure: what is sent is for this address alone.

    Raises `OpenIdError`: insecure, unreachable (no answer in time, too long a one, a redirection, 5xx).
    """
    require_secure(url)
    ends = monotonic() + time_limit
    method = "GET" if form is None else "POST"
    try:
        with (
            requests.Session() as session,
            session.request(
                method,
                url,
                data=form,
                headers={**headers, "Accept-Encoding": "identity"},
                timeout=time_limit,
                allow_redirects=False,
                stream=True,
            ) as answer,
        ):
            body = _body(answer, ends)
            kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            status = answer.status_code
    except (requests.RequestException, HTTPError) as error:
        raise OpenIdError(OpenIdFault.UNREACHABLE) from error
    if status in range(300, 400) or status >= 500:
        raise OpenIdError(OpenIdFault.UNREACHABLE)
    return Answer(status, kind, body)


def _body(answer: requests.Response, ends: float) -> bytes:
    # What has come so far, piece by piece: a server that lets its answer drip would never meet a limit on each wait.
    body = b""
    while piece := answer.raw.read1(_PIECE, decode_content=False):
        body += piece
        if len(body) > LARGEST or monotonic() > ends:
            raise OpenIdError(OpenIdFault.UNREACHABLE)
    return body
