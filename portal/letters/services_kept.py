"""Letters kept at a place: handed over, told to whoever they wait for, and following a place that moves or closes."""

import hashlib
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session, joinedload

from portal.directory.models import Departement, Place
from portal.journal.services import Actor
from portal.letters.address import Communes
from portal.letters.models import Letter
from portal.letters.queries_kept import SUBJECT, WAITS, another_waits, keeping_places
from portal.letters.rules_kept import KIND, Kept, kept_lines
from portal.letters.services_post import note_letter
from portal.notifications.holding import hold_subjects, subjects_of
from portal.notifications.models import Message, Route
from portal.notifications.notices import base_context
from portal.notifications.outbox import refuse_route, withdraw, write
from portal.notifications.packing import pack
from portal.notifications.planner import Tidings, plan_tidings, tells_at_once
from portal.notifications.queries_post import calendar_of
from portal.notifications.ways import failed_routes, reach_of
from portal.people.models import Person, RouteState

_NOT_BY_POST = frozenset({Route.LETTER})


def hand_over_letter(session: Session, now: datetime, *, letter_id: int, by: Actor) -> bool:
    """Notes that the person has come for a letter that waits for them; False when that is noted, or it does not wait.

    Pressed by two at the same instant, it is noted once. No identity document is a condition. When nothing else waits
    for them, nobody tells them any more that something does. Journaled.
    """
    whose = select(Message.person_id).join(Letter, Letter.message_id == Message.id).where(Letter.id == letter_id)
    tells = and_(Message.subject == SUBJECT, Message.person_id == whose.scalar_subquery())
    about = subjects_of(session, tells)
    hold_subjects(session, {(SUBJECT, letter_id), *about})
    waits = select(Message.id).where(Message.id == Letter.message_id, WAITS).correlate(Letter).exists()
    done = session.scalar(
        update(Letter)
        .where(Letter.id == letter_id, waits)
        .values(handed_at=now)
        .returning(Letter.id)
        .execution_options(synchronize_session=False)
    )
    if done is None:
        return False
    letter = session.scalars(
        select(Letter)
        .where(Letter.id == letter_id)
        .options(joinedload(Letter.message))
        .execution_options(populate_existing=True)
    ).one()
    if not another_waits(session, now, person_id=letter.message.person_id):  # else what tells of all still tells
        for subject, number in sorted(about):
            withdraw(session, now, subject=subject, subject_id=number)
    note_letter(session, now, by, "letter.handed", letter)
    return True


def tell_waiting(session: Session, now: datetime, one: Kept, *, base_url: str) -> bool:
    """Promises that a person is told that letters have come to the place that keeps theirs; whether anything is.

    By SMS and e-mail, which name the place unless they want discretion; by a human for whoever has neither, unless one
    is to tell them what the letter says, or has told it. Nothing for silence. Two workers at once promise it once.
    """
    departement = session.get(Departement, 1)
    return departement is not None and _tell(session, now, one, departement, base_url)


def follow_place(session: Session, now: datetime, communes: Communes, *, person_id: int) -> bool:
    """The address of somebody whose letters a place keeps is the place's own as it is today; whether it changed.

    Of a place that keeps letters no more (closed, or with lines that are no address), nothing goes there any longer:
    what waits goes round by other routes, and the person is listed for it until another place, or an address, is
    chosen with them (`queries_kept.without_place`). It is theirs again when it opens again.
    """
    whose = select(Person).where(Person.id == person_id, Person.letters_kept_at_id.is_not(None))
    held = whose.with_for_update(key_share=True).execution_options(populate_existing=True)
    person = session.scalars(held).one_or_none()
    if person is None:  # they have given an address meanwhile
        return False
    open_ones = {place.id: place for place in keeping_places(session, now, communes)}
    return _follow(session, now, person, open_ones.get(person.letters_kept_at_id or 0))


def _follow(session: Session, now: datetime, person: Person, place: Place | None) -> bool:
    has_failed = person.address_state is RouteState.FAILED
    if place is None:
        if not has_failed:
            refuse_route(session, now, person, Route.LETTER, calendar_of(session))
        return not has_failed
    lines = kept_lines(place) or []
    if lines == person.address and not has_failed:
        return False
    person.address, person.address_state, person.letters_kept_at_id = lines, RouteState.UNTRIED, place.id
    session.flush()
    return True


def _tell(session: Session, now: datetime, one: Kept, departement: Departement, base_url: str) -> bool:
    person = session.scalars(select(Person).where(Person.id == one.person_id).with_for_update(key_share=True)).one()
    hold_subjects(session, {(SUBJECT, one.letter_id)})
    waits = select(Letter.id).join(Letter.message).where(Letter.id == one.letter_id, WAITS)
    if session.scalar(waits) is None:  # they have come for it meanwhile
        return False
    reach, failed = replace(reach_of(person), wants_paper=False), failed_routes(person)
    if one.is_by_hand and not tells_at_once(reach, failed):
        return False
    place = session.get_one(Place, one.place_id)
    tidings = Tidings(now, _NOT_BY_POST)
    name = "" if person.wants_discretion else place.name
    like = Message(
        event_id=_event_of(one),
        event=pack(tidings),
        subject=SUBJECT,
        subject_id=one.letter_id,
        place_id=place.id,
        person_id=person.id,
        kind=KIND,
        context=base_context(departement, base_url, person=person, place=name),
    )
    return bool(write(session, now, like, plan_tidings(reach, tidings, now, failed, calendar_of(session))))


def _event_of(one: Kept) -> UUID:
    """The same each time: what another worker promises at this instant is not promised twice.

    Another once a strike has put off the day when the letter comes.
    """
    name = f"{SUBJECT}/{one.letter_id}/{one.since.isoformat()}"
    return UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4)
