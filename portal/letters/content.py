"""What one letter says to one person, before it is drawn: the same content makes the sheet and the page on screen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple


class Role(StrEnum):
    """What a block is."""

    TEXT = "text"
    ITEM = "item"  # a point of a list
    MARK = "mark"  # large, beside a pictogram
    QR = "qr"  # a code, with lines beside it
    BOX = "box"  # an answer to tick
    MATRIX = "matrix"  # a code for a scanner, with the same in letters


class Run(NamedTuple):
    """A piece of text of one weight."""

    text: str
    strong: bool = False


class Block(NamedTuple):
    """One line as its author wrote it; it may take several on paper. `gap`: a little white stands before it."""

    role: Role
    runs: tuple[Run, ...] = ()
    icon: str = ""
    url: str = ""
    beside: tuple["Block", ...] = ()
    gap: bool = False

    @property
    def text(self) -> str:
        """The words, without weight."""
        return "".join([run.text for run in self.runs])


class Section(NamedTuple):
    """A part of the letter; `heading` may be empty."""

    name: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Content:
    """All the words of a letter, in order. `other`: the same letter in another language, which follows it."""

    title: str
    language: str
    sections: tuple[Section, ...]
    other: "Content | None" = None

    def as_text(self) -> str:
        """All the words, line by line, the title first and a blank line between sections; then those of `other`."""
        parts = [self.title]
        for section in self.sections:
            lines = [section.heading] if section.heading else []
            for block in section.blocks:
                lines += [other.text for other in block.beside] or [block.text]
            parts.append("\n".join(lines))
        return "\n\n".join([*parts, self.other.as_text()] if self.other else parts)

    def as_json(self) -> dict[str, Any]:
        """The content as JSON values, for keeping word for word. `content_from` reads it back, equal."""
        return {
            "title": self.title,
            "language": self.language,
            "sections": [
                {"name": part.name, "heading": part.heading, "blocks": [_block_json(block) for block in part.blocks]}
                for part in self.sections
            ],
            **({"other": self.other.as_json()} if self.other else {}),
        }


def content_from(stored: Mapping[str, Any]) -> Content:
    """The content that `as_json` made these values of."""
    return Content(
        title=stored["title"],
        language=stored["language"],
        sections=tuple(
            Section(part["name"], part["heading"], tuple(_block_from(block) for block in part["blocks"]))
            for part in stored["sections"]
        ),
        other=content_from(stored["other"]) if "other" in stored else None,
    )


def as_printed(said: Content, printed: Content) -> Content:
    """These words without the parts that a sheet left out: `printed` is what it bears of a letter with the same parts.

    Where the other language did not fit, the sheet bears one line in its place, and so does this.
    """
    kept = {section.name for section in printed.sections}
    other = printed.other if said.other else None
    if said.other and other and other.sections:
        other = as_printed(said.other, other)
    return replace(said, sections=tuple(one for one in said.sections if one.name in kept), other=other)


def runs_of(text: str, fill: Callable[[str], str]) -> tuple[Run, ...]:
    """The pieces of a text where `**` begins and ends strong words, each completed by `fill`.

    The marks are read before `fill`, so that stars in a person's own words stay what they are.
    """
    pieces = text.split("**")
    return tuple(Run(fill(piece), strong=at % 2 == 1) for at, piece in enumerate(pieces) if piece)


def _block_json(block: Block) -> dict[str, Any]:
    return {
        "role": block.role.value,
        "runs": [[run.text, run.strong] for run in block.runs],
        "icon": block.icon,
        "url": block.url,
        "beside": [_block_json(other) for other in block.beside],
        "gap": block.gap,
    }


def _block_from(stored: Mapping[str, Any]) -> Block:
    return Block(
        role=Role(stored["role"]),
        runs=tuple(Run(text, strong) for text, strong in stored["runs"]),
        icon=stored["icon"],
        url=stored["url"],
        beside=tuple(_block_from(other) for other in stored["beside"]),
        gap=stored["gap"],
    )
