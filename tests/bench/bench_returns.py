"""A batch of 100 returns, entered with the keyboard alone in Chromium: a scanner types each key, then Enter.

Ours is the whole way: the key typed at a scanner's pace, the page sent, the letter noted and what follows from it
written, the answer shown and read; one figure changes the reason, every 25 letters. The reference is the scanner alone:
the same keys, at the same pace, in a page that sends nothing. The hand that takes the next letter is not counted.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Flask
from front import browser
from letters_waiting import letters, messages, people
from measure import Measure, median, p95
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import func, select, update
from werkzeug.serving import WSGIRequestHandler, make_server
from world import NOW, plain, server

from portal.database import Database
from portal.letters.models import Letter, PrintRun, RunState
from portal.letters.rules import reference_of
from portal.letters.services_runs import make_run
from portal.notifications.models import Message, Status
from portal.notifications.queries_post import calendar_of

RETURNS, SAME_REASON, GOAL = 100, 25, 300  # letters, letters under one reason, seconds
PACE = 10  # milliseconds between two signs of a scanner that types
_LATER = NOW + timedelta(days=7)
_DRAWN = [(1, b"%PDF-1.4 of the bench %%EOF")]
_AGENT = """
    INSERT INTO agent (id, key, given_name, family_name, job) VALUES (1, 'courrier', 'Camille', 'Essai', 'courrier');
    INSERT INTO assignment (agent_id, role, valid, families, is_from_files)
        VALUES (1, 'courrier', daterange('2020-01-01', NULL), '{}', false)
"""
_BARE = "<input id=\"key\" autofocus onkeydown=\"if (event.key === 'Enter') { event.preventDefault(); value = '' }\">"
_FLAGS = ["--no-sandbox", "--disable-gpu"]


def measures() -> list[Measure]:
    """The seconds of the batch, and the milliseconds of each letter from its first sign to the answer."""
    keys = [f"{reference_of(number)}-1-2" for number in range(1, RETURNS + 1)]
    with server() as database, sync_playwright() as driver:
        _posted(database)
        chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        window = driver.chromium.launch(executable_path=chromium, args=_FLAGS)
        with browser(database, _LATER) as client, _behind_a_socket(client.application) as site:
            page = window.new_page(locale="fr-FR")
            page.context.add_cookies([{"name": "porte", "value": _signed_in(client.application), "url": site}])
            bare = window.new_page()
            bare.set_content(_BARE)
            alone = _timed(keys, lambda _number, key: _type(bare, key))
            page.goto(f"{site}/agents/courriers/retours")
            whole = _timed(keys, lambda number, key: _enter(page, number, key))
        window.close()
        _check(database)
    seconds, reference = sum(whole), sum(alone)
    each, typed = median(whole) * 1000, median(alone) * 1000
    return [
        Measure(
            f"{RETURNS} returns by a scanner, beside the scanner alone",
            seconds,
            "s",
            reference,
            seconds / reference,
            f"≤ {GOAL} s",
            seconds <= GOAL,
        ),
        Measure("  one return, from its first sign to the answer read", each, "ms", typed, each / typed, "", ok=True),
        Measure("  the same, p95", p95(whole) * 1000, "ms", None, None, "", ok=True),
    ]


def _posted(database: Database) -> None:
    """A run that the post took, each letter to somebody else; and an agent of the print room."""
    people(database, RETURNS)
    messages(database, RETURNS, status=Status.QUEUED.value)
    letters(database, RETURNS, _DRAWN)
    with database.transaction() as session:
        run = make_run(session, NOW, post=calendar_of(session), by=None)
        if run is None:
            raise RuntimeError("there are no letters to take")
        taken = {"state": RunState.POSTED, "posted_at": NOW, "posted_on": run.posting_day}
        session.execute(update(PrintRun).values(**taken))
        session.execute(update(Message).values(status=Status.POSTED, sent_at=NOW, arrives_on=run.posting_day))
    with plain(database) as connection:
        connection.execute(_AGENT)


class _Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_request(self, *_said: object) -> None:
        """Nothing."""


@contextmanager
def _behind_a_socket(app: Flask) -> Iterator[str]:
    app.config["SESSION_COOKIE_SECURE"] = False
    listening = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()


def _signed_in(app: Flask) -> str:
    client = app.test_client()
    with client.session_transaction(base_url="https://localhost") as session:
        session.update(agent_id=1, idle_minutes=20, confirmed_at=_LATER.isoformat())
    cookie = client.get_cookie("porte", domain="localhost")
    if cookie is None:
        raise RuntimeError("no session")
    return cookie.value


def _timed(keys: list[str], act: Callable[[int, str], object]) -> list[float]:
    times = []
    for number, key in enumerate(keys):
        begun = time.perf_counter()
        act(number, key)
        times.append(time.perf_counter() - begun)
    return times


def _type(page: Page, key: str) -> None:
    page.keyboard.type(key, delay=PACE)
    page.keyboard.press("Enter")


def _enter(page: Page, number: int, key: str) -> None:
    """One letter: its answer must name it, or the bench stops."""
    if number % SAME_REASON == 0:
        page.keyboard.press(str(number // SAME_REASON + 1))
    with page.expect_navigation():
        _type(page, key)
    said = page.inner_text("main")
    if f"{key.partition('-')[0]} est notée" not in said:
        raise RuntimeError(f"letter {number + 1} was not noted")


def _check(database: Database) -> None:
    with database.transaction() as session:
        counted = select(func.count(Letter.id)).where(Letter.returned_at.is_not(None))
        if session.scalar(counted) != RETURNS:
            raise RuntimeError("letters are missing")
