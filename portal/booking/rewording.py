"""What has yet to be said to somebody is written anew: in their language and print, and as discreet as they now ask."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.booking.ics import calendar_of
from portal.booking.models import Appointment
from portal.booking.queries import appointment as whole_appointment
from portal.booking.services_missed import KIND as MISSED
from portal.booking.words import Telling, context_of, tellings
from portal.booking.words_missed import missed_context
from portal.directory.models import Departement
from portal.notifications import render
from portal.notifications.deadlines import read_by, with_deadlines_after
from portal.notifications.handing import Words
from portal.notifications.holding import hold_subjects, subjects_of
from portal.notifications.models import Message, Status
from portal.notifications.notices import base_context
from portal.notifications.queries_post import calendar_of as postal_calendar_of
from portal.people.models import Person
from portal.people.queries import cards_of
from portal.people.rules import contact_of, ways

# Of what `change_preferences` says has changed: what a message that waits would otherwise still say as before.
SAID = frozenset({"discretion", "language", "large_print"})

_UNSAID = (Status.WAITING, Status.OPEN)  # nothing of it has left, nor is drawn


def words_for(session: Session, now: datetime, to: Person, departement: Departement, base_url: str) -> Words:
    """What a message says when it is for `to`: in their language and print, and as discreet as they ask.

    Of an appointment that they are told of no more, it says what it said.
    """

    def words(message: Message) -> tuple[dict[str, Any], str | None]:
        own = base_context(departement, base_url, person=to)
        context = message.context | {name: value for name, value in own.items() if name in message.context}
        found = whole_appointment(session, message.subject_id) if message.subject == "appointment" else None
        told = tellings(found) if found else []
        telling = next((one for one in told if to.id in {one.person.id, one.person.card_of_id}), None)
        if found is None or telling is None:
            return context | {"link": message.context.get("link", base_url)}, message.calendar
        is_hidden = to.wants_discretion
        calendar = message.calendar  # what tells of a missed appointment has none
        if calendar is not None:
            calendar = calendar_of(found, departement=departement, base_url=base_url, is_hidden=is_hidden)
        telling = replace(telling, person=to)  # a letter to a file may tell what was asked for by one of its cards
        return _of_appointment(message, found, telling, now, departement, base_url), calendar

    return words


def hold_cards(session: Session, person: Person) -> None:
    """Holds the rows that `hush_cards` may change, before the caller holds what messages are about (`portal.locks`)."""
    rows = select(Person.id).where(Person.card_of_id == person.id).order_by(Person.id)
    session.execute(rows.with_for_update(key_share=True))


def hush_cards(session: Session, person: Person) -> list[Person]:
    """What a person gave for one appointment is as discreet as they are, where it says only ways of their file.

    As a new booking would have it (`people.services.card_for`); another's number learns nothing. Gives those cards,
    held. The caller holds the person's row, and neither subjects nor messages yet.
    """
    own = ways(contact_of(person))
    cards = [card for card in cards_of(session, person.id) if ways(contact_of(card)) <= own]
    for card in cards:
        card.wants_discretion = person.wants_discretion
    session.flush()
    return cards


def say_anew(session: Session, now: datetime, person: Person, cards: Sequence[Person], *, base_url: str) -> int:
    """Writes anew what waits to be told to a person: reminders, letters not yet drawn, and what a human is to say.

    For whoever has just changed their discretion, language or print: a reminder promised before must not name a place
    that they hide now. `cards`: what else they read, as `hush_cards` gives it. What has left or is leaving stays as it
    is; what is drawn is drawn anew before a run takes it (`letters.services_runs.send_back`). Gives how many messages.
    The caller holds the person's row.
    """
    readers = {reader.id: reader for reader in (person, *cards)}
    waiting = (Message.person_id.in_(readers), Message.to.is_(None), Message.status.in_(_UNSAID))
    hold_subjects(session, subjects_of(session, *waiting))
    rows = session.scalars(
        select(Message).where(*waiting).order_by(Message.id).with_for_update().execution_options(populate_existing=True)
    ).all()
    departement, post = session.get_one(Departement, 1), postal_calendar_of(session)
    words = {number: words_for(session, now, reader, departement, base_url) for number, reader in readers.items()}
    for row in rows:
        row.context, row.calendar = words[row.person_id or 0](row)
        if row.status is Status.OPEN:  # without what can no longer be done once a human has said it
            row.context = with_deadlines_after(row.context, read_by(row.route, now, post))
            row.rendered = {"text": render.task(row.kind, row.context, row.route)}
    session.flush()
    return len(rows)


def _of_appointment(  # noqa: PLR0913, PLR0917 - a message, and the parts of its words
    message: Message, found: Appointment, telling: Telling, now: datetime, departement: Departement, base_url: str
) -> dict[str, Any]:
    said = message.context
    if message.kind == MISSED:
        return missed_context(found, telling, now=now, departement=departement, base_url=base_url)
    old = said.get("old_starts_at")
    anew = context_of(
        found,
        telling,
        now=now,
        departement=departement,
        base_url=base_url,
        cancelled_by=said.get("cancelled_by"),
        old_starts_at=datetime.fromisoformat(old) if old else None,
        old_place=said.get("old_place"),
    )
    return anew | {name: value for name, value in said.items() if name == "acted_by"}
