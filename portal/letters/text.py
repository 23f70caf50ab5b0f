"""The words of a letter, as `letters/<kind>.txt` writes them, and their content for one person.

A letter's text is a title and sections, always in the order of `SECTIONS`; `coupon` is the part to cut off and send
back (`choice`, where the only thing left on it is a choice), and `foot` stands at the foot of each page. Its lines:

    # a note for whoever edits the text: not printed
    [keep] Ce que vous devez retenir       a section, with its heading (which may be empty)
    @calendar {day}                        a line in large type beside a pictogram
    - Votre carte d'identité               a point of a list
    - {bring*}                             one such line for each text of a list
    @qr {link}                             a QR code; the lines up to the next blank one stand beside it
    @matrix {code}                         a code for a scanner, printed in letters too
    [ ] Je veux une autre date             an answer to tick
    Une phrase, avec des **mots forts**.   a line of text
    {if directions} … {else} … {end}       kept when the variable holds something; each on its own line

Everything is checked when the text is read: an unknown variable, section or pictogram is an error that names its line.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.letters.content import Block, Content, Role, Run, Section, runs_of
from portal.letters.typography import well_set

SECTIONS = ("title", "opening", "keep", "bring", "come", "change", "help", "signature", "coupon", "choice", "foot")
REQUIRED = frozenset({"title", "keep", "help", "signature"})
PICTOGRAMS = frozenset({"calendar", "clock", "pin", "phone", "house", "screen", "cross", "person", "key", "check"})
_CODES = frozenset({Role.QR.value, Role.MATRIX.value})

Value = str | bool | Sequence[str]

_SECTION = re.compile(r"\[(\w+)\](?: (.*))?")
_CONDITION = re.compile(r"\{if (not )?(\w+)\}")
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_PICTOGRAM = re.compile(r"@(\w+) (.+)")


class Holds(StrEnum):
    """What a variable holds."""

    TEXT = "text"
    LIST = "list"
    FLAG = "flag"


class LetterTextError(ValueError):
    """A letter's text that cannot be used as it is written, or a letter that would have a hole."""


@dataclass(frozen=True)
class _Line:
    number: int
    text: str
    conditions: tuple[tuple[str, bool], ...]  # variables, and whether each must hold something
    after_blank: bool

    def kept(self, values: Mapping[str, Value]) -> bool:
        return all(bool(values[name]) is wanted for name, wanted in self.conditions)


@dataclass(frozen=True)
class LetterText:
    """A text that was read and found right. `fill` makes one person's content of it."""

    title: str
    sections: tuple[tuple[str, str, tuple[_Line, ...]], ...]

    def fill(self, values: Mapping[str, Value], *, language: str = "fr") -> Content:
        """The content for these values; sections that come out empty are left out, heading included.

        Raises `LetterTextError` when a variable that is printed is missing or empty: no letter leaves with a hole.
        """
        try:
            title = well_set(_filled(self.title, values), language)
            sections = tuple(
                Section(name, well_set(heading, language), tuple(blocks))
                for name, heading, lines in self.sections
                if (blocks := list(_blocks(lines, values, language)))
            )
        except KeyError as error:
            raise LetterTextError(f"the variable {error} is missing") from error
        return Content(title=title, language=language, sections=sections)


def parse(source: str, vocabulary: Mapping[str, Holds]) -> LetterText:
    """Reads a letter's text. Raises `LetterTextError` (with the line's number) when anything in it is not right."""
    found: dict[str, tuple[str, list[_Line]]] = {}
    name = ""
    for line in _conditional_lines(source, vocabulary):
        section = _SECTION.fullmatch(line.text)
        if section:
            if line.conditions:
                raise LetterTextError(f"line {line.number}: a section cannot stand inside a condition")
            name = section.group(1)
            _check_section(name, found, line.number)
            found[name] = (section.group(2) or "", [])
            continue
        if not name or name == "title":
            raise LetterTextError(f"line {line.number}: this text is in no section")
        _check_line(line, vocabulary)
        found[name][1].append(line)
    missing = sorted(REQUIRED - found.keys())
    if missing:
        raise LetterTextError(f"the section {missing[0]} is missing")
    title = found.pop("title")[0]
    _check_variables(1, title, vocabulary)
    if not title:
        raise LetterTextError("the title is empty")
    return LetterText(title, tuple((name, heading, tuple(lines)) for name, (heading, lines) in found.items()))


