"""The list of the day, to work through and to print."""

from dataclasses import replace
from datetime import timedelta

from flask import render_template, request, url_for

from portal.agenda.queries_agenda import Agenda, Of, agenda
from portal.agenda.rules_agenda import SEERS, Kind
from portal.agenda.views import bp
from portal.agenda.views_agenda import Asked, asked, frame
from portal.agenda.views_columns import closed_words
from portal.agenda.views_done import done
from portal.agenda.views_lines import Line, Writer
from portal.desk.views_brought import brought
from portal.web.access import allow
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.request import now, transaction

_DAY = timedelta(days=1)


@bp.get("/agents/agenda/liste")
@allow(*SEERS)
def list() -> str:  # noqa: A001 - the name of its page, in addresses
    """The appointments of a day in order, in neutral words unless asked otherwise: paper lies about."""
    personal_page()
    is_plain = request.args.get("motifs") != "oui"
    with transaction() as database:
        wanted = asked(database)
        found = agenda(database, wanted.viewer, wanted.whose, [wanted.day])
        writer = Writer(wanted.viewer, found.guests, now(), is_plain=is_plain, at_place=wanted.sole_place(found))
        writer = replace(writer.saying_once(found.booked), brought=brought(database, [one.id for one in found.booked]))
        return render_template(
            "agenda/list.html",
            lines=_lines(found, wanted, writer),
            once=writer.once,
            closed=closed_words(found, wanted.day),
            is_plain=is_plain,
            other_url=_other(wanted, is_plain=is_plain),
            shows_agents=wanted.whose.of is not Of.AGENT,
            printed_at=now(),
            form=PortalForm(formdata=None),
            done=done(database, wanted.viewer),
            **frame(database, wanted, "list", _DAY, found),
        )


def _lines(found: Agenda, wanted: Asked, writer: Writer) -> "tuple[tuple[str, Line], ...]":
    """(the agent's name, the line) of each appointment, soonest first."""
    items = [
        (item.starts_at, keeper.family_name, keeper.name, item)
        for keeper in found.keepers
        for item in found.agent_days[keeper.id, wanted.day].items
        if item.kind is Kind.BOOKED
    ]
    items.sort(key=lambda one: (one[0], one[1], one[3].booked.id if one[3].booked else 0))
    return tuple((name, writer.line(item, wanted.day)) for _starts, _family, name, item in items)


def _other(wanted: Asked, *, is_plain: bool) -> str:
    return url_for("agenda.list", qui=wanted.key, jour=wanted.day.isoformat(), motifs="oui" if is_plain else None)
