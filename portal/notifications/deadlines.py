"""The deadlines that a message may state: those that whoever reads it can still keep. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from portal.notifications.models import Route
from portal.notifications.post import PostalCalendar

TIME_TO_READ = timedelta(hours=1)  # a text message or an e-mail is seldom read as it comes
DEADLINES = ("cancel_until", "move_until")

_DIGITAL = (Route.SMS, Route.EMAIL)


def read_by(route: Route, leaves_at: datetime, post: PostalCalendar) -> datetime:
    """When a message that leaves at this moment is read at the latest, as far as one can tell.

    SMS and e-mail: an hour later. A task: the end of the day, for an agent does it during the day. A letter: the end
    of the day on which it arrives. Days are those of the Département's own clocks, as the calendar's are.
    """
    if route in _DIGITAL:
        return leaves_at + TIME_TO_READ
    return post.end_of(post.arrival(leaves_at) if route is Route.LETTER else post.day_of(leaves_at))


def with_deadlines_after(context: Mapping[str, Any], moment: datetime) -> dict[str, Any]:
    """The context of a message, its deadlines null unless they end later than this moment.

    A deadline of the site is never moved in words: whoever came after it would find the site closed. What binds
    residents there does not bind staff, who move and cancel until the appointment begins (booking's `cancel_refusal`,
    `move_refusal`): `call_for` names each deadline taken away, for which a call is in time until then. A letter says so
    with that date; none leaves that would arrive on the day itself. The key is there only when it names something.
    """
    over = [name for name in DEADLINES if (until := context.get(name)) and datetime.fromisoformat(until) <= moment]
    kept = {name: value for name, value in context.items() if name != "call_for"}
    return {**kept, **dict.fromkeys(over), **({"call_for": over} if over else {})}
