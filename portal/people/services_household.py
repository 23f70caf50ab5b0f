"""What a person told of their household: kept, corrected and erased because they say so, and never otherwise."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.journal.services import Actor, ActorKind, record
from portal.people.models import Person
from portal.people.models_household import Household
from portal.people.queries_household import household_of
from portal.people.rules_household import Told, still_told, told_of
from portal.people.services import file_held


def tell_household(  # noqa: PLR0913 - whose, what, by whom
    session: Session, now: datetime, *, person_id: int, told: Told, by: Actor, is_whole: bool = False
) -> bool:
    """Keeps what a person tells of their household in their file; tells whether that changed anything.

    What `told` leaves out stays as it was, unless it no longer stands (`still_told`); with `is_whole`, it is erased.
    The same told again, once it no longer stood, is told anew. What a merge undone would bring back gives way too.
    Nothing else of the file changes. The journal says that it was told, and not what. Does not commit.
    """
    file_id = file_held(session, person_id)
    if file_id is None:  # a card is no file
        return False
    confirmed_at = _hold(session, file_id)
    held = household_of(session, file_id)
    before, stands = told_of(held), still_told(held, now, confirmed_at)
    wanted = told if is_whole else told.over(stands)
    if wanted == before == stands:
        return False
    if wanted.is_empty:
        forget_household(session, now, file_id, by)
        return True
    _delete(session, file_id)
    row = Household(
        person_id=file_id,
        commune=wanted.commune,
        is_couple=wanted.is_couple,
        children=list(wanted.children),
        told_at=now,
        agent_id=by.id if by.kind is ActorKind.AGENT else None,
    )
    session.add(row)
    session.flush()
    _note(session, now, "household.told", (row.id, file_id), by)
    return True


def erase_household(session: Session, now: datetime, *, person_id: int, by: Actor) -> None:
    """Erases what a person told of their household. Twice is once. Does not commit."""
    tell_household(session, now, person_id=person_id, told=Told(), by=by, is_whole=True)


def forget_household(session: Session, now: datetime, person_id: int, by: Actor) -> None:
    """The same, for a caller who holds the person's row; what ended goes too. Does not commit."""
    for number in _delete(session, person_id):
        _note(session, now, "household.erased", (number, person_id), by)


def _hold(session: Session, person_id: int) -> datetime | None:
    """Two presses, or a press and a merge, are one after the other. Gives when the person's address was confirmed."""
    row = select(Person.address_confirmed_at).where(Person.id == person_id)
    return session.scalar(row.with_for_update(key_share=True))


def _delete(session: Session, person_id: int) -> list[int]:
    gone = delete(Household).where(Household.person_id == person_id).returning(Household.id)
    return sorted(session.scalars(gone.execution_options(synchronize_session="fetch")))


def _note(session: Session, now: datetime, verb: str, row: tuple[int, int], by: Actor) -> None:
    """`row`: its number, and its person."""
    number, person_id = row
    record(session, now, actor=by, verb=verb, for_person_id=person_id, object_kind="household", object_id=number)
