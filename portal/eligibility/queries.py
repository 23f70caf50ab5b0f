"""The book in force, and what people asked to keep."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.booking.models import Appointment, AppointmentStatus, Participation
from portal.clock import paris_day
from portal.directory.models import BookedBy, Motif, Territory
from portal.directory.models_subjects import Partner
from portal.eligibility.models import AnswersShare, Counted, RightsCount, RuleBook, SavedAnswers
from portal.eligibility.rules_reading import book_of
from portal.eligibility.rules_rights import Book
from portal.people.models import Person
from portal.people.queries import referents_of

READ_AFTER = timedelta(days=30)  # the agent of an appointment finishes what was begun there
_CANCELLED = (AppointmentStatus.EXCUSED, AppointmentStatus.REVOKED)
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


class SharedAt(NamedTuple):
    """An appointment at which a version is shown: its agent may read it before `read_until`, unless it is cancelled."""

    starts_at: datetime
    is_cancelled: bool
    read_until: datetime


def shared_at(session: Session, saved_id: int) -> dict[int, SharedAt]:
    """The appointments, past or to come, at which a version is or was shown, by number; as `shown_to` reads them."""
    rows = session.execute(
        select(Appointment.id, Appointment.starts_at, Appointment.status, Appointment.ends_at)
        .join(AnswersShare, AnswersShare.appointment_id == Appointment.id)
        .where(AnswersShare.saved_id == saved_id)
        .order_by(Appointment.id)
    )
    return {row.id: SharedAt(row.starts_at, row.status in _CANCELLED, row.ends_at + READ_AFTER) for row in rows}


def _read(session: Session, book_id: int, digest: str) -> Book:
    territories = tuple(session.scalars(select(Territory.key).order_by(Territory.key)))
    key = (digest, territories)
    if (book := _READ.get(key)) is None:
        book = book_of(definition(session, book_id), digest, territories)
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


def saved_before(session: Session, saved: SavedAnswers) -> SavedAnswers | None:
    """The version before one of the same person."""
    query = (
        select(SavedAnswers)
        .where(SavedAnswers.person_id == saved.person_id, SavedAnswers.id < saved.id)
        .order_by(SavedAnswers.id.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def appointments_to_come(session: Session, now: datetime, person_id: int) -> Sequence[Appointment]:
    """Those that a person comes to, soonest first, with their motif and place."""
    query = (
        select(Appointment)
        .join(Participation, Participation.appointment_id == Appointment.id)
        .where(
            Participation.person_id == person_id,
            Appointment.status == AppointmentStatus.BOOKED,
            Appointment.ends_at > now,
        )
        .options(joinedload(Appointment.motif), joinedload(Appointment.place))
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return session.scalars(query).all()


def shown_to(session: Session, now: datetime, person_id: int, *, agent_id: int) -> Sequence[SavedAnswers]:
    """The versions of a person that an agent may read, the last first.

    As their référent of today, or as the agent of an appointment that holds, from the share to `READ_AFTER` after its
    end.
    """
    follows = agent_id in referents_of(session, [person_id], paris_day(now))
    received = exists().where(Appointment.id == AnswersShare.appointment_id, *_received_by(agent_id, now))
    mine = or_(AnswersShare.appointment_id.is_(None), received) if follows else received
    shared = exists().where(AnswersShare.saved_id == SavedAnswers.id, AnswersShare.ended_at.is_(None), mine)
    query = select(SavedAnswers).where(SavedAnswers.person_id == person_id, shared).order_by(SavedAnswers.id.desc())
    return session.scalars(query).all()


class ShownAt(NamedTuple):
    """A version that somebody shows at an appointment."""

    appointment_id: int
    saved_id: int
    saved_at: datetime
    person_id: int
    given_names: str


def shown_at(session: Session, now: datetime, appointment_ids: Collection[int], *, agent_id: int) -> list[ShownAt]:
    """What those who come to these appointments show at them to this agent, who receives them; the last first."""
    rows = session.execute(
        select(AnswersShare.appointment_id, SavedAnswers.id, SavedAnswers.saved_at, Person.id, Person.given_names)
        .join(SavedAnswers, SavedAnswers.id == AnswersShare.saved_id)
        .join(Appointment, Appointment.id == AnswersShare.appointment_id)
        .join(Participation, Participation.appointment_id == Appointment.id)
        .join(Person, and_(Person.id == Participation.person_id, Person.id == SavedAnswers.person_id))
        .where(Appointment.id.in_(appointment_ids), AnswersShare.ended_at.is_(None), *_received_by(agent_id, now))
        .order_by(Appointment.id, SavedAnswers.id.desc())
    )
    return [ShownAt._make(row) for row in rows]


def _received_by(agent_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Appointment.agent_id == agent_id,
        Appointment.status.not_in(_CANCELLED),
        Appointment.ends_at > now - READ_AFTER,
    )


def definition(session: Session, book_id: int) -> dict[str, Any]:
    """A book as the files wrote it."""
    written: dict[str, Any] = session.scalars(select(RuleBook.definition).where(RuleBook.id == book_id)).one()
    return written


def loaded_on(session: Session) -> date | None:
    """When the book in force was loaded."""
    return session.scalar(select(RuleBook.loaded_on).order_by(RuleBook.id.desc()).limit(1))


def territory_names(session: Session) -> list[tuple[str, str]]:
    """(key, name) of each territory, by name."""
    rows = session.execute(select(Territory.key, Territory.name).order_by(Territory.name, Territory.key))
    return [(row.key, row.name) for row in rows]


def counted_months(session: Session, before: date) -> Sequence[date]:
    """The months before that day of which something was counted, the last first, two years at most."""
    months = select(RightsCount.month).where(RightsCount.month < before).distinct()
    return session.scalars(months.order_by(RightsCount.month.desc()).limit(24)).all()


def counted(session: Session, month: date) -> list[tuple[str, Counted, str, int]]:
    """(territory, kind, key, count) of a month."""
    query = select(RightsCount).where(RightsCount.month == month)
    rows = session.scalars(query.order_by(RightsCount.territory, RightsCount.kind, RightsCount.key))
    return [(row.territory, row.kind, row.key, row.count) for row in rows]
