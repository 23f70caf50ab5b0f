"""A database server of its own: for tests that make databases and take roles away, which belong to a whole server."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal import embedded


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield embedded.start(Path(folder), durable=False)
        embedded.stop(Path(folder))
