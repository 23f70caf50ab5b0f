# ruff: noqa: ARG002 - Authlib says what its hooks are given
"""A real OpenID Connect provider on a port of this machine, that tests can make misbehave.

Authlib's authorization server, with RSA and EC keys, a consent page that a browser presses, details as a signed token
or in JSON, and the end of the session.
"""

import base64
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin
from authlib.oauth2.rfc6749.errors import OAuth2Error
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode
from authlib.oidc.core.userinfo import UserInfo, UserInfoEndpoint
from authlib.oidc.rpinitiated import EndSessionEndpoint
from flask import Flask, Response, jsonify, redirect, request
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from werkzeug.serving import make_server

CLIENT_ID = "portail-essai"
CLIENT_SECRET = "secret d'essai, assez long pour servir"

CONSENT = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Fournisseur d'essai</title></head>
<body><main><h1>Fournisseur d'essai</h1><form method="post">
<button name="answer" value="yes">Continuer</button> <button name="answer" value="no">Refuser</button>
</form></main></body></html>"""


@dataclass
class Habits:
    """What the provider does; a test changes what matters to it. A claim of None is left out."""

    id_claims: dict[str, Any] = field(default_factory=dict)
    detail_claims: dict[str, Any] = field(default_factory=dict)
    detail_kind: str = "application/jwt"
    algorithm: str = "RS256"  # RS256, ES256, HS256 or none
    secret: bytes = b""  # of HS256; none: the public key, as if it were one
    forged: bool = False  # signed with a key that is not the published one, under its name
    forged_details: bool = False
    level: str = "eidas1"
    methods: tuple[str, ...] = ("pwd",)
    document: dict[str, Any] = field(default_factory=dict)
    keys: Any = None  # what is published instead of the keys
    status: dict[str, int] = field(default_factory=dict)  # endpoint → what it answers instead
    bodies: dict[str, bytes] = field(default_factory=dict)  # endpoint → what it says instead
    slow: dict[str, float] = field(default_factory=dict)  # endpoint → seconds
    dripping: set[str] = field(default_factory=set)  # endpoints that answer one byte at a time, and never end
    token_answer: dict[str, Any] = field(default_factory=dict)  # what the token endpoint says besides or instead
    access_token: str | None = None  # another one than the ID token was made with


@dataclass
class Client(ClientMixin):
    """The one service that the provider knows."""

    redirect_uris: set[str] = field(default_factory=set)
    client_metadata: dict[str, Any] = field(default_factory=dict)
    auth_methods: tuple[str, ...] = ("client_secret_post",)
    client_id: str = CLIENT_ID

    def get_client_id(self):
        return self.client_id

    def get_allowed_scope(self, scope):
        return scope

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret):
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method, endpoint):
        return endpoint != "token" or method in self.auth_methods

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type == "authorization_code"


@dataclass
class Code(AuthorizationCodeMixin):
    """A code that is out."""

    code: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    provider: "Provider"

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope

    def get_nonce(self):
        return self.nonce

    def get_auth_time(self):
        return self.provider.seconds()

    def get_acr(self):
        return self.provider.habits.level

    def get_amr(self):
        return list(self.provider.habits.methods)


@dataclass
class Token(TokenMixin):
    """An access token."""

    scope: str
    provider: "Provider"

    def get_scope(self):
        return self.scope

    def is_expired(self):
        return False

    def is_revoked(self):
        return False

    def get_client(self):
        return self.provider.client

    def get_user(self):
        return self.provider.person


class Provider:
    """The provider, its switches (`habits`), who is at the screen (`person`), and what it was asked (`asked`)."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.habits = Habits()
        self.client = Client()
        self.person: dict[str, Any] = {"sub": "sub-essai"}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.ended: list[str | None] = []  # the subjects whose session was ended
        self.codes: dict[str, Code] = {}
        self.tokens: dict[str, Token] = {}
        self.rotate("cle-1")
        app = _app(self)
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Nothing answers any more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def rotate(self, name: str) -> None:
        """New keys take the place of the old ones."""
        self.rsa, self.ec = _rsa(f"{name}-rsa"), _ec(f"{name}-ec")

    def seconds(self) -> int:
        """The instant of the provider's clock."""
        return int(self.clock().timestamp())

    def count(self, endpoint: str) -> int:
        """How often an endpoint was asked."""
        return sum(name == endpoint for name, _values in self.asked)

    def published(self) -> dict[str, Any]:
        """The keys, as anyone may read them."""
        return dict(KeySet([self.rsa, self.ec]).as_dict(private=False))

    def sign(self, claims: dict[str, Any], *, forged: bool) -> str:
        """A token, signed as the habits say."""
        algorithm, said = self.habits.algorithm, json.dumps(claims).encode()
        if algorithm in {"none", "HS256"}:  # by hand: no library makes them any more
            return _by_hand(
                {"alg": algorithm, "kid": self.rsa.kid}, said, self.habits.secret or self.rsa.as_bytes(private=False)
            )
        own, stranger = (self.rsa, _rsa("stranger")) if algorithm == "RS256" else (self.ec, _ec("stranger"))
        key = stranger if forged else own
        return jws.serialize_compact({"alg": algorithm, "kid": own.kid}, said, key, [algorithm])


