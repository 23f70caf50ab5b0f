"""What a version of somebody's answers holds, as it is sealed; and what changed between two versions. Pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields

from portal.eligibility.rules_questions import Answers
from portal.eligibility.rules_rights import Book, Outcome

LONGEST_WORDS = 2000  # characters of what a person writes


@dataclass(frozen=True)
class Kept:
    """What a person asked to keep: their answers, what they want, what they can do, and what they add to the result."""

    answers: Answers = field(default_factory=dict)
    wants: str = ""  # « mes envies et mes projets »
    can: str = ""  # « ce que je sais faire »
    adds: str = ""  # what the person says of the result, alone or with an agent

    def text(self) -> str:
        """As it is sealed."""
        return json.dumps(asdict(self) | {"answers": dict(self.answers)}, ensure_ascii=False, sort_keys=True)

    @staticmethod
    def read(text: str) -> "Kept":
        """What `text` gave, less what only another release knows. Raises ValueError, KeyError or TypeError else."""
        told, known = {**json.loads(text)}, {one.name for one in fields(Kept)}
        return Kept(**{key: value for key, value in told.items() if key in known})


@dataclass(frozen=True)
class Change:
    """A question answered otherwise than the last time; None: it was not answered."""

    key: str
    before: str | None
    now: str | None


def changes(book: Book, before: Answers, now: Answers) -> list[Change]:
    """The questions answered otherwise, in the order of the book; those that the book no longer has are left out."""
    return [Change(key, before.get(key), now.get(key)) for key in book.questions if before.get(key) != now.get(key)]


def moved(before: Outcome, now: Outcome) -> Mapping[str, tuple[str, ...]]:
    """The rights that came among the possible ones ("new") and those that left them ("gone"), by key.

    One of a theme that was not looked at again has not left.
    """
    was = {finding.right.key for finding in before.perhaps}
    no_longer = {finding.right.key for finding in (*now.unsure, *now.unlikely)}
    return {
        "new": tuple(finding.right.key for finding in now.perhaps if finding.right.key not in was),
        "gone": tuple(finding.right.key for finding in before.perhaps if finding.right.key in no_longer),
    }
