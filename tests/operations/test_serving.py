"""What gunicorn answers by itself, before the portal has read a request."""

import gc
import socket
from threading import Event

import pytest

from portal import serving
from portal.serving import _upkeep_from_time_to_time
from portal.settings import Settings
from tests.operations.running import demo, open_folder


@pytest.fixture(scope="module")
def running():
    with open_folder() as var, demo(var) as started:
        yield started


def answer_to(running, request: bytes) -> tuple[str, str]:
    """The first line and the whole of what comes back."""
    with socket.create_connection(("127.0.0.1", running.port), timeout=20) as connection:
        connection.sendall(request)
        received = b""
        while part := connection.recv(65536):
            received += part
    return received.split(b"\r\n")[0].decode(), received.decode()


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (b"GET /lieux?commune=" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", "414 URI Too Long"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 9000 + b"\r\n\r\n", "431 Request Header Fields Too Large"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nCookie: porte=\x00\r\n\r\n", "400 Bad Request"),
        (b"POST /r/ HTTP/1.1\r\nHost: x\r\nContent-Length: -3\r\n\r\n", "400 Bad Request"),
        (b"nothing of the kind\r\n\r\n", "400 Bad Request"),
    ],
    ids=["address", "header", "nul", "length", "line"],
)
def test_a_request_that_cannot_be_read_gets_a_page_with_a_way_on(running, request_text, status) -> None:
    first, whole = answer_to(running, request_text)
    assert first == f"HTTP/1.1 {status}"
    assert '<html lang="fr">' in whole
    assert '<a href="/">' in whole


def test_a_body_in_broken_pieces_is_refused_and_is_no_fault_of_ours(running) -> None:
    head = b"POST /r/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    first, _whole = answer_to(running, head + b"ZZ\r\na=b\r\n0\r\n\r\n")
    assert first.startswith("HTTP/1.1 411")


def test_an_application_that_stands_is_not_searched_for_garbage_again(database, tmp_path) -> None:
    """A worker begins with a heap that requests do not pay for."""
    rarely = gc.get_threshold()
    settings = Settings.from_environment({"PORTAL_VAR": str(tmp_path), "PORTAL_DATABASE_URL": database.url}, demo=True)
    try:
        app = serving.Web(settings, database.url, bind="127.0.0.1:0", workers=1, threads=1).load()
        assert gc.get_threshold() == (serving.YOUNG, 20, 20)
        assert gc.get_freeze_count() > 100_000
        assert not any(one is app.url_map for one in gc.get_objects())
        app.extensions["portal"].database.close()
    finally:
        gc.unfreeze()
        gc.set_threshold(*rarely)


def test_a_fault_in_the_upkeep_is_noted_by_its_kind_and_does_not_end_it(database, caplog):
    stop = Event()

    def clock():
        stop.set()
        raise LookupError("Confidence")

    _upkeep_from_time_to_time(database, clock, "https://porte.exemple.fr", stop)
    assert "upkeep failed: LookupError" in caplog.text
    assert "Confidence" not in caplog.text
