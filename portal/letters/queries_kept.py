"""Letters kept at a place, read: where they may be, which wait there, and whose place keeps them no more."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Date, Interval, Select, and_, func, literal, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session, aliased

from portal.clock import PARIS, paris_day
from portal.directory.models import Place
from portal.letters.address import Communes, letter_box
from portal.letters.folding import unaccented
from portal.letters.models import Letter, PrintRun
from portal.letters.rules_kept import KEPT, Kept, keeps, kept_lines, line_of, name_of, place_of, waits_long
from portal.notifications.models import Message, Route, Status
from portal.notifications.queries_post import calendar_of
from portal.people.models import Person, RouteState
from portal.people.queries_access import Work, within_reach
from portal.people.queries_merges import is_file
from portal.web.access import Role

ROLES = (Role.ACCUEIL, Role.ENCADRANT, Role.ADMIN)
SUBJECT = "kept_letter"  # of the message that tells that a letter waits; its number is the letter's
LOOKED_BACK = timedelta(days=180)  # since the post took it: what is older has gone back, or is of no more use
TOLD_WITHIN = timedelta(days=30)  # of the post: of an older letter, the next one tells
_BROUGHT_BY = timedelta(hours=14)  # of the day it comes: the postman has been there, and nobody is asleep

_WORK = Work(ROLES, workers=(Role.ACCUEIL, Role.ENCADRANT))  # an admin alone would leave people waiting
_WENT = and_(
    Message.status == Status.POSTED,
    Letter.pulled_at.is_(None),
    Letter.returned_at.is_(None),
    Message.recipient.contains(f"\n{KEPT} "),
)
WAITS = and_(_WENT, Letter.handed_at.is_(None))


def keeping_places(session: Session, now: datetime, communes: Communes) -> list[Place]:
    """The places that keep letters for people without an address, by town and name.

    Those that are still open on the day when what leaves now arrives.
    """
    day = calendar_of(session).arrival(now)
    rows = session.scalars(select(Place).order_by(Place.city, Place.name, Place.id))
    return [place for place in rows if keeps(place, day, communes)]


def is_kept_anywhere(session: Session, now: datetime, communes: Communes, lines: Sequence[str]) -> bool:
    """Whether lines 2 to 6 of an envelope are those of a place that keeps letters, however they are written."""
    if not any(unaccented(line).upper().startswith(f"{KEPT} ") for line in lines):
        return False
    kept = [kept_lines(place) or [] for place in keeping_places(session, now, communes)]
    return letter_box(lines) in {letter_box(one) for one in kept}


def place_that_keeps(session: Session, person: Person) -> Place | None:
    """The place that keeps the letters of a file; None for whoever has an address of their own, or none."""
    return None if person.letters_kept_at_id is None else session.get_one(Place, person.letters_kept_at_id)


def waiting_at(session: Session, now: datetime, *, agent_id: int) -> list[Kept]:
    """The letters that wait at this agent's places for whoever comes for them, the oldest first.

    Posted, whether they are presumed there yet or not, and neither handed over nor come back. At the place that the
    envelope names; at the one that keeps the person's letters now, where no place bears that name any more.
    """
    return _sent(session, now, _places_of(session, now, agent_id), WAITS)


def is_handed_at(session: Session, now: datetime, *, letter_id: int, agent_id: int) -> bool:
    """Whether a letter that waited at this agent's places is noted as handed over."""
    which = (_WENT, Letter.handed_at.is_not(None), Letter.id == letter_id)
    return bool(_sent(session, now, _places_of(session, now, agent_id), *which))


def waiting_anywhere(session: Session, now: datetime, *which: ColumnElement[bool]) -> list[Kept]:
    """The letters that wait at any place, the oldest first; `which`: those alone."""
    return _sent(session, now, select(Place), WAITS, *which)


