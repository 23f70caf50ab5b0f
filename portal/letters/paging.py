"""From the words of a letter to its pages: the airiest setting that keeps it on the fewest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import inf

from portal.letters.box import box
from portal.letters.content import Content, Run, Section
from portal.letters.coupon import AMPLE, EASY, NARROW, SNUG, Setting, coupon
from portal.letters.fonts import Face, width
from portal.letters.geometry import FIRST_BODY, MARGIN, NEXT_BODY, PAGE_WIDTH, Area, millimetres, points
from portal.letters.pieces import (
    CLOSE,
    LARGE,
    LARGE_CLOSE,
    NORMAL,
    Piece,
    Scale,
    section_pieces,
    side_by_side,
    signed,
    title_piece,
)
from portal.letters.setting import Line, set_lines
from portal.letters.sheet import Sheet
from portal.words import day_words

MOST_PAGES = 4
# White above the pieces, as parts of what they like: the airiest that keeps the letter on the fewest pages is taken.
_AIR = (1.6, 1.45, 1.3, 1.15, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.42)
_ABOVE_COUPON = 2.6  # the least white
_COUPONS = ((AMPLE, 0.9), (EASY, 0.5), (SNUG, 0.0))
_CHOICE = "choice"
_CUT_OFF = frozenset({"coupon", _CHOICE})  # a letter has one of them at most
_UNDER_BODY = 1.4  # the coupon may stand this much nearer to the foot of the page than sentences

Placed = list[tuple[Piece, float]]  # the pieces of a page, with their distance from its top

WORDS = {
    "fr": {
        "name": "Français",
        "reference": "Référence",
        "day": "Le {day}",
        "return": "Retour à l’expéditeur :",
        "page": "page {page} sur {pages}",
        "demo": "Démonstration : lettre à ne pas poster",
        "coupon": "coupon à découper page {page}",
    },
    "en": {
        "name": "English",
        "reference": "Reference",
        "day": "{day}",
        "return": "Return to sender:",
        "page": "page {page} of {pages}",
        "demo": "Demonstration: do not post",
        "coupon": "slip to cut off: page {page}",
        "from": "In English: from page {page}",
        "left_out": "In English: ask us. The end of this letter says how.",
    },
}


class LetterTooLongError(ValueError):
    """The text does not fit on four pages, or a part of it on one. Nothing is cut: somebody must shorten it."""


@dataclass(frozen=True)
class Heading:
    """What stands above the title of each language."""

    reference: str
    day: date


@dataclass(frozen=True)
class Part:
    """The pages of one language, and the words on them. `is_coupon_alone`: the last bears nothing but the coupon.

    `is_crowded`: the lines of the coupon stand as near each other as they may, or a lone choice found no room.
    """

    content: Content
    scale: Scale
    pages: list[Placed]
    is_coupon_alone: bool = False
    is_crowded: bool = False


def parts_of(heading: Heading, content: Content, *, large_print: bool, most: int = MOST_PAGES) -> list[Part]:
    """The letter's own language, then the other one from a new page, if both fit on four pages; else the first alone.

    One that is left out has a line in its place, in its own words: whoever reads it alone must know whom to ask. Each
    language has its coupon at its foot; where that would cost the first a page of its own, the other's is enough.
    `most`: fewer pages, where something follows the letter. Raises `LetterTooLongError`, `UnprintableError`.
    """
    scales = (LARGE, LARGE_CLOSE) if large_print else (NORMAL, CLOSE)
    own = _part(heading, content, scales, FIRST_BODY)
    if len(own.pages) > most:
        raise LetterTooLongError(f"{len(own.pages)} pages")
    if content.other is None:
        return [own]
    both = _two(heading, own, content.other, scales)
    if both and sum(len(part.pages) for part in both) <= most:
        return both
    line = Content(words_of(content.other)["left_out"], content.other.language, ())
    return [replace(own, content=replace(own.content, other=line))]


def printed(parts: Sequence[Part]) -> Content:
    """All the words that the pages bear: without a coupon, or a language, that found no room."""
    own = parts[0].content
    return own if len(parts) == 1 else replace(own, other=parts[1].content)


def foot_lines(content: Content, scale: Scale) -> list[Line]:
    """What the letter's own text says at the foot of each page."""
    blocks = [block for section in content.sections if section.name == "foot" for block in section.blocks]
    measure = points(PAGE_WIDTH - 2 * MARGIN)
    return [line for block in blocks for line in set_lines(block.runs, scale.small.size, measure)]


