"""What each of these tests may ask for."""

import pytest

from portal.notifications.dispatch import send_due


@pytest.fixture
def worker_of(database, gateways, clock):
    """The worker's one step: all that is due now leaves."""
    return lambda: send_due(database, gateways, clock)
