"""Runs every bench_*.py of this folder, or those named, and prints a table for each. Exit 1 when a goal is missed."""

import importlib
import sys
from pathlib import Path

from measure import Measure

_HEADINGS = ("", "what", "value", "reference", "ratio", "goal")


def main(names: list[str]) -> int:
    """`run.py [slots booking …]`: without names, all of them."""
    found = names or sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
    is_ok = True
    for name in found:
        sys.stderr.write(f"{name} …\n")
        measures = importlib.import_module(f"bench_{name}").measures()
        sys.stdout.write(table(measures) + "\n")
        sys.stdout.flush()  # a bench that breaks later takes nothing away
        is_ok = is_ok and all(measure.ok for measure in measures)
    return 0 if is_ok else 1


def table(measures: list[Measure]) -> str:
    """The measures as columns of text."""
    rows = [_HEADINGS, *(_cells(measure) for measure in measures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    return "".join(
        "  ".join(
            cell.ljust(width) if column in {0, 1, 5} else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        + "\n"
        for row in rows
    )


def _cells(measure: Measure) -> tuple[str, ...]:
    return (
        "ok" if measure.ok else "MISSED",
        measure.what,
        f"{_number(measure.value)} {measure.unit}",
        "" if measure.reference is None else f"{_number(measure.reference)} {measure.unit}",
        "" if measure.ratio is None else f"{measure.ratio:.2f}",
        measure.goal,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or value >= 1000 else f"{value:.1f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
