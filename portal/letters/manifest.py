"""The manifest of a print run: one line for each letter, for those who check and for their machines.

A CSV that a French spreadsheet opens as it should: UTF-8 with its mark, semicolons, lines ended as RFC 4180 says; for
machines the encoding is "utf-8-sig". Figures are written plain ("02100"): a spreadsheet may show a postcode without its
first 0, and the file is not changed by that.
"""

import csv
from collections.abc import Collection, Iterable
from datetime import date
from io import StringIO

from portal.clock import paris_day
from portal.letters.models import Letter, PullReason, ReturnReason, RunFile

COLUMNS = ("ordre", "fichier", "lettre", "feuilles", "code_postal", "fenetre_mm", "sha256", "etat",
           "recommande", "suivi", "postee_le", "revenue_le", "motif", "reimpressions")  # fmt: skip
PULLED = {
    PullReason.OVERTAKEN: "le rendez-vous a changé",
    PullReason.MOVED_AWAY: "l'adresse a changé",
    PullReason.LOST: "introuvable dans le bac",
    PullReason.ASKED: "à la demande de quelqu'un",
    PullReason.REJECTED: "refusée par l'imprimeur",
    PullReason.ALTERED: "abîmée dans la mémoire, jamais imprimée",
    PullReason.TOO_LATE: "elle arriverait trop tard",
    PullReason.DOUBTFUL: "l'adresse est à vérifier",
    PullReason.REWORDED: "ses mots ont changé",
}
RETURNED = {
    ReturnReason.UNKNOWN: "inconnu à l'adresse",
    ReturnReason.ACCESS: "défaut d'accès ou d'adressage",
    ReturnReason.REFUSED: "refusé",
    ReturnReason.UNCLAIMED: "non réclamé",
}
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def file_name(run_id: int, position: int) -> str:
    """The name of a file of a run: "lot-12-1.pdf"."""
    return f"lot-{run_id}-{position}.pdf"


def manifest(
    run_id: int,
    files: Iterable[RunFile],
    letters: Iterable[Letter],
    *,
    to_pull: Collection[int] = (),
    posted_on: date | None = None,
) -> bytes:
    """The letters of a run in the order of the paper, numbered from 1; those pulled say why, those to pull that.

    `to_pull`: numbers of letters; `posted_on`: the day on which the post took the others. Days are written 2026-11-24,
    and a column that does not concern a letter is empty. `motif`: why it came back, or what an outside printer said of
    it as it rejected it. No cell begins as a formula does. The same state makes the same bytes.
    """
    positions = {file.id: file.position for file in files}
    written = StringIO()
    lines = csv.writer(written, delimiter=";", lineterminator="\r\n")
    lines.writerow(COLUMNS)
    for order, letter in enumerate(letters, start=1):
        cells = (
            order,
            file_name(run_id, positions[letter.file_id or 0]),
            letter.reference,
            letter.sheets,
            letter.postcode,
            45 if letter.large_window else 35,
            letter.sha256,
            state_of(letter, is_to_pull=letter.id in to_pull),
            "oui" if letter.is_registered else "",
            letter.tracking_number or "",
            posted_on.isoformat() if posted_on and (letter.pull_reason is None or letter.returned_at) else "",
            paris_day(letter.returned_at).isoformat() if letter.returned_at else "",
            RETURNED[letter.return_reason] if letter.return_reason else letter.rejection or "",
            letter.reprints or 0,
        )
        lines.writerow([cell(one) for one in cells])
    return written.getvalue().encode("utf-8-sig")


def withdrawals(letters: Iterable[tuple[str, PullReason]]) -> bytes:
    """The keys of letters that must not leave, and why: a CSV as the manifest is."""
    written = StringIO()
    lines = csv.writer(written, delimiter=";", lineterminator="\r\n")
    lines.writerow(("lettre", "motif"))
    for key, reason in letters:
        lines.writerow((cell(key), cell(PULLED[reason])))
    return written.getvalue().encode("utf-8-sig")


def state_of(letter: Letter, *, is_to_pull: bool) -> str:
    """What the manifest says of a letter that does not leave with its run; nothing of any other."""
    if letter.pull_reason is not None:
        return f"retirée\u00a0: {PULLED[letter.pull_reason]}"
    return "à retirer" if is_to_pull else ""


def cell(value: object) -> str:
    """A value as a cell holds it: what a spreadsheet would compute is told apart by an apostrophe."""
    words = str(value)
    return f"'{words}" if words.startswith(_BEGINS_A_FORMULA) else words
