"""Wishes made, answered and ended, each with its line in the journal. The caller commits."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.booking.models_waiting import Wish, WishEnd
from portal.booking.queries_waiting import wish
from portal.booking.rules_service import may_book
from portal.booking.rules_waiting import WishFault, books_family, wish_refusal
from portal.booking.services_overtaken import overtake_missed
from portal.clock import paris_day
from portal.directory.models import Motif
from portal.journal.services import MACHINE, Actor, record
from portal.people.queries_access import services_of
from portal.people.services import file_held
from portal.refusal import Refused

__all__ = ["WishFault", "answer_wishes", "end_past_wishes", "stop_waiting", "wait"]

_OPEN = Wish.ended_at.is_(None)


def wait(  # noqa: PLR0913 - a wish's own parts
    session: Session,
    now: datetime,
    *,
    person_id: int,
    motif_id: int,
    place_id: int | None,
    first_day: date,
    last_day: date | None,
    mornings: bool,
    afternoons: bool,
    half_days: Sequence[str] = (),
    on_paper: bool = False,
    by: Actor,
) -> Wish:
    """Puts a person on the waiting list of a motif, at a place or anywhere (None), from a day to another, included.

    `half_days` ("lun-matin"): those of the week that suit; none: every weekday. One wish for each motif: asking again
    says what suits now, and keeps the place in the line. `on_paper`: the person's own slip says it, which an agent of
    any service may hold. Raises `Refused` (WishFault), and `LookupError` for a file or a motif that is not there.
    """
    motif, file_id = session.get(Motif, motif_id), file_held(session, person_id)
    if motif is None or file_id is None:
        raise LookupError("no such motif or file")
    if not on_paper:
        _refuse_others(session, now, by, motif.family, place_id)
    suits = {
        "first_day": first_day,
        "last_day": last_day,
        "mornings": mornings,
        "afternoons": afternoons,
        "half_days": list(half_days) or None,
    }
    fault = wish_refusal(
        motif,
        first_day=first_day,
        last_day=last_day,
        mornings=mornings,
        afternoons=afternoons,
        today=paris_day(now),
    )
    if fault is not None:
        raise Refused(fault)
    fresh = insert(Wish).values(
        person_id=file_id, motif_id=motif_id, place_id=place_id, created_at=now, created_by=by.id, **suits
    )
    written = session.scalar(
        fresh.on_conflict_do_update(
            index_elements=[Wish.person_id, Wish.motif_id],
            index_where=_OPEN,
            set_={"place_id": place_id, **suits},
        ).returning(Wish.id)
    )
    _note(session, now, by, "wish.made", file_id, written)
    return _known(wish(session, written or 0))


def stop_waiting(session: Session, now: datetime, *, wish_id: int, how: WishEnd, by: Actor) -> Wish:
    """Ends a wish; the first end stands. Raises `Refused` (NOT_YOUR_SERVICE), and `LookupError`."""
    found = _known(wish(session, wish_id))
    _refuse_others(session, now, by, found.motif.family, found.place_id)
    for person_id in _end(session, now, [wish_id], how):
        _note(session, now, by, "wish.ended", person_id, wish_id)
    return _known(wish(session, wish_id))


def answer_wishes(
    session: Session, now: datetime, *, person_ids: Collection[int], motif_id: int, appointment_id: int
) -> int:
    """Ends the wishes that an appointment answers: those of these people for its motif. Gives how many.

    What has yet to offer them another date after a missed one is taken back too. No line in the journal of its own:
    that of the appointment says it.
    """
    overtake_missed(session, now, person_ids=person_ids, motif_id=motif_id)
    answered = (
        update(Wish)
        .where(_OPEN, Wish.person_id.in_(person_ids), Wish.motif_id == motif_id)
        .values(ended_at=now, ended_how=WishEnd.BOOKED, appointment_id=appointment_id)
        .returning(Wish.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.execute(answered).all())


def end_past_wishes(session: Session, now: datetime) -> int:
    """Ends the wishes whose last day is past, each with its line in the journal; gives how many."""
    past = select(Wish.id).where(_OPEN, Wish.last_day < paris_day(now)).order_by(Wish.id).with_for_update()
    ids = session.scalars(past).all()
    for wish_id, person_id in zip(ids, _end(session, now, ids, WishEnd.OVER), strict=True):
        _note(session, now, MACHINE, "wish.ended", person_id, wish_id)
    return len(ids)


def _end(session: Session, now: datetime, ids: Collection[int], how: WishEnd) -> list[int]:
    """Ends those of these wishes that are open; gives whose they were, by the number of the wish."""
    ended = (
        update(Wish)
        .where(_OPEN, Wish.id.in_(ids))
        .values(ended_at=now, ended_how=how)
        .returning(Wish.id, Wish.person_id)
        .execution_options(synchronize_session=False)
    )
    return [person_id for _, person_id in sorted((row[0], row[1]) for row in session.execute(ended))]


def _refuse_others(session: Session, now: datetime, by: Actor, family: str, place_id: int | None) -> None:
    services = services_of(session, by.id, paris_day(now)) if by.id is not None and by.is_agent else ()
    is_own = (
        books_family(services, family) if place_id is None else may_book(services, family=family, place_id=place_id)
    )
    if not is_own:
        raise Refused(WishFault.NOT_YOUR_SERVICE)


def _note(  # noqa: PLR0913, PLR0917 - a line's own parts
    session: Session, now: datetime, by: Actor, verb: str, person_id: int, wish_id: int | None
) -> None:
    record(session, now, actor=by, verb=verb, for_person_id=person_id, object_kind="wish", object_id=wish_id)


def _known(found: Wish | None) -> Wish:
    if found is None:
        raise LookupError("no such wish")
    return found
