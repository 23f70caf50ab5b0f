"""Signing in through an identity provider: OpenID Connect, by the authorization code alone.

Sources: OpenID Connect Core 1.0 and Discovery 1.0 (errata set 2, 2023), RP-Initiated Logout 1.0 (2022), RFC 6749,
RFC 7636 (PKCE), RFC 9700 (2025, best current practice: PKCE, exact addresses, no implicit flow).
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import KeySet

from portal.openid.checks import (
    Expected,
    Signed,
    check_details,
    check_id_token,
    check_sender,
    check_times,
    key_set,
    signed,
)
from portal.openid.faults import OpenIdError, OpenIdFault
from portal.openid.fetching import TIME_LIMIT, Answer, fetch, require_secure

KEPT = timedelta(hours=1)  # how long what a provider publishes is taken as still true
_FORM = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


@dataclass(frozen=True)
class Attempt:
    """A sign-in under way, known to one browser alone and good once. 43 random characters each (256 bits)."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Attempt":
        """One that nobody can guess."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


@dataclass(frozen=True)
class Question:
    """What a provider is asked. `claims`: of the request, or nothing.

    `levels`: one of them is asked (acr_values) and required, or one of the `stronger` ones; none: any will do.
    """

    scope: str
    levels: tuple[str, ...] = ()
    stronger: tuple[str, ...] = ()
    prompt: str | None = None  # "login": the person proves it anew, whatever session the provider has of them
    claims: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Proof:
    """What a provider has proved: who (`subject`), how (`claims` of the ID token), and the person's `details`.

    `id_token` is kept for the end of the session alone.
    """

    subject: str
    claims: Mapping[str, Any]
    details: Mapping[str, Any]
    id_token: str


@dataclass(frozen=True)
class _Published:
    document: dict[str, Any]
    keys: KeySet
    until: datetime


class OpenIdClient:
    """What the portal is to one provider. May be used by several threads.

    What the provider publishes is read at the first need and kept for `KEPT`.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        *,
        may_send_pkce: bool = True,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._may_send_pkce = may_send_pkce
        self._time_limit = time_limit
        self._published: _Published | None = None

    def authorization_url(self, now: datetime, *, attempt: Attempt, back_to: str, question: Question) -> str:
        """Where the browser goes to prove who is there. PKCE (S256) is used when the provider says that it knows it.

        Raises `OpenIdError`: insecure, unreachable, discovery, keys, malformed.
        """
        document = self._known(now).document
        challenge = create_s256_code_challenge(attempt.verifier) if self._uses_pkce(document) else None
        url: str = prepare_grant_uri(
            document["authorization_endpoint"],
            client_id=self._client_id,
            response_type="code",
            redirect_uri=back_to,
            scope=question.scope,
            state=attempt.state,
            nonce=attempt.nonce,
            prompt=question.prompt,
            acr_values=" ".join(question.levels) or None,
            claims=None if question.claims is None else json.dumps(question.claims, separators=(",", ":")),
            code_challenge=challenge,
            code_challenge_method=challenge and "S256",
        )
        return url

    def proof(self, now: datetime, *, attempt: Attempt, code: str, back_to: str, question: Question) -> Proof:
        """What the provider proves in exchange for the code that the browser brought back.

        Raises `OpenIdError`, with the first fault found: nothing of a doubtful answer is given.
        """
        document = self._known(now).document
        tokens = self._exchange(document, attempt, code, back_to)
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise OpenIdError(OpenIdFault.MALFORMED)
        expected = Expected(self.issuer, self._client_id, attempt.nonce, question.levels + question.stronger)
        token = self._signed(now, id_token)
        check_id_token(token, expected, now, access_token)
        details = self._details(now, document, access_token, expected)
        check_details(details, token.claims["sub"])
        return Proof(token.claims["sub"], token.claims, details, id_token)

    def end_session_url(self, now: datetime, *, id_token: str, back_to: str) -> str | None:
        """Where the browser goes to end the provider's session too; None when the provider has no such address.

        Raises `OpenIdError`: insecure, unreachable, discovery, keys, malformed.
        """
        address = self._known(now).document.get("end_session_endpoint")
        if not isinstance(address, str):
            return None
        require_secure(address)
        state = secrets.token_urlsafe(32)  # the providers require one; there is nothing left that it could protect
        parts = [("id_token_hint", id_token), ("state", state), ("post_logout_redirect_uri", back_to)]
        url: str = add_params_to_uri(address, parts)
        return url

    def _uses_pkce(self, document: Mapping[str, Any]) -> bool:
        return self._may_send_pkce and "S256" in (document.get("code_challenge_methods_supported") or ())

    def _exchange(self, document: Mapping[str, Any], attempt: Attempt, code: str, back_to: str) -> dict[str, Any]:
        body: str = prepare_token_request(
            "authorization_code",
            redirect_uri=back_to,
            code=code,
            code_verifier=attempt.verifier if self._uses_pkce(document) else None,
        )
        known = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        method = "client_secret_post" if "client_secret_post" in known else "client_secret_basic"
        address = document["token_endpoint"]
        auth = ClientAuth(self._client_id, self._client_secret, method)
        address, headers, body = auth.prepare("POST", address, dict(_FORM), body)
        answer = self._fetch(address, form=body, headers=headers)
        if answer.status != 200:
            raise OpenIdError(OpenIdFault.CODE_REFUSED)
        return answer.document()

    def _details(
        self, now: datetime, document: Mapping[str, Any], access_token: str, expected: Expected
    ) -> dict[str, Any]:
        """FranceConnect (version 2) and ProConnect answer with a signed token; others may answer in plain JSON."""
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/jwt, application/json"}
        answer = self._fetch(document["userinfo_endpoint"], headers=headers)
        if answer.status != 200:
            raise OpenIdError(OpenIdFault.UNREACHABLE)
        if answer.kind != "application/jwt":
            return answer.document()
        claims = self._signed(now, answer.body.decode("ascii", "replace")).claims
        check_sender(claims, expected)
        check_times(claims, now)
        return claims

    def _signed(self, now: datetime, token: str) -> Signed:
        """A token whose signature is good. A key not known is looked for once more: providers change theirs."""
        known = self._known(now)
        try:
            return signed(token, known.keys)
        except OpenIdError as error:
            if error.fault is not OpenIdFault.KEY_UNKNOWN:
                raise
        self._published = replace(known, keys=self._keys(known.document))
        return signed(token, self._published.keys)

    def _known(self, now: datetime) -> _Published:
        known = self._published  # threads that find nothing may ask at once: each leaves the same
        if known is None or known.until <= now:
            document = self._discovered()
            self._published = known = _Published(document, self._keys(document), now + KEPT)
        return known

    def _discovered(self) -> dict[str, Any]:
        address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        answer = self._fetch(address, headers={"Accept": "application/json"})
        document = answer.document()
        if answer.status != 200 or document.get("issuer") != self.issuer:
            raise OpenIdError(OpenIdFault.DISCOVERY)
        for name in _ENDPOINTS:
            if not isinstance(document.get(name), str):
                raise OpenIdError(OpenIdFault.DISCOVERY)
            require_secure(document[name])
        return document

    def _keys(self, document: Mapping[str, Any]) -> KeySet:
        answer = self._fetch(document["jwks_uri"], headers={"Accept": "application/json"})
        return key_set(answer.document())

    def _fetch(self, address: str, *, headers: Mapping[str, str], form: str | None = None) -> Answer:
        return fetch(address, headers=headers, form=form, time_limit=self._time_limit)
