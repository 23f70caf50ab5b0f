"""HTML as a browser reads it, and every fault of how it is written."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder

import turbohtml
from turbohtml import Token, TokenType
from turbohtml.saxparse import SaxHandler, sax_parse

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
OF_TABLES = frozenset(["table", "thead", "tbody", "tfoot", "tr"])  # they hold no field, be it hidden
OF_LISTS = frozenset(["select", "option", "optgroup"])
BARE_AMPERSAND = re.compile(r"""&(?![\s<&#"']|[A-Za-z][A-Za-z0-9]*;)""")


def parse(html: str) -> tuple[Element, list[str]]:
    """The tree of a page, and its faults: the parse errors of the standard, and what is not read as it is written.

    The parser of browsers never fails: it closes, moves and drops elements. Where every tag and every word stands in
    the tree as in the source, it had nothing to mend. All is to be written, even what HTML lets one leave out.
    """
    reader, tokens = _Reader(), list(_tokens(html))
    sax_parse(html, reader)
    faults = reader.faults
    faults += [f"HTML {error.code} at {error.line}:{error.col}" for error in turbohtml.parse(html).errors]
    faults += [f"HTML bare ampersand before {html[at.end() : at.end() + 20]!r}" for at in BARE_AMPERSAND.finditer(html)]
    faults += ["HTML processing instruction" for one in tokens if one.type == TokenType.PROCESSING_INSTRUCTION]
    if not tokens or tokens[0].type != TokenType.DOCTYPE or tokens[0].name != "html" or tokens[0].public_id:
        faults.append("HTML without its doctype")
    return reader.builder.close(), faults + _mended(reader.read, tokens)


class _Reader(SaxHandler):
    """What a browser understands."""

    def __init__(self) -> None:
        self.builder = TreeBuilder()
        self.read: list[str] = []
        self.faults: list[str] = []
        self._above = [""]

    def start_element(self, tag: str, attrs: tuple[tuple[str, str | None], ...]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        self.read.append(tag)
        within = self._above[-1]
        if (tag == "input" and within in OF_TABLES) or (within in OF_LISTS and tag not in OF_LISTS):
            self.faults.append(f"HTML {tag} in a {within}")
        self._above.append(tag)

    def end_element(self, tag: str) -> None:
        self.builder.end(tag)
        self._above.pop()
        if tag not in VOID:
            self.read.append("/" + tag)

    def characters(self, data: str) -> None:
        self.builder.data(data)
        if text := data.strip():
            self.read.append(text)


def _tokens(html: str) -> Iterator[Token]:
    """As they are written. What is in a `noscript` is HTML for who has no scripts: that is how it is read here."""
    is_spare = False
    for token in turbohtml.tokenize(html):
        if is_spare and token.type == TokenType.TEXT:
            yield from turbohtml.tokenize(token.data or "")
        else:
            yield token
        is_spare = token.type == TokenType.START_TAG and token.tag == "noscript"


def _mended(read: list[str], tokens: list[Token]) -> list[str]:
    """Where the tree first parts from the source, white space apart."""
    written: list[tuple[str, int]] = []
    for token in tokens:
        if token.type == TokenType.TEXT:
            if text := (token.data or "").strip():
                written.append((text, token.line))
        elif token.type == TokenType.START_TAG:
            written.append((token.tag or "", token.line))
            if token.self_closing and token.tag not in VOID:
                written.append((f"/{token.tag}", token.line))
        elif token.type == TokenType.END_TAG:
            written.append((f"/{token.tag}", token.line))
    pairs = zip([*read, "the end"], [*written, ("the end", 0)], strict=False)
    for is_read, (is_written, line) in pairs:
        if is_read != is_written:
            return [f"HTML line {line}: {is_written!r} is written, a browser reads {is_read!r}"]
    return []
