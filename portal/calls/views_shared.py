"""What the views of calls share: where a link to a person's file leads, when it opens."""

from flask import g
from sqlalchemy.orm import Session

from portal.web.access import url_if_open
from portal.web.request import now, portal


def url_of_file(database: Session, person_id: int | None) -> str | None:
    """The address of a person's file, when the agent reads it."""
    if person_id is None or not portal().reads_file(database, now(), g.agent, person_id):
        return None
    return url_if_open("desk.person", person_id=person_id)
