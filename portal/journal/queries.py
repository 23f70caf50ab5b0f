"""What the journal says about one person: their own part of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from portal.journal.models import JournalLine

PAGE = 50  # lines


@dataclass(frozen=True)
class Told:
    """One line, for the person it concerns. `portal.journal.verbs` has the words; names are found by the ids."""

    id: int
    at: datetime
    actor: str  # person, agent, machine, visitor
    actor_id: int | None
    verb: str
    mandate_id: int | None
    place_id: int | None
    for_person_id: int | None


@dataclass(frozen=True)
class Lines:
    """A page of lines, the newest first, and whether older ones follow."""

    lines: Sequence[Told]
    has_more: bool


def lines_for_person(session: Session, person_ids: Collection[int], page: int = 1, size: int = PAGE) -> Lines:
    """What was done for a person, by whom, and what they did themselves. `page` counts from 1.

    `person_ids`: their file, and the doubles merged into it, whose lines cannot change.
    """
    concerns = or_(
        JournalLine.for_person_id.in_(person_ids),
        and_(JournalLine.actor_id.in_(person_ids), JournalLine.actor == "person"),
    )
    found = session.execute(
        select(
            JournalLine.id,
            JournalLine.at,
            JournalLine.actor,
            JournalLine.actor_id,
            JournalLine.verb,
            JournalLine.mandate_id,
            JournalLine.place_id,
            JournalLine.for_person_id,
        )
        .where(concerns)
        .order_by(JournalLine.at.desc(), JournalLine.id.desc())
        .offset((max(page, 1) - 1) * size)
        .limit(size + 1)
    ).all()
    told = [Told(*row) for row in found[:size]]
    return Lines(told, len(found) > size)
