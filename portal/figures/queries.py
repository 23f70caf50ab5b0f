"""Appointments counted by what became of them, and the days waited, as noted."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from portal.booking.models import Appointment, AppointmentStatus, Opening, Participation, opening_motif
from portal.directory.models import BookedBy, Motif, Place
from portal.figures.models import WaitingTime
from portal.figures.rules import PERIODS, Counted, End, lead_of
from portal.notifications.models import Message, Status, Step
from portal.people.models import Person

_LEFT = (
    Status.SENT,
    Status.DELIVERED,
    Status.QUEUED,
    Status.IN_RUN,
    Status.PRINTED,
    Status.POSTED,
    Status.DONE,
)
_NO_ROUTE = ""


def counted(
    session: Session, since: Mapping[int, datetime], until: datetime, *, place_ids: Collection[int] | None
) -> list[Counted]:
    """The appointments that began before `until`, at these places (None: everywhere), in groups.

    `since`: when each of `PERIODS` begins, by its days. On paper are those of people who chose the garantie papier, or
    whose guardian did. A workshop counts once for each of its seats.
    """
    days = cast(func.floor(func.extract("epoch", Appointment.starts_at - Appointment.created_at) / 86400), Integer)
    routes = (
        select(func.string_agg(Message.route.distinct(), aggregate_order_by(literal("+"), Message.route)))
        .where(
            Message.subject == "appointment",
            Message.subject_id == Appointment.id,
            Message.step == Step.REMINDER,
            Message.status.in_(_LEFT),
        )
        .correlate(Appointment)
        .scalar_subquery()
    )
    one = (
        select(
            Appointment.motif_id,
            Appointment.place_id,
            func.coalesce(routes, _NO_ROUTE).label("routes"),
            days.label("days"),
            _END.label("ended"),
            case(*((Appointment.starts_at >= since[days], days) for days in sorted(PERIODS))).label("within"),
            _for_someone(on_paper=True).label("is_on_paper"),
        )
        .join(Motif, Motif.id == Appointment.motif_id)
        .where(
            Appointment.starts_at >= since[max(PERIODS)], Appointment.starts_at < until, _for_someone(on_paper=False)
        )
    )
    if place_ids is not None:
        one = one.where(Appointment.place_id.in_(place_ids))
    each = one.subquery()
    columns = (
        each.c.motif_id,
        each.c.place_id,
        each.c.routes,
        each.c.days,
        each.c.ended,
        each.c.within,
        each.c.is_on_paper,
    )
    rows = session.execute(select(*columns, func.count()).group_by(*columns).order_by(*columns))
    return [
        Counted(motif, place, routes, lead_of(waited), End(end), count, within, is_on_paper)
        for motif, place, routes, waited, end, within, is_on_paper, count in rows
    ]


def names(session: Session) -> tuple[dict[int, str], dict[int, str]]:
    """The titles of all motifs and the names of all places, by number."""
    motifs = session.execute(select(Motif.id, Motif.title).order_by(Motif.id))
    places = session.execute(select(Place.id, Place.name).order_by(Place.id))
    return {row[0]: row[1] for row in motifs}, {row[0]: row[1] for row in places}


def motifs_waited_for(session: Session, place_ids: Collection[int] | None) -> Sequence[Motif]:
    """The motifs of which the days waited were noted at these places, in the order of the site."""
    noted = select(WaitingTime.motif_id)
    if place_ids is not None:
        noted = noted.where(WaitingTime.place_id.in_(place_ids))
    return session.scalars(select(Motif).where(Motif.id.in_(noted)).order_by(Motif.position, Motif.id)).all()


def waited(
    session: Session, motif_id: int, first: date, last: date, *, place_ids: Collection[int] | None
) -> dict[int, dict[date, int | None]]:
    """By place, the days waited that were noted from `first` to `last`, both included."""
    rows = select(WaitingTime.place_id, WaitingTime.day, WaitingTime.days).where(
        WaitingTime.motif_id == motif_id, WaitingTime.day.between(first, last)
    )
    if place_ids is not None:
        rows = rows.where(WaitingTime.place_id.in_(place_ids))
    found: dict[int, dict[date, int | None]] = {}
    for place_id, day, days in session.execute(rows.order_by(WaitingTime.place_id, WaitingTime.day)):
        found.setdefault(place_id, {})[day] = days
    return found


def is_noted(session: Session, day: date) -> bool:
    """Whether the waiting times of a day are written."""
    return session.scalar(select(WaitingTime.day).where(WaitingTime.day == day).limit(1)) is not None


def offered(session: Session, day: date) -> list[tuple[Motif, list[int]]]:
    """The motifs that can be booked, each with the places where somebody receives for it."""
    there = (
        select(opening_motif.c.motif_id, Opening.place_id)
        .join(Opening, Opening.id == opening_motif.c.opening_id)
        .join(Place, Place.id == Opening.place_id)
        .where(or_(Opening.last_day.is_(None), Opening.last_day >= day))
        .where(or_(Place.closed_on.is_(None), Place.closed_on > day))
        .distinct()
        .order_by(opening_motif.c.motif_id, Opening.place_id)
    )
    places: dict[int, list[int]] = {}
    for motif_id, place_id in session.execute(there):
        places.setdefault(motif_id, []).append(place_id)
    motifs = session.scalars(
        select(Motif)
        .where(Motif.id.in_(places), Motif.booked_by != BookedBy.NOBODY)
        .where(or_(Motif.closed_on.is_(None), Motif.closed_on > day))
        .order_by(Motif.id)
    )
    return [(motif, places[motif.id]) for motif in motifs]


_END = case(
    (Appointment.status == AppointmentStatus.SEEN, End.HONOURED.value),
    (Appointment.status == AppointmentStatus.NOSHOW, End.MISSED.value),
    (Appointment.status == AppointmentStatus.REVOKED, End.BY_SERVICE.value),
    (Appointment.status == AppointmentStatus.BOOKED, End.NOT_NOTED.value),
    (
        Appointment.changed_at <= Appointment.starts_at - Motif.cancel_minutes * literal(timedelta(minutes=1)),
        End.IN_TIME.value,
    ),
    else_=End.LATE.value,
)


def _for_someone(*, on_paper: bool) -> ColumnElement[bool]:
    guardian = aliased(Person)
    people = (
        select(Participation.person_id)
        .join(Person, Person.id == Participation.person_id)
        .join(guardian, guardian.id == Person.guardian_id, isouter=True)
        .where(Participation.appointment_id == Appointment.id)
    )
    if on_paper:
        people = people.where(or_(and_(guardian.id.is_(None), Person.wants_paper), guardian.wants_paper))
    return people.correlate(Appointment).exists()
