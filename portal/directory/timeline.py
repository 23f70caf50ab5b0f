"""What belongs to what, from when to when. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Stretch:
    """Time under one owner: from a day (included; None: always) to another (excluded; None: with no end)."""

    owner: int
    start: date | None
    end: date | None


def retold(told: Sequence[Stretch], owner: int | None, steps: Sequence[tuple[date, int]], today: date) -> list[Stretch]:
    """The stretches that hold once a file says who the owner is today and which dated `steps` change it.

    What was told of the days before `today`, or before the first step when it is older, is kept as it was. A step
    holds from its own day; before the first, `owner` holds. `owner` None: nobody's from `today`. Without anything told
    yet, the first owner is taken to have always been so.
    """
    if owner is None:
        return [kept for kept in (_until(stretch, today) for stretch in told) if kept]
    steps = sorted(steps)
    since = min([today, *(day for day, _ in steps[:1])]) if told else None
    kept = [kept for kept in (_until(stretch, since) for stretch in told) if kept] if since else []
    marks: list[tuple[date | None, int]] = [*steps]
    if since is None or not steps or since < steps[0][0]:
        marks.insert(0, (since, owner))
    ends = [day for day, _ in marks[1:]]
    return _joined([*kept, *(Stretch(who, day, end) for (day, who), end in zip(marks, [*ends, None], strict=True))])


def _until(stretch: Stretch, day: date) -> Stretch | None:
    if stretch.start is not None and stretch.start >= day:
        return None
    return Stretch(stretch.owner, stretch.start, day if stretch.end is None or stretch.end > day else stretch.end)


def _joined(stretches: list[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for stretch in stretches:
        if joined and joined[-1].owner == stretch.owner and joined[-1].end == stretch.start:
            joined[-1] = Stretch(stretch.owner, joined[-1].start, stretch.end)
        else:
            joined.append(stretch)
    return joined
