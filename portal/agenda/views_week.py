"""The week: a column a day for one agent, a row an agent for a team or a place."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from flask import render_template, url_for

from portal.agenda.queries_agenda import Agenda, Of, agenda
from portal.agenda.rules_agenda import SEERS, Kind, bounds
from portal.agenda.views import bp
from portal.agenda.views_agenda import Asked, asked, frame
from portal.agenda.views_columns import closed_words, columns_of_days, hour_marks
from portal.agenda.views_done import done
from portal.agenda.views_lines import Brief, Writer
from portal.web.access import allow
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.i18n import language
from portal.web.request import now, transaction
from portal.words import day_words, short_day_words

_WEEK = timedelta(days=7)


class Row(NamedTuple):
    """An agent's week: the lines of each day, in order."""

    name: str
    job: str
    url: str
    is_active: bool
    days: Sequence[Sequence[Brief]]


class Head(NamedTuple):
    """A day at the top of its column."""

    words: str
    closed: str
    url: str


@bp.get("/agents/agenda/semaine")
@allow(*SEERS)
def week() -> str:
    """A week, from Monday; Saturday and Sunday only when there is something."""
    personal_page()
    with transaction() as database:
        wanted = asked(database)
        monday = wanted.day - timedelta(days=wanted.day.weekday())
        days = [monday + timedelta(days=number) for number in range(7)]
        is_one = wanted.whose.of is Of.AGENT
        found = agenda(database, wanted.viewer, wanted.whose, days, is_whole=is_one)
        shown = [day for day in days if day.weekday() < 5 or _has_something(found, day)]
        writer = Writer(wanted.viewer, found.guests, now(), at_place=wanted.sole_place(found))
        around = frame(database, wanted, "week", _WEEK, found)
        title = (day_words(monday, language()), day_words(shown[-1], language()))
        if not is_one:
            rows, heads = _rows(found, shown, writer), _heads(found, shown, wanted)
            return render_template("agenda/weeks.html", rows=rows, heads=heads, title=title, **around)
        writer, grid = writer.saying_once(found.booked), bounds(found.agent_days.values())
        return render_template(
            "agenda/week.html",
            columns=columns_of_days(found, shown, writer, grid),
            once=writer.once,
            height=grid[1] - grid[0],
            marks=hour_marks(*grid),
            title=title,
            form=PortalForm(formdata=None),
            done=done(database, wanted.viewer),
            **around,
        )


def _has_something(found: Agenda, day: date) -> bool:
    return any(
        item.kind is not Kind.AWAY for keeper in found.keepers for item in found.agent_days[keeper.id, day].items
    )


def _rows(found: Agenda, days: Sequence[date], writer: Writer) -> list[Row]:
    return [
        Row(
            keeper.name,
            keeper.job,
            url_for("agenda.week", qui=f"agent-{keeper.id}", jour=days[0].isoformat()),
            keeper.is_active,
            [[writer.brief(item, day) for item in found.agent_days[keeper.id, day].items] for day in days],
        )
        for keeper in found.keepers
    ]


def _heads(found: Agenda, days: Sequence[date], wanted: Asked) -> list[Head]:
    return [
        Head(
            short_day_words(day, language()),
            closed_words(found, day),
            url_for("agenda.day", qui=wanted.key, jour=day.isoformat()),
        )
        for day in days
    ]