def words_of(content: Content) -> dict[str, str]:
    """What every sheet says in its language, or in French where there are no words in it."""
    return WORDS.get(content.language, WORDS["fr"])


def _two(heading: Heading, own: Part, content: Content, scales: Sequence[Scale]) -> list[Part]:
    """Both languages, on as many pages as it takes; nothing when one part of the other is taller than a page."""
    try:
        other = _part(heading, content, scales, NEXT_BODY)
    except LetterTooLongError:
        return []
    if own.is_coupon_alone and not other.is_coupon_alone:
        own = _part(heading, _uncut(own.content), scales, FIRST_BODY)
    return [own, other]


def _part(heading: Heading, content: Content, scales: Sequence[Scale], first: Area) -> Part:
    """Set closer only where that saves a page, or gives room to who fills in the coupon."""
    laid = _laid(heading, content, scales[0], first)
    for closer in scales[1:]:
        if len(laid.pages) > 1 or laid.is_crowded:
            laid = min(laid, _laid(heading, content, closer, first), key=lambda one: (len(one.pages), one.is_crowded))
    return laid


def _laid(heading: Heading, content: Content, scale: Scale, first: Area) -> Part:
    cut_off = next((section for section in content.sections if section.name in _CUT_OFF), None)
    pieces = _body(heading, content, scale, is_first=first is FIRST_BODY, is_signed_beside=cut_off is not None)
    bottom = NEXT_BODY.bottom - len(foot_lines(content, scale)) * scale.small.step
    narrow = coupon(cut_off, scale, NARROW) if cut_off else None
    tightest = _arranged(pieces, narrow, _AIR[-1], first, bottom)
    count = len(tightest[0])
    if count > 1 and cut_off is None:
        closer = _body(heading, content, scale, is_first=first is FIRST_BODY, is_signed_beside=True)
        again = _arranged(closer, None, _AIR[-1], first, bottom)
        if len(again[0]) < count:
            pieces, tightest, count = closer, again, len(again[0])
    if count > MOST_PAGES:
        raise LetterTooLongError(f"{count} pages")
    room = _room(pieces, first, bottom) if count == 1 else [inf] * len(_AIR)
    airy = (
        (_arranged(pieces, last, air, first, bottom), setting)
        for last, setting, least in _coupons(cut_off, narrow, scale, max(room))
        for air, left in zip(_AIR, room, strict=True)
        if air >= least and left >= (last.height if last else 0.0)
    )
    fits = (found for found in airy if len(found[0][0]) == count and found[0][1] == tightest[1])
    (pages, has_room), setting = next(fits, (tightest, NARROW))
    if cut_off is None or has_room:
        is_crowded = setting in {SNUG, NARROW} and not (cut_off and cut_off.name == _CHOICE)
        return Part(content, scale, pages, is_crowded=is_crowded)
    if cut_off.name == _CHOICE:  # a page of its own, for one box to tick
        return replace(_laid(heading, _uncut(content), scale, first), is_crowded=True)
    if count == MOST_PAGES:  # a letter without its coupon says all there is to know
        return Part(_uncut(content), scale, pages)
    # Cut off at the top of the other side, it takes the address with it, and leaves the phone number.
    return Part(content, scale, [*pages, [(coupon(cut_off, scale, below=True), NEXT_BODY.top)]], is_coupon_alone=True)


def _coupons(
    cut_off: Section | None, narrow: Piece | None, scale: Scale, room: float
) -> Iterator[tuple[Piece | None, Setting, float]]:
    """The coupon, from its airiest setting to its closest, each with the least air that the body keeps above it."""
    if cut_off is None:
        yield None, AMPLE, 0.0
        return
    for setting, least in _COUPONS:
        if setting.least(narrow) <= room:
            yield coupon(cut_off, scale, setting), setting, least
    yield narrow, NARROW, 0.0


def _room(pieces: Sequence[Piece], first: Area, bottom: float) -> list[float]:
    """The height that the pieces leave to a coupon on one page, for each air: what cannot fit is not arranged."""
    height, white = sum(piece.height for piece in pieces), sum(piece.space for piece in pieces[1:])
    return [bottom + _UNDER_BODY - first.top - (height + air * white) for air in _AIR]


