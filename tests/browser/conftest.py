"""Journeys in a real browser against a real server: Chromium, the application, and the worker's one step at a time."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright
from werkzeug.serving import make_server

from portal.notifications.dispatch import send_due

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# A test machine is often a container without user namespaces; and nothing but the tested server is to be called.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}

expect.set_options(timeout=10_000)


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    assert CHROMIUM, "no Chromium: install Debian's package chromium"
    browser = playwright_driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The application behind a real socket; its address."""
    app.config["SESSION_COOKIE_SECURE"] = False
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def worker(database, gateways, clock) -> Callable[[], int]:
    """What `portal worker --once` does: all that is due now."""
    return lambda: send_due(database, gateways, clock)


class Visitor:
    """Someone in front of a browser. Each page they reach is checked by axe and for sideways scroll."""

    def __init__(self, context: BrowserContext, site: str, *, scripts: bool) -> None:
        self.context = context
        self.site = site
        self.scripts = scripts
        self.page: Page = context.new_page()
        self.refused: list[str] = []
        self.page.on("console", self._note)

    def _note(self, message) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.refused.append(message.text)

    def go(self, path: str) -> None:
        self.page.goto(self.site + path)
        self.check()

    def press(self, name: str) -> None:
        """Presses the button of this name."""
        self.page.get_by_role("button", name=name).first.click()
        self.page.wait_for_load_state()
        self.check()

    def follow(self, name: str) -> None:
        """Follows the link of this name."""
        self.page.get_by_role("link", name=name).first.click()
        self.page.wait_for_load_state()
        self.check()

    def fill(self, label: str, text: str) -> None:
        """Types into the field of this label."""
        self.page.get_by_label(label).first.fill(text)

    def tick(self, label: str) -> None:
        """Ticks the box or the radio of this label."""
        self.page.get_by_label(label).first.check()

    def reads(self, words: str) -> None:
        """Sees these words on the page (plain spaces stand for non-breaking ones)."""
        body = self.page.inner_text("body").replace("\u00a0", " ").replace("\u202f", " ")
        assert " ".join(words.split()) in " ".join(body.split()), f"{words!r} not on {self.page.url}:\n{body}"

    def check(self) -> None:
        """The page fits its width, breaks no policy, and passes axe."""
        assert self.refused == []
        too_wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, f"{self.page.url} scrolls sideways by {too_wide} px"
        if not self.scripts:
            return  # axe needs scripts; the same pages are checked by the journeys that have them
        found = Axe().run(self.page).response["violations"]
        assert found == [], [(fault["id"], fault["nodes"][0]["html"]) for fault in found]

    def picture(self, path: Path) -> None:
        """Keeps a picture of the whole page."""
        self.page.screenshot(path=path, full_page=True)


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Callable[..., Visitor]]:
    """Opens a browser for someone: `visit(phone=True, scripts=False)`."""
    opened: list[BrowserContext] = []

    def open_browser(*, phone: bool = False, scripts: bool = True) -> Visitor:
        context = browser.new_context(viewport=PHONE if phone else DESK, java_script_enabled=scripts, locale="fr-FR")
        opened.append(context)
        return Visitor(context, site, scripts=scripts)

    yield open_browser
    for context in opened:
        context.close()
