"""What became of the letters of a run: taken out of it, brought back, registered."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.letters.models import Letter
from portal.letters.queries_runs import letters_of


class Gone(NamedTuple):
    """How many letters of a run were taken out of it, and of those how many left all the same: they came back."""

    pulled: int = 0
    left: int = 0


def gone_from(session: Session, run_ids: Collection[int]) -> dict[int, Gone]:
    """Of each run that lost any: its letters pulled, and those of them that the post brought back."""
    counted = (
        select(
            Letter.run_id,
            func.count(Letter.id),
            func.count(Letter.id).filter(Letter.returned_at.is_not(None)),
        )
        .where(Letter.run_id.in_(run_ids), Letter.pulled_at.is_not(None))
        .group_by(Letter.run_id)
        .order_by(Letter.run_id)
    )
    return {run_id: Gone(*numbers) for run_id, *numbers in session.execute(counted) if run_id is not None}


def returned_of(session: Session, run_id: int) -> Sequence[Letter]:
    """The letters of a run that the post brought back, in the order of the paper, with their messages."""
    return letters_of(session, run_id, Letter.returned_at.is_not(None))


def registered_of(session: Session, run_id: int) -> int:
    """How many letters of a run leave as registered ones, those pulled left out."""
    chosen = select(func.count(Letter.id)).where(Letter.run_id == run_id, Letter.pulled_at.is_(None))
    return session.scalar(chosen.where(Letter.is_registered)) or 0
