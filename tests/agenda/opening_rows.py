"""Openings of an agent, as tests write and read them."""

from datetime import date

from portal.agenda import queries_openings as queries
from portal.agenda.rules_openings import (
    Draft,
    mark_of,
)
from portal.agenda.services_openings import write_plan
from portal.journal.services import Actor

TODAY = date(2026, 11, 23)


def write(database, now, agent, plan, by=None, shown=None):
    with database.transaction() as session:
        if shown is None:
            shown = {one.id: mark_of(one) for one in queries.drafts(session, agent.id, date.min)}
        by = Actor.agent((by or agent).id)
        return write_plan(session, now, agent_id=agent.id, plan=plan, shown=shown, by=by)


def all_of(database, agent) -> list[Draft]:
    with database.reading() as session:
        return queries.drafts(session, agent.id, date.min)
