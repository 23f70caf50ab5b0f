"""A sign-in through a provider, and each thing that must make it fail."""

import base64
import json
from datetime import timedelta
from time import monotonic
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from portal.openid.client import KEPT, Attempt, OpenIdClient, Question
from portal.openid.faults import OpenIdError, OpenIdFault
from tests.openid.conftest import BACK, LOGGED_OUT
from tests.openid.provider import CLIENT_ID, CLIENT_SECRET

ASKED = Question("openid given_name", ("eidas1",))


def client_of(provider, **given):
    return OpenIdClient(provider.issuer, CLIENT_ID, CLIENT_SECRET, **given)


def consent(url, answer="yes"):
    """Presses the provider's button; gives what the browser brings back."""
    shown = requests.post(url, data={"answer": answer}, allow_redirects=False, timeout=5)
    assert shown.status_code == 302, shown.text
    return {name: values[0] for name, values in parse_qs(urlsplit(shown.headers["Location"]).query).items()}


def sign_in(client, now, *, attempt=None, asked=ASKED, answering=None, code=None, back=BACK):
    """From the portal to the provider and back."""
    attempt = attempt or Attempt.new()
    brought = consent(client.authorization_url(now, attempt=attempt, back_to=BACK, question=asked))
    assert brought["state"] == attempt.state
    return client.proof(now, attempt=answering or attempt, code=code or brought["code"], back_to=back, question=asked)


def fault_of(client, now, **given):
    with pytest.raises(OpenIdError) as refused:
        sign_in(client, now, **given)
    assert str(refused.value) == refused.value.fault.value  # nothing of the person
    return refused.value.fault


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
@pytest.mark.parametrize("kind", ["application/jwt", "application/json"])
def test_a_provider_proves_who_is_there(provider, clock, algorithm, kind):
    provider.habits.algorithm, provider.habits.detail_kind = algorithm, kind
    proof = sign_in(client_of(provider), clock())
    assert (proof.subject, proof.details["given_name"], proof.claims["acr"]) == ("sub-essai", "Camille", "eidas1")


def test_each_attempt_is_another_and_too_long_to_guess():
    first, second = Attempt.new(), Attempt.new()
    parts = [*vars(first).values(), *vars(second).values()]
    assert len(set(parts)) == 6
    assert min(map(len, parts)) >= 43


def test_the_address_asks_for_a_code_with_state_nonce_level_and_a_challenge_but_not_its_secret(provider, clock):
    attempt = Attempt.new()
    claims = {"id_token": {"amr": {"essential": True}}}
    question = Question("openid email", ("eidas1", "eidas2"), claims=claims, prompt="login")
    url = client_of(provider).authorization_url(clock(), attempt=attempt, back_to=BACK, question=question)
    sent = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert json.loads(sent.pop("claims")) == question.claims
    assert len(sent.pop("code_challenge")) == 43
    assert sent == {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": BACK,
        "scope": "openid email",
        "state": attempt.state,
        "nonce": attempt.nonce,
        "prompt": "login",
        "acr_values": "eidas1 eidas2",
        "code_challenge_method": "S256",
    }
    assert attempt.verifier not in url


def test_a_code_stolen_on_its_way_serves_nobody_without_the_secret_of_the_challenge(provider, clock):
    asked = Attempt.new()
    thief = Attempt(asked.state, asked.nonce, Attempt.new().verifier)
    assert fault_of(client_of(provider), clock(), attempt=asked, answering=thief) is OpenIdFault.CODE_REFUSED


@pytest.mark.parametrize(("methods", "given"), [(None, {}), (["plain"], {}), (["S256"], {"may_send_pkce": False})])
def test_no_challenge_is_sent_to_a_provider_that_would_refuse_it(provider, clock, methods, given):
    provider.habits.document = {"code_challenge_methods_supported": methods}
    client = client_of(provider, **given)
    url = client.authorization_url(clock(), attempt=Attempt.new(), back_to=BACK, question=ASKED)
    assert "code_challenge" not in url
    assert sign_in(client, clock()).subject == "sub-essai"
    assert "code_verifier" not in dict(provider.asked)["token"]


