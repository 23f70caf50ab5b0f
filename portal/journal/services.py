"""Writes the journal: ids and verbs, in the same transaction as what they tell."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from portal.journal.models import JournalLine


class ActorKind(StrEnum):
    """What kind of hand did something."""

    PERSON = "person"  # someone who proved who they are: an account, or a code and the fact only they know
    AGENT = "agent"
    MACHINE = "machine"
    VISITOR = "visitor"  # anyone at the screen: nothing is proven


@dataclass(frozen=True)
class Actor:
    """Who does something, and from where. A visitor and a machine have no id.

    `mandate_id`: they act for the person of a mandate, under it.
    """

    kind: ActorKind
    id: int | None = None
    mandate_id: int | None = None
    place_id: int | None = None

    @classmethod
    def person(cls, person_id: int) -> "Actor":
        """A person who proved who they are."""
        return cls(ActorKind.PERSON, person_id)

    @classmethod
    def agent(cls, agent_id: int) -> "Actor":
        """A member of staff, signed in."""
        return cls(ActorKind.AGENT, agent_id)

    @property
    def is_agent(self) -> bool:
        """True for a member of staff who acts for the service itself; not for one who acts for a person."""
        return self.kind is ActorKind.AGENT and self.mandate_id is None


# Written at once and never read back: a line is no object that something else may still change.
_LINE = insert(cast(Table, JournalLine.__table__)).inline()

VISITOR = Actor(ActorKind.VISITOR)
MACHINE = Actor(ActorKind.MACHINE)


def record(  # noqa: PLR0913 - a line's own columns
    session: Session,
    now: datetime,
    *,
    actor: Actor,
    verb: str,
    for_person_id: int | None = None,
    object_kind: str | None = None,
    object_id: int | None = None,
    **ids: int | None,
) -> None:
    """Adds one line: who did what ("appointment.booked"), for whom, on what, and when.

    `ids` are other ids worth keeping (`place_id=4`). Only whole numbers are taken, so that no name, number or text of
    a person can enter the journal; anything else raises `TypeError`.
    """
    for name, value in ids.items():
        if value is not None and not isinstance(value, int):
            raise TypeError(f"the journal keeps ids only, and {name} is none")
    line = {
        "at": now,
        "actor": actor.kind.value,
        "actor_id": actor.id,
        "for_person_id": for_person_id,
        "verb": verb,
        "object_kind": object_kind,
        "object_id": object_id,
        "mandate_id": actor.mandate_id,
        "place_id": actor.place_id,
        "details": {name: value for name, value in ids.items() if value is not None},
    }
    session.connection().execute(_LINE, line)
