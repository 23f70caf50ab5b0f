"""By which routes an appointment can be told once more, and whom a missed one may be told to. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from portal.booking.models import Appointment, AppointmentStatus
from portal.notifications.models import Route
from portal.notifications.post import PostalCalendar
from portal.notifications.rules_post import is_too_late
from portal.notifications.ways import failed_routes, way
from portal.people.models import Person

ROUTES = (Route.SMS, Route.EMAIL, Route.LETTER, Route.CALL)
MISSED_IS_TOLD = timedelta(days=30)  # after that, another date is a matter for a conversation


class AgainFault(StrEnum):
    """Why an appointment is not told by a route."""

    NO_WAY = "no_way"  # the file has no such number, mailbox or address
    WAY_FAILED = "way_failed"  # it is known not to reach the person: give another first
    NOT_WANTED = "not_wanted"  # the person asked not to be told so
    DISCREET = "discreet"  # nothing is ever sent about this motif
    TOO_LATE = "too_late"  # a letter would arrive on the day, or after it
    PAST = "past"
    NOT_YOUR_SERVICE = "not_your_service"


class MissedFault(StrEnum):
    """Why nobody is told of a missed appointment."""

    NOT_MISSED = "not_missed"
    DISCREET = "discreet"
    SILENCE = "silence"  # the person asked not to be contacted
    NO_PHONE = "no_phone"
    OVER = "over"  # missed more than 30 days ago
    NOT_YOUR_SERVICE = "not_your_service"


def again_refusal(
    appointment: Appointment, person: Person, route: Route, now: datetime, post: PostalCalendar
) -> AgainFault | None:
    """Why a person cannot be told of an appointment by this route now, or None. Its motif must be loaded."""
    if appointment.motif.discreet:
        return AgainFault.DISCREET
    if appointment.starts_at <= now:
        return AgainFault.PAST
    if route not in ROUTES or way(person, route) is None:
        return AgainFault.NO_WAY
    if route in failed_routes(person):
        return AgainFault.WAY_FAILED
    refuses = {Route.SMS: not person.wants_sms, Route.EMAIL: not person.wants_email}
    if person.wants_silence or refuses.get(route, False):
        return AgainFault.NOT_WANTED
    arrives_late = route is Route.LETTER and is_too_late(post.arrival(now), appointment.starts_at, post)
    return AgainFault.TOO_LATE if arrives_late else None


def missed_refusal(appointment: Appointment, now: datetime) -> MissedFault | None:
    """Why nobody is told that an appointment was missed, or None. Its motif must be loaded."""
    if appointment.status is not AppointmentStatus.NOSHOW:
        return MissedFault.NOT_MISSED
    if appointment.motif.discreet:
        return MissedFault.DISCREET
    return MissedFault.OVER if now >= appointment.starts_at + MISSED_IS_TOLD else None