@pytest.mark.parametrize("methods", [None, ["client_secret_basic"]])
def test_the_secret_goes_in_the_header_when_the_provider_takes_it_there_alone(provider, clock, methods):
    provider.habits.document = {"token_endpoint_auth_methods_supported": methods}
    provider.client.auth_methods = ("client_secret_basic",)
    assert sign_in(client_of(provider), clock()).subject == "sub-essai"
    assert "client_secret" not in dict(provider.asked)["token"]


def test_a_code_serves_once(provider, clock):
    client, attempt = client_of(provider), Attempt.new()
    brought = consent(client.authorization_url(clock(), attempt=attempt, back_to=BACK, question=ASKED))
    given = {"attempt": attempt, "code": brought["code"], "back_to": BACK, "question": ASKED}
    client.proof(clock(), **given)
    with pytest.raises(OpenIdError) as refused:
        client.proof(clock(), **given)
    assert refused.value.fault is OpenIdFault.CODE_REFUSED


@pytest.mark.parametrize("given", [{"code": "invented"}, {"back": "https://porte.exemple.fr/autre"}])
def test_a_code_that_the_provider_does_not_know_or_for_another_address_is_refused(provider, clock, given):
    assert fault_of(client_of(provider), clock(), **given) is OpenIdFault.CODE_REFUSED


ELSEWHERE = "https://autre.exemple.fr"


@pytest.mark.parametrize(
    ("claims", "fault"),
    [
        ({"iss": ELSEWHERE}, OpenIdFault.ISSUER),
        ({"aud": "another"}, OpenIdFault.AUDIENCE),
        ({"aud": ["another"]}, OpenIdFault.AUDIENCE),
        ({"aud": [CLIENT_ID, "another"]}, OpenIdFault.PARTY),
        ({"aud": [CLIENT_ID, "another"], "azp": "another"}, OpenIdFault.PARTY),
        ({"azp": "another"}, OpenIdFault.PARTY),
        ({"nonce": "replayed"}, OpenIdFault.NONCE),
        ({"nonce": 12}, OpenIdFault.NONCE),
        ({"nonce": "\ud800"}, OpenIdFault.NONCE),
        ({"acr": "eidas0"}, OpenIdFault.LEVEL),
        ({"acr": None}, OpenIdFault.LEVEL),
        ({"acr": ["eidas1"]}, OpenIdFault.LEVEL),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, OpenIdFault.ACCESS_TOKEN),
        ({"sub": "é" * 256}, OpenIdFault.MALFORMED),
        ({"sub": 12}, OpenIdFault.MALFORMED),
        ({"sub": "a\x00b"}, OpenIdFault.MALFORMED),
        ({"exp": "tomorrow"}, OpenIdFault.MALFORMED),
        ({"exp": True}, OpenIdFault.MALFORMED),
        ({"exp": float("nan")}, OpenIdFault.MALFORMED),
        *(({name: None}, OpenIdFault.CLAIM_MISSING) for name in ("iss", "sub", "aud", "exp", "iat", "nonce")),
        ({"sub": ""}, OpenIdFault.CLAIM_MISSING),
        ({"aud": []}, OpenIdFault.CLAIM_MISSING),
    ],
    ids=str,
)
def test_a_signed_token_that_says_something_wrong_is_refused(provider, clock, claims, fault):
    provider.habits.id_claims = claims
    assert fault_of(client_of(provider), clock()) is fault


