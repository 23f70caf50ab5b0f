"""Where things stand on a sheet: A4, millimetres from its top left corner, for a French DL window envelope.

The figures are those of a 110 × 220 mm envelope with a 35 × 100 mm window, 20 mm from its right and bottom edges, and
of a sheet folded in three that slips 10 mm sideways and 11 mm vertically.
"""

from dataclasses import dataclass

POINTS_PER_MM = 72 / 25.4

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
MARGIN = 20.0


@dataclass(frozen=True)
class Area:
    """A rectangle of the sheet."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Millimetres."""
        return self.right - self.left


ALWAYS_VISIBLE = Area(100, 55, 190, 79)  # through a 35 mm window
ALWAYS_VISIBLE_LARGE = Area(100, 45, 190, 79)  # through a 45 mm window
MAY_SHOW = Area(90, 34, 200, 90)  # nothing but the address is drawn here on page 1
SENDER = Area(20, 12, 88, 90)
FIRST_BODY = Area(MARGIN, 95, PAGE_WIDTH - MARGIN, 280)
NEXT_BODY = Area(MARGIN, 20, PAGE_WIDTH - MARGIN, 280)
KEY = Area(5, 275, 15, 291)

ADDRESS_LEFT = 105.0
ADDRESS_TOP = 55.3
ADDRESS_SIZE, ADDRESS_LEADING = 10.0, 11.0  # points
ADDRESS_LINES = 6  # beyond, the 45 mm window is needed

FOLDS = (99.0, 198.0)
FOLD_LEFT, FOLD_RIGHT = 3.5, 8.0

FOOTER_BASELINE = 288.0


def points(millimetres: float) -> float:
    """A length in typographic points."""
    return millimetres * POINTS_PER_MM


def millimetres(in_points: float) -> float:
    """A length in millimetres."""
    return in_points / POINTS_PER_MM
