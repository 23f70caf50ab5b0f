"""A year of the Département: its clock moves by hours, and everybody does what they do then, by the real services."""

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from world import copy_rows, ground, plain
from year_calls import Humans
from year_crew import Crew, Done, Hiring
from year_demand import Demand, agents_of, is_worked
from year_people import fill
from year_room import Room

from portal.clock import at_wall_clock
from portal.database import Database
from portal.journal.services import Actor
from portal.letters.services_calendar import close_days
from portal.letters.services_keeping import forget_bytes
from portal.notifications.dispatch import LEASE
from portal.notifications.models_post import Closure
from portal.serving import settle

FIRST_DAY = date(2027, 1, 4)
OUTAGES = {"sms": date(2027, 3, 9), "email": date(2027, 6, 15)}  # a Tuesday each
STRIKE = (date(2027, 10, 4), date(2027, 10, 10))  # Monday to Sunday, entered on the Saturday before
APPOINTMENTS_EACH = 2.5  # a year, of those whom the Département knows
WORKERS = 2

# What happens at which hour: the share of the day's bookings made by then, and what else.
_WORKED = ((8, 0, 0.05), (11, 30, 0.45), (15, 30, 0.85), (16, 31, 0.9), (17, 30, 0.97))
_IDLE = ((10, 0, 0.5), (19, 0, 1.0))


_DUE = """
SELECT id FROM message
WHERE status IN ('waiting', 'sending') AND due_at <= %(now)s AND (status = 'waiting' OR leased_until <= %(now)s)
    AND expires_at > %(now)s
ORDER BY due_at LIMIT 1"""  # what was leased was due then


class Year:
    """The whole of it. `done`: what it took of the machine, and what the workers met."""

    def __init__(self, database: Database, appointments: int, *, seed: int = 62) -> None:
        self.database = database
        self.appointments = appointments
        self.now = at_wall_clock(FIRST_DAY, time(6))
        self.done = Done()
        motif = ground(database)
        self.people = fill(database, round(appointments / APPOINTMENTS_EACH), seed)
        dices = [random.Random(seed + number) for number in range(3)]  # noqa: S311 - a repeatable year
        self.demand = Demand(database, dices[0], self.people.count, appointments, FIRST_DAY, motif.id, places=64)
        copy_rows(database, "agent", ("key", "given_name", "family_name", "job"), agents_of(self.demand))
        self.room = Room(database, dices[1], self.people)
        self.humans = Humans(database, dices[2], self.people, self.room.moved_away)
        outages = {way: _day(day) for way, day in OUTAGES.items()}
        seeds = [seed + 100 * number for number in range(1, WORKERS + 1)]
        refused = self.people.refused
        self._crew = Crew([Hiring(database.url, refused, outages, self.now, number) for number in seeds])
        self._eyes = plain(database)
        self._eyes.autocommit = True
        self._analyse()

    def run(self, say: Callable[[str], object] = lambda _words: None) -> None:
        """Until the last appointment is past, and the last letter back."""
        settle()
        day = FIRST_DAY
        while not self._is_over(day):
            for hour, minute, share in _WORKED if is_worked(day) else _IDLE:
                self.now = at_wall_clock(day, time(hour, minute))
                self._tick(share, hour)
            self.done.on("forget", self._forget)
            if day.weekday() == 6:
                self._analyse()
            if day.day == 1:
                say(f"{day}: {self.demand.booked} booked")
            day += timedelta(days=1)
        self._crew.close()
        self._eyes.close()
        self.done.add(self._crew.done)

    def _is_over(self, day: date) -> bool:
        last = self.demand.last_start
        is_past = last is not None and _day(day)[0] > last
        return self.demand.booked == self.appointments and is_past and not self.room.coming_back

    def _tick(self, share: float, hour: int) -> None:
        """People book while the workers do what is due; hands do their work while what people caused leaves."""
        is_open = is_worked(self.now.date())
        self._crew.begin(self.now, "callbacks", "worker")
        self.done.on("book", lambda: self.demand.act(self.now, share))
        if self.now.date() == STRIKE[0] - timedelta(days=2) and hour < 12:
            self._enter_strike()
        self._wait()
        prints = hour in {8, 16}  # it looks every few seconds; in between there is nothing for it to find
        self._crew.begin(self.now, *(["worker"] if self._is_due() else []), *(["print"] if prints else []))
        if is_open:
            self._by_hand(hour)
        self._wait()
        while self._is_due():  # they never rest: what hands have just caused is done at once
            self._crew.begin(self.now, "worker")
            self._wait()
        for _look in range(3 if prints else 0):  # the run waits for what was due in time, and is being drawn anew
            self._crew.begin(self.now, "worker", "print")
            self._wait()

    def _wait(self) -> None:
        """Until the workers have done what they were told; what one held as it died, when its lease is over."""
        while self._crew.wait():
            self.now += LEASE
            self._crew.begin(self.now, "worker")

    def _is_due(self) -> bool:
        """Whether there is anything for them to send."""
        return self._eyes.execute(_DUE, {"now": self.now}).fetchone() is not None

    def _by_hand(self, hour: int) -> None:
        if hour == 11:
            self.done.on("returns", lambda: self.room.take_back(self.now))
        if hour == 17:
            self.done.on("room", lambda: self.room.work(self.now))
        elif hour == 16:
            self.done.on("calls", lambda: self.humans.move_away(self.now))
        else:
            self.done.on("calls", lambda: self.humans.call(self.now))

    def _enter_strike(self) -> None:
        with self.database.transaction() as session:
            first, last = STRIKE
            by = Actor.agent(1)
            close_days(session, self.now, first=first, last=last, closure=Closure.POST, reason="grève annoncée", by=by)

    def _forget(self) -> None:
        with self.database.transaction() as session:
            forget_bytes(session, self.now)

    def _analyse(self) -> None:
        self._eyes.execute("ANALYZE")


def _day(day: date) -> tuple[datetime, datetime]:
    return at_wall_clock(day, time()), at_wall_clock(day + timedelta(days=1), time())
