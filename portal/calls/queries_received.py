"""What a phone desk reads while somebody is on the line: subjects, what each may lead to, and who receives today."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.booking.agendas import closed_of
from portal.booking.slots import Days
from portal.directory import queries as directory
from portal.directory.models import BookedBy, Helpline, Motif, Place, PlaceAttachment
from portal.directory.models_subjects import Partner, Subject
from portal.people.queries_access import Service, places_of, services_of

_MDS_SITE = "mds_site"  # the kind of place that holds a same-day permanence
_MOST_PLACES = 6  # more than that is a list to look through: the public page does it better


@dataclass(frozen=True)
class Sheet:
    """What to say about a subject, and what it may lead to today.

    `receiving`: the agent's places that receive the same day, or those of their MDS; none that is closed today.
    `partners`: those of the subject, or everyone when nothing of the list fits.
    """

    subject: Subject | None
    motifs: Sequence[Motif]
    partners: Sequence[Partner]
    receiving: Sequence[Place]
    helplines: Sequence[Helpline]

    @property
    def is_urgent(self) -> bool:
        """Whether the permanence of today comes first."""
        return self.subject is not None and self.subject.is_urgent


def subjects(session: Session, day: date) -> Sequence[Subject]:
    """What callers ask about, in the order of the Département's file."""
    open_ones = select(Subject).where(_open(Subject.closed_on, day))
    return session.scalars(open_ones.order_by(Subject.position, Subject.id)).all()


def subject(session: Session, day: date, key: str) -> Subject | None:
    """One subject by its key; None for one that is closed, or that never was."""
    return session.scalars(select(Subject).where(Subject.key == key, _open(Subject.closed_on, day))).one_or_none()


def partner(session: Session, day: date, key: str) -> Partner | None:
    """One partner by its key, as `subject`."""
    return session.scalars(select(Partner).where(Partner.key == key, _open(Partner.closed_on, day))).one_or_none()


def sheet(  # noqa: PLR0913 - a day, a subject, and where the agent is
    session: Session,
    day: date,
    chosen: Subject | None,
    *,
    agent_id: int,
    roles: Collection[str],
    place_id: int | None,
) -> Sheet:
    """What to show for a subject; None: the one that no line of the file says."""
    own = places_of(session, agent_id, roles, day)
    near = own if own is not None else frozenset({place_id} if place_id else ())
    receiving = _receiving(session, day, near) or _receiving(session, day, _of_same_mds(session, day, near))
    receiving.sort(key=lambda site: (site.id != place_id, site.name, site.id))
    return Sheet(
        chosen,
        _motifs(session, day, chosen.motif_keys if chosen else None, services_of(session, agent_id, day)),
        _partners(session, day, chosen.partner_keys if chosen else None),
        receiving[:_MOST_PLACES],
        directory.helplines(session) if chosen is not None and chosen.is_urgent else (),
    )


def _receiving(session: Session, day: date, ids: Collection[int]) -> list[Place]:
    sites = directory.places(session, day, ids=ids, kinds=[_MDS_SITE]) if ids else ()
    closed = closed_of(session, Days(day, day)) if sites else None
    return [site for site in sites if site.urgent_hours and closed and day.toordinal() not in closed.of(site.id)]


def _of_same_mds(session: Session, day: date, ids: Collection[int]) -> Collection[int]:
    """The places that answer to the same MDS: a permanence sends to the house it belongs to."""
    houses = select(PlaceAttachment.mds_id).where(
        PlaceAttachment.place_id.in_(ids), PlaceAttachment.valid.contains(day)
    )
    beside = select(PlaceAttachment.place_id).where(
        PlaceAttachment.mds_id.in_(houses), PlaceAttachment.valid.contains(day)
    )
    return set(session.scalars(beside.order_by(PlaceAttachment.place_id)))


def _motifs(session: Session, day: date, keys: Sequence[str] | None, services: Collection[Service]) -> Sequence[Motif]:
    """Those that these services book; with keys, in their order; without, none: the booking lists them all."""
    if keys is None:
        return ()
    wanted = select(Motif).where(Motif.key.in_(keys), _open(Motif.closed_on, day), Motif.booked_by != BookedBy.NOBODY)
    mine = [
        motif
        for motif in session.scalars(wanted.order_by(Motif.id))
        if any(one.families is None or motif.family in one.families for one in services)
    ]
    return sorted(mine, key=lambda motif: keys.index(motif.key))


def _partners(session: Session, day: date, keys: Sequence[str] | None) -> Sequence[Partner]:
    wanted = select(Partner).where(_open(Partner.closed_on, day)).order_by(Partner.id)
    if keys is None:
        return session.scalars(wanted).all()
    return sorted(session.scalars(wanted.where(Partner.key.in_(keys))), key=lambda partner: keys.index(partner.key))


def _open(closed_on: InstrumentedAttribute[date | None], day: date) -> ColumnElement[bool]:
    return or_(closed_on.is_(None), closed_on > day)
