"""The mark and the pictograms, in black, as pen strokes on a small grid (M, L, C, Z, absolute)."""

from functools import cache

from portal.letters.sheet import Sheet

_GRID = 24  # units of a pictogram's side
_ROUND = 0.5523  # a quarter of a circle as one Bézier curve


def draw_pictogram(sheet: Sheet, name: str, left: float, top: float, side: float) -> None:
    """A pictogram of `side` millimetres. Raises `KeyError` when there is none of this name."""
    for pen, filled in _pictograms()[name]:
        if filled:
            sheet.fill((left, top), side / _GRID, pen)
        else:
            sheet.stroke((left, top), side / _GRID, pen, weight=2)


def draw_mark(sheet: Sheet, left: float, top: float, side: float) -> None:
    """The mark: an open door seen from outside, light falling out; on a square of `side` millimetres."""
    corner, scale = (left, top), side / 48
    sheet.fill(corner, scale, rounded(0, 0, 48, 48, 10))
    arch = "M 23 36 L 23 14 C 23 10.1 25.8 7.5 29.2 7.5 C 32.8 7.5 35.5 10.1 35.5 14 L 35.5 36 Z"
    leaf = "M 20.8 12.6 L 10.5 8.4 L 10.5 41.6 L 20.8 36.8 Z"
    light = "M 22.4 38.4 L 36 38.4 L 42 45.4 L 18.4 45.4 Z"
    for shape in (arch, leaf, light):
        sheet.fill(corner, scale, shape, white=True)
    sheet.fill(corner, scale, circle(17.4, 25.6, 1.6))


def circle(x: float, y: float, radius: float) -> str:
    """A circle, as pen strokes."""
    pull = radius * _ROUND
    return (
        f"M {x + radius} {y} C {x + radius} {y + pull} {x + pull} {y + radius} {x} {y + radius} "
        f"C {x - pull} {y + radius} {x - radius} {y + pull} {x - radius} {y} "
        f"C {x - radius} {y - pull} {x - pull} {y - radius} {x} {y - radius} "
        f"C {x + pull} {y - radius} {x + radius} {y - pull} {x + radius} {y} Z"
    )


def rounded(left: float, top: float, right: float, bottom: float, radius: float) -> str:
    """A rectangle with round corners, as pen strokes."""
    out = radius * (1 - _ROUND)
    return (
        f"M {left + radius} {top} L {right - radius} {top} "
        f"C {right - out} {top} {right} {top + out} {right} {top + radius} L {right} {bottom - radius} "
        f"C {right} {bottom - out} {right - out} {bottom} {right - radius} {bottom} L {left + radius} {bottom} "
        f"C {left + out} {bottom} {left} {bottom - out} {left} {bottom - radius} L {left} {top + radius} "
        f"C {left} {top + out} {left + out} {top} {left + radius} {top} Z"
    )


@cache
def _pictograms() -> dict[str, tuple[tuple[str, bool], ...]]:
    """Name to strokes, each with whether it is filled."""
    days = [(rounded(x - 1.2, y - 1.2, x + 1.2, y + 1.2, 0.3), True) for y in (13.5, 17.5) for x in (7.8, 12, 16.2)]
    pin = "M 12 22 C 9 19 4 14.6 4 10 C 4 5.6 7.6 2 12 2 C 16.4 2 20 5.6 20 10 C 20 14.6 15 19 12 22 Z"
    handset = (
        "M 5 2.5 L 8.2 2.5 L 10 8 L 7.4 9.8 C 8.6 12.6 11.4 15.4 14.2 16.6 L 16 14 L 21.5 15.8 L 21.5 19 "
        "C 21.5 20.6 20.4 21.5 19 21.5 C 10.4 21.5 2.5 13.6 2.5 5 C 2.5 3.6 3.4 2.5 5 2.5 Z"
    )
    return {
        "calendar": (
            (rounded(3, 4, 21, 21, 2), False),
            ("M 3 9.5 L 21 9.5", False),
            ("M 8 2 L 8 5.5", False),
            ("M 16 2 L 16 5.5", False),
            *days,
        ),
        "clock": ((circle(12, 12, 10), False), ("M 12 6 L 12 12 L 16 14.5", False)),
        "pin": ((pin, False), (circle(12, 10, 2.6), True)),
        "phone": ((handset, False),),
        "house": (
            ("M 2.5 11.5 L 12 3 L 21.5 11.5", False),
            ("M 5 10 L 5 21 L 19 21 L 19 10", False),
            ("M 10 21 L 10 14 L 14 14 L 14 21", False),
        ),
        "screen": ((rounded(2, 4, 22, 17, 2), False), ("M 8 21 L 16 21", False), ("M 12 17 L 12 21", False)),
        "cross": ((circle(12, 12, 10), False), ("M 8 8 L 16 16", False), ("M 16 8 L 8 16", False)),
        "check": ((circle(12, 12, 10), False), ("M 7.5 12.5 L 10.8 15.8 L 16.8 8.8", False)),
        "key": (
            (circle(7.5, 15.5, 5), False),
            ("M 11.2 11.8 L 21.5 2", False),
            ("M 16 7.2 L 19.5 10.8", False),
        ),
        "scissors": (
            (circle(5, 6.2, 3.2), False),
            (circle(5, 17.8, 3.2), False),
            ("M 7.7 8.2 L 23 18.6", False),
            ("M 7.7 15.8 L 23 5.4", False),
        ),
        "person": (
            (circle(12, 7.5, 4.5), False),
            ("M 3.5 21.5 C 3.5 17 7 14.5 12 14.5 C 17 14.5 20.5 17 20.5 21.5", False),
        ),
    }
