import pytest

from portal.directory.queries import departement
from portal.sealing import Sealer
from portal.staff.services_accounts import Sender
from tests.entering import enter
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


@pytest.fixture
def admin(client, world, sealer):
    """An admin at the screen, who has just proved who they are."""
    world.departement()
    found = signer(world, sealer, "admin", email="ada.essai@exemple.fr", given_name="Ada").agent
    enter(client, found)
    return found


@pytest.fixture
def sender(database, sealer, world):
    world.departement()
    with database.transaction() as session:
        return Sender(sealer, departement(session), "https://porte.exemple.fr")