def _uncut(content: Content) -> Content:
    return replace(content, sections=tuple(one for one in content.sections if one.name not in _CUT_OFF))


def _body(heading: Heading, content: Content, scale: Scale, *, is_first: bool, is_signed_beside: bool) -> list[Piece]:
    """All but the coupon. `is_signed_beside`: the signature may stand at the right of the last line, to save one."""
    pieces = [] if is_first else [_language_line(content, scale)]
    pieces += [
        _reference_line(heading, content, scale, is_two=is_first and bool(content.other)),
        title_piece(content, scale),
    ]
    sections = [section for section in content.sections if section.name not in {"foot", *_CUT_OFF}]
    at = 0
    while at < len(sections):
        section = sections[at]
        following = sections[at + 1] if at + 1 < len(sections) and not scale.one_column else None
        both = _both(section, following, scale, is_signed_beside=is_signed_beside) if following else []
        if both:
            pieces += both
            at += 1
        else:
            pieces += [box(section, scale)] if section.name == "keep" else section_pieces(section, scale)
        at += 1
    return pieces


def _both(one: Section, two: Section, scale: Scale, *, is_signed_beside: bool) -> list[Piece]:
    """Two sections that may stand side by side, as pieces; none when they may not."""
    if (one.name, two.name) == ("bring", "come"):
        columns = side_by_side(one, two, scale)
        return [columns] if columns else []
    return signed(one, two, scale) if is_signed_beside and two.name == "signature" else []


def _arranged(
    pieces: Sequence[Piece], last: Piece | None, air: float, first: Area, bottom: float
) -> tuple[list[Placed], bool]:
    """The pages, none lower than `bottom`; and whether one has room for the coupon: the last that does, at its foot."""
    pages: list[Placed] = [[]]
    top = first.top
    for group in _groups(pieces):
        needed = sum([piece.height + piece.space * air for piece in group])
        if pages[-1] and top + needed > bottom:
            pages.append([])
            top = NEXT_BODY.top
        for at, piece in enumerate(group):
            top += piece.space * air if at or pages[-1] else 0.0
            pages[-1].append((piece, top))
            top += piece.height
        if top > bottom:
            raise LetterTooLongError("a part is taller than a page")
    if last is None:
        return pages, False
    start = bottom + _UNDER_BODY - last.height
    for page in reversed(pages):
        piece, top = page[-1]
        if top + piece.height + max(_ABOVE_COUPON, last.space * air) <= start:
            page.append((last, start))
            return pages, True
    return pages, False


def _groups(pieces: Sequence[Piece]) -> list[list[Piece]]:
    groups: list[list[Piece]] = []
    tied = False
    for piece in pieces:
        if tied:
            groups[-1].append(piece)
        else:
            groups.append([piece])
        tied = piece.tied
    return groups


def _reference_line(heading: Heading, content: Content, scale: Scale, *, is_two: bool) -> Piece:
    """Reference and day; with a line kept free, where another language follows, to say on which page."""
    words = words_of(content)
    left = f"{words['reference']} {heading.reference}"
    right = words["day"].format(day=day_words(heading.day, content.language))

    def draw(sheet: Sheet, top: float) -> None:
        baseline = top + scale.body.baseline
        sheet.text(MARGIN, baseline, left, Face.REGULAR, scale.body.size)
        wide = millimetres(width(right, Face.REGULAR, scale.body.size))
        sheet.text(PAGE_WIDTH - MARGIN - wide, baseline, right, Face.REGULAR, scale.body.size)

    return Piece(scale.body.step * (2 if is_two else 1), draw, space=2.0)


def _language_line(content: Content, scale: Scale) -> Piece:
    """The name of the language that begins here, in that language."""
    lines = set_lines((Run(words_of(content)["name"]),), scale.heading.size, points(PAGE_WIDTH), strong=True)

    def draw(sheet: Sheet, top: float) -> None:
        sheet.line(MARGIN, top + scale.heading.baseline, lines[0], scale.heading.size)
        sheet.rule(MARGIN, top + scale.heading.step + 1.0, PAGE_WIDTH - MARGIN, weight=1.2)

    return Piece(scale.heading.step + 1.0, draw, tied=True)
