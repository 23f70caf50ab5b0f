"""What the views of the agenda share: whose agenda, which day, and the way from one view to another."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import abort, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.agenda.queries_agenda import Agenda, Keeper, Of, Whose, is_near, keepers_near, places_near, viewer_of
from portal.agenda.queries_forgotten import count_of
from portal.agenda.rules_agenda import RECEIVERS, Viewer
from portal.agenda.rules_closings import Place
from portal.agenda.views_lines import words_of_lines
from portal.clock import paris_day
from portal.web.request import now

_WHOSE = re.compile(r"(agent|equipe|lieu)-([0-9]{1,9})")
_FAR = timedelta(days=366 * 10)  # a day beyond is a slip of the hand


@dataclass(frozen=True)
class Asked:
    """What the address asks for, once it is known to be this agent's to see."""

    viewer: Viewer
    whose: Whose
    day: date
    places: Sequence[Place]

    @property
    def at_place(self) -> int | None:
        """The place whose agenda it is, if it is one's."""
        return self.whose.id if self.whose.of is Of.PLACE else None

    def sole_place(self, found: Agenda) -> int | None:
        """The one place where all that is shown happens, which each line then need not say."""
        if self.at_place is not None:
            return self.at_place
        ids = {one.place_id for one in found.booked}
        sole = next(iter(ids)) if len(ids) == 1 else None
        return sole if sole is not None and self.viewer.is_near(sole) else None

    @property
    def key(self) -> str:
        """Whose agenda, as addresses say it."""
        return f"{self.whose.of.value}-{self.whose.id}"


def asked(database: Session, *, place_only: bool = False) -> Asked:
    """What the address asks for: mine first, today by default; 404 for an agenda that is not this agent's to see.

    `place_only`: a place is wanted; that of the desk where they sit comes first.
    """
    today = paris_day(now())
    viewer = viewer_of(database, now(), g.agent)
    places = places_near(database, viewer, today)
    whose = _whose(request.args.get("qui", ""), viewer, places, place_only=place_only)
    if whose is None or not _is_theirs(database, whose, viewer, places, today):
        abort(404)
    return Asked(viewer, whose, _day(request.args.get("jour", ""), today), places)


def frame(database: Session, asked: Asked, view: str, step: timedelta, shown: Agenda) -> dict[str, Any]:
    """What every view of the agenda shows around it: choosing whose and when, the other views, what was forgotten.

    `shown`: that agenda.
    """
    near = [asked.whose.id] if asked.whose.of is not Of.AGENT else [place.id for place in asked.places]
    keepers = keepers_near(database, near, paris_day(now())) if len(near) <= _MANY else []
    today = paris_day(now())
    return {
        "asked": asked,
        "view": view,
        "today": today,
        "is_today": asked.day == today,
        "earlier": _url(view, asked, _workday(asked.day - step, -1) if step.days == 1 else asked.day - step),
        "later": _url(view, asked, _workday(asked.day + step, 1) if step.days == 1 else asked.day + step),
        "now_url": _url(view, asked, None),
        "views": [(name, _url(name, asked, asked.day)) for name in ("day", "week", "list")],
        "choices": _choices(asked, keepers),
        "whose_words": _whose_words(asked, shown.keepers),
        "place_words": _place_words(asked, shown),
        "forgotten": count_of(database, now(), asked.viewer),
        **words_of_lines(),
    }


_MANY = 12  # places: beyond, agents are chosen through their place


def _url(view: str, asked: Asked, day: date | None) -> str:
    is_dated = day is not None and day != paris_day(now())
    return url_for(f"agenda.{view}", qui=asked.key, jour=day.isoformat() if is_dated and day else None)


def _workday(day: date, step: int) -> date:
    """The same day, or the next one that is no Saturday or Sunday: those are reached by the field."""
    while day.weekday() > 4:
        day += timedelta(days=step)
    return day


def _day(typed: str, today: date) -> date:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return today
    return day if abs(day - today) < _FAR else today


def _whose(typed: str, viewer: Viewer, places: Sequence[Place], *, place_only: bool) -> Whose | None:
    """Whose agenda is asked for; without a word, mine for who receives, else my place's; None when there is none."""
    if (found := _WHOSE.fullmatch(typed)) and not (place_only and found[1] != Of.PLACE.value):
        return Whose(Of(found[1]), int(found[2]))
    mine = Whose(Of.AGENT, viewer.agent_id)
    if not place_only and (typed == "moi" or g.agent.roles & set(RECEIVERS)):
        return mine
    ids = [place.id for place in places]
    if not ids:
        return None if place_only else mine
    return Whose(Of.PLACE, g.agent.place_id if g.agent.place_id in ids else ids[0])


def _is_theirs(database: Session, whose: Whose, viewer: Viewer, places: Sequence[Place], today: date) -> bool:
    if whose.of is Of.AGENT:
        return is_near(database, viewer, whose.id, today)
    return any(place.id == whose.id for place in places)


def _choices(asked: Asked, keepers: Sequence[Keeper]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The agendas to choose from, in groups: (words of the group, [(value, words), …])."""
    mine = (f"{Of.AGENT.value}-{asked.viewer.agent_id}", _("Mon agenda"))
    others = [(f"{Of.AGENT.value}-{one.id}", one.name) for one in keepers if one.id != asked.viewer.agent_id]
    if asked.whose.of is Of.AGENT and asked.key not in {mine[0], *(value for value, _words in others)}:
        others.append((asked.key, _("Cet agenda")))
    groups = [
        (_("Moi"), [mine]),
        (_("Un lieu"), [(f"{Of.PLACE.value}-{place.id}", place.name) for place in asked.places]),
        (_("Une équipe, où qu'elle soit"), [(f"{Of.TEAM.value}-{place.id}", place.name) for place in asked.places]),
        (_("Un agent"), others),
    ]
    return [(words, values) for words, values in groups if values]


def _place_words(asked: Asked, shown: Agenda) -> str:
    """The name of the one place of somebody's agenda."""
    sole = asked.sole_place(shown) if asked.whose.of is not Of.PLACE else None
    return next((place.name for place in asked.places if place.id == sole), "")


def _whose_words(asked: Asked, keepers: Sequence[Keeper]) -> str:
    if asked.whose.of is Of.AGENT:
        if asked.whose.id == asked.viewer.agent_id:
            return str(_("Mon agenda"))
        return next((one.name for one in keepers if one.id == asked.whose.id), "")
    name = next(place.name for place in asked.places if place.id == asked.whose.id)
    return str(_("Équipe : %(place)s", place=name)) if asked.whose.of is Of.TEAM else name
