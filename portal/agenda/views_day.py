"""The day: a column for each agent, or the whole day of one; what is free and what is closed is said."""

from dataclasses import replace
from datetime import timedelta

from flask import render_template

from portal.agenda.queries_agenda import agenda
from portal.agenda.rules_agenda import SEERS, bounds
from portal.agenda.views import bp
from portal.agenda.views_agenda import asked, frame
from portal.agenda.views_columns import closed_words, columns_of_agents, hour_marks
from portal.agenda.views_done import done
from portal.agenda.views_lines import Writer
from portal.desk.views_brought import brought
from portal.web.access import allow
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.request import now, transaction

_DAY = timedelta(days=1)


@bp.get("/agents/agenda")
@allow(*SEERS)
def day() -> str:
    """A day: mine, a team's or a place's."""
    personal_page()
    with transaction() as database:
        wanted = asked(database)
        found = agenda(database, wanted.viewer, wanted.whose, [wanted.day])
        grid = bounds(found.agent_days.values())
        writer = Writer(wanted.viewer, found.guests, now(), at_place=wanted.sole_place(found))
        writer = replace(writer.saying_once(found.booked), brought=brought(database, [one.id for one in found.booked]))
        columns = columns_of_agents(found, wanted.day, writer, grid)
        return render_template(
            "agenda/day.html",
            columns=columns,
            once=writer.once,
            closed=closed_words(found, wanted.day),
            height=grid[1] - grid[0],
            marks=hour_marks(*grid),
            form=PortalForm(formdata=None),
            done=done(database, wanted.viewer),
            **frame(database, wanted, "day", _DAY, found),
        )
