"""What waits for the agents of the demonstration: booked, called and wished for through the same services as ever.

Each verb is safe to repeat: what somebody has, or had, is not made again.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.administration.services import add_day
from portal.agenda.services_absences import add_absence
from portal.booking.availability import Scope, first_day_with_slots, free_slots
from portal.booking.models import Absence, Appointment, Participation
from portal.booking.models_waiting import Wish
from portal.booking.models_workshops import Workshop
from portal.booking.services import BookingRequest, book
from portal.booking.services_waiting import wait
from portal.booking.services_workshops import enrol, open_workshop
from portal.calls.models import CallOutcome, CallReceived
from portal.calls.rules import Moment, Reason, next_working_day
from portal.calls.services_received import Call, CallBack, receive
from portal.clock import at_wall_clock, paris_day
from portal.database import Database
from portal.demo.house import House, like, working_day_before
from portal.demo.visits import key_of
from portal.directory.models_settings import DayException
from portal.directory.models_subjects import Partner, Subject
from portal.journal.services import Actor, ActorKind
from portal.people.models import Person
from portal.people.rules import contact_of, identity_of
from portal.refusal import Refused

_DESK, _HEAD, _ADMIN, _AWAY = "helene-rossignol", "ines-tournesol", "jeanne-ukulele", "yasmine-epervier"
_MORNING, _SESSION, _EVENING = time(8), time(14), time(18)
_WORKSHOP = ("Lire ses factures et ses relevés", "budget", 90, 8)  # title, motif, minutes, seats
_SEATED = ("gaston", "rachid", "paulette", "maria", "leon")
_CLOSED_IN = timedelta(days=21)
_NINE = time(9, 30)


@dataclass(frozen=True)
class Scene:
    """When, where, and with whom it happens; `base_url` has no trailing slash."""

    now: datetime
    house: House
    people: dict[str, Person]
    base_url: str

    @property
    def desk(self) -> Actor:
        """The agent who answers the phone."""
        return Actor(ActorKind.AGENT, self.house.agents[_DESK], place_id=self.house.places["mds-arras-nord"])

    def by(self, agent: str) -> Actor:
        """Another of the agents."""
        return Actor.agent(self.house.agents[agent])


class Booked(NamedTuple):
    """Who comes, for what, to whom, in how many days at least."""

    person: str
    motif: str
    agent: str
    days: int


# Nobody for a motif that the story of a day gives them too: nobody has two appointments of most motifs.
TO_COME = (
    Booked("maria", "permanence-sociale", "nadia-tulipe", 1),
    Booked("simone", "permanence-sociale", "nadia-tulipe", 1),  # a landline: somebody must call
    Booked("aminata", "logement", "nadia-tulipe", 2),
    Booked("theo", "visite-avant-audience", "nadia-tulipe", 2),
    Booked("josette", "permanence-sociale", "nadia-tulipe", 6),
    Booked("paulette", "logement", "nadia-tulipe", 12),  # on paper: a letter has the time to arrive
    Booked("yanis", "suivi-referent", "denise-libellule", 1),
    Booked("aminata", "travail-conseil", "denise-libellule", 2),
    Booked("eglantine", "budget", _AWAY, 6),
    Booked("theo", "budget", _AWAY, 6),
)


def lay(database: Database, scene: Scene) -> None:
    """Makes all of it, each thing in a transaction of its own.

    What is refused is left out: whoever tries the demonstration may have ended a role, merged a file, taken the hour.
    """
    bookings = [partial(_book, one=one) for one in TO_COME]
    steps: tuple[Callable[[Session, Scene], None], ...] = (
        *bookings,
        be_away,
        open_session,
        take_calls,
        put_on_the_list,
        close_a_day,
    )
    for step in steps:
        with suppress(Refused, LookupError), database.transaction() as session:
            step(session, scene)


def take_calls(session: Session, scene: Scene) -> None:
    """The calls of the day, once: three that ended, one to call back, and one who waits for that since days."""
    if session.scalar(select(CallReceived.id).limit(1)) is not None:
        return
    by = scene.desk
    before = at_wall_clock(working_day_before(paris_day(scene.now)), _NINE)
    subjects = list(session.scalars(select(Subject.id).order_by(Subject.position, Subject.id)))
    partner = session.scalars(select(Partner.id).order_by(Partner.id)).first()
    back = CallOutcome.CALL_BACK
    calls = (
        (before, Call(key_of("call/1"), back, scene.people["basile"].id), CallBack(Moment.SOON, Reason.PAPERS)),
        (before, Call(key_of("call/2"), CallOutcome.INFORMED, scene.people["maria"].id, subjects[2]), None),
        (scene.now, Call(key_of("call/3"), CallOutcome.INFORMED, None, subjects[4]), None),
        (scene.now, Call(key_of("call/4"), CallOutcome.PARTNER, scene.people["theo"].id, subjects[5], partner), None),
        (
            scene.now,
            Call(key_of("call/5"), back, scene.people["rachid"].id),
            CallBack(Moment.AFTERNOON, Reason.QUESTION),
        ),
    )
    for at, call, call_back in calls:
        receive(session, at, call=call, by=by, base_url=scene.base_url, call_back=call_back)


def put_on_the_list(session: Session, scene: Scene) -> None:
    """Two wishes, once: one that slots answer now, one for afternoons on which nobody receives."""
    if session.scalar(select(Wish.id).limit(1)) is not None:
        return
    wanted = (
        ("basile", "permanence-sociale", "mds-arras-nord", True),
        ("rachid", "logement", "mds-bapaume", False),
    )
    for person, motif, place, mornings in wanted:
        wait(
            session,
            scene.now,
            person_id=scene.people[person].id,
            motif_id=scene.house.motifs[motif].id,
            place_id=scene.house.places[place],
            first_day=paris_day(scene.now),
            last_day=paris_day(scene.now) + timedelta(days=45),
            mornings=mornings,
            afternoons=True,
            by=scene.desk,
        )


def open_session(session: Session, scene: Scene) -> None:
    """A workshop with more than half its seats taken, today when the hour is not past; none when one is to come."""
    coming = select(Workshop.id).join(Appointment, Appointment.id == Workshop.appointment_id)
    if session.scalar(coming.where(Appointment.starts_at > scene.now).limit(1)) is not None:
        return
    title, motif, minutes, seats = _WORKSHOP
    today = paris_day(scene.now)
    is_today = like(today) == today and scene.now < at_wall_clock(today, _SESSION)
    day = today if is_today else next_working_day(today)
    workshop = open_workshop(
        session,
        scene.now,
        motif_id=scene.house.motifs[motif].id,
        place_id=scene.house.place_of("nadia-tulipe", day, _NINE),
        agent_id=scene.house.agents[_HEAD],
        starts_at=at_wall_clock(day, _SESSION),
        minutes=minutes,
        seats=seats,
        title=title,
        by=scene.by(_HEAD),
    )
    for person in _SEATED:
        enrol(
            session,
            scene.now,
            workshop_id=workshop.id,
            person_id=scene.people[person].id,
            by=scene.desk,
            base_url=scene.base_url,
        )


def close_a_day(session: Session, scene: Scene) -> None:
    """A place that is closed on a working day three weeks from now, unless such a day is written already."""
    day = like(paris_day(scene.now) + _CLOSED_IN)
    written = select(DayException.id).where(DayException.day > paris_day(scene.now), ~DayException.is_open).limit(1)
    if session.scalar(written) is None:
        place_id = scene.house.places["mds-arras-sud"]
        label = "Travaux dans l'entrée (démonstration)"
        add_day(session, scene.now, day=day, place_id=place_id, is_open=False, label=label, by=scene.by(_ADMIN))


def _book(session: Session, scene: Scene, one: Booked) -> None:
    person = scene.people[one.person]
    motif, agent_id = scene.house.motifs[one.motif], scene.house.agents[one.agent]
    before = (
        select(Participation.person_id)
        .join(Appointment, Appointment.id == Participation.appointment_id)
        .where(Participation.person_id == person.id, Appointment.motif_id == motif.id, Appointment.ends_at > scene.now)
        .limit(1)
    )
    scope = Scope(motif, place_ids=scene.house.own_places, agent_ids={agent_id}, for_agent=True)
    day = first_day_with_slots(session, scene.now, scope, paris_day(scene.now) + timedelta(days=one.days))
    if session.scalar(before) is not None or day is None:
        return
    slot = free_slots(session, scene.now, scope, day, day)[0]
    request = BookingRequest(
        key=key_of(f"{day}/{one.person}/{one.motif}"),
        motif_id=motif.id,
        place_id=slot.place_id,
        starts_at=slot.starts_at,
        booker=identity_of(person),
        contact=contact_of(person),
        person_id=person.id,
        agent_id=agent_id,
    )
    book(session, scene.now, request=request, base_url=scene.base_url, by=scene.desk)


def be_away(session: Session, scene: Scene) -> None:
    """The agent of the last appointments is away on their first day: those people are to be moved, or given away."""
    agent_id = scene.house.agents[_AWAY]
    away = select(Absence.id).where(Absence.agent_id == agent_id, Absence.ends_at > scene.now).limit(1)
    first = session.scalar(
        select(Appointment.starts_at)
        .where(Appointment.agent_id == agent_id, Appointment.starts_at > scene.now + timedelta(days=1))
        .order_by(Appointment.starts_at)
        .limit(1)
    )
    if first is not None and session.scalar(away) is None:
        starts_at, ends_at = (at_wall_clock(paris_day(first), hour) for hour in (_MORNING, _EVENING))
        add_absence(session, scene.now, agent_id=agent_id, starts_at=starts_at, ends_at=ends_at, by=scene.by(_AWAY))
