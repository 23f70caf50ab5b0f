"""axe, which looks at pages where it is at home: beside the visitor, on a page of its own.

There it is read and compiled once for all the pages of a test process. On each page of a visitor it would be read
again, and run cold: that took half of the processor time of the tests of this folder.
"""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.wrappers import Response

from portal.paths import STATIC

TIMEOUT = 60_000  # milliseconds: a page takes it a tenth of a second, the first of a process and a size two

# What the page is now, boxes ticked since it came included.
_AS_IT_STANDS = """() => {
    const copy = document.documentElement.cloneNode(true);
    const copied = copy.querySelectorAll("input");
    document.querySelectorAll("input").forEach((field, at) => copied[at].toggleAttribute("checked", field.checked));
    return "<!doctype html>" + copy.outerHTML;
}"""
# The policy of the site lets no sound nor film in, and those are all that axe would load beforehand. With scripts, what
# stands for those who have none is not read; here it would be.
_LOOK = """async (html) => {
    const read = new DOMParser().parseFromString(html, "text/html");
    read.querySelectorAll("script, noscript").forEach((element) => element.remove());
    document.replaceChild(document.adoptNode(read.documentElement), document.documentElement);
    const sheets = [...document.querySelectorAll("link[rel=stylesheet]")].filter((link) => !link.sheet);
    await Promise.all(sheets.map((link) => new Promise((done, failed) => {
        link.onload = done;
        link.onerror = () => failed(new Error(`${link.href} is not to be had`));
    })));
    const found = await axe.run({resultTypes: ["violations"], preload: false});
    return found.violations.map((fault) => [fault.id, fault.nodes[0].html]);
}"""

# The page where axe is at home, which holds nothing and which no policy closes; and what pages are dressed in.
home = SharedDataMiddleware(Response("<!doctype html>", content_type="text/html"), {"/static": str(STATIC)})


def as_it_stands(page: Page) -> str:
    """The page of a visitor, scripts done."""
    return str(page.evaluate(_AS_IT_STANDS))


class Axe:
    """The eyes of axe, one page for each size of screen. `address`: where `home` is served."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address
        self._homes: dict[str, Page] = {}

    def faults(self, html: str, size: Any) -> list[Any]:
        """What axe finds on a page as it stands, on a screen of this size: the rule, and the first element that breaks
        it. Fails, and never waits for ever, when it does not come to its end."""
        place = self._homes.get(str(size))
        if place is None:
            place = self._homes[str(size)] = self._browser.new_page(viewport=size, locale="fr-FR")
            place.goto(self._address)
            place.evaluate(AXE_SCRIPT)
        return list(place.wait_for_function(_LOOK, arg=html, polling=100, timeout=TIMEOUT).json_value())
