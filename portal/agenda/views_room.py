"""The waiting room of a place today: who is expected, who has come, who was called, who was received."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import render_template, request, url_for
from flask_babel import gettext as _

from portal.agenda import queries_one
from portal.agenda.queries_booked import guests_of
from portal.agenda.rules_acts import Standing
from portal.agenda.rules_agenda import SEERS
from portal.agenda.views import bp
from portal.agenda.views_agenda import asked
from portal.agenda.views_done import done
from portal.agenda.views_lines import Line, Writer, words_of_lines
from portal.clock import paris_day
from portal.web.access import allow
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.request import now, transaction


class Group(NamedTuple):
    """Those who are at the same point. `key`: the id of its heading."""

    key: str
    words: str
    nobody: str
    icon: str
    lines: Sequence[Line]


@bp.get("/agents/agenda/salle")
@allow(*SEERS)
def room() -> str:
    """The waiting room. The page reads itself again where scripts run; nothing depends on it."""
    personal_page()
    with transaction() as database:
        wanted = asked(database, place_only=True)
        viewer, expected = wanted.viewer, queries_one.room(database, wanted.whose.id, paris_day(now()))
        booked = [one for one in expected if viewer.knows(agent_id=one.agent_id, place_id=one.place_id)]
        writer = Writer(viewer, guests_of(database, viewer, booked), now(), at_place=wanted.at_place)
        writer = writer.saying_once(booked)
        lines = [writer.booked(one) for one in booked]
        return render_template(
            "agenda/room.html",
            groups=_groups(lines),
            once=writer.once,
            receivers=queries_one.agent_names(database, {line.booked.agent_id for line in lines if line.booked}),
            place=next(place for place in wanted.places if place.id == wanted.whose.id),
            places=wanted.places,
            fresh_url=url_for("agenda.room", qui=wanted.key),
            read_at=now(),
            is_back="fait" in request.args,
            form=PortalForm(formdata=None),
            done=done(database, viewer),
            **words_of_lines(),
        )


def _groups(lines: Sequence[Line]) -> list[Group]:
    def those(*stands: Standing) -> list[Line]:
        return [line for line in lines if line.standing in stands]

    arrived = sorted(those(Standing.ARRIVED), key=_arrival)
    return [
        Group(
            "attendus",
            _("Attendus"),
            _("Personne n'est attendu."),
            "clock",
            those(Standing.TO_COME, Standing.RUNNING, Standing.FORGOTTEN),
        ),
        Group("arrives", _("Dans la salle"), _("Personne n'attend."), "armchair", arrived),
        Group("appeles", _("En rendez-vous"), _("Personne n'est en rendez-vous."), "door-open", those(Standing.CALLED)),
        Group("recus", _("Reçus"), _("Personne n'a encore été reçu."), "circle-check", those(Standing.SEEN)),
    ]


def _arrival(line: Line) -> tuple[float, int]:
    """Who came first is called first."""
    at = line.booked.arrived_at if line.booked else None
    return at.timestamp() if at else 0, line.booked.id if line.booked else 0
