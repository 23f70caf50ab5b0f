"""Letters kept at a place: handed over, told to whoever they wait for, and following a place that moves or closes."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from portal.directory.models import Departement, Place
from portal.journal.services import Actor
from portal.letters.address import Communes
from portal.letters.models import Letter
from portal.letters.queries_kept import SUBJECT, WAITS, keeping_places, kept_people, untold
from portal.letters.rules_kept import KIND, Kept, kept_lines
from portal.letters.services_post import note_letter
from portal.notifications.holding import hold_subject
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

    Pressed by two at the same instant, it is noted once. No identity document is a condition. Nobody tells the person
    any more that it waits. Journaled.
    """
    hold_subject(session, SUBJECT, letter_id)
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
    withdraw(session, now, subject=SUBJECT, subject_id=letter_id)
    note_letter(session, now, by, "letter.handed", letter)
    return True


def tell_waiting(session: Session, now: datetime, *, base_url: str) -> int:
    """Promises that each person is told that a letter has come to the place that keeps theirs; how many people.

    By SMS and e-mail, which name the place unless they want discretion; by a human for whoever has neither, unless one
    is to tell them what the letter says, or has told it. Once for all that came. Nothing for silence.
    """
    departement = session.get(Departement, 1)
    if departement is None:
        return 0
    return sum(_tell(session, now, one, departement, base_url) for one in untold(session, now))


def follow_places(session: Session, now: datetime, communes: Communes) -> int:
    """The addresses of those whose letters a place keeps are the place's own as it is today; how many changed.

    Of a place that keeps letters no more (closed, or with lines that are no address), nothing goes there any longer:
    what waits goes round by other routes, and the people are listed for it until another place, or an address, is
    chosen with them (`queries_kept.without_place`). It is theirs again when it opens again.
    """
    open_ones = {place.id: place for place in keeping_places(session, now, communes)}
    people = kept_people(session)
    return sum(_follow(session, now, person, open_ones.get(person.letters_kept_at_id or 0)) for person in people)


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
    reach, failed = replace(reach_of(person), wants_paper=False), failed_routes(person)
    if one.is_by_hand and not tells_at_once(reach, failed):
        return False
    place = session.get_one(Place, one.place_id)
    tidings = Tidings(now, _NOT_BY_POST)
    name = "" if person.wants_discretion else place.name
    like = Message(
        event_id=uuid4(),
        event=pack(tidings),
        subject=SUBJECT,
        subject_id=one.letter_id,
        place_id=place.id,
        person_id=person.id,
        kind=KIND,
        context=base_context(departement, base_url, person=person, place=name),
    )
    return bool(write(session, now, like, plan_tidings(reach, tidings, now, failed, calendar_of(session))))
