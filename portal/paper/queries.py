"""Paper forms, found again."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.booking.availability import Scope
from portal.booking.models import Opening, opening_motif
from portal.booking.next_slots import next_slots
from portal.booking.slots import Slot
from portal.directory import queries as directory
from portal.directory.models import BookedBy, Motif
from portal.notifications.models import Message, Route, Status
from portal.paper.models import FormKind, PaperForm
from portal.paper.rules import STANDS, SUBJECT, half_days_in
from portal.people.models import Agent, Person
from portal.people.queries_access import Service

_BOOKABLE = frozenset(BookedBy) - {BookedBy.NOBODY}
_LOOKED_AT = 400  # free slots among which those of the half-days are looked for
_NOT_PRINTED = (Status.WAITING, Status.SENDING, Status.QUEUED)
_SHOWN = 20  # forms of a person


def form(session: Session, form_id: int) -> PaperForm | None:
    """A form with its person; read again from the database."""
    return session.scalars(_whole().where(PaperForm.id == form_id)).one_or_none()


def form_held(session: Session, form_id: int) -> PaperForm:
    """The same, of a form that this transaction has just written."""
    return session.scalars(_whole().where(PaperForm.id == form_id)).one()


def form_by_code(session: Session, code: str) -> PaperForm | None:
    """The same, by its code (as `codes.read_code` gives it)."""
    return session.scalars(_whole().where(PaperForm.code == code)).one_or_none()


def forms_of(session: Session, person_id: int) -> Sequence[PaperForm]:
    """The last forms given to a person, the latest first."""
    of_person = _whole().where(PaperForm.person_id == person_id)
    return session.scalars(of_person.order_by(PaperForm.made_at.desc(), PaperForm.id.desc()).limit(_SHOWN)).all()


def form_on_its_way(session: Session, kind: FormKind, person_id: int) -> PaperForm | None:
    """The form of this kind that was last sent to a person by post, and has not left yet."""
    sent = (
        _whole()
        .join(Message, and_(Message.subject == SUBJECT, Message.subject_id == PaperForm.id))
        .where(
            PaperForm.kind == kind,
            PaperForm.person_id == person_id,
            PaperForm.entered_at.is_(None),
            Message.status.in_(_NOT_PRINTED),
        )
        .order_by(PaperForm.id.desc())
        .limit(1)
    )
    return session.scalars(sent).one_or_none()


def form_for_blank(session: Session, kind: FormKind, person_id: int) -> PaperForm | None:
    """The form that stands for a blank one of this kind which a person filled in, not entered yet; the last one."""
    stands = (
        _whole()
        .where(
            PaperForm.kind == kind,
            PaperForm.person_id == person_id,
            PaperForm.entered_at.is_(None),
            PaperForm.known.has_key(STANDS),
        )
        .order_by(PaperForm.id.desc())
        .limit(1)
    )
    return session.scalars(stands).one_or_none()


def routes_promised(session: Session, entered: PaperForm, reader_id: int) -> frozenset[Route]:
    """The ways by which somebody is told what a form, in the instant when it was entered, has brought about."""
    promised = select(Message.route).where(
        Message.person_id == reader_id, Message.to.is_(None), Message.created_at == entered.entered_at
    )
    return frozenset(session.scalars(promised.order_by(Message.id)))


def places_given(session: Session, day: date) -> dict[int, set[int]]:
    """Where each motif is given, on `day` or later: places by the number of the motif."""
    openings = (
        select(opening_motif.c.motif_id, Opening.place_id)
        .join(Opening, Opening.id == opening_motif.c.opening_id)
        .where(or_(Opening.last_day.is_(None), Opening.last_day >= day))
        .distinct()
        .order_by(opening_motif.c.motif_id, Opening.place_id)
    )
    given: dict[int, set[int]] = {}
    for motif_id, place_id in session.execute(openings):
        given.setdefault(motif_id, set()).add(place_id)
    return given


def agent_name(session: Session, agent_id: int | None) -> str:
    """Prénom Nom; empty for nobody."""
    agent = session.get(Agent, agent_id) if agent_id is not None else None
    return f"{agent.given_name} {agent.family_name}" if agent else ""


def motifs_booked_by(session: Session, day: date, services: Iterable[Service]) -> list[Motif]:
    """What these services book somewhere, by theme."""
    families = [service.families for service in services]
    return [
        motif
        for group in directory.themes(session, day, _BOOKABLE)
        for motif in group.motifs
        if any(one is None or motif.family in one for one in families)
    ]


def fitting(  # noqa: PLR0913 - what was asked for
    session: Session,
    now: datetime,
    *,
    motif: Motif,
    place_ids: Collection[int] | None,
    ticked: Collection[str],
    first_day: date,
    count: int = 5,
) -> list[Slot]:
    """The first free slots in the half-days that were ticked; a motif of the person's own agent alone has none."""
    if motif.with_referent:
        return []
    places = None if place_ids is None else frozenset(place_ids)
    scope = Scope(motif, place_ids=places, for_agent=True)
    return half_days_in(next_slots(session, now, scope, count=_LOOKED_AT), ticked, first_day)[:count]


def _whole() -> Select[PaperForm]:
    return (
        select(PaperForm)
        .options(joinedload(PaperForm.person).joinedload(Person.guardian))
        .execution_options(populate_existing=True)
    )