def test_a_token_for_several_services_is_taken_when_it_was_made_for_this_one(provider, clock):
    provider.habits.id_claims = {"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}
    assert sign_in(client_of(provider), clock()).subject == "sub-essai"


@pytest.mark.parametrize(
    ("name", "seconds", "fault"),
    [
        ("exp", -59, None),
        ("exp", -60, OpenIdFault.EXPIRED),
        ("iat", 60, None),
        ("iat", 61, OpenIdFault.TOO_EARLY),
        ("nbf", 60, None),
        ("nbf", 61, OpenIdFault.TOO_EARLY),
    ],
)
@pytest.mark.parametrize("where", ["id_claims", "detail_claims"])
def test_two_clocks_may_differ_by_a_minute(provider, clock, where, name, seconds, fault):
    setattr(provider.habits, where, {name: int(clock().timestamp()) + seconds})
    if fault is None:
        assert sign_in(client_of(provider), clock()).subject == "sub-essai"
    else:
        assert fault_of(client_of(provider), clock()) is fault


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_an_unsigned_token_or_one_signed_with_what_everybody_knows_is_refused(provider, clock, algorithm):
    provider.habits.algorithm = algorithm
    assert fault_of(client_of(provider), clock()) is OpenIdFault.ALGORITHM


def test_a_shared_secret_among_the_published_keys_opens_nothing(provider, clock):
    provider.habits.algorithm, provider.habits.secret = "HS256", b"known to everybody who reads the keys"
    secret = base64.urlsafe_b64encode(provider.habits.secret).rstrip(b"=").decode()
    provider.habits.keys = {"keys": [{"kty": "oct", "k": secret, "kid": provider.rsa.kid}]}
    assert fault_of(client_of(provider), clock()) is OpenIdFault.ALGORITHM


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
@pytest.mark.parametrize("where", ["forged", "forged_details"])
def test_a_token_signed_by_somebody_else_is_refused(provider, clock, algorithm, where):
    provider.habits.algorithm = algorithm
    setattr(provider.habits, where, True)
    assert fault_of(client_of(provider), clock()) is OpenIdFault.SIGNATURE


def test_an_access_token_changed_on_its_way_is_noticed(provider, clock):
    provider.habits.access_token = "another access token"
    assert fault_of(client_of(provider), clock()) is OpenIdFault.ACCESS_TOKEN


def test_a_token_without_the_print_of_the_access_token_is_taken(provider, clock):
    provider.habits.id_claims = {"at_hash": None}
    assert sign_in(client_of(provider), clock()).subject == "sub-essai"


def test_any_level_will_do_when_none_is_asked(provider, clock):
    provider.habits.level = "eidas0"
    assert sign_in(client_of(provider), clock(), asked=Question("openid")).claims["acr"] == "eidas0"


def test_a_stronger_proof_than_was_asked_is_taken(provider, clock):
    provider.habits.level = "eidas2"
    asked = Question("openid", ("eidas1",), stronger=("eidas2", "eidas3"))
    assert sign_in(client_of(provider), clock(), asked=asked).claims["acr"] == "eidas2"
    assert dict(provider.asked)["authorize"]["acr_values"] == "eidas1"


@pytest.mark.parametrize("kind", ["application/jwt", "application/json"])
@pytest.mark.parametrize(
    ("claims", "fault"),
    [({"sub": "somebody else"}, OpenIdFault.SUBJECT), ({"sub": None}, OpenIdFault.CLAIM_MISSING)],
    ids=str,
)
def test_details_of_somebody_else_are_refused(provider, clock, kind, claims, fault):
    provider.habits.detail_kind, provider.habits.detail_claims = kind, claims
    assert fault_of(client_of(provider), clock()) is fault


@pytest.mark.parametrize(
    ("claims", "fault"),
    [
        ({"iss": ELSEWHERE}, OpenIdFault.ISSUER),
        ({"iss": None}, OpenIdFault.CLAIM_MISSING),
        ({"aud": "another"}, OpenIdFault.AUDIENCE),
        ({"aud": None}, OpenIdFault.CLAIM_MISSING),
    ],
    ids=str,
)
def test_signed_details_must_be_of_this_provider_and_for_this_service(provider, clock, claims, fault):
    provider.habits.detail_claims = claims
    assert fault_of(client_of(provider), clock()) is fault


def test_keys_that_changed_are_looked_for_once(provider, clock):
    client = client_of(provider)
    sign_in(client, clock())
    provider.rotate("cle-2")
    assert sign_in(client, clock()).subject == "sub-essai"
    assert provider.count("jwks") == 2
    sign_in(client, clock())
    assert provider.count("jwks") == 2


def test_a_key_that_the_provider_does_not_publish_is_refused_after_one_more_look(provider, clock):
    provider.habits.keys = provider.published()
    provider.rotate("cle-2")
    assert fault_of(client_of(provider), clock()) is OpenIdFault.KEY_UNKNOWN
    assert provider.count("jwks") == 2


def test_a_key_that_cannot_be_read_does_not_hide_the_others(provider, clock):
    odd = [{"kty": "AKP", "kid": "a"}, {"kty": "RSA", "kid": "b"}, {"kid": "c"}, "d", {"kty": "EC", "crv": "P-256"}]
    provider.habits.keys = {"keys": [*odd, *provider.published()["keys"]]}
    assert sign_in(client_of(provider), clock()).subject == "sub-essai"


@pytest.mark.parametrize("keys", [{"keys": []}, {"keys": "none"}, {}, {"keys": [{"kty": "AKP"}]}], ids=str)
def test_a_provider_without_a_key_proves_nothing(provider, clock, keys):
    provider.habits.keys = keys
    assert fault_of(client_of(provider), clock()) is OpenIdFault.KEYS


def test_what_the_provider_publishes_is_read_once_an_hour(provider, clock):
    client = client_of(provider)
    sign_in(client, clock())
    clock.forward(KEPT - timedelta(seconds=1))
    sign_in(client, clock())
    assert (provider.count("discovery"), provider.count("jwks")) == (1, 1)
    clock.forward(timedelta(seconds=1))
    sign_in(client, clock())
    assert (provider.count("discovery"), provider.count("jwks")) == (2, 2)


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({"issuer": ELSEWHERE}, OpenIdFault.DISCOVERY),
        ({"issuer": None}, OpenIdFault.DISCOVERY),
        *(
            ({name: wrong}, fault)
            for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
            for wrong, fault in (
                (None, OpenIdFault.DISCOVERY),
                (12, OpenIdFault.DISCOVERY),
                ("http://exemple.fr/", OpenIdFault.INSECURE),
                ("http://[", OpenIdFault.INSECURE),
            )
        ),
    ],
    ids=str,
)
def test_a_provider_that_does_not_say_what_it_must_is_not_asked(provider, clock, document, fault):
    provider.habits.document = document
    assert fault_of(client_of(provider), clock()) is fault


