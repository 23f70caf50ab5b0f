"""What the views of calls share: where links of other features lead, when they exist and open."""

from flask import current_app, g, url_for
from sqlalchemy.orm import Session

from portal.web.access import may_open
from portal.web.request import now, portal


def url_if_open(endpoint: str, **values: object) -> str | None:
    """The address of a view that exists and opens to the agent; None otherwise."""
    if endpoint not in current_app.view_functions or not may_open(endpoint):
        return None
    return url_for(endpoint, _external=False, **values)  # type: ignore[arg-type]


def url_of_file(database: Session, person_id: int | None) -> str | None:
    """The address of a person's file, when the agent reads it."""
    if person_id is None or not portal().reads_file(database, now(), g.agent, person_id):
        return None
    return url_if_open("desk.person", person_id=person_id)
