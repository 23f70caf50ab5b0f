"""What a first visit downloads: the page and all that it asks for, as nginx sends it (gzip; fonts as they are)."""

import gzip
import re
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

from flask.testing import FlaskClient
from front import browser, page
from measure import Measure
from world import ARRAS, NOW, build, plain, server

from portal.clock import paris_day

TOTAL_GOAL, HTML_GOAL, REQUESTS_GOAL = 100, 14, 6  # KB of 1024 bytes, KB, requests
_KB = 1024
_PACKED = (".woff2", ".woff", ".png", ".jpg", ".jpeg", ".webp")  # compressed already


def measures() -> list[Measure]:
    """The home page, the list of places and a week of one place where every hour is free."""
    with server() as database:
        town = build(database)
        with plain(database) as connection:
            connection.execute("TRUNCATE appointment CASCADE")  # a page is heaviest when everything is free
        motif = f"/rendez-vous/{town.motif_key}"
        week = paris_day(NOW) + timedelta(days=14)
        with browser(database, NOW) as client:
            return [
                *_weighed(client, "home page", "/"),
                *_weighed(client, "places page, all 64", f"{motif}?insee={ARRAS}&tous=1"),
                *_weighed(client, "slots page", f"{motif}/{town.place_key}?insee={ARRAS}&semaine={week}"),
            ]


def _weighed(client: FlaskClient, what: str, url: str) -> list[Measure]:
    html = page(client, url)
    if hours := html.count(b'type="radio"'):
        what += f", {hours} hours"
    parts = {url: len(gzip.compress(html, 6)), **_asked_for(client, url, html)}
    total, first = sum(parts.values()) / _KB, parts[url] / _KB
    whole = len(html) / _KB
    return [
        Measure(f"{what}: first visit", total, "KB", None, None, f"≤ {TOTAL_GOAL} KB", total <= TOTAL_GOAL),
        Measure(
            "  HTML, beside uncompressed", first, "KB", whole, first / whole, f"≤ {HTML_GOAL} KB", first <= HTML_GOAL
        ),
        Measure("  requests", len(parts), "", None, None, f"≤ {REQUESTS_GOAL}", len(parts) <= REQUESTS_GOAL),
    ]


def _asked_for(client: FlaskClient, url: str, html: bytes) -> dict[str, int]:
    """The bytes of each file that the page needs, and of those that its style sheets need."""
    reader = _Reader()
    reader.feed(html.decode())
    waiting = [urldefrag(urljoin(url, address))[0] for address in reader.addresses]
    sizes: dict[str, int] = {}
    while waiting:
        address = waiting.pop()
        if address in sizes or address.startswith("data:") or address == url:
            continue
        body = page(client, address)
        path = address.partition("?")[0]
        sizes[address] = len(body) if path.endswith(_PACKED) else len(gzip.compress(body, 6))
        if path.endswith(".css"):
            waiting += [urljoin(address, name) for name in re.findall(r"""url\(\s*["']?([^"')]+)""", body.decode())]
    return sizes


class _Reader(HTMLParser):
    """Collects the addresses that a browser fetches by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        fetched = {"link": given.get("href") if _loads(given.get("rel")) else None, "use": given.get("href")}
        address = fetched.get(tag, given.get("src"))
        if address and not address.startswith("#"):
            self.addresses.append(address)


def _loads(rel: str | None) -> bool:
    return bool(set((rel or "").split()) & {"stylesheet", "icon", "preload", "modulepreload", "manifest"})
