"""What a signed answer must say to be believed. Pure.

Source: OpenID Connect Core 1.0 (with errata set 2), sections 3.1.3.7 (ID token) and 5.3.4 (details of the person).
"""

import hmac
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oidc.core.util import create_half_hash
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError, UnsupportedAlgorithmError
from joserfc.jwk import JWKRegistry, KeySet

from portal.openid.faults import OpenIdError, OpenIdFault

# FranceConnect and ProConnect sign with one of these. A shared secret (HS…) proves nothing to anybody else, and "none"
# proves nothing at all: neither is accepted.
ALGORITHMS = ("ES256", "RS256")
LEEWAY = 60  # seconds by which two clocks may differ
_LONGEST_SUBJECT = 255  # characters: OpenID Connect Core 1.0, section 2


@dataclass(frozen=True)
class Signed:
    """A token whose signature is the provider's; what it says is yet to be checked."""

    algorithm: str
    claims: dict[str, Any]


@dataclass(frozen=True)
class Expected:
    """What a token must answer to. `levels`: one of them is asked; none: any will do."""

    issuer: str
    client_id: str
    nonce: str
    levels: Collection[str] = ()


def key_set(document: Mapping[str, Any]) -> KeySet:
    """The keys that a provider publishes; one that cannot be read is left out. Raises `OpenIdError` (keys)."""
    published = document.get("keys")
    keys = []
    for data in published if isinstance(published, list) else []:
        try:
            keys.append(JWKRegistry.import_key(data))
        except (JoseError, ValueError, TypeError, KeyError):
            continue  # of a kind we do not know (RFC 7517, section 5): the others still serve
    if not keys:
        raise OpenIdError(OpenIdFault.KEYS)
    return KeySet(keys)


def signed(token: str, keys: KeySet) -> Signed:
    """What a token says, once its signature is found to be of one of `keys`.

    Raises `OpenIdError`: algorithm, key_unknown, signature, malformed.
    """
    try:
        read = jwt.decode(token, keys, algorithms=ALGORITHMS)
    except UnsupportedAlgorithmError as error:
        raise OpenIdError(OpenIdFault.ALGORITHM) from error
    except InvalidKeyIdError as error:
        raise OpenIdError(OpenIdFault.KEY_UNKNOWN) from error
    except BadSignatureError as error:
        raise OpenIdError(OpenIdFault.SIGNATURE) from error
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise OpenIdError(OpenIdFault.MALFORMED) from error
    return Signed(str(read.header["alg"]), read.claims)


def check_id_token(token: Signed, expected: Expected, now: datetime, access_token: str) -> None:
    """Raises `OpenIdError` unless the token is the provider's answer, for us, now, to the question we asked."""
    claims = token.claims
    _require(claims, "iss", "sub", "aud", "exp", "iat", "nonce")
    check_sender(claims, expected)
    _check_subject(claims["sub"])
    check_times(claims, now)
    if not _is_same(claims["nonce"], expected.nonce):
        raise OpenIdError(OpenIdFault.NONCE)
    if expected.levels and claims.get("acr") not in expected.levels:
        raise OpenIdError(OpenIdFault.LEVEL)
    if "at_hash" in claims and not _is_same(claims["at_hash"], _half_hash(access_token, token.algorithm)):
        raise OpenIdError(OpenIdFault.ACCESS_TOKEN)


def check_details(claims: Mapping[str, Any], subject: str) -> None:
    """Raises `OpenIdError` unless the details are of the person whom the ID token names."""
    _require(claims, "sub")
    if not _is_same(claims["sub"], subject):
        raise OpenIdError(OpenIdFault.SUBJECT)


def check_sender(claims: Mapping[str, Any], expected: Expected) -> None:
    """Raises `OpenIdError` unless the provider says it, and says it to us: claim_missing, issuer, audience, party."""
    _require(claims, "iss", "aud")
    if claims["iss"] != expected.issuer:
        raise OpenIdError(OpenIdFault.ISSUER)
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if expected.client_id not in audience:
        raise OpenIdError(OpenIdFault.AUDIENCE)
    if (len(audience) > 1 or "azp" in claims) and claims.get("azp") != expected.client_id:
        raise OpenIdError(OpenIdFault.PARTY)


def check_times(claims: Mapping[str, Any], now: datetime) -> None:
    """Raises `OpenIdError` when a date of a token is past, yet to come or no date: expired, too_early, malformed."""
    instants = {name: _instant(claims[name]) for name in ("exp", "iat", "nbf") if name in claims}
    if instants.get("exp", math.inf) <= now.timestamp() - LEEWAY:
        raise OpenIdError(OpenIdFault.EXPIRED)
    if max(instants.get("iat", 0), instants.get("nbf", 0)) > now.timestamp() + LEEWAY:
        raise OpenIdError(OpenIdFault.TOO_EARLY)


def _require(claims: Mapping[str, Any], *names: str) -> None:
    if any(claims.get(name) in (None, "", []) for name in names):
        raise OpenIdError(OpenIdFault.CLAIM_MISSING)


def _check_subject(subject: object) -> None:
    if not isinstance(subject, str) or len(subject) > _LONGEST_SUBJECT or not subject.isprintable():
        raise OpenIdError(OpenIdFault.MALFORMED)


def _instant(value: object) -> float:
    # NaN is later and earlier than nothing: a token that ends then would never end.
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise OpenIdError(OpenIdFault.MALFORMED)
    return float(value)


def _is_same(given: object, wanted: str) -> bool:
    if not isinstance(given, str):
        return False
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode("utf-8", "surrogatepass"))


def _half_hash(access_token: str, algorithm: str) -> str:
    half: bytes = create_half_hash(access_token, algorithm)
    return half.decode()
