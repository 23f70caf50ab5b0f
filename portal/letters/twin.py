"""The letter as a page: the same content, in the shape that a screen reader follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from portal.letters.content import Block, Content, Role
from portal.letters.typography import NBSP, well_set

# Pictograms of the sheet, and those of the pages that show the same.
ICONS = {
    "calendar": "calendar-days",
    "clock": "clock",
    "pin": "map-pin",
    "phone": "phone",
    "house": "house",
    "screen": "video",
    "cross": "circle-x",
    "person": "user-round",
    "key": "key-round",
    "check": "circle-check",
}


@dataclass(frozen=True)
class Group:
    """Neighbours of one role: points make one list, the rest are paragraphs."""

    role: Role
    blocks: Sequence[Block]


@dataclass(frozen=True)
class TwinSection:
    """A section with its blocks grouped, and the language of its words."""

    name: str
    heading: str
    groups: Sequence[Group]
    language: str


def _on_screen(block: Block, language: str) -> Block:
    """The block with the blanks of a sentence: a whole line that paper keeps together would break anywhere here."""
    runs = tuple(run._replace(text=well_set(run.text.replace(NBSP, " "), language)) for run in block.runs)
    return block._replace(runs=runs, beside=tuple(_on_screen(other, language) for other in block.beside))


def twin_sections(content: Content) -> list[TwinSection]:
    """The sections of a letter, nothing left out, in order; then its title and sections in the other language."""
    own = [
        TwinSection(
            section.name,
            section.heading,
            [
                Group(role, [_on_screen(block, content.language) for block in blocks])
                for role, blocks in groupby(section.blocks, key=lambda block: block.role)
            ],
            content.language,
        )
        for section in content.sections
    ]
    other = content.other
    return (
        own if other is None else [*own, TwinSection("title", other.title, [], other.language), *twin_sections(other)]
    )
