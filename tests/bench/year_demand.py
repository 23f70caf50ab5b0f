"""The appointments of the simulated year: booked, moved and cancelled, at any hour, by people and by the service."""

import heapq
import random
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import accumulate
from uuid import UUID

from front import BASE_URL
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from year_ways import whatever_else_runs

from portal.booking.models import Appointment, AppointmentStatus, Participation
from portal.booking.queries import appointment_to_change
from portal.booking.services_changes import cancel
from portal.booking.telling import tell
from portal.clock import at_wall_clock, paris_day
from portal.database import Database
from portal.directory.models import Departement, Motif, Place
from portal.holidays import is_holiday
from portal.journal.services import Actor
from portal.notifications.planner import EventKind
from portal.people.models import Person

MOVED, CANCELLED = 0.08, 0.12  # of appointments; a quarter of those cancelled, by the service
_AHEAD = ((0.1, 1, 2), (0.25, 3, 7), (0.4, 8, 28), (0.25, 29, 59))  # share, days from booking to the appointment
_SLOTS = 16  # half hours of an agent's day, from 8:30
_TOGETHER = 100  # appointments booked in one transaction
_ONE_DAY = timedelta(days=1)


def is_worked(day: date) -> bool:
    """Whether the Département works."""
    return day.weekday() < 5 and not is_holiday(day)