def _conditional_lines(source: str, vocabulary: Mapping[str, Holds]) -> Iterator[_Line]:
    conditions: list[tuple[str, bool]] = []
    after_blank = False
    number = 0
    for number, raw in enumerate(source.splitlines(), start=1):
        text = raw.strip(" \t")
        condition = _CONDITION.fullmatch(text)
        if condition:
            negated, name = condition.groups()
            if name not in vocabulary:
                raise LetterTextError(f"line {number}: the variable {name} does not exist")
            conditions.append((name, not negated))
        elif text in {"{else}", "{end}"}:
            if not conditions:
                raise LetterTextError(f"line {number}: {text} without its {{if}}")
            name, wanted = conditions.pop()
            if text == "{else}":
                conditions.append((name, not wanted))
        elif not text:
            after_blank = True
        elif not text.startswith("#"):
            yield _Line(number, text, tuple(conditions), after_blank)
            after_blank = False
    if conditions:
        raise LetterTextError(f"line {number}: an {{if}} is not ended")


def _check_section(name: str, found: Mapping[str, object], number: int) -> None:
    if name not in SECTIONS:
        raise LetterTextError(f"line {number}: the section {name} does not exist")
    if found and SECTIONS.index(name) <= max(SECTIONS.index(other) for other in found):
        raise LetterTextError(f"line {number}: the section {name} is not in its place")


def _check_line(line: _Line, vocabulary: Mapping[str, Holds]) -> None:
    _check_variables(line.number, line.text, vocabulary)
    if line.text.startswith("@"):
        pictogram = _PICTOGRAM.fullmatch(line.text)
        if not pictogram or pictogram.group(1) not in PICTOGRAMS | _CODES:
            raise LetterTextError(f"line {line.number}: this pictogram does not exist")
    if line.text.count("**") % 2:
        raise LetterTextError(f"line {line.number}: strong words are not ended")


def _check_variables(number: int, text: str, vocabulary: Mapping[str, Holds]) -> None:
    names = _VARIABLE.findall(text)
    if "{" in _VARIABLE.sub("", text) or "}" in _VARIABLE.sub("", text):
        raise LetterTextError(f"line {number}: a brace stands alone")
    for name in names:
        wanted = Holds.LIST if name.endswith("*") else Holds.TEXT
        if vocabulary.get(name.removesuffix("*")) is not wanted:
            raise LetterTextError(f"line {number}: the variable {name} does not exist")
    if len(names) > 1 and any(name.endswith("*") for name in names):
        raise LetterTextError(f"line {number}: a list stands alone in its line")


def _blocks(lines: Sequence[_Line], values: Mapping[str, Value], language: str) -> Iterator[Block]:
    """The blocks of a section; the lines that follow a QR code, up to a blank line, go beside it."""
    code: Block | None = None
    blank = False
    for line in lines:
        blank = blank or line.after_blank  # a blank line before a line left out still parts its neighbours
        if not line.kept(values):
            continue
        if code and blank:
            yield code
            code = None
        for block in _blocks_of(line, values, language):
            if block.role is Role.QR:
                code = block._replace(gap=blank)
            elif code:
                code = code._replace(beside=(*code.beside, block._replace(gap=False)))
            else:
                yield block._replace(gap=blank)
            blank = False
    if code:
        yield code


def _blocks_of(line: _Line, values: Mapping[str, Value], language: str) -> Iterator[Block]:
    role, icon, text = Role.TEXT, "", line.text
    pictogram = _PICTOGRAM.fullmatch(text)
    if pictogram:
        name, text = pictogram.groups()
        role = Role(name) if name in _CODES else Role.MARK
        icon = "" if name in _CODES else name
    elif text.startswith("- "):
        role, text = Role.ITEM, text[2:]
    elif text.startswith("[ ] "):
        role, text = Role.BOX, text[4:]
    if role is Role.QR:
        yield Block(Role.QR, url=_filled(text, values))
        return
    for template, filling in _repeated(text, values):
        yield Block(role, runs=_runs(template, filling, language), icon=icon)


def _runs(template: str, values: Mapping[str, Value], language: str) -> tuple[Run, ...]:
    return runs_of(template, lambda part: well_set(_filled(part, values), language))


def _repeated(text: str, values: Mapping[str, Value]) -> Iterator[tuple[str, Mapping[str, Value]]]:
    names = [name.removesuffix("*") for name in _VARIABLE.findall(text) if name.endswith("*")]
    if not names:
        yield text, values
        return
    each = values[names[0]]
    for value in each if isinstance(each, (list, tuple)) else ():
        yield text.replace("*}", "}"), {**values, names[0]: value}


def _filled(text: str, values: Mapping[str, Value]) -> str:
    def value_of(match: re.Match[str]) -> str:
        value = values[match.group(1)]
        if not isinstance(value, str) or not value.strip():
            raise LetterTextError(f"the variable {match.group(1)} is empty")
        return re.sub(r"[ \t\r\n]+", " ", value.strip())

    return _VARIABLE.sub(value_of, text)
