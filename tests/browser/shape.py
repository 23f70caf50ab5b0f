"""How a page is made, which is what axe looks at: other names and other hours in it would only be looked at again."""

import re
from collections import Counter
from html.parser import HTMLParser

_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_SAID = ("class", "lang", "role", "type")  # attributes whose values count; of the others, that they are there


class _Shape(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.kinds: Counter[str] = Counter()
        self.headings: list[str] = []  # their levels in order, neighbours of one level once
        self._open: list[list[str]] = []  # each element not closed yet: its tag, its kind, "words" once it has some

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        within = self._open[-1][1] if self._open else ""
        values = dict(attrs)
        if re.fullmatch("h[1-6]", tag) and self.headings[-1:] != [tag]:
            self.headings.append(tag)
        said = "|".join(values.get(name) or "" for name in _SAID)
        own = f"{tag}.{values.get('class') or ''}"
        kind = f"{within} > {own}|{said}|{' '.join(sorted(values))}"
        if tag in _VOID:
            self.kinds[kind] += 1
        else:
            self._open.append([tag, own, kind, ""])

    def handle_endtag(self, tag: str) -> None:
        while any(one[0] == tag for one in self._open):
            closed, _own, kind, words = self._open.pop()
            self.kinds[kind + words] += 1
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._open and data.strip():
            self._open[-1][3] = "|words"


def shape_of(page: str) -> str:
    """The order of headings; each kind of element in its parent, whether it has words, whether there are several."""
    parser = _Shape()
    parser.feed(page)
    parser.close()
    headings = " ".join(parser.headings)
    return "\n".join([headings, *sorted(f"{kind} x {min(count, 2)}" for kind, count in parser.kinds.items())])
