"""What an agent may be shown while they book for somebody: places, hours, those who fit, what a paper may say. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from portal.booking.models import Appointment, AppointmentStatus, CancelReason
from portal.booking.rules import is_right_age
from portal.clock import at_wall_clock, paris
from portal.directory.models import Mode, Motif, Place
from portal.people.models import Person
from portal.people.queries_access import Service

NOON = time(12)
# Places whose very name says why one goes there.
_TELLING_KINDS = frozenset({"pmi", "maison_autonomie"})


class HalfDay(StrEnum):
    """When somebody can come."""

    MORNING = "matin"
    AFTERNOON = "apres-midi"


class Obstacle(StrEnum):
    """What an hour chosen by hand runs over."""

    APPOINTMENT = "appointment"
    CLOSED = "closed"  # a holiday, or a day on which the place is closed
    NO_OPENING = "no_opening"
    NO_SLOT = "no_slot"  # the agent receives then, between two slots
    ABSENCE = "absence"  # which nothing overrides


@dataclass(frozen=True)
class Filters:
    """What narrows the list of slots. `since`: a day on which or after which; `after`: an instant, for more of them."""

    place_id: int | None = None
    agent_id: int | None = None
    kilometres: int | None = None
    half: HalfDay | None = None
    since: date | None = None
    after: datetime | None = None

    @property
    def start(self) -> datetime | None:
        """The instant after which slots are looked for: None for now."""
        of_day = None if self.since is None else at_wall_clock(self.since, time()) - timedelta(seconds=1)
        return max(filter(None, (of_day, self.after)), default=None)

    @property
    def is_any(self) -> bool:
        """Whether something narrows the list; a later page of it does not."""
        return any((self.place_id, self.agent_id, self.kilometres, self.half, self.since))

    def wants(self, starts_at: datetime) -> bool:
        """Whether this hour is in the half of the day that is asked for."""
        if self.half is None:
            return True
        return (paris(starts_at).time() < NOON) is (self.half is HalfDay.MORNING)


def places_for(services: Iterable[Service], family: str) -> frozenset[int] | None:
    """The places where motifs of this family may be booked; None: everywhere; none when it is another service's."""
    mine = [service.place_ids for service in services if service.families is None or family in service.families]
    if any(places is None for places in mine):
        return None
    return frozenset(place for places in mine for place in places or ())


def places_to_overbook(services: Iterable[Service], family: str) -> frozenset[int] | None:
    """The same, for an hour that no slot gives."""
    return places_for((service for service in services if service.may_overbook), family)


def unfit(motif: Motif, people: Iterable[Person], starts_at: datetime) -> list[Person]:
    """Those for whom the motif is not, by their age on that day."""
    return [person for person in people if not is_right_age(motif, person.birth_date, starts_at)]


def bookable_from(motif: Motif, now: datetime) -> datetime:
    """The first instant that residents can book by themselves now."""
    return now + timedelta(minutes=motif.notice_minutes)


def bookable_until(motif: Motif, now: datetime) -> datetime:
    """The last one."""
    return now + timedelta(days=motif.horizon_days)


def may_change(appointment: Appointment, now: datetime) -> bool:
    """Whether an agent may still move, cancel or hand over an appointment; not a seat in a workshop."""
    is_to_come = appointment.status is AppointmentStatus.BOOKED and appointment.starts_at > now
    return is_to_come and appointment.workshop_id is None


def is_by_person(reason: CancelReason) -> bool:
    """Whether it is the person who cancels."""
    return reason is CancelReason.PERSON_ASKED


def tells_service(place: Place) -> bool:
    """Whether the name of a place says why one goes there."""
    return place.kind in _TELLING_KINDS


def slip_context(context: Mapping[str, Any], appointment: Appointment, first_names: Sequence[str]) -> dict[str, Any]:
    """A message's context as a paper may say it that is handed over, and may be left lying.

    First names only, and no name of a place that tells a service where its street is known: the street then leads
    there. How to come is left out with it.
    """
    place, motif = appointment.place, appointment.motif
    said = dict(context) | {"names": list(first_names), "cancel_until": None, "move_until": None}
    if motif.mode is Mode.PLACE and context["place_name"] and tells_service(place) and place.street:
        said |= {"place_name": place.street, "place_lines": context["place_lines"][1:], "directions": None}
    return said
