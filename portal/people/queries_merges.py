"""Which rows of people are files of their own, and what became of the doubles that were merged."""

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from portal.people.models import Person


def is_file() -> ColumnElement[bool]:
    """Whether a row is a file that pages show: neither a card of a file, nor a double merged into another."""
    return and_(Person.card_of_id.is_(None), Person.merged_into_id.is_(None))


def kept_in(session: Session, person_id: int) -> int | None:
    """The file in which a merged one is now, however many merges away; None when it was not merged."""
    first = select(Person.merged_into_id.label("id")).where(Person.id == person_id, Person.merged_into_id.is_not(None))
    chain = first.cte("chain", recursive=True)
    chain = chain.union(
        select(Person.merged_into_id).join(chain, Person.id == chain.c.id).where(Person.merged_into_id.is_not(None))
    )
    last = select(Person.id).join(chain, Person.id == chain.c.id).where(Person.merged_into_id.is_(None))
    return session.scalars(last).one_or_none()


def merged_into(session: Session, person_id: int) -> list[int]:
    """The doubles that are now in a file, those of doubles among them, by number."""
    chain = select(Person.id).where(Person.merged_into_id == person_id).cte("chain", recursive=True)
    chain = chain.union(select(Person.id).join(chain, Person.merged_into_id == chain.c.id))
    return list(session.scalars(select(chain.c.id).order_by(chain.c.id)))