def test_a_provider_elsewhere_is_asked_over_https_alone(clock):
    client = OpenIdClient("http://france.exemple.fr", CLIENT_ID, CLIENT_SECRET)
    assert fault_of(client, clock()) is OpenIdFault.INSECURE


@pytest.mark.parametrize("endpoint", ["discovery", "jwks", "token", "userinfo"])
@pytest.mark.parametrize("status", [500, 503, 302, 307])
def test_a_failure_or_a_redirection_of_the_provider_is_not_followed(provider, clock, endpoint, status):
    provider.habits.status = {endpoint: status}
    assert fault_of(client_of(provider), clock()) is OpenIdFault.UNREACHABLE
    assert provider.count("") == 0


@pytest.mark.parametrize("endpoint", ["discovery", "jwks", "token", "userinfo"])
def test_a_provider_too_slow_to_answer_is_given_up(provider, clock, endpoint):
    provider.habits.slow = {endpoint: 8}
    begun = monotonic()
    assert fault_of(client_of(provider, time_limit=0.5), clock()) is OpenIdFault.UNREACHABLE
    assert monotonic() - begun < 7


@pytest.mark.parametrize("endpoint", ["discovery", "token"])
def test_a_provider_whose_answer_drips_is_given_up(provider, clock, endpoint):
    provider.habits.dripping = {endpoint}
    assert fault_of(client_of(provider, time_limit=0.5), clock()) is OpenIdFault.UNREACHABLE


