"""The follow-up: for those who answer for a place, and for admins."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext as _

from portal.clock import at_wall_clock, paris_day
from portal.directory.models import Motif
from portal.directory.search_key import search_key
from portal.figures import queries
from portal.figures.forms_words import LEAD_WORDS, PERIODS, routes_words
from portal.figures.rules import Counted, Lead, Tally, View, tallied, total
from portal.figures.rules_chart import Chart, chart
from portal.people.views_browser import own_places
from portal.web.access import Role, allow
from portal.web.request import now, reading

bp = Blueprint("figures", __name__)

_SHOWN = timedelta(days=90)  # of waiting times, on the chart
_RECENT = timedelta(days=7)  # a place noted since then still has a waiting time "now"


@dataclass(frozen=True)
class Table:
    """One way to part the same appointments: (words, tally) in order."""

    key: str
    title: str
    first: str  # what the first column holds
    rows: list[tuple[str, Tally]]


@dataclass(frozen=True)
class Waited:
    """A place with the days waited now, and on average over the days shown; None where there was no slot."""

    place_id: int
    name: str
    latest: int | None
    average: int | None


@bp.get("/agents/suivi")
@allow(Role.ENCADRANT, Role.ADMIN)
def home() -> str:
    """Appointments honoured, missed and cancelled, at the places of whoever asks."""
    days = request.args.get("periode", 90, type=int)
    if days not in PERIODS:
        abort(404)
    view = View(days, on_paper=request.args.get("qui") == "courrier")
    since, until = {one: _between(one)[0] for one in PERIODS}, _between(days)[1]
    with reading() as database:
        counted = queries.counted(database, since, until, place_ids=own_places(database))
        motifs, places = queries.names(database)
    return render_template(
        "figures/home.html",
        tables=_tables(counted, view, motifs, places),
        total=total(counted, view),
        days=days,
        periods=PERIODS,
        on_paper=view.on_paper,
        first=paris_day(since[days]),
        last=paris_day(until) - timedelta(days=1),
    )


@bp.get("/agents/suivi/attente")
@allow(Role.ENCADRANT, Role.ADMIN)
def waiting() -> str:
    """How many days one waits for a motif at each place, and how that went for one of them."""
    today = paris_day(now())
    with reading() as database:
        place_ids = own_places(database)
        motifs = queries.motifs_waited_for(database, place_ids)
        motif = _chosen(motifs, request.args.get("motif", ""))
        waited = (
            queries.waited(database, motif.id, today - _SHOWN, today, place_ids=place_ids) if motif is not None else {}
        )
        _motif_names, place_names = queries.names(database)
    rows = sorted(
        (_waited(number, place_names[number], waited[number], today) for number in waited), key=_longest_first
    )
    place_id = request.args.get("lieu", rows[0].place_id if rows else 0, type=int)
    if rows and place_id not in waited:
        abort(404)
    return render_template(
        "figures/waiting.html",
        motifs=motifs,
        motif=motif,
        rows=rows,
        place_id=place_id,
        place_name=place_names.get(place_id, ""),
        noted=sorted(waited.get(place_id, {}).items(), reverse=True),
        chart=_chart(waited.get(place_id, {}), today),
    )


def _between(days: int) -> tuple[datetime, datetime]:
    """The instants of the last `days` whole days: today is not over, and does not count."""
    today = paris_day(now())
    return at_wall_clock(today - timedelta(days=days), time()), at_wall_clock(today, time())


def _tables(counted: list[Counted], view: View, motifs: Mapping[int, str], places: Mapping[int, str]) -> list[Table]:
    def by(key: Callable[[Counted], Hashable], words: Callable[[Hashable], str]) -> list[tuple[str, Tally]]:
        return sorted(((words(one), tally) for one, tally in tallied(counted, key, view).items()), key=_by_name)

    leads = tallied(counted, lambda one: one.lead, view)
    return [
        Table("motif", _("Selon le motif"), _("Motif"), by(lambda one: one.motif_id, lambda one: motifs[one])),  # type: ignore[index]
        Table("lieu", _("Selon le lieu"), _("Lieu"), by(lambda one: one.place_id, lambda one: places[one])),  # type: ignore[index]
        Table(
            "rappel", _("Selon le rappel"), _("Rappel"), by(lambda one: one.routes, lambda one: routes_words(str(one)))
        ),
        Table(
            "delai",
            _("Selon le moment où le rendez-vous est pris"),
            _("Pris"),
            [(str(LEAD_WORDS[lead]), leads[lead]) for lead in Lead if lead in leads],
        ),
    ]


def _by_name(row: tuple[str, Tally]) -> tuple[str, str]:
    """As a dictionary orders words: É beside E."""
    return search_key(row[0]), row[0]


def _chosen(motifs: object, key: str) -> Motif | None:
    listed: list[Motif] = list(motifs)  # type: ignore[call-overload]
    if key and not any(motif.key == key for motif in listed):
        abort(404)
    return next((motif for motif in listed if motif.key == key or not key), None)


def _waited(place_id: int, name: str, by_day: Mapping[date, int | None], today: date) -> Waited:
    known = [value for value in by_day.values() if value is not None]
    latest = max(by_day)
    return Waited(
        place_id,
        name,
        by_day[latest] if today - latest <= _RECENT else None,
        round(sum(known) / len(known)) if known else None,
    )


def _longest_first(row: Waited) -> tuple[bool, int, str, int]:
    return row.latest is not None, -(row.latest or 0), row.name, row.place_id


def _chart(by_day: Mapping[date, int | None], today: date) -> Chart | None:
    return chart(by_day, today - _SHOWN, today) if by_day else None
