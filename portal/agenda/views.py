"""The agenda of agents: the day, the week, the waiting room, what became of appointments, calendar feeds."""

from flask import Blueprint

bp = Blueprint("agenda", __name__)

# Each of these modules adds its pages to `bp`, which must exist first.
from portal.agenda import (  # noqa: E402
    views_absences,  # noqa: F401
    views_day,  # noqa: F401
    views_displaced,  # noqa: F401
    views_displaced_several,  # noqa: F401
    views_feeds,  # noqa: F401
    views_forgotten,  # noqa: F401
    views_list,  # noqa: F401
    views_missed,  # noqa: F401
    views_openings,  # noqa: F401
    views_openings_places,  # noqa: F401
    views_room,  # noqa: F401
    views_sheet,  # noqa: F401
    views_status,  # noqa: F401
    views_week,  # noqa: F401
    views_workshops,  # noqa: F401
    views_workshops_change,  # noqa: F401
    views_workshops_enrol,  # noqa: F401
    views_workshops_seats,  # noqa: F401
)
