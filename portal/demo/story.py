"""What the agents of the demonstration find in their agendas: today and the working day before, as of now.

An hour that is past has become something; one that is near has somebody in the waiting room; the others are booked.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zlib import crc32

from portal.booking.models import AppointmentStatus
from portal.booking.recurrence import days_of
from portal.clock import at_wall_clock, paris_day
from portal.demo.house import House, like, working_day_before
from portal.demo.neighbours import Crowd
from portal.demo.visits import Visit
from portal.directory.models import Mode, Motif
from portal.people.models import Person

_SEEN, _MISSED, _OPEN = AppointmentStatus.SEEN, AppointmentStatus.NOSHOW, AppointmentStatus.BOOKED
_BOOKED_BEFORE = timedelta(days=9)
_COMES_BEFORE = timedelta(minutes=8)
_WAITED_FOR = timedelta(minutes=20)  # before somebody notes that a person did not come
_NEAR = timedelta(minutes=35)  # before the hour, when people are in the waiting room
_CALLED_AFTER = timedelta(minutes=10)  # the hour: nobody is ever quite on time
_FULL, _MISSED_OF = 70, 10  # of a hundred slots of the others


class Line(NamedTuple):
    """An appointment of a story: what becomes of it once its hour is past, and why it is over another (`why`)."""

    agent: str
    hour: time
    motif: str
    person: str
    end: AppointmentStatus = _SEEN
    why: str | None = None


STORY = (
    Line("nadia-tulipe", time(9), "permanence-sociale", "gaston"),
    Line("nadia-tulipe", time(10), "logement", "theo", _MISSED),
    Line("nadia-tulipe", time(11), "permanence-sociale", "aminata", _OPEN),  # nobody noted it
    Line(
        "nadia-tulipe",
        time(11, 30),
        "permanence-sociale",
        "rachid",
        why="Venu sans rendez-vous, à recevoir aujourd'hui",
    ),
    Line("nadia-tulipe", time(13, 30), "permanence-sociale", "fernande"),
    Line("nadia-tulipe", time(14, 30), "social-telephone", "simone"),
    Line("nadia-tulipe", time(15, 15), "visite-avant-audience", "basile", _MISSED),  # nobody opened
    Line("denise-libellule", time(9), "rsa-premier", "yanis"),
    Line("denise-libellule", time(10, 30), "suivi-referent", "wanda"),
    Line("denise-libellule", time(13, 30), "suivi-referent", "leon", _MISSED),
    Line("denise-libellule", time(14, 45), "travail-conseil", "maria"),
    Line("denise-libellule", time(16), "travail-conseil", "theo"),
    Line("ines-tournesol", time(9, 30), "permanence-sociale", "paulette"),
    Line("ines-tournesol", time(11), "logement", "josette"),
    Line("helene-rossignol", time(9, 30), "aide-demarches", "eglantine"),
    Line("helene-rossignol", time(15), "aide-demarches", "josette"),
)
_CAST = frozenset(line.agent for line in STORY)


def visits_of_now(house: House, people: dict[str, Person], crowd: Crowd, now: datetime) -> list[Visit]:
    """The appointments of today and of the working day before."""
    today = paris_day(now)
    before = working_day_before(today)
    others = crowd.adults
    told = [
        *((today, line, people[line.person]) for line in STORY),
        *((before, line, others[rank * 2]) for rank, line in enumerate(STORY)),
    ]
    own = [_of_story(house, day, line, person, now) for day, line, person in told]
    return own + [visit for day in (before, today) for visit in _of_others(house, crowd, day, now)]


def told_of(person: Person, crowd: Crowd) -> Person:
    """Who is told of an appointment: the guardian of a child."""
    return next((adult for adult in crowd.adults if adult.id == person.guardian_id), person)


def somebody(crowd: Crowd, motif: Motif, day: date, rank: int) -> Person:
    """One of the crowd for a motif: a child where it is for children; seldom twice on a day, when ranks differ."""
    among = crowd.children if motif.max_age_years else crowd.adults
    return among[(day.toordinal() * 7 + rank) % len(among)]


def chance(words: str) -> int:
    """A number from 0 to 99 that is always the same for the same words."""
    return crc32(words.encode()) % 100


def _of_story(house: House, day: date, line: Line, person: Person, now: datetime) -> Visit:
    motif, starts_at = house.motifs[line.motif], at_wall_clock(day, line.hour)
    return Visit(
        key=f"{day}/{line.agent}/{line.hour}",
        agent_id=house.agents[line.agent],
        place_id=house.place_of(line.agent, like(day), line.hour),
        motif=motif,
        person=person,
        told=person,
        starts_at=starts_at,
        overbook_reason=line.why,
        booked_at=starts_at - _BOOKED_BEFORE,
        **standing(motif, starts_at, now, line.end),
    )


def _of_others(house: House, crowd: Crowd, day: date, now: datetime) -> Iterator[Visit]:
    """The agendas of the other agents of the house, nearly full."""
    cast, model = {house.agents[key] for key in _CAST}, like(day)
    hours = [
        (opening, hour, motif)
        for opening in house.openings
        if opening.agent_id not in cast and days_of(opening, model, model)
        for hour, motif in house.starts(opening)
    ]
    for rank, (opening, hour, motif) in enumerate(hours):
        key, starts_at = f"{day}/{opening.key}/{hour}", at_wall_clock(day, hour)
        if chance(key) >= _FULL:
            continue
        person = somebody(crowd, motif, day, rank)
        yield Visit(
            key=key,
            agent_id=opening.agent_id,
            place_id=opening.place_id,
            motif=motif,
            person=person,
            told=told_of(person, crowd),
            starts_at=starts_at,
            booked_at=starts_at - _BOOKED_BEFORE,
            **standing(motif, starts_at, now, _MISSED if chance(f"{key}/end") < _MISSED_OF else _SEEN),
        )


def standing(motif: Motif, starts_at: datetime, now: datetime, end: AppointmentStatus) -> dict[str, Any]:
    """Where an appointment stands now: what it became once it is over, else who has come and who was called."""
    is_over = starts_at + (_WAITED_FOR if end is _MISSED else timedelta(minutes=motif.minutes)) <= now
    status = end if is_over else _OPEN
    known: dict[str, Any] = {"status": status, "changed_at": starts_at - _BOOKED_BEFORE}
    if status is not _OPEN:
        known["changed_at"] = min(starts_at + timedelta(minutes=motif.minutes), now)
    if status is _MISSED:
        known["is_door_closed"] = motif.mode is Mode.HOME
    elif motif.mode is Mode.PLACE and (status is _SEEN or (not is_over and starts_at - _NEAR <= now)):
        known["arrived_at"] = min(starts_at, now) - _COMES_BEFORE
        known["called_at"] = starts_at + _CALLED_AFTER if starts_at + _CALLED_AFTER <= now else None
    return known
