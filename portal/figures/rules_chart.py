"""A small chart of days waited, as points of a drawing. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

WIDTH, HEIGHT = 640, 220  # units of the drawing
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 14, 34  # margins, same units
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)


@dataclass(frozen=True)
class Tick:
    """A line of the grid: where, and the number of days or the day it stands for."""

    at: float
    value: int | date


@dataclass(frozen=True)
class Chart:
    """What to draw. `lines`: one for each run of days with a slot; a day without any leaves a gap."""

    lines: tuple[str, ...]  # points of polylines, "x,y x,y"
    dots: tuple[tuple[float, float], ...]  # runs of a single day, which no line shows
    rows: tuple[Tick, ...]  # horizontal, days waited
    columns: tuple[Tick, ...]  # vertical, calendar days


def chart(waited: Mapping[date, int | None], first: date, last: date) -> Chart:
    """The days waited on each day from `first` to `last`, both included; `first` is before `last`."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    known = [value for day in days if (value := waited.get(day)) is not None]
    step = next((step for step in _STEPS if max(known, default=0) <= step * 4), _STEPS[-1])
    highest = step * max(1, -(-max(known, default=0) // step))

    def x(day: date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / (len(days) - 1), 1)

    def y(value: int) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / highest, 1)

    runs = [[(x(day), y(value)) for day, value in run] for run in _runs(days, waited)]
    return Chart(
        lines=tuple(" ".join(f"{left},{top}" for left, top in run) for run in runs if len(run) > 1),
        dots=tuple(run[0] for run in runs if len(run) == 1),
        rows=tuple(Tick(y(value), value) for value in range(0, highest + 1, step)),
        columns=tuple(Tick(x(day), day) for day in days if day.weekday() == 0 and day.day <= 7),
    )


def _runs(days: Sequence[date], waited: Mapping[date, int | None]) -> list[list[tuple[date, int]]]:
    runs = []
    for is_known, group in groupby(days, key=lambda day: waited.get(day) is not None):
        if is_known:
            runs.append([(day, value) for day in group if (value := waited[day]) is not None])
    return runs
