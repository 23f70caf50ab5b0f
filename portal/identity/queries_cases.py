"""Identities that fit several files, for the agents who say whose they are."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.directory.models import Commune
from portal.identity.queries_franceconnect import files_to_compare, taken
from portal.identity.rules_matching import outcome, pivot_of_case
from portal.people.models import Person
from portal.people.models_credentials import IdentityCase


def open_cases(session: Session) -> list[IdentityCase]:
    """Those that wait for an agent, the oldest first."""
    waiting = select(IdentityCase).where(IdentityCase.closed_at.is_(None))
    return list(session.scalars(waiting.order_by(IdentityCase.created_at, IdentityCase.id)))


def open_case(session: Session, case_id: int, *, is_held: bool = False) -> IdentityCase | None:
    """A case that waits; None when it was settled, or never was. `is_held`: nobody else settles it meanwhile."""
    chosen = select(IdentityCase).where(IdentityCase.id == case_id, IdentityCase.closed_at.is_(None))
    return session.scalars(chosen.with_for_update() if is_held else chosen).one_or_none()


def was_case(session: Session, case_id: int) -> bool:
    """Whether there is such a case, settled or not."""
    return session.get(IdentityCase, case_id) is not None


def candidates(session: Session, case: IdentityCase) -> tuple[list[Person], frozenset[int]]:
    """The files that may be theirs, those that fit surely first; and which of them FranceConnect opens already."""
    pivot = pivot_of_case(case)
    files = files_to_compare(session, pivot)
    _outcome, fitting = outcome(pivot, files)
    return fitting, taken(session, [file.id for file in fitting])


def place_name(session: Session, insee: str | None) -> str:
    """The name of a commune, else its number as it is; nothing when it is not known."""
    if insee is None:
        return ""
    return session.scalar(select(Commune.name).where(Commune.insee == insee)) or insee
