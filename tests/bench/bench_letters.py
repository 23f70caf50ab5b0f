"""Letters: the rate beside WeasyPrint's on the same text, and the peak of memory from 100 to 10,000 letters.

WeasyPrint is given its best case: one font configuration kept for all letters, the same fonts, plain paragraphs in one
column, and neither the QR code, nor the key, nor the pictograms that ours draws.
"""

import html
import resource
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from measure import Measure, median, timed_together
from run import table

from portal.codes import ALPHABET, shown
from portal.letters.content import Content
from portal.letters.layout import Post, draw
from portal.letters.rules import reference_of
from portal.letters.wording import content_of
from portal.letters.wording_common import sender_of

sys.path.append(str(Path(__file__).parents[2]))  # run as a script, this file sees its own folder alone
from tests.letters.words_of import CONTEXT, KINDS

ROUNDS, TURN = 8, 10  # turns that each takes, and letters in one: those of a run are drawn one after the other
FEW, MANY = 100, 10_000
RATE_GOAL = 4.0
MEMORY_GOAL = 1.15

OWN: dict[str, dict[str, Any]] = {  # what only this kind of letter has
    "appointment_moved": {"old_starts_at": "2026-11-17T09:00:00+01:00"},
    "appointment_cancelled": {"cancelled_by": "service"},
}
STATES: tuple[dict[str, Any], ...] = (
    {},
    {"mode": "phone", "place_lines": [], "directions": None, "step_free": None},
    {"before": "Mangez comme d'habitude.", "after": "Restez assis un quart d'heure."},
    {"bring": [f"Le document numéro {number} de votre dossier complet" for number in range(12)]},
    {"cancel_until": None, "move_until": None, "language": "en"},
)

_FONTS = Path(__file__).parents[2] / "portal" / "letters" / "fonts"
_STYLE = f"""
@font-face {{ font-family: A; src: url({(_FONTS / "AtkinsonHyperlegible-Regular.ttf").as_uri()}) }}
@font-face {{ font-family: A; font-weight: 700; src: url({(_FONTS / "AtkinsonHyperlegible-Bold.ttf").as_uri()}) }}
@page {{ size: A4; margin: 20mm }}
body {{ font: 12pt/1.27 A }}
h1 {{ font-size: 17pt }} h2 {{ font-size: 13.5pt; margin: 3mm 0 1mm }} p {{ margin: 0 }}
address {{ margin: 35mm 0 16mm 85mm; font-style: normal }}
"""


def measures() -> list[Measure]:
    """Two lines: the rate, and the memory."""
    return [_rate(), _memory()]


def _rate() -> Measure:
    numbers, others = count(1), count(1)
    theirs = weasyprint_drawing()
    ours_times, their_times = timed_together(
        lambda: [draw(post_of(next(numbers))) for _ in range(TURN)],
        lambda: [theirs(post_of(next(others))) for _ in range(TURN)],
        rounds=ROUNDS,
    )
    ours, reference = (1000 * TURN / median(times) for times in (ours_times, their_times))
    ratio = ours / reference
    return Measure(
        "letters drawn, beside WeasyPrint",
        ours,
        "a second",
        reference,
        ratio,
        f"≥ {RATE_GOAL:.0f} ×",
        ratio >= RATE_GOAL,
    )


def _memory() -> Measure:
    done = subprocess.run(  # this very file, in a process whose memory is its own
        [sys.executable, __file__, "--peaks"], check=True, capture_output=True, text=True
    )
    few, many = (float(line) for line in done.stdout.split())
    return Measure(
        f"peak memory after {MANY:,} letters, beside {FEW}",
        many,
        "MB",
        few,
        many / few,
        f"≤ {MEMORY_GOAL} ×",
        many / few <= MEMORY_GOAL,
    )


def _peaks() -> None:
    """Prints the peak of this process after few letters, then after many."""
    for number in range(1, MANY + 1):
        draw(post_of(number))
        if number in {FEW, MANY}:
            sys.stdout.write(f"{peak():.1f}\n")


def peak() -> float:
    """Megabytes. Read where Linux keeps it for this program alone: getrusage remembers the one that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024  # in bytes on macOS


def context_of(number: int) -> tuple[str, dict[str, Any]]:
    """The kind of a letter, and its words as booking writes them: each kind and state in its turn, no two alike."""
    kind, code = KINDS[number % len(KINDS)], code_of(number)
    context = CONTEXT | STATES[number % len(STATES)] | OWN.get(kind, {})
    return kind, context | {"code": shown(code), "link": f"https://porte.exemple.fr/r/{code}"}


def post_of(number: int) -> Post:
    """No two letters alike: other people, other words, each kind and state in its turn."""
    kind, context = context_of(number)
    context |= {"names": [f"Lou Essai-{number}"]}
    return Post(
        reference=reference_of(number),
        day=date(2026, 11, 17),
        address=(f"Dominique Essai-{number}", f"{number} RUE DE LA DEMONSTRATION", "62000 ARRAS"),
        sender=sender_of(context),
        return_address=context["return_address"],
        content=content_of(kind, context),
    )


def code_of(number: int) -> str:
    """An appointment's code: eight signs, no two alike, as little alike as if they came by chance."""
    mixed = number * 0x9E3779B97F % 2**40
    return "".join(ALPHABET[mixed >> at & 31] for at in range(0, 40, 5))


def weasyprint_drawing() -> Callable[[Post], bytes]:
    """Draws the text of a letter as this bench says above; for others that measure letters too."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 - the process whose memory is measured does without it
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - idem

    fonts = FontConfiguration()
    style = CSS(string=_STYLE, font_config=fonts)

    def render(post: Post) -> bytes:
        pdf: bytes = HTML(string=_page(post)).write_pdf(stylesheets=[style], font_config=fonts)
        return pdf

    return render


def _page(post: Post) -> str:
    address = "<br>".join(map(html.escape, post.address))
    return f"<html lang=fr><body><address>{address}</address><p>{post.reference}</p>{_body(post.content)}</body></html>"


def _body(content: Content) -> str:
    parts = [f"<h1>{html.escape(content.title)}</h1>"]
    for section in content.sections:
        if section.heading:
            parts.append(f"<h2>{html.escape(section.heading)}</h2>")
        for block in section.blocks:
            for line in block.beside or (block,):
                words = "".join(
                    f"<b>{html.escape(run.text)}</b>" if run.strong else html.escape(run.text) for run in line.runs
                )
                parts.append(f"<p>{words}</p>")
    return "".join(parts)


def main() -> None:
    """Prints the table, or the peaks of memory when the bench asks itself for them."""
    if sys.argv[1:] == ["--peaks"]:
        _peaks()
        return
    sys.stdout.write(table(measures()))


if __name__ == "__main__":
    main()
