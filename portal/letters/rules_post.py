"""What may be done with a run and its letters on their way to the post, and what a registered one is known by. Pure."""

import re
from enum import StrEnum
from typing import NamedTuple

from portal.letters.models import PullReason
from portal.notifications.models import Status

LARGEST_PROOF = 5_000_000  # bytes
LEFT = (Status.POSTED, Status.RETURNED)
_BEFORE_POST = (Status.QUEUED, Status.IN_RUN, Status.PRINTED)

_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)  # UPU S10, of the eight figures of a number
_S10 = re.compile(r"[A-Z]{2}([0-9]{8})([0-9])[A-Z]{2}")
_LA_POSTE = re.compile(r"[0-9][0-9A-Z][0-9]{10,12}[0-9A-Z]")  # 1A 123 456 7890 1 and the like: 13 to 15 signs
_KEY_PAGE = re.compile(r"C[0-9OIL]{7,18}[A-Z]{1,2}([1-4])[1-4]")
_STREAM = re.compile(rb"stream\r?\n")
_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|OpenAction|AA|XFA|Encrypt)(?![A-Za-z0-9])")
_PICTURES = {
    "image/jpeg": (b"\xff\xd8\xff", b"\xff\xd9"),
    "image/png": (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
}


class PostFault(StrEnum):
    """Why a run is not marked printed, counted or posted."""

    NOT_MADE = "not_made"  # its files are still being made
    NOT_PRINTED = "not_printed"
    NOT_COUNTED = "not_counted"
    TO_PULL = "to_pull"  # a letter in the tray must not leave
    COUNT_DIFFERS = "count_differs"
    BAD_DAY = "bad_day"  # before the run, or to come
    NO_POST = "no_post"  # a day on which nothing is posted
    NO_NUMBER = "no_number"  # a registered letter without its tracking number
    NOT_EMPTY = "not_empty"  # a letter of it is still to leave
    OUTSIDE = "outside"  # an outside printer has it, and says so itself
    ALREADY = "already"  # somebody has said so before
    BUSY = "busy"  # somebody is changing letters of it at this instant


class PullFault(StrEnum):
    """Why a letter is not pulled."""

    UNKNOWN = "unknown"
    LEFT = "left"  # it is at the post
    MAY_LEAVE = "may_leave"  # nothing says that it must not


class ReprintFault(StrEnum):
    """Why a letter is not printed again."""

    UNKNOWN = "unknown"
    STAYS = "stays"  # pulled, or overtaken: it must not leave
    TO_PULL = "to_pull"  # the same, and it is still in its tray
    GONE = "gone"  # its bytes are no longer kept
    WAITS = "waits"  # for a run: it was not printed yet


class RegisterFault(StrEnum):
    """Why a letter is not registered, or its number not taken."""

    UNKNOWN = "unknown"
    LEFT = "left"  # it is at the post as an ordinary letter, or as a registered one
    STAYS = "stays"  # pulled, or overtaken
    NUMBER = "number"  # no tracking number has this form
    TAKEN = "taken"  # another letter bears this number
    NEEDED = "needed"  # the post has it under a number: there is always one
    CHANGED = "changed"  # somebody else has said otherwise since the page was shown


class ProofFault(StrEnum):
    """Why a scanned proof is refused."""

    EMPTY = "empty"
    TOO_BIG = "too_big"
    KIND = "kind"  # neither PDF, JPEG nor PNG, whatever its name says
    BROKEN = "broken"  # its end is missing
    ACTIVE = "active"  # a PDF that would do something, or is locked
    ORDINARY = "ordinary"  # the letter is not registered


class Fate(StrEnum):
    """What becomes of the message of a letter that is pulled."""

    STAYS = "stays"  # over already
    AGAIN = "again"  # waits, to be drawn anew
    ROUND = "round"  # by another route
    WITHDRAWN = "withdrawn"


class Counts(NamedTuple):
    """Envelopes and sheets of paper, separators left out."""

    letters: int
    sheets: int


def fate(reason: PullReason, status: Status) -> Fate:
    """What becomes of a message whose letter is pulled for a reason.

    Nobody is left untold: unless the letter was overtaken, or asked not to leave, another letter or route tells.
    """
    if status not in _BEFORE_POST:
        return Fate.STAYS
    if reason is PullReason.ASKED:
        return Fate.WITHDRAWN
    return Fate.ROUND if reason is PullReason.REJECTED else Fate.AGAIN


def difference(expected: Counts, counted: Counts) -> Counts:
    """What was counted beyond what the run holds; negative: what lacks."""
    return Counts(counted.letters - expected.letters, counted.sheets - expected.sheets)


def page_of(key: str) -> int | None:
    """The page that a typed or scanned key names ("C0000123K-2-3": 2); None when it names the letter alone."""
    found = _KEY_PAGE.fullmatch(re.sub(r"[\s\u00a0-]", "", key).upper())
    return int(found[1]) if found else None


def tracking_number(text: str) -> str | None:
    """A tracking number without blanks, in capitals; None when it has no such form.

    Thirteen signs of the UPU's standard S10 (two letters, eight figures, a figure that checks them, the country), or La
    Poste's own, of 13 to 15 signs.
    """
    plain = re.sub(r"[\s\u00a0.-]", "", text).upper()
    s10 = _S10.fullmatch(plain)
    if s10 is not None:
        return plain if _s10_check(s10[1]) == int(s10[2]) else None
    return plain if _LA_POSTE.fullmatch(plain) else None


def _s10_check(figures: str) -> int:
    rest = 11 - sum(int(figure) * weight for figure, weight in zip(figures, _WEIGHTS, strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest)


def proof_kind(content: bytes) -> str | ProofFault:
    """The media type of a scanned proof, by its own bytes; or why it is refused. No virus is looked for here."""
    if not content or len(content) > LARGEST_PROOF:
        return ProofFault.TOO_BIG if content else ProofFault.EMPTY
    if content.startswith(b"%PDF-"):
        return _pdf_kind(content)
    for mime, (begins, ends) in _PICTURES.items():
        if content.startswith(begins):
            return mime if content.rstrip(b"\x00").endswith(ends) else ProofFault.BROKEN
    return ProofFault.KIND


def _pdf_kind(content: bytes) -> str | ProofFault:
    if b"%%EOF" not in content[-1024:]:
        return ProofFault.BROKEN
    return ProofFault.ACTIVE if _ACTIVE.search(_without_streams(content)) else "application/pdf"


def _without_streams(content: bytes) -> bytes:
    """A PDF without its pictures: among their bytes, any name stands by chance. Read once, whatever it holds."""
    said, at = [], 0
    while (stream := _STREAM.search(content, at)) is not None:
        end = content.find(b"endstream", stream.end())
        if end < 0:
            break
        said.append(content[at : stream.start()])
        at = end + len(b"endstream")
    return b"".join([*said, content[at:]])
