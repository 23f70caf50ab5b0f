"""Journeys in a real browser against a real server: Chromium, the application, and the worker's one step at a time."""

import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright
from werkzeug.serving import make_server

from portal.notifications.dispatch import send_due
from tests.browser.axe import Axe, as_it_stands, home
from tests.browser.shape import shape_of

# The headless shell is the same engine without the windows around it: a page costs it a third less.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, PROGRAMS)), None)
# A test machine is often a container without user namespaces; and nothing but the tested server is to be called.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--in-process-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}
TIMEOUT = 10_000  # milliseconds: a page of this server takes a tenth of a second
SPACES = str.maketrans("\u00a0\u202f", "  ")
ENGLISH = Path(__file__).parents[2] / "translations" / "en" / "LC_MESSAGES" / "messages.po"

expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    assert CHROMIUM, "no Chromium: install Debian's package chromium-headless-shell"
    browser = playwright_driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The application behind a real socket; its address."""
    app.config["SESSION_COOKIE_SECURE"] = False
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def axe(browser: Browser) -> Iterator[Axe]:
    """What looks at each page, in a place of its own."""
    server = make_server("127.0.0.1", 0, home, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield Axe(browser, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()


@pytest.fixture
def worker(database, gateways, clock) -> Callable[[], int]:
    """What `portal worker --once` does: all that is due now."""
    return lambda: send_due(database, gateways, clock)


@pytest.fixture(scope="session")
def seen_by_axe() -> Path:
    """The pages that axe has found without fault, for all test processes: one file each, named by how it is made.

    Looking twice at the same page in the same state would say nothing more.
    """
    folder = Path(os.environ["PORTAL_TEST_VAR"]) / "seen-by-axe"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def english() -> dict[str, str]:
    """The English of each French text of the interface."""
    with ENGLISH.open("rb") as file:
        return {str(entry.id).translate(SPACES): str(entry.string) for entry in read_po(file) if entry.id}


class Visitor:
    """Someone in front of a browser. Each page they reach is checked by axe and for sideways scroll.

    Labels and words are given in French; who reads in English (`reading`) finds them as the catalogue translates them.
    """

    def __init__(
        self, context: BrowserContext, site: str, *, scripts: bool, axe: Axe, seen: Path, english: dict[str, str]
    ) -> None:
        self.context = context
        self.site = site
        self.scripts = scripts
        self.reading = "fr"
        self._axe = axe
        self._seen = seen
        self._english = english
        self.page: Page = context.new_page()
        self.refused: list[str] = []
        self.page.on("console", self._note)

    def _note(self, message) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.refused.append(message.text)

    def say(self, words: str) -> str:
        """These words in the language of the visitor; a name, which is no text of the interface, stays itself."""
        return self._english.get(words, words) if self.reading == "en" else words

    def go(self, path: str) -> None:
        """Types an address."""
        self.page.goto(self.site + path)
        self.check()

    def press(self, name: str) -> None:
        """Presses the button of this name."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=self.say(name)).first.click()
        self.check()

    def follow(self, name: str) -> None:
        """Follows the link of this name."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=self.say(name)).first.click()
        self.check()

    def back(self) -> None:
        """Presses the browser's Back."""
        self.page.go_back()
        self.check()

    def fill(self, label: str, text: str) -> None:
        """Types into the field of this label."""
        self.page.get_by_label(self.say(label)).first.fill(text)

    def tick(self, label: str) -> None:
        """Ticks the box or the radio of this label."""
        self.page.get_by_label(self.say(label)).first.check()

    def reads(self, words: str) -> None:
        """Sees these words on the page (plain spaces stand for non-breaking ones)."""
        wanted = " ".join(self.say(words).translate(SPACES).split())
        body = self.page.inner_text("body").translate(SPACES)
        assert wanted in " ".join(body.split()), f"{wanted!r} not on {self.page.url}:\n{body}"

    def check(self) -> None:
        """The page fits its width, breaks no policy, is in the visitor's language, and passes axe."""
        assert self.refused == []
        too_wide, language = self.page.evaluate(
            "(root => [root.scrollWidth - root.clientWidth, root.lang])(document.documentElement)"
        )
        assert too_wide <= 0, f"{self.page.url} scrolls sideways by {too_wide} px"
        assert language == self.reading, f"{self.page.url} is in {language!r}"
        if self.scripts:  # axe needs them; the same pages are checked by the journeys that have them
            self._check_with_axe()

    def _check_with_axe(self) -> None:
        html, size = as_it_stands(self.page), self.page.viewport_size
        text = f"{size} {shape_of(html)}"
        page = self._seen / hashlib.sha256(text.encode()).hexdigest()
        if page.exists():
            return
        found = self._axe.faults(html, size)
        assert found == [], f"axe on {self.page.url}: {found}"
        page.touch()


@pytest.fixture
def visit(
    browser: Browser, site: str, axe: Axe, seen_by_axe: Path, english: dict[str, str]
) -> Iterator[Callable[..., Visitor]]:
    """Opens a browser for someone: `visit(phone=True, scripts=False)`."""
    opened: list[BrowserContext] = []

    def open_browser(*, phone: bool = False, scripts: bool = True) -> Visitor:
        context = browser.new_context(viewport=PHONE if phone else DESK, java_script_enabled=scripts, locale="fr-FR")
        context.set_default_timeout(TIMEOUT)
        opened.append(context)
        return Visitor(context, site, scripts=scripts, axe=axe, seen=seen_by_axe, english=english)

    yield open_browser
    for context in opened:
        context.close()
