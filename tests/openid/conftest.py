"""A provider that answers, and a client of it."""

import pytest

from tests.openid.provider import CLIENT_ID, running

BACK = "https://porte.exemple.fr/retour"
LOGGED_OUT = "https://porte.exemple.fr/parti"


@pytest.fixture
def provider(clock):
    with running(clock) as provider:
        provider.client.redirect_uris = {BACK}
        provider.client.client_metadata = {"post_logout_redirect_uris": [LOGGED_OUT]}
        provider.person = {"sub": "sub-essai", "given_name": "Camille"}
        assert provider.client.client_id == CLIENT_ID
        yield provider
