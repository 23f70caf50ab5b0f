"""From a page of the site to the words of an e-mail that says the same: as a page of its own, and as plain text. Pure.

What serves a screen alone stays there, as in a letter (`letters.from_page`); links keep their whole address.
"""

import re
from collections.abc import Sequence
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from portal.letters.content import Block, Content, Role
from portal.letters.from_page import content_from_page, is_left_out

_KEPT = frozenset({"h2", "h3", "h4", "p", "ul", "ol", "li", "dl", "dt", "dd", "strong", "em", "br", "a"})
_BREAKS = frozenset({"p", "ul", "ol", "dl", "h2", "h3", "h4"})  # a line of their own, for whoever reads the source
_BLANKS = re.compile(r"[ \t\r\n]+")  # those of the source: a non-breaking one stays
_SEVERAL = re.compile(r"<dd[^>]*>((?:(?!</dd>).)*<br>(?:(?!</dd>).)*)</dd>", re.DOTALL)  # things to bring
_NO_END = frozenset({"br", "img", "input", "hr", "wbr"})


def mail_words(html: str, *, language: str, site: str) -> dict[str, str]:
    """What <main> of a page says under its title: "html", elements for a page, every word escaped; and "text".

    `site`: the portal's own address, from which links lead.
    """
    reader = _Reader(site)
    reader.feed(html)
    reader.close()
    said = _SEVERAL.sub(lambda found: f"<li>{found[1].replace('<br>', '</li><li>')}</li>", html)
    content = content_from_page(said, language=language, site=site, shown=lambda href, _host: _whole(href, site))
    return {"html": "".join(reader.parts).strip(), "text": _text(content)}


class _Reader(HTMLParser):
    """Writes again what stands in <main>, with a few elements and no attribute but where links lead and languages."""

    def __init__(self, site: str) -> None:
        super().__init__(convert_charrefs=True)
        self._site = site
        self._open: list[tuple[str, bool, str]] = []  # each with whether it is left out, and its end as written
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Writes the beginning of an element that an e-mail keeps."""
        given = dict(attrs)
        begins = self._begins(tag, given)
        if tag in _NO_END:
            self._write(begins)
            return
        is_out = is_left_out(tag, given) or tag == "h1" or "away" in (given.get("class") or "").split()
        self._open.append((tag, is_out, f"</{tag}>" if begins else ""))
        self._write(("\n" if tag in _BREAKS else "") + begins)

    def handle_endtag(self, tag: str) -> None:
        """Ends it, and what was left open inside."""
        while any(element[0] == tag for element in self._open):
            last = self._open[-1]
            self._write(last[2])
            self._open.pop()
            if last[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        """The words, their blanks made one."""
        self._write(escape(_BLANKS.sub(" ", data)))

    def _begins(self, tag: str, given: dict[str, str | None]) -> str:
        spoken = given.get("lang") or ""
        language = f' lang="{escape(spoken)}"' if spoken else ""
        leads = f' href="{escape(_target(given.get("href") or "", self._site))}"' if tag == "a" else ""
        is_kept = tag in _KEPT or (tag == "span" and spoken)
        return f"<{tag}{language}{leads}>" if is_kept else ""

    def _write(self, words: str) -> None:
        is_in_page = any(element[0] == "main" for element in self._open)
        if is_in_page and not any(element[1] for element in self._open):
            self.parts.append(words)


def _target(href: str, site: str) -> str:
    return href if urlsplit(href).scheme else urljoin(f"{site}/", href)


def _whole(href: str, site: str) -> str:
    """The address of a page; nothing for what is no link, and for a phone number, whose words say it."""
    is_page = href and not href.startswith("#") and urlsplit(href).scheme not in {"tel", "sms", "mailto"}
    return _target(href, site) if is_page else ""


def _text(content: Content) -> str:
    lines: list[str] = []
    for section in content.sections:
        lines += ["", section.heading, ""] if section.heading else []
        for block in section.blocks:
            lines += [*([""] if block.gap else []), _line(block)]
    return "\n".join(lines).strip()


def _line(block: Block) -> str:
    return f"- {block.text}" if block.role is Role.ITEM else block.text