@contextmanager
def running(clock: Callable[[], datetime]) -> Iterator[Provider]:
    """A provider that answers until the end of the block."""
    provider = Provider(clock)
    try:
        yield provider
    finally:
        provider.stop()


def _by_hand(header: dict[str, Any], said: bytes, secret: bytes) -> str:
    """Not signed at all, or with the public key taken for a shared secret: the two classic attacks."""
    body = ".".join(_base64(part) for part in (json.dumps(header).encode(), said))
    mac = b"" if header["alg"] == "none" else hmac.digest(secret, body.encode(), "sha256")
    return f"{body}.{_base64(mac)}"


def _drips() -> Iterator[bytes]:
    for _ in range(400):
        yield b" "
        time.sleep(0.05)


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@cache
def _rsa(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@cache
def _ec(name: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": name, "use": "sig"})


def _changed(claims: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (claims | changes).items() if value is not None}


class _Grant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

    def save_authorization_code(self, code, request):
        provider, asked = self.server.provider, request.payload.data
        provider.codes[code] = Code(
            code,
            request.payload.redirect_uri,
            request.scope,
            asked.get("nonce"),
            asked.get("code_challenge"),
            asked.get("code_challenge_method"),
            provider,
        )

    def query_authorization_code(self, code, client):
        return self.server.provider.codes.get(code)

    def delete_authorization_code(self, authorization_code):
        del self.server.provider.codes[authorization_code.code]

    def authenticate_user(self, authorization_code):
        return self.server.provider.person


class _OpenId(OpenIDCode):
    def __init__(self, provider):
        super().__init__(require_nonce=True)
        self.provider = provider

    def exists_nonce(self, nonce, request):
        return False

    def get_client_claims(self, client):
        now = self.provider.seconds()
        return {"iss": self.provider.issuer, "aud": client.client_id, "iat": now, "exp": now + 60}

    def get_client_algorithm(self, client):
        return "RS256" if self.provider.habits.algorithm not in {"RS256", "ES256"} else self.provider.habits.algorithm

    def resolve_client_private_key(self, client):
        return self.provider.rsa if self.get_client_algorithm(client) == "RS256" else self.provider.ec

    def get_encode_header(self, client):
        return {"alg": self.get_client_algorithm(client), "kid": self.resolve_client_private_key(client).kid}

    def generate_user_info(self, user, scope):
        return UserInfo(sub=user["sub"])

    def process_token(self, grant, response):
        token = super().process_token(grant, response)
        habits = self.provider.habits
        if "id_token" in token:
            key = self.resolve_client_private_key(grant.request.client)
            claims = jwt.decode(token["id_token"], key, algorithms=["RS256", "ES256"]).claims
            token["id_token"] = self.provider.sign(_changed(claims, habits.id_claims), forged=habits.forged)
        if habits.access_token:
            self.provider.tokens[habits.access_token] = self.provider.tokens[token["access_token"]]
            token["access_token"] = habits.access_token
        for name, value in habits.token_answer.items():
            token[name] = value
            if value is None:
                del token[name]
        return token


class _Details(UserInfoEndpoint):
    def __call__(self, request):
        habits, provider = self.server.provider.habits, self.server.provider
        token = self.resource_protector.acquire_token("openid")
        claims = dict(token.get_user())
        if habits.detail_kind != "application/jwt":
            return 200, _changed(claims, habits.detail_claims), [("Content-Type", habits.detail_kind)]
        now = provider.seconds()
        claims |= {"iss": provider.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 60}
        signed = provider.sign(_changed(claims, habits.detail_claims), forged=habits.forged_details)
        return 200, signed, [("Content-Type", "application/jwt; charset=utf-8")]


class _Bearer(BearerTokenValidator):
    def __init__(self, provider):
        super().__init__()
        self.provider = provider

    def authenticate_token(self, token_string):
        return self.provider.tokens.get(token_string)


class _End(EndSessionEndpoint):
    def get_server_jwks(self):
        return KeySet([self.server.provider.rsa, self.server.provider.ec])

    def _validate_id_token_hint(self, id_token_hint):
        return dict(jwt.decode(id_token_hint, self.get_server_jwks(), algorithms=["RS256", "ES256"]).claims)

    def end_session(self, end_session_request):
        claims = end_session_request.id_token_claims or {}
        self.server.provider.ended.append(claims.get("sub"))


def _server(app: Flask, provider: Provider) -> AuthorizationServer:
    def save_token(token, _asked):
        provider.tokens[token["access_token"]] = Token(token.get("scope", ""), provider)

    def query_client(client_id):
        return provider.client if client_id == CLIENT_ID else None

    server = AuthorizationServer(app, query_client=query_client, save_token=save_token)
    server.provider = provider
    server.register_grant(_Grant, [_OpenId(provider), CodeChallenge(required=False)])
    server.register_endpoint(_End)
    return server


def _app(provider: Provider) -> Flask:
    app = Flask("provider")
    _publish(app, provider)
    _answer(app, provider, _server(app, provider))
    return app


def _publish(app: Flask, provider: Provider) -> None:
    @app.before_request
    def misbehave() -> Response | None:
        name = (request.endpoint or "").removesuffix("_endpoint")
        provider.asked.append((name, request.values.to_dict()))
        time.sleep(provider.habits.slow.get(name, 0))
        if name in provider.habits.dripping:
            return Response(_drips(), mimetype="application/json")
        if name in provider.habits.status or name in provider.habits.bodies:
            status = provider.habits.status.get(name, 200)
            answer = Response(provider.habits.bodies.get(name, b"{}"), status, mimetype="application/json")
            if status in range(300, 400):
                answer.headers["Location"] = "/elsewhere"
            return answer
        return None

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Response:
        document = {
            "issuer": provider.issuer,
            "authorization_endpoint": f"{provider.issuer}/authorize",
            "token_endpoint": f"{provider.issuer}/token",
            "userinfo_endpoint": f"{provider.issuer}/userinfo",
            "jwks_uri": f"{provider.issuer}/jwks",
            "end_session_endpoint": f"{provider.issuer}/session/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }
        return jsonify(_changed(document, provider.habits.document))

    @app.get("/jwks")
    def jwks() -> Response:
        return jsonify(provider.published() if provider.habits.keys is None else provider.habits.keys)


def _answer(app: Flask, provider: Provider, server: AuthorizationServer) -> None:
    protector = ResourceProtector()
    protector.register_token_validator(_Bearer(provider))
    details = _Details(server, protector)

    @app.route("/authorize", methods=["GET", "POST"])
    def authorize() -> Any:
        try:
            grant = server.get_consent_grant(end_user=provider.person)
        except OAuth2Error as error:
            return server.handle_error_response(None, error)
        if request.method == "GET":
            return CONSENT
        agreed = provider.person if request.form.get("answer") == "yes" else None
        return server.create_authorization_response(grant_user=agreed, grant=grant)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    @app.get("/userinfo")
    def userinfo() -> Response:
        try:
            status, body, headers = details(server.create_oauth2_request(request))
        except OAuth2Error as error:
            return server.handle_response(*error())
        answer = jsonify(body) if isinstance(body, dict) else Response(body)
        answer.status_code = status
        answer.headers.extend(headers[:0])
        answer.headers["Content-Type"] = headers[0][1]
        return answer

    @app.get("/session/end")
    def session_end() -> Any:
        return server.create_endpoint_response("end_session") or redirect("/")
