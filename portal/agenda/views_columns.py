"""Days of agents as columns of lines, for the pages of a day and of a week."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time

from flask import url_for

from portal.agenda.queries_agenda import Agenda
from portal.agenda.rules_agenda import AgentDay
from portal.agenda.rules_closings import Closing, Shut
from portal.agenda.views_lines import Line, Writer
from portal.agenda.views_words import closing_words
from portal.web.i18n import language
from portal.words import hour_words, short_day_words


@dataclass(frozen=True)
class Column:
    """A day of an agent. `groups`: lines, where those that overlap stand together."""

    title: str
    sub: str
    url: str
    hours: Sequence[tuple[str, str]]
    closed: str
    groups: Sequence[Sequence[Line]]
    is_active: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read, not even free time."""
        return not self.groups


def columns_of_agents(agenda: Agenda, day: date, writer: Writer, grid: tuple[int, int]) -> list[Column]:
    """A column for each agent who has something that day, by name."""
    return [
        _column(
            agenda.agent_days[keeper.id, day],
            writer,
            grid,
            title=keeper.name,
            sub=keeper.job,
            url=url_for("agenda.week", qui=f"agent-{keeper.id}", jour=day.isoformat()),
            is_active=keeper.is_active,
        )
        for keeper in agenda.keepers
        if agenda.agent_days[keeper.id, day].items
    ]


def columns_of_days(agenda: Agenda, days: Iterable[date], writer: Writer, grid: tuple[int, int]) -> list[Column]:
    """A column for each day of one agent; none when there is no such agent."""
    return [
        _column(
            agenda.agent_days[keeper.id, day],
            writer,
            grid,
            title=short_day_words(day, language()),
            url=url_for("agenda.day", qui=f"agent-{keeper.id}", jour=day.isoformat()),
            closed=closed_words(agenda, day),
        )
        for keeper in agenda.keepers[:1]
        for day in days
    ]


def closed_words(agenda: Agenda, day: date) -> str:
    """Why the day is not as others: a holiday, or what is said of the places in sight; empty when nothing is.

    A day on which some places only are closed names them.
    """
    found = {number: agenda.closings[day, number] for number in agenda.places if (day, number) in agenda.closings}
    if not found:
        return ""
    why: dict[Closing, list[str]] = {}
    for number, closing in found.items():
        why.setdefault(closing, []).append(agenda.places[number].name)
    is_everywhere = len(found) == len(agenda.places)
    said = []
    for closing, names in why.items():
        alone = closing.why is Shut.HOLIDAY or (is_everywhere and len(why) == 1)
        said.append(closing_words(closing) if alone else f"{closing_words(closing)} ({', '.join(sorted(names))})")
    return ". ".join(said)


def _column(  # noqa: PLR0913 - what a column says of itself
    found: AgentDay,
    writer: Writer,
    grid: tuple[int, int],
    *,
    title: str,
    url: str,
    sub: str = "",
    closed: str = "",
    is_active: bool = True,
) -> Column:
    return Column(
        title,
        sub,
        url,
        [(writer.hour(begins), writer.hour(ends)) for begins, ends in found.hours],
        closed,
        [[writer.line(item, found.day, grid) for item in group] for group in found.groups],
        is_active,
    )


def hour_marks(first: int, last: int) -> list[tuple[int, str]]:
    """The hours beside a grid: the row of each (twelve an hour), and its words."""
    return [(12 * (hour - first) + 1, hour_words(time(hour), language())) for hour in range(first, last)]
