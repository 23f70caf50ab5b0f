"""The application in front of a bench database, and a browser on it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from flask.testing import FlaskClient

from portal.app import create_app
from portal.database import Database
from portal.letters.desk import PrintRoom
from portal.notifications.gateways import Gateways
from portal.notifications.gateways.memory import MemoryMail, MemorySms
from portal.sealing import Sealer
from portal.serving import settle
from portal.settings import Settings

BASE_URL = "https://porte.exemple.fr"


@contextmanager
def browser(database: Database, now: datetime) -> Iterator[FlaskClient]:
    """A browser on the application, as production assembles it; nothing leaves."""
    with tempfile.TemporaryDirectory() as var:
        settings = Settings.from_environment(
            {
                "PORTAL_VAR": str(Path(var)),
                "PORTAL_DATABASE_URL": database.url,
                "PORTAL_SECRET_KEY": "a key of the bench, long enough to be taken",
                "PORTAL_BASE_URL": BASE_URL,
            }
        )
        sealer = Sealer(settings.secret_key)
        paper = PrintRoom(BASE_URL, sealer)
        gateways = Gateways(sms=MemorySms(), mail=MemoryMail(), paper=paper, sealer=sealer)
        client = create_app(settings, clock=lambda: now, database=database, gateways=gateways).test_client()
        client.environ_base["wsgi.url_scheme"] = "https"
        settle()  # as a worker does once its application stands
        yield client


def page(client: FlaskClient, url: str) -> bytes:
    """The page of an address, which must be there."""
    answer = client.get(url)
    if answer.status_code != 200:
        raise RuntimeError(f"{url} answered {answer.status_code}")
    return answer.get_data()
