"""The last step of every way in."""

from flask import redirect
from werkzeug.wrappers import Response

from portal.people.models import Level
from portal.people.views_browser import enter_as_person
from portal.web.access import safe_next

HOME = "/mon-espace"


def lead_in(person_id: int, level: Level, how: str, suite: str | None) -> Response:
    """Signs a resident in under a new session key, and leads to the page they wanted, or to their space."""
    enter_as_person(person_id, level, how)
    return redirect(destination(suite), 303)


def destination(suite: str | None) -> str:
    """A page of this portal as asked, but none of the agents'; else the space."""
    asked = safe_next(suite, HOME)
    return HOME if asked == "/agents" or asked.startswith("/agents/") else asked