def untold(session: Session, now: datetime) -> list[Kept]:
    """Of each person for whom a letter has come to a place since they were last told so, one letter: it tells of all.

    The latest of those of which nobody else tells. Come: from 14:00 in France on the day foreseen.
    """
    told = aliased(Message)
    day_told = sql_cast(func.timezone(PARIS.key, told.created_at - literal(_BROUGHT_BY, Interval)), Date)
    is_told = select(told.id).where(
        told.subject == SUBJECT,
        told.person_id == Message.person_id,
        told.created_at >= PrintRun.posted_at,
        day_told >= Message.arrives_on,
    )
    has_come = and_(Message.arrives_on <= paris_day(now - _BROUGHT_BY), Message.person_id.is_not(None))
    is_news = PrintRun.posted_on > paris_day(now) - TOLD_WITHIN
    kept = waiting_anywhere(session, now, is_news, has_come, ~is_told.exists())
    latest = {one.person_id: one for one in sorted(kept, key=lambda one: (not one.is_by_hand, one.letter_id))}
    return [latest[number] for number in sorted(filter(None, latest))]


def another_waits(session: Session, now: datetime, *, person_id: int | None) -> bool:
    """Whether a letter that has come to a place waits there for somebody, as far as anybody looks back."""
    come = and_(Message.arrives_on <= paris_day(now), PrintRun.posted_on > paris_day(now) - LOOKED_BACK)
    chosen = select(Letter.id).join(PrintRun, PrintRun.id == Letter.run_id).join(Letter.message)
    chosen = chosen.where(WAITS, come, Message.person_id == person_id)
    return session.scalar(chosen.order_by(Letter.id).limit(1)) is not None


def without_place(session: Session, now: datetime, *, agent_id: int) -> Sequence[Person]:
    """The people to whose place no letter goes any more: one of this agent's, which keeps none, or which sent one back.

    A place is chosen with them: another, or the same again where it still keeps letters (its state is then DOUBTFUL).
    """
    mine = [place.id for place in session.scalars(_places_of(session, now, agent_id).order_by(Place.id))]
    chosen = select(Person).where(
        Person.letters_kept_at_id.in_(mine),
        Person.address_state.in_((RouteState.FAILED, RouteState.DOUBTFUL)),
        is_file(),
    )
    return session.scalars(chosen.order_by(Person.family_name, Person.given_names, Person.id)).all()


def kept_people(session: Session) -> Sequence[int]:
    """The numbers of everybody whose letters a place keeps, doubles among them."""
    return session.scalars(select(Person.id).where(Person.letters_kept_at_id.is_not(None)).order_by(Person.id)).all()


def _places_of(session: Session, now: datetime, agent_id: int) -> Select[Place]:
    return select(Place).where(within_reach(session, agent_id, _WORK, paris_day(now), cast("Any", Place.id)))


def _sent(session: Session, now: datetime, of: Select[Place], *which: ColumnElement[bool]) -> list[Kept]:
    today = paris_day(now)
    hand = aliased(Message)
    by_hand = select(hand.id).where(
        hand.event_id == Message.event_id,
        hand.person_id == Message.person_id,
        hand.route.in_((Route.CALL, Route.DESK)),
        hand.status.in_((Status.WAITING, Status.SENDING, Status.OPEN, Status.DONE)),
    )
    chosen = (
        select(
            Letter.id,
            Letter.reference,
            Message.recipient,
            Message.arrives_on,
            Message.person_id,
            Person.letters_kept_at_id,
            by_hand.exists(),
        )
        .join(PrintRun, PrintRun.id == Letter.run_id)
        .join(Letter.message)
        .outerjoin(Person, Person.id == Message.person_id)
        .where(PrintRun.posted_on > today - LOOKED_BACK, Message.arrives_on.is_not(None), *which)
        .order_by(Message.arrives_on, Letter.id)
    )
    found: list[Kept] = []
    rows = session.execute(chosen).all()
    if not rows:
        return found
    mine = {place.id for place in session.scalars(of.order_by(Place.id))}
    places = session.scalars(select(Place).order_by(Place.id)).all()  # an envelope may name one of somebody else's
    for letter_id, reference, printed, arrives_on, person_id, kept_at, is_by_hand in rows:
        at = place_of(line_of(printed) or "", places) or kept_at
        if at in mine:
            since = arrives_on or today
            is_long = waits_long(since, today)
            found.append(Kept(letter_id, reference, name_of(printed), since, at, person_id, is_long, is_by_hand))
    return found
