"""The humans of the simulated year: they make the calls, and people who moved give another address."""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session
from year_people import People, address_of
from year_ways import whatever_else_runs

from portal.calls import rules
from portal.calls.rules_people import numbers
from portal.calls.services_tasks import note_no_answer, note_told, note_wrong_number
from portal.database import Database
from portal.journal.services import Actor
from portal.letters.services_returns import KIND as ADDRESS_WANTED
from portal.notifications.models import Message, Route, Status
from portal.people.models import Person
from portal.people.services_preferences import change_preferences, preferences_of
from portal.refusal import Refused

NO_ANSWER, WRONG_NUMBER = 0.1, 0.02  # of calls
GIVE_ADDRESS = 0.7  # of those asked for one
MOVE_AWAY = 0.0004  # of people, each day
_TOLD_AT_DESK = 0.3  # of what waits at a desk, each time hands call: the others come for their appointment
_BY = Actor.agent(2)


@dataclass
class Humans:
    """What is done by hand."""

    database: Database
    dice: random.Random
    people: People
    moved_away: set[int]
    counts: Counter[str] = field(default_factory=Counter)
    not_before: dict[int, datetime] = field(default_factory=dict)

    def call(self, now: datetime) -> None:
        """What hands do three times a day: every open call is tried."""
        with self.database.transaction() as session:
            opened = select(Message.id, Message.route).where(Message.status == Status.OPEN, Message.expires_at > now)
            found = session.execute(opened.order_by(Message.expires_at, Message.id)).all()
        for number, route in found:
            if self.not_before.get(number, now) > now:
                continue
            if route is Route.DESK and self.dice.random() > _TOLD_AT_DESK:
                continue
            with suppress(Refused):  # ended at this very instant
                self._press(partial(self._call, now=now, number=number, route=route))

    def _call(self, session: Session, now: datetime, number: int, route: Route) -> None:
        message = session.get_one(Message, number)
        if message.status is not Status.OPEN:
            return  # ended by another call to the same person
        person = session.get_one(Person, message.person_id)
        drawn, again = self.dice.random(), now + timedelta(hours=3)
        ways = numbers(message, person)
        event_at = rules.event_at(message.expires_at, message.due_at, message.event)
        if ways and drawn < NO_ANSWER and rules.again_fault(again, now, event_at) is None:
            note_no_answer(session, now, task_id=number, by=_BY, again_at=again, way=ways[0].way)
            self.not_before[number] = again
            self.counts["no answer"] += 1
        elif ways and drawn > 1 - WRONG_NUMBER:
            note_wrong_number(session, now, task_id=number, by=_BY, way=ways[0].way)
            self.counts["wrong number"] += 1
        else:
            note_told(session, now, task_id=number, by=_BY, way=ways[0].way if ways else None)
            self.counts["told at a desk" if route is Route.DESK else "told by phone"] += 1
            is_asked = message.kind == ADDRESS_WANTED or person.id in self.people.undrawable
            if is_asked and self.dice.random() < GIVE_ADDRESS:
                self._give_address(session, now, person)

    def move_away(self, now: datetime) -> None:
        """Some people have another address, at an hour when their letters may be in a run."""
        for _ in range(sum(self.dice.random() < MOVE_AWAY for _ in range(self.people.count))):
            self._press(partial(self._move, now=now, number=self.dice.randint(1, self.people.count)))

    def _move(self, session: Session, now: datetime, number: int) -> None:
        person = session.get_one(Person, number, with_for_update=True)
        if person.address:
            self._give_address(session, now, person)

    def _press(self, action: Callable[[Session], None]) -> None:
        self.counts["pressed again"] += whatever_else_runs(self.database, action)

    def _give_address(self, session: Session, now: datetime, person: Person) -> None:
        wanted = replace(preferences_of(person), address=tuple(address_of(self.dice)))
        change_preferences(session, now, person=person, by=_BY, wanted=wanted)
        self.moved_away.add(person.id)
        self.people.undrawable.discard(person.id)
        self.counts["addresses given"] += 1
