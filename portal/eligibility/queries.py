"""The book in force, and what people asked to keep."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.directory.models import BookedBy, Motif, Territory
from portal.directory.models_subjects import Partner
from portal.eligibility.models import AnswersShare, RuleBook, SavedAnswers
from portal.eligibility.rules_reading import book_of
from portal.eligibility.rules_rights import Book

_BOOKS = 8  # versions kept read: the one in force, and those of saved answers being looked at
_READ: dict[tuple[str, tuple[str, ...]], Book] = {}  # by what they hold: a book never changes


def book_in_force(session: Session) -> tuple[int, Book] | None:
    """The last book loaded, with its id; None where a Département offers no pre-diagnostic."""
    found = session.execute(select(RuleBook.id, RuleBook.digest).order_by(RuleBook.id.desc()).limit(1)).one_or_none()
    return (found.id, _read(session, found.id, found.digest)) if found else None


def book_of_version(session: Session, book_id: int) -> Book:
    """The book that saved answers were given to."""
    digest = session.scalars(select(RuleBook.digest).where(RuleBook.id == book_id)).one()
    return _read(session, book_id, digest)


def saved_of(session: Session, person_id: int) -> Sequence[SavedAnswers]:
    """What a person keeps, the last version first, with whom each is shared."""
    query = (
        select(SavedAnswers)
        .where(SavedAnswers.person_id == person_id)
        .options(selectinload(SavedAnswers.shares))
        .order_by(SavedAnswers.id.desc())
    )
    return session.scalars(query).all()


def saved(session: Session, saved_id: int, *, person_id: int) -> SavedAnswers | None:
    """One version of a person, with whom it is shared; None when it is somebody else's."""
    query = (
        select(SavedAnswers)
        .where(SavedAnswers.id == saved_id, SavedAnswers.person_id == person_id)
        .options(selectinload(SavedAnswers.shares), joinedload(SavedAnswers.book).load_only(RuleBook.digest))
    )
    return session.scalars(query).one_or_none()


def shares_open(session: Session, saved_id: int) -> Sequence[AnswersShare]:
    """To whom a version is shown now."""
    query = (
        select(AnswersShare)
        .where(AnswersShare.saved_id == saved_id, AnswersShare.ended_at.is_(None))
        .order_by(AnswersShare.id)
    )
    return session.scalars(query).all()


def _read(session: Session, book_id: int, digest: str) -> Book:
    territories = tuple(session.scalars(select(Territory.key).order_by(Territory.key)))
    key = (digest, territories)
    if (book := _READ.get(key)) is None:
        definition = session.scalars(select(RuleBook.definition).where(RuleBook.id == book_id)).one()
        book = book_of(definition, digest, territories)
        while len(_READ) >= _BOOKS:
            _READ.pop(next(iter(_READ)), None)
        _READ[key] = book
    return book


def partners_of(session: Session, keys: Collection[str]) -> dict[str, Partner]:
    """Those of these partners who still answer, by key."""
    query = select(Partner).where(Partner.key.in_(keys), Partner.closed_on.is_(None)).order_by(Partner.key)
    return {partner.key: partner for partner in session.scalars(query)}


def motifs_of(session: Session, keys: Collection[str], day: date) -> dict[str, Motif]:
    """Those of these motifs that anybody may book on a day, by key."""
    query = (
        select(Motif)
        .where(
            Motif.key.in_(keys),
            Motif.booked_by == BookedBy.EVERYONE,
            or_(Motif.closed_on.is_(None), Motif.closed_on > day),
        )
        .order_by(Motif.key)
    )
    return {motif.key: motif for motif in session.scalars(query)}
