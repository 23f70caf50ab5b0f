"""From a page of the site to the words of a letter that says the same: headings, sentences, points, numbers. Pure.

What leads elsewhere on a screen alone stays there: menus, steps, buttons, pictograms, and all that a page marks with
the class "no-paper".
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from portal.letters.content import Block, Content, Role, Run, Section
from portal.letters.typography import well_set

LONGEST_LINK = 48  # characters of an address that somebody may have to type

_LEFT_OUT = frozenset({"script", "style", "svg", "nav", "form", "button", "dialog", "template", "summary"})
_LEFT_OUT_CLASSES = frozenset({"no-paper", "back", "steps", "twin", "actions", "quick-exit", "button"})
_LINES = frozenset({"p", "li", "dt", "dd", "h1", "h2", "h3", "h4", "tr", "caption", "figcaption", "legend"})
_PARTS = frozenset({"choice-line", "choice-extra"})  # of a large row: each a sentence of its own
_STRONG = frozenset({"strong", "b", "dt", "th"})
_NO_END = frozenset({"br", "img", "input", "hr", "meta", "link", "wbr", "source"})
_BLANKS = re.compile(r"[ \t\r\n]+")
_JOINT = "\n"
_TO_WRITE = "....."


@dataclass
class _Line:
    """A line of the page as it is read: pieces of text, strong or not."""

    tag: str
    runs: list[Run] = field(default_factory=list)


@dataclass(frozen=True)
class _Element:
    """An element that is open."""

    tag: str
    is_left_out: bool
    is_strong: bool
    href: str


class _Reader(HTMLParser):
    """Reads what stands in <main>, line by line."""

    def __init__(self, site: str, shown: Callable[[str, str], str]) -> None:
        super().__init__(convert_charrefs=True)
        self._host, self._shown = urlsplit(site).netloc, shown
        self._open: list[_Element] = []
        self._line: _Line | None = None
        self.lines: list[_Line] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Begins a line, a link, a strong word; a <br> parts two halves of a line."""
        given = dict(attrs)
        classes = set((given.get("class") or "").split())
        if tag == "br":
            self._write(_JOINT)
        if tag in _NO_END:
            return
        is_out = is_left_out(tag, given)
        is_out = is_out or ("away" in classes and not self._link())  # a link's own words are said whole
        is_strong = tag in _STRONG or "choice-title" in classes
        in_item = self._is_in_item()
        self._open.append(_Element(tag, is_out, is_strong, (given.get("href") or "") if tag == "a" else ""))
        if tag in _LINES and not in_item:
            self._line = _Line("h3" if "notice-title" in classes else tag)
            self.lines.append(self._line)
        elif tag in _LINES or classes & _PARTS:
            self._write(_JOINT)

    def handle_endtag(self, tag: str) -> None:
        """Ends it, and what was left open inside; a link says its address after its words."""
        while any(element.tag == tag for element in self._open):
            last = self._open[-1]
            shown = self._shown(last.href, self._host)
            if shown:
                self._write(f" ({shown})")
            self._open.pop()
            if last.tag in _LINES and not self._is_in_item():
                self._line = None
            if last.tag == tag:
                return

    def handle_data(self, data: str) -> None:
        """The words, their blanks made one."""
        self._write(_BLANKS.sub(" ", data))

    def _is_in_item(self) -> bool:
        return any(element.tag == "li" for element in self._open)

    def _link(self) -> str:
        return next((element.href for element in reversed(self._open) if element.tag == "a"), "")

    def _write(self, text: str) -> None:
        is_in_page = any(element.tag == "main" for element in self._open)
        if not is_in_page or any(element.is_left_out for element in self._open):
            return
        if self._line is None:
            if not text.strip():
                return
            self._line = _Line("p")
            self.lines.append(self._line)
        is_strong = any(element.is_strong for element in self._open) or self._link().startswith(("tel:", "sms:"))
        self._line.runs.append(Run(text, strong=is_strong))


