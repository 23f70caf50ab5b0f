"""The demonstration as a real process, for tests: started, asked, stopped."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal import embedded


@dataclass
class Demo:
    """A demonstration that runs."""

    process: subprocess.Popen[bytes]
    port: int
    var: Path

    def get(self, path: str, *, timeout: float = 30) -> tuple[int, str]:
        """Status and text of a page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def stop(self, number: int = signal.SIGINT) -> int:
        """Ends it by a signal; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=60)


@contextmanager
def open_folder() -> Iterator[Path]:
    """A `var` that any account may enter, with its server stopped and all of it removed at the end."""
    folder = Path(tempfile.mkdtemp()).resolve()
    folder.chmod(0o755)
    var = folder / "var"
    try:
        yield var
    finally:
        home = embedded.home(var)
        embedded.stop(var)
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def environ(var: Path, **settings: str) -> dict[str, str]:
    """This process's environment, with these settings and no other."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return kept | {"PORTAL_VAR": str(var)} | settings


def portal(*words: str, var: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Runs `portal …` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "portal.cli", *words],
        env=environ(var, **settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextmanager
def demo(var: Path, **settings: str) -> Iterator[Demo]:
    """`portal demo`, once its home page answers; killed at the end if it still runs."""
    port = free_port()
    command = [sys.executable, "-m", "portal.cli", "demo", f"--port={port}"]
    said = tempfile.TemporaryFile()  # noqa: SIM115 - a pipe that nobody reads would stop the server once it is full
    process = subprocess.Popen(command, env=environ(var, **settings), stdout=said, stderr=subprocess.STDOUT)
    running = Demo(process, port, var)
    try:
        deadline = time.monotonic() + 120
        while not _answers(running):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield running
    finally:
        if process.poll() is None:
            running.stop()
        said.close()


def _answers(running: Demo) -> bool:
    try:
        return running.get("/healthz")[0] == 200
    except OSError:
        return False
