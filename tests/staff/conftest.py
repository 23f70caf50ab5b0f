import pytest

from portal.sealing import Sealer
from tests.staff.agents import signer


@pytest.fixture
def sealer(settings) -> Sealer:
    """What the secret key of the tests makes."""
    return Sealer(settings.secret_key)


@pytest.fixture
def nour(world, sealer):
    """An accueil agent with a password, a telephone and recovery codes."""
    world.departement()
    return signer(world, sealer)