def content_from_page(
    html: str, *, language: str, site: str, shown: Callable[[str, str], str] | None = None
) -> Content:
    """What <main> of a page says, as the title and the sections of a letter, in order, nothing else left out.

    The heading of level 1 is the title, those of level 2 begin sections, lower ones are strong lines. A link is
    followed by its address where somebody could type it; a phone number is strong. `site`: the portal's own address.
    `shown`: another way to say the address of a link, from what the page writes and the portal's host.
    """
    reader = _Reader(site, shown or short_address)
    reader.feed(html)
    reader.close()
    title, heading = "", ""
    sections: list[tuple[str, list[Block]]] = [("", [])]
    for line in reader.lines:
        runs = _set(line.runs, language)
        if not runs:
            continue
        if line.tag == "h1":
            title = "".join(run.text for run in runs)
        elif line.tag == "h2":
            heading = "".join(run.text for run in runs)
            sections.append((heading, []))
        else:
            sections[-1][1].append(_block(line.tag, runs))
    kept = [(heading, _airy(blocks)) for heading, blocks in sections if blocks]
    return Content(
        title=title,
        language=language,
        sections=tuple(Section("page" if heading else "opening", heading, blocks) for heading, blocks in kept),
    )


def is_left_out(tag: str, given: Mapping[str, str | None]) -> bool:
    """Whether an element, by its attributes, serves a screen alone: nothing else repeats it, nor what it holds."""
    classes = (given.get("class") or "").split()
    return tag in _LEFT_OUT or "hidden" in given or not _LEFT_OUT_CLASSES.isdisjoint(classes)


def short_address(href: str, host: str) -> str:
    """The address of a link as people type it; empty for a phone, a place in the page, and what is too long to type."""
    parts = urlsplit(href)
    if parts.scheme in {"tel", "sms", "mailto"} or not (parts.path or parts.netloc):
        return ""
    shown = f"{parts.netloc or host}{parts.path}{'?' + parts.query if parts.query else ''}".rstrip("/")
    return shown if len(shown) <= LONGEST_LINK else ""


def _block(tag: str, runs: tuple[Run, ...]) -> Block:
    if tag == "li":
        return Block(Role.ITEM, runs)
    if tag in {"h3", "h4", "dt"}:
        return Block(Role.TEXT, tuple(Run(run.text, strong=True) for run in runs), gap=True)
    return Block(Role.TEXT, runs)


def _airy(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """A little white where points begin and end, and around a line on which somebody writes by hand."""

    def is_parted(at: int, block: Block) -> bool:
        before = blocks[at - 1]
        return at > 0 and (before.role is not block.role or _TO_WRITE in before.text + block.text)

    return tuple(block._replace(gap=block.gap or is_parted(at, block)) for at, block in enumerate(blocks))


def _set(runs: Sequence[Run], language: str) -> tuple[Run, ...]:
    """The pieces of a line with one blank between words, halves joined as a sentence joins them."""
    halves: list[list[Run]] = [[]]
    for run in runs:
        for at, text in enumerate(run.text.split(_JOINT)):
            if at:
                halves.append([])
            halves[-1].append(Run(text, run.strong))
    kept = [half for half in map(_trimmed, halves) if half]
    joined: list[Run] = []
    for half in kept:
        if joined:
            joined.append(Run(_joint(joined[-1], half[0])))
        joined += half
    return tuple(Run(well_set(run.text, language), run.strong) for run in joined)


def _joint(before: Run, after: Run) -> str:
    """What stands between two halves of a line of the page, on the one line of the letter."""
    if before.text[-1] in ".!?:;," or after.text[0] == "(":
        return " "
    return " – " if before.strong and not after.strong else ", "


def _trimmed(runs: Sequence[Run]) -> list[Run]:
    kept: list[Run] = []
    for run in runs:
        text = run.text.lstrip(" ") if not kept or kept[-1].text.endswith(" ") else run.text
        if text:
            kept.append(Run(text, run.strong))
    while kept and not kept[-1].text.rstrip(" "):
        kept.pop()
    if kept:
        kept[-1] = Run(kept[-1].text.rstrip(" "), kept[-1].strong)
    return kept
