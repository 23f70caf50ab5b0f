"""How a page is made, which is what axe looks at: other names and other hours in it would only be looked at again."""

import re
from collections import Counter

from turbohtml.saxparse import SaxHandler, sax_parse

_SAID = ("class", "lang", "role", "type")  # attributes whose values count; of the others, that they are there


class _Shape(SaxHandler):
    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self.headings: list[str] = []  # their levels in order, neighbours of one level once
        self._open: list[list[str]] = []  # each element not closed yet: its kind, that in its parent, "|words" if any

    def start_element(self, tag: str, attrs: tuple[tuple[str, str | None], ...]) -> None:
        within = self._open[-1][0] if self._open else ""
        values = dict(attrs)
        if re.fullmatch("h[1-6]", tag) and self.headings[-1:] != [tag]:
            self.headings.append(tag)
        said = "|".join(values.get(name) or "" for name in _SAID)
        own = f"{tag}.{values.get('class') or ''}"
        self._open.append([own, f"{within} > {own}|{said}|{' '.join(sorted(values))}", ""])

    def end_element(self, _tag: str) -> None:
        _own, kind, words = self._open.pop()
        self.kinds[kind + words] += 1

    def characters(self, data: str) -> None:
        if self._open and data.strip():
            self._open[-1][2] = "|words"


def shape_of(page: str) -> str:
    """The order of headings; each kind of element in its parent, whether it has words, whether there are several."""
    shape = _Shape()
    sax_parse(page, shape)
    headings = " ".join(shape.headings)
    return "\n".join([headings, *sorted(f"{kind} x {min(count, 2)}" for kind, count in shape.kinds.items())])
