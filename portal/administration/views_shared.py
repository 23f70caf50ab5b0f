"""What the views of settings share: whose places, and the numbers of addresses."""

from flask import g
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.people.queries_access import places_of
from portal.web.access import Role
from portal.web.request import now
from portal.web.text import WIDEST

NUMBER = f"<int(max={WIDEST}):{{}}>"


def own_places(database: Session) -> frozenset[int] | None:
    """The places whose settings are this agent's; None: all."""
    if Role.ADMIN in g.agent.roles:
        return None
    return places_of(database, g.agent.id, (Role.ENCADRANT,), paris_day(now()))