@dataclass
class Demand:
    """Who books what when. `day_counts`: how many are booked on each day of the year."""

    database: Database
    dice: random.Random
    people: int
    appointments: int
    first_day: date
    motif_id: int
    places: int
    agents: int = 0
    booked: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    taken: Counter[date] = field(default_factory=Counter)
    to_come: list[tuple[datetime, int, str]] = field(default_factory=list)  # moves and cancellations, by hour
    last_start: datetime | None = None
    pressed_again: int = 0
    _known: tuple[Motif, Departement, dict[int, Place]] | None = None

    def __post_init__(self) -> None:
        days = [self.first_day + number * _ONE_DAY for number in range(365)]
        weights = [(1.3 if day.weekday() == 0 else 1.0) if is_worked(day) else 0.15 for day in days]
        self._until = list(accumulate(weight / sum(weights) * self.appointments for weight in weights))
        self.agents = self.agents or self.appointments // 1300 + 10
        self._hours = self.dice.sample(range(_SLOTS), _SLOTS)

    def until(self, day: date, share: float) -> int:
        """How many have booked when this share of a day is over."""
        number = (day - self.first_day).days
        if number >= len(self._until):
            return self.appointments
        before = self._until[number - 1] if number else 0.0
        return round(before + share * (self._until[number] - before))

    def act(self, now: datetime, share: float) -> None:
        """What people have done since, and by now: `share` of the day is over."""
        self._change(now)
        wanted = self.until(paris_day(now), share) - self.booked
        for at in range(0, wanted, _TOGETHER):
            with self.database.transaction() as session:
                self._book(session, now, min(_TOGETHER, wanted - at))

    def _book(self, session: Session, now: datetime, count: int) -> None:
        ids = [self.dice.randint(1, self.people) for _ in range(count)]
        chosen = select(Person).where(Person.id.in_(ids)).options(selectinload(Person.guardian)).order_by(Person.id)
        people = {person.id: person for person in session.scalars(chosen)}
        motif, departement, places = self._ground(session)
        made = []
        for number in ids:
            self.booked += 1
            agent, starts_at = self._time(self._day_ahead(now))
            made.append(
                Appointment(
                    code=f"{self.booked:08}",
                    request_key=UUID(int=self.booked),
                    motif=motif,
                    place=places[agent % self.places + 1],
                    agent_id=agent + 1,
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(minutes=motif.minutes),
                    busy_until=starts_at + timedelta(minutes=motif.minutes + motif.buffer_minutes),
                    status=AppointmentStatus.BOOKED,
                    sequence=0,
                    told=None,
                    created_at=now,
                    changed_at=now,
                    participations=[Participation(person=people[number])],
                )
            )
        session.add_all(made)
        session.flush()
        for appointment in made:
            tell(session, now, appointment, EventKind.BOOKED, departement=departement, base_url=BASE_URL)
            self._foresee(now, appointment)

    def _ground(self, session: Session) -> tuple[Motif, Departement, dict[int, Place]]:
        """What does not change in a year, read once."""
        if self._known is None:
            motif, departement = session.get_one(Motif, self.motif_id), session.get_one(Departement, 1)
            places = {place.id: place for place in session.scalars(select(Place).order_by(Place.id))}
            self._known = motif, departement, places
        return self._known

    def _foresee(self, now: datetime, appointment: Appointment) -> None:
        self.last_start = max(self.last_start or appointment.starts_at, appointment.starts_at)
        drawn = self.dice.random()
        if drawn < MOVED + CANCELLED:
            what = "move" if drawn < MOVED else "cancel" if drawn < MOVED + 0.75 * CANCELLED else "revoke"
            at = now + self.dice.random() * (appointment.starts_at - now)
            heapq.heappush(self.to_come, (at, appointment.id, what))

    def _change(self, now: datetime) -> None:
        while self.to_come and self.to_come[0][0] <= now:
            _at, number, what = heapq.heappop(self.to_come)
            self.pressed_again += whatever_else_runs(
                self.database, partial(self._do, now=now, number=number, what=what)
            )

    def _do(self, session: Session, now: datetime, number: int, what: str) -> None:
        appointment = appointment_to_change(session, number)
        assert appointment is not None
        # Their deadline binds residents; what is later than it is not tried.
        until = appointment.starts_at - timedelta(minutes=appointment.motif.move_minutes)
        if appointment.status is not AppointmentStatus.BOOKED or now > until:
            return
        if what == "move":
            self._move(session, now, appointment)
        else:
            person = appointment.participations[0].person_id
            by = Actor.person(person) if what == "cancel" else Actor.agent(appointment.agent_id)
            cancel(session, now, appointment_id=number, base_url=BASE_URL, by=by)
        self.counts[what] += 1

    def _move(self, session: Session, now: datetime, appointment: Appointment) -> None:
        old = appointment.starts_at
        day = max(paris_day(old) + self.dice.randint(-3, 14) * _ONE_DAY, paris_day(now) + 2 * _ONE_DAY)
        agent, starts_at = self._time(day)
        length, busy = appointment.ends_at - old, appointment.busy_until - old
        appointment.agent_id, appointment.starts_at = agent + 1, starts_at
        appointment.ends_at, appointment.busy_until = starts_at + length, starts_at + busy
        appointment.sequence += 1
        appointment.changed_at = now
        session.flush()
        departement = session.get_one(Departement, 1)
        tell(
            session,
            now,
            appointment,
            EventKind.MOVED,
            departement=departement,
            base_url=BASE_URL,
            old_starts_at=old,
        )
        self.last_start = max(self.last_start or starts_at, starts_at)

    def _day_ahead(self, now: datetime) -> date:
        drawn = self.dice.random()
        at = bisect(list(accumulate(share for share, _first, _last in _AHEAD)), drawn)
        _share, first, last = _AHEAD[min(at, len(_AHEAD) - 1)]
        return paris_day(now) + self.dice.randint(first, last) * _ONE_DAY

    def _time(self, day: date) -> tuple[int, datetime]:
        """An agent (from 0) and an hour that are free, on this day or the first after it."""
        while not is_worked(day) or self.taken[day] >= self.agents * _SLOTS:
            day += _ONE_DAY
        number = self.taken[day]
        self.taken[day] += 1
        half_hours = 17 + self._hours[number // self.agents]
        return number % self.agents, at_wall_clock(day, time(half_hours // 2, 30 * (half_hours % 2)))


def agents_of(demand: Demand) -> Iterator[Sequence[object]]:
    """The rows of the agents whose time it is."""
    return ((f"agent-{n}", "Camille", f"Essai-{n}", "assistante sociale") for n in range(demand.agents))
