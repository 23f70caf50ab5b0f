"""What people told of their household, read."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.models_household import Household


def household_of(session: Session, person_id: int) -> Household | None:
    """What holds of a person's household."""
    holds = select(Household).where(Household.person_id == person_id, Household.ended_at.is_(None))
    return session.scalars(holds).one_or_none()
