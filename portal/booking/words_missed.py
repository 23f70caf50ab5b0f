"""What a message about a missed appointment may say: nothing that blames, and a way to another date. Pure."""

from datetime import datetime
from typing import Any

from portal.booking.models import Appointment
from portal.booking.words import Telling, context_of
from portal.directory.models import BookedBy, Departement

BOOKING_PAGE = "/rendez-vous"
_OF_THE_DAY = ("before", "after", "cancel_until", "move_until", "directions", "place_phone", "step_free")


def missed_context(
    appointment: Appointment, telling: Telling, *, now: datetime, departement: Departement, base_url: str
) -> dict[str, Any]:
    """The context of an appointment's message, without what helps to come, and with where another date is taken.

    `link` opens the page where dates are taken, and tells no subject; `online`: residents find a date of this motif
    there. The appointment's motif and place must be loaded.
    """
    motif = appointment.motif
    return {
        **context_of(appointment, telling, now=now, departement=departement, base_url=base_url),
        **dict.fromkeys(_OF_THE_DAY),
        "bring": [],
        "link": f"{base_url}{BOOKING_PAGE}",
        "online": motif.booked_by is BookedBy.EVERYONE and not motif.with_referent,
    }