def test_a_provider_that_is_away_is_said_so(provider, clock):
    provider.stop()
    assert fault_of(client_of(provider), clock()) is OpenIdFault.UNREACHABLE


def test_an_answer_without_end_is_given_up(provider, clock):
    provider.habits.bodies = {"discovery": b" " * 600_000 + b"{}"}
    assert fault_of(client_of(provider), clock()) is OpenIdFault.UNREACHABLE


@pytest.mark.parametrize("endpoint", ["discovery", "jwks", "token", "userinfo"])
@pytest.mark.parametrize("body", [b"<html>", b"[1]", b"\xff"])
def test_an_answer_that_is_no_document_is_refused(provider, clock, endpoint, body):
    provider.habits.bodies = {endpoint: body}
    assert fault_of(client_of(provider), clock()) is OpenIdFault.MALFORMED


def test_a_discovery_document_under_an_error_is_refused(provider, clock):
    whole = requests.get(f"{provider.issuer}/.well-known/openid-configuration", timeout=5)
    provider.habits.status, provider.habits.bodies = {"discovery": 404}, {"discovery": whole.content}
    assert fault_of(client_of(provider), clock()) is OpenIdFault.DISCOVERY


@pytest.mark.parametrize("answer", [{"id_token": None}, {"access_token": None}, {"id_token": 12}], ids=str)
def test_an_exchange_without_its_two_tokens_is_refused(provider, clock, answer):
    provider.habits.token_answer = answer
    assert fault_of(client_of(provider), clock()) is OpenIdFault.MALFORMED


@pytest.mark.parametrize("token", ["not.a.token", "", "a.b", "é.é.é", "eyJhbGciOiJSUzI1NiJ9.W10.AA"])
def test_a_token_that_cannot_be_read_is_refused(provider, clock, token):
    provider.habits.token_answer = {"id_token": token}
    fault = fault_of(client_of(provider), clock())
    assert fault in {OpenIdFault.MALFORMED, OpenIdFault.KEY_UNKNOWN}


def test_details_that_the_provider_will_not_give_end_the_sign_in(provider, clock):
    provider.habits.status = {"userinfo": 401}
    assert fault_of(client_of(provider), clock()) is OpenIdFault.UNREACHABLE


def test_the_end_of_the_session_names_it_and_comes_back(provider, clock):
    client = client_of(provider)
    proof = sign_in(client, clock())
    url = client.end_session_url(clock(), id_token=proof.id_token, back_to=LOGGED_OUT)
    assert url is not None
    left = requests.get(url, allow_redirects=False, timeout=5)
    assert left.headers["Location"].startswith(f"{LOGGED_OUT}?state=")
    assert provider.ended == ["sub-essai"]


def test_a_provider_without_an_end_of_session_has_no_address_for_it(provider, clock):
    provider.habits.document = {"end_session_endpoint": None}
    assert client_of(provider).end_session_url(clock(), id_token="any", back_to=LOGGED_OUT) is None


def test_the_end_of_the_session_is_never_asked_in_the_clear(provider, clock):
    provider.habits.document = {"end_session_endpoint": "http://exemple.fr/fin"}
    with pytest.raises(OpenIdError) as refused:
        client_of(provider).end_session_url(clock(), id_token="any", back_to=LOGGED_OUT)
    assert refused.value.fault is OpenIdFault.INSECURE


def test_a_refusal_at_the_provider_comes_back_named(provider, clock):
    attempt = Attempt.new()
    url = client_of(provider).authorization_url(clock(), attempt=attempt, back_to=BACK, question=ASKED)
    assert consent(url, "no") == {"error": "access_denied", "state": attempt.state} | {
        "error_description": consent(url, "no")["error_description"]
    }
