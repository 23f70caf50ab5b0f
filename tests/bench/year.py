"""A year of the Département: its clock moves by hours, and everybody does what they do then, by the real services."""

import random
import time as machine
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from front import BASE_URL
from world import copy_rows, ground, plain
from year_calls import Humans
from year_demand import Demand, agents_of, is_worked
from year_people import fill
from year_room import Room
from year_ways import Copyist, Faults, FaultyMail, FaultySms, WorkerDied

from portal.clock import at_wall_clock
from portal.database import Database
from portal.journal.services import Actor
from portal.letters.desk import PrintRoom
from portal.letters.making import print_due
from portal.letters.services_keeping import forget_bytes
from portal.notifications.dispatch import send_due
from portal.notifications.gateways import Gateways
from portal.notifications.models_post import Closure
from portal.notifications.outcomes import record_delivery, record_loss
from portal.notifications.queries_post import calendar_of
from portal.notifications.services_post import close_days
from portal.sealing import Sealer

FIRST_DAY = date(2027, 1, 4)
OUTAGES = {"sms": date(2027, 3, 9), "email": date(2027, 6, 15)}  # a Tuesday each
STRIKE = (date(2027, 10, 4), date(2027, 10, 10))  # Monday to Sunday, entered on the Saturday before
SMS_LOST, NUMBER_DEAD = 0.05, 0.3  # of text messages; of those lost, because the number itself does not work
APPOINTMENTS_EACH = 2.5  # a year, of those whom the Département knows

# What happens at which hour: the share of the day's bookings made by then, and what else.
_WORKED = ((8, 0, 0.05), (11, 30, 0.45), (15, 30, 0.85), (16, 31, 0.9), (17, 30, 0.97))
_IDLE = ((10, 0, 0.5), (19, 0, 1.0))


class Year:
    """The whole of it. `spent`: seconds of the machine on each thing; `faults`: what broke a promise on the way."""

    def __init__(self, database: Database, appointments: int, *, seed: int = 62) -> None:
        self.database = database
        self.appointments = appointments
        self.now = at_wall_clock(FIRST_DAY, time(6))
        self.spent: dict[str, float] = {}
        self.longest: dict[str, float] = {}
        self.lost = 0
        motif = ground(database)
        self.people = fill(database, round(appointments / APPOINTMENTS_EACH), seed)
        dices = [random.Random(seed + number) for number in range(5)]  # noqa: S311 - a repeatable year
        self._dice = dices[0]
        self.demand = Demand(database, dices[1], self.people.count, appointments, FIRST_DAY, motif.id, places=64)
        copy_rows(database, "agent", ("key", "given_name", "family_name", "job"), agents_of(self.demand))
        self.room = Room(database, dices[2], self.people)
        self.humans = Humans(database, dices[3], self.people, self.room.moved_away)
        outages = {way: _day(day) for way, day in OUTAGES.items()}
        faults = Faults(lambda: self.now, dices[4], self.people.refused, outages)
        self.faults = faults
        self._sms, self._mail = FaultySms(faults=faults), FaultyMail(faults=faults)
        sealer = Sealer("a key of the bench, long enough to be taken")
        paper = PrintRoom(BASE_URL, sealer, pen=Copyist(faults))
        self._gateways = Gateways(sms=self._sms, mail=self._mail, paper=paper, sealer=sealer)
        self._analyse()

    def run(self, say: Callable[[str], object] = lambda _words: None) -> None:
        """Until the last appointment is past, and the last letter back."""
        day = FIRST_DAY
        while not self._is_over(day):
            for hour, minute, share in _WORKED if is_worked(day) else _IDLE:
                self.now = at_wall_clock(day, time(hour, minute))
                self._tick(share, hour)
            self._on("forget", self._forget)
            if day.weekday() == 6:
                self._analyse()
            if day.day == 1:
                say(f"{day}: {self.demand.booked} booked, {sum(self.spent.values()):.0f} s")
            day += timedelta(days=1)

    def _is_over(self, day: date) -> bool:
        last = self.demand.last_start
        is_past = last is not None and _day(day)[0] > last
        return self.demand.booked == self.appointments and is_past and not self.room.coming_back

    def _tick(self, share: float, hour: int) -> None:
        is_open = is_worked(self.now.date())
        self._on("book", lambda: self.demand.act(self.now, share))
        self._on("callbacks", self._call_back)
        if self.now.date() == STRIKE[0] - timedelta(days=2) and hour < 12:
            self._enter_strike()
        if is_open and hour == 11:
            self._on("returns", lambda: self.room.take_back(self.now))
        self._on("worker", self._work)
        if hour in {8, 16}:  # it looks every few seconds; in between there is nothing for it to find
            self._on("print", self._print)
        if is_open:
            self._on(*self._by_hand(hour))
        self._on("worker", self._work)  # it never rests: what hands have just caused is done at once

    def _by_hand(self, hour: int) -> tuple[str, Callable[[], object]]:
        if hour == 17:
            return "room", lambda: self.room.work(self.now)
        if hour == 16:
            return "calls", lambda: self.humans.move_away(self.now)
        return "calls", lambda: self.humans.call(self.now)

    def _work(self) -> None:
        """The worker does all that is due; one that dies is started again two minutes later."""
        is_done = False
        while not is_done:
            try:
                is_done = send_due(self.database, self._gateways, lambda: self.now, limit=1000) < 1000
            except WorkerDied:
                self.now += timedelta(minutes=2)
        self._mail.sent.clear()

    def _print(self) -> None:
        while True:
            try:
                print_due(self.database, self._dying_clock)
            except WorkerDied:
                continue
            return

    def _dying_clock(self) -> datetime:
        self.faults.may_die()
        return self.now

    def _call_back(self) -> None:
        """The provider says what became of the text messages that left since."""
        handed, self._sms.handed = self._sms.handed, []
        self._sms.sent.clear()
        for message_id, provider_id in handed:
            drawn = self._dice.random()
            with self.database.transaction() as session:
                if drawn >= SMS_LOST:
                    record_delivery(session, self.now, message_id, provider_id=provider_id)
                    continue
                self.lost += 1
                record_loss(
                    session,
                    self.now,
                    message_id,
                    provider_id=provider_id,
                    code="undelivered",
                    refused=drawn < SMS_LOST * NUMBER_DEAD,
                    post=calendar_of(session),
                )

    def _enter_strike(self) -> None:
        with self.database.transaction() as session:
            first, last = STRIKE
            by = Actor.agent(1)
            close_days(session, self.now, first=first, last=last, closure=Closure.POST, reason="grève annoncée", by=by)

    def _forget(self) -> None:
        with self.database.transaction() as session:
            forget_bytes(session, self.now)

    def _analyse(self) -> None:
        with plain(self.database) as connection:
            connection.autocommit = True
            connection.execute("ANALYZE")

    def _on(self, what: str, action: Callable[[], object]) -> None:
        begun = machine.perf_counter()
        action()
        took = machine.perf_counter() - begun
        self.spent[what] = self.spent.get(what, 0.0) + took
        self.longest[what] = max(self.longest.get(what, 0.0), took)


def _day(day: date) -> tuple[datetime, datetime]:
    return at_wall_clock(day, time()), at_wall_clock(day + timedelta(days=1), time())
