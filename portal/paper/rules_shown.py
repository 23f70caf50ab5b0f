"""What a page of entry says of the file it shows, so that a change made meanwhile is seen. Pure.

Whoever holds a paper may read nothing of its person's file: a mark says that a thing has changed, and nothing else.
"""

from collections.abc import Collection
from dataclasses import dataclass

from portal.desk.rules import WATCHED
from portal.paper.models import FormKind, PaperForm
from portal.people.models import Person
from portal.sealing import Sealer

_LENGTH = 16  # hexadecimal digits of a mark
# What forms of a kind change, by the names of `desk.rules.WATCHED`: nothing else of a file is marked.
_CHANGED_BY = {
    FormKind.WISH: ("address",),
    FormKind.CHOICES: ("sms", "emails", "paper", "large_print", "language", "address"),
    FormKind.ADDRESS: ("address",),
    FormKind.MANDATE: ("address",),
}


@dataclass(frozen=True)
class Shown:
    """What a page showed: its `marks`, as they came back with what was typed. `sealer` has made them."""

    marks: str
    sealer: Sealer

    def has_changed(self, form: PaperForm, person: Person, names: Collection[str]) -> bool:
        """Whether one of these things of the file is no longer as the page of this form showed it, or bears no mark."""
        read = dict(part.split("=", 1) for part in self.marks.split(",") if "=" in part)
        return any(read.get(name) != _mark(form, person, name, self.sealer) for name in names)


def marks_of(form: PaperForm, person: Person, sealer: Sealer) -> str:
    """A mark for each thing that this form may change; keyed, and another for each form: nobody finds a value by it."""
    return ",".join(f"{name}={_mark(form, person, name, sealer)}" for name in _CHANGED_BY[form.kind])


def _mark(form: PaperForm, person: Person, name: str, sealer: Sealer) -> str:
    value = getattr(person, WATCHED[name])
    return sealer.hash("shown of a form", f"{form.id} {name} {value!r}")[:_LENGTH]
