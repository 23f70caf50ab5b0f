"""The bordereau of a print run: one A4 sheet that goes with the letters, from the printer to the post.

What is known is printed; for the rest there is a line or a box to write in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from portal.clock import paris_day
from portal.letters.content import Run
from portal.letters.fonts import Face, load, shown
from portal.letters.geometry import FOOTER_BASELINE, MARGIN, PAGE_WIDTH, Area, millimetres, points
from portal.letters.layout import DRAWING
from portal.letters.pictograms import draw_mark
from portal.letters.pieces import WIDTH, Type
from portal.letters.setting import set_lines
from portal.letters.sheet import Sheet
from portal.letters.typography import NBSP
from portal.words import day_words, hour_words, moment_words

_TITLE, _HEADING, _BODY, _SMALL = Type(24, 29), Type(14, 18), Type(11, 14.5), Type(9, 11)
_TOP = 18.0
_MOST_FILES = 9  # lines of files; beyond, one line for all files of as many sheets
_MOST_PULLED = 8  # keys of letters pulled; beyond, the manifest says which
_RIGHT = PAGE_WIDTH - MARGIN
_ROW = 6.2  # height of a line of a table
_BOX = 9.0  # height of a box to write a total in
_HAND = 12.0  # height of a line to sign on


@dataclass(frozen=True)
class FileLine:
    """One file of the run."""

    position: int
    sheets_each: int
    letters: int


@dataclass(frozen=True)
class Hand:
    """Who did a step, and when; nothing known: lines to write on."""

    step: str
    name: str = ""
    at: datetime | date | None = None


@dataclass(frozen=True)
class Bordereau:
    """All that is printed. `pulled`: key and reason of each letter taken out; `pulled_sheets`: of paper, theirs.

    `counted_letters`, `counted_sheets`: as somebody counted what is to be posted; None: not yet.
    """

    run_id: int
    posting_day: date
    made_at: datetime
    made_by: str
    files: Sequence[FileLine]
    pulled: Sequence[tuple[str, str]]
    pulled_sheets: int
    counted_letters: int | None
    counted_sheets: int | None
    hands: Sequence[Hand]
    registered: int = 0  # letters that leave as registered ones
    large_windows: int = 0  # that need the envelope with the 45 mm window

    @property
    def letters(self) -> int:
        """Letters of the run, those pulled among them."""
        return sum(file.letters for file in self.files)

    @property
    def sheets(self) -> int:
        """Sheets of paper, the separators not counted."""
        return sum(file.letters * file.sheets_each for file in self.files)


def draw_bordereau(form: Bordereau) -> bytes:
    """The sheet as a PDF: one page, whatever the run holds. The same state makes the same bytes."""
    load()
    with DRAWING:
        sheet = Sheet(title=f"Bordereau du lot {form.run_id}", author="La Bonne Porte", language="fr")
        draw_mark(sheet, _RIGHT - 14, _TOP - 4, 14)
        top = _words(sheet, f"Bordereau du lot {form.run_id}", _TITLE, _TOP, strong=True)
        top = _words(sheet, f"À remettre à La Poste le {day_words(form.posting_day)}", _HEADING, top + 1, strong=True)
        made = f"Lot fait le {moment_words(form.made_at)}, {form.made_by}."
        top = _words(sheet, made, _BODY, top + 1)
        top = _files(sheet, form, top + 5)
        top = _totals(sheet, form, top + 6)
        top = _hands(sheet, form, top + 6)
        _pulled(sheet, form, top + 6)
        foot = f"Lot {form.run_id}. Le détail de chaque lettre est dans le manifeste (CSV) du lot."
        sheet.text(MARGIN, FOOTER_BASELINE, foot, Face.REGULAR, _SMALL.size)
        return sheet.finish()


def _files(sheet: Sheet, form: Bordereau, top: float) -> float:
    columns = (MARGIN, MARGIN + 95, MARGIN + 130, _RIGHT)
    top = _row(sheet, ("Fichier", "Feuilles par lettre", "Lettres", "Feuilles"), columns, top, strong=True)
    sheet.rule(MARGIN, top, _RIGHT, weight=1.2)
    for name, each, letters in _file_lines(form):
        top = _row(sheet, (name, str(each), _number(letters), _number(letters * each)), columns, top)
        sheet.rule(MARGIN, top, _RIGHT, weight=0.4, grey=0.6)
    return _row(sheet, ("Total", "", _number(form.letters), _number(form.sheets)), columns, top, strong=True)


def _file_lines(form: Bordereau) -> list[tuple[str, int, int]]:
    """What each line says: name, sheets of each letter, letters."""
    if len(form.files) <= _MOST_FILES:
        return [(f"Fichier {file.position}", file.sheets_each, file.letters) for file in form.files]
    lines = []
    for each in sorted({file.sheets_each for file in form.files}):
        same = [file for file in form.files if file.sheets_each == each]
        first, last = same[0].position, same[-1].position
        name = f"Fichiers {first} à {last}" if first < last else f"Fichier {first}"
        lines.append((name, each, sum(file.letters for file in same)))
    return lines


def _totals(sheet: Sheet, form: Bordereau, top: float) -> float:
    """What should leave, and what was counted, one under the other: the eye compares them."""
    columns = (MARGIN, MARGIN + 130, _RIGHT)
    letters, sheets = form.letters - len(form.pulled), form.sheets - form.pulled_sheets
    top = _row(sheet, ("Totaux", "Lettres", "Feuilles"), columns, top, strong=True)
    sheet.rule(MARGIN, top, _RIGHT, weight=1.2)
    if form.pulled:
        pulled = ("Retirées du lot", _number(len(form.pulled)), _number(form.pulled_sheets))
        top = _row(sheet, pulled, columns, top)
    top = _row(sheet, ("À poster, d'après le lot", _number(letters), _number(sheets)), columns, top, strong=True)
    if form.registered:
        noun = "recommandé" + "s" * (form.registered > 1)
        top = _row(sheet, (f"dont {_number(form.registered)}{NBSP}{noun}", "", ""), columns, top)
    if form.large_windows:
        noun = "enveloppe" + "s" * (form.large_windows > 1)
        words = f"dont {_number(form.large_windows)}{NBSP}{noun} à grande fenêtre (45{NBSP}mm)"
        top = _row(sheet, (words, "", ""), columns, top)
    sheet.rule(MARGIN, top, _RIGHT, weight=0.4, grey=0.6)
    counted = (form.counted_letters, form.counted_sheets)
    top += 1.5
    middle = top + (_BOX - _BODY.step) / 2
    _cell(sheet, "Compté, à la main ou par la machine", columns[0], middle)
    for right, value in zip(columns[1:], counted, strict=True):
        sheet.frame(Area(right - 30, top, right, top + _BOX), weight=1.2, radius=1)
        if value is not None:
            _cell(sheet, _number(value), right - 2.5, middle, strong=True, is_right=True)
    top += _BOX + 1
    if None not in counted and counted != (letters, sheets):
        said = [_gap(counted[0], letters, "lettre"), _gap(counted[1], sheets, "feuille")]
        words = f"Les totaux ne sont pas les mêmes{NBSP}: {' et '.join(filter(None, said))}."
        top = _words(sheet, words, _BODY, top + 1, strong=True)
    return top


def _gap(counted: int | None, wanted: int, noun: str) -> str:
    gap = (counted or 0) - wanted
    if not gap:
        return ""
    return f"{_number(abs(gap))}{NBSP}{noun}{'s' * (abs(gap) > 1)} de {'plus' if gap > 0 else 'moins'}"


def _hands(sheet: Sheet, form: Bordereau, top: float) -> float:
    columns = (MARGIN, MARGIN + 40, MARGIN + 88, MARGIN + 133)
    for left, words in zip(columns, ("Étape", "Par", "Le", "Signature"), strict=True):
        _cell(sheet, words, left, top, strong=True)
    top += _ROW
    sheet.rule(MARGIN, top, _RIGHT, weight=1.2)
    for hand in form.hands:
        base = top + _HAND - _BODY.step - 2
        _cell(sheet, hand.step, columns[0], base, strong=True)
        at = "" if hand.at is None else _moment(hand.at)
        for left, right, words in ((columns[1], columns[2], hand.name), (columns[2], columns[3], at)):
            if words:
                _in_column(sheet, words, left, base, right - left - 3)
            else:
                sheet.rule(left, top + _HAND - 2.4, right - 4, weight=0.6)
        sheet.rule(columns[3], top + _HAND - 2.4, _RIGHT, weight=0.6)
        top += _HAND
    return top


def _pulled(sheet: Sheet, form: Bordereau, top: float) -> None:
    if not form.pulled:
        _words(sheet, "Aucune lettre n'est retirée du lot.", _BODY, top)
        return
    count = len(form.pulled)
    title = f"{_number(count)} lettre{'s' * (count > 1)} retirée{'s' * (count > 1)} du lot"
    top = _words(sheet, title, _HEADING, top, strong=True)
    if count > _MOST_PULLED:
        _words(sheet, f"Pour savoir lesquelles{NBSP}: voir le manifeste.", _BODY, top + 1)
        return
    for key, reason in form.pulled:
        _cell(sheet, key, MARGIN, top, strong=True)
        _cell(sheet, reason, MARGIN + 45, top)
        top += _ROW


def _row(sheet: Sheet, words: Sequence[str], columns: Sequence[float], top: float, *, strong: bool = False) -> float:
    """A line of a table: the first cell from the left, the others at the right of their columns."""
    for at, (word, edge) in enumerate(zip(words, columns, strict=True)):
        _cell(sheet, word, edge, top + 0.5, strong=strong, is_right=at > 0)
    return top + _ROW


def _cell(  # noqa: PLR0913 - words, and where they stand
    sheet: Sheet, words: str, edge: float, top: float, *, strong: bool = False, is_right: bool = False
) -> None:
    if not words:
        return
    line = set_lines((Run(shown(words)),), _BODY.size, points(WIDTH), strong=strong)[0]
    left = edge - millimetres(line.width) if is_right else edge
    sheet.line(left, top + _BODY.baseline, line, _BODY.size)


def _in_column(sheet: Sheet, words: str, left: float, top: float, measure: float) -> None:
    """Words that end on the line where one line would stand: smaller when they take several."""
    kind = _BODY if len(set_lines((Run(shown(words)),), _BODY.size, points(measure))) == 1 else _SMALL
    lines = set_lines((Run(shown(words)),), kind.size, points(measure))
    for above, line in enumerate(reversed(lines)):
        sheet.line(left, top + _BODY.baseline - above * kind.step, line, kind.size)


def _words(sheet: Sheet, words: str, kind: Type, top: float, *, strong: bool = False) -> float:
    for line in set_lines((Run(shown(words)),), kind.size, points(WIDTH - 18), strong=strong):
        sheet.line(MARGIN, top + kind.baseline, line, kind.size)
        top += kind.step
    return top


def _moment(at: datetime | date) -> str:
    if isinstance(at, datetime):
        return f"{_short(paris_day(at))} à {hour_words(at)}"
    return _short(at)


def _short(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _number(number: int) -> str:
    """A figure by thousands: "9 420"."""
    return f"{number:,}".replace(",", NBSP)
