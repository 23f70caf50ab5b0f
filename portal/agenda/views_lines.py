"""What an agenda shows of each appointment to the agent who looks: names or "occupé", a reason or neutral words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.agenda.queries_booked import Guest
from portal.agenda.rules_acts import Act, Standing, acts, can_cancel, standing
from portal.agenda.rules_agenda import Booked, Item, Kind, Viewer, wall_minutes
from portal.agenda.views_words import ACT_WORDS, MODE_ICONS, MODE_WORDS, STANDING_ICONS, STANDING_WORDS
from portal.booking.models import AppointmentStatus
from portal.desk.views_brought import Brought
from portal.directory.models import Mode
from portal.web.access import url_if_open
from portal.web.i18n import language
from portal.words import NBSP, hour_words

_WHOLE_DAY = 24 * 60  # minutes
GRID = 5  # minutes: the height of a row of the grid


class Line(NamedTuple):
    """A stretch of an agenda in words. `booked` is None when nobody comes: free, or away."""

    kind: Kind
    starts: str = ""
    ends: str = ""
    from_row: int = 0
    to_row: int = 0
    booked: Booked | None = None
    who: str = ""
    words: str = ""
    where: str = ""
    phones: Sequence[str] = ()
    address: Sequence[str] = ()
    standing: Standing = Standing.TO_COME
    since: str = ""  # in the waiting room, or called, since
    acts: Sequence[Act] = ()
    is_known: bool = False  # the viewer knows who comes
    is_paper: bool = False
    seats: str = ""
    brought: str = ""  # what the viewer may read for it, in a few words
    person_ids: Sequence[int] = ()
    url: str = ""
    cancel_url: str = ""


class Brief(NamedTuple):
    """A stretch of an agenda in a table of a whole week, which has thousands: only what its cell says, in that order.

    `stands`: the value of its standing, empty when the viewer does not know who comes; `facts`: names of pictograms.
    """

    kind: str
    span: str
    who: str = ""
    url: str = ""
    stands: str = ""
    facts: Sequence[str] = ()
    seats: str = ""


@dataclass(frozen=True)
class Writer:
    """Writes lines for one viewer at one instant. `is_plain`: neutral words whatever they may read (for paper).

    `at_place`: the place whose agenda it is, which each line then need not say. `once`: neutral words that the page
    says once for all of its lines (`saying_once`). `brought`: what the viewer may read for each, by its number.
    """

    viewer: Viewer
    guests: Mapping[int, Sequence[Guest]]
    now: datetime
    is_plain: bool = False
    at_place: int | None = None
    once: str = ""
    brought: Mapping[int, Sequence[Brought]] = field(default_factory=dict)

    def saying_once(self, listed: Iterable[Booked]) -> "Writer":
        """The same, which leaves out neutral words that each of these, two at least, would repeat."""
        near = [one for one in listed if self._is_near(one)]
        neutral = {"" if self._reads(one) else one.neutral_words for one in near}
        return replace(self, once=neutral.pop()) if len(near) > 1 and len(neutral) == 1 else self

    def brief(self, item: Item, day: date) -> Brief:
        """A stretch of a day in words, for a table of a whole week: nothing to press, no way to reach anybody."""
        booked = item.booked
        if booked is None:
            if item.kind is Kind.FREE:
                return Brief("free", self._span(item.starts_at, item.ends_at))
            line = self.line(item, day)
            return Brief("away", f"{line.starts} – {line.ends}" if line.starts else "")
        span = self._span(booked.starts_at, booked.ends_at)
        is_known = self.viewer.knows(agent_id=booked.agent_id, place_id=booked.place_id)
        guests = self.guests.get(booked.id, ()) if is_known else ()
        return Brief(
            "booked",
            span,
            self._who(booked, guests, is_known=is_known),
            self._url(booked) if is_known else "",
            standing(booked, self.now).value if is_known else "",
            _facts(booked, guests),
            _seats(booked),
        )

    def line(self, item: Item, day: date, grid: tuple[int, int] = (0, 24)) -> Line:
        """A stretch of a day in words; rows count from the first hour of the grid, from 1, and end with its last."""
        low, high = wall_minutes(item.starts_at, day), wall_minutes(item.ends_at, day)
        first, last = (hour * 60 for hour in grid)
        from_row = max(0, low - first) // GRID + 1
        to_row = max(-(-(min(high, last) - first) // GRID) + 1, from_row + 1)
        if item.booked is None:
            is_whole = high - low == _WHOLE_DAY
            hours = ("", "") if is_whole else (self.hour(item.starts_at), self._end(item, high))
            return Line(item.kind, *hours, from_row, to_row)
        return self.booked(item.booked, from_row, to_row)

    def booked(self, booked: Booked, from_row: int = 0, to_row: int = 0) -> Line:
        """An appointment in words."""
        viewer = self.viewer
        is_known = viewer.knows(agent_id=booked.agent_id, place_id=booked.place_id)
        is_near = self._is_near(booked)
        guests = self.guests.get(booked.id, ()) if is_known else ()
        stands = standing(booked, self.now)
        return Line(
            Kind.BOOKED,
            self.hour(booked.starts_at),
            self.hour(booked.ends_at),
            from_row,
            to_row,
            booked=booked,
            who=self._who(booked, guests, is_known=is_known),
            words=self._words(booked) if is_near else "",
            where=self._where(booked, is_near=is_near),
            phones=_phones(guests) if booked.mode is Mode.PHONE else (),
            address=_address(guests) if booked.mode is Mode.HOME else (),
            standing=stands,
            since=self._since(booked, stands),
            acts=acts(booked, self.now) if is_known else (),
            is_known=is_known,
            is_paper=any(guest.wants_paper for guest in guests),
            seats=_seats(booked),
            brought=_marks(self.brought.get(booked.id, ())),
            person_ids=[guest.person_id for guest in guests],
            url=self._url(booked) if is_known else "",
            cancel_url=self._cancel_url(booked) if is_known and can_cancel(booked, self.now) else "",
        )

    def hour(self, moment: datetime) -> str:
        """An hour in words, said once for all who come then."""
        said = self._hours.get(moment)
        if said is None:
            said = self._hours[moment] = hour_words(moment, language())
        return said

    def _end(self, item: Item, minutes: int) -> str:
        """Midnight ends a day, and begins the next one."""
        return hour_words_at_24(language()) if minutes == _WHOLE_DAY else self.hour(item.ends_at)

    def _span(self, starts: datetime, ends: datetime) -> str:
        """From when to when, said once for all who come then."""
        said = self._spans.get((starts, ends))
        if said is None:
            said = self._spans[starts, ends] = f"{self.hour(starts)} – {self.hour(ends)}"
        return said

    @cached_property
    def _spans(self) -> dict[tuple[datetime, datetime], str]:
        return {}

    @cached_property
    def _hours(self) -> dict[datetime, str]:
        return {}

    @cached_property
    def _taken(self) -> str:
        return str(_("Occupé"))

    @cached_property
    def _one(self) -> str:
        """The page of appointment 0: building each address anew would take longer than the rest of its line."""
        return url_for("agenda.one", appointment_id=0)

    @cached_property
    def _detail(self) -> str:
        return url_if_open("counter.appointment", appointment_id=0) or self._one

    @cached_property
    def _cancel(self) -> str:
        return url_if_open("counter.cancel", appointment_id=0) or ""

    def _url(self, booked: Booked) -> str:
        """Where it is moved or told again while it is to come; afterwards, where what became of it is noted."""
        if booked.workshop_id is not None:
            return url_for("agenda.workshop", workshop_id=booked.workshop_id)
        is_to_come = self.now < booked.starts_at and booked.status is AppointmentStatus.BOOKED
        return _numbered(self._detail if is_to_come else self._one, booked.id)

    def _cancel_url(self, booked: Booked) -> str:
        return _numbered(self._cancel, booked.id)

    def _who(self, booked: Booked, guests: Sequence[Guest], *, is_known: bool) -> str:
        if not is_known:
            return self._taken
        if booked.workshop_id is not None:
            return str(_("Atelier"))
        return ", ".join(guest.name for guest in guests)

    def _words(self, booked: Booked) -> str:
        """The workshop's title or the motif's where this agent may read it; neutral words otherwise."""
        if self._reads(booked):
            return booked.workshop_title or booked.title
        words = booked.neutral_words
        return "" if words == self.once else words[:1].upper() + words[1:]

    def _reads(self, booked: Booked) -> bool:
        """Whether what it is about is written."""
        return not self.is_plain and self.viewer.sees_reason(agent_id=booked.agent_id, family=booked.family)

    def _is_near(self, booked: Booked) -> bool:
        """Whether more than the time is written."""
        is_known = self.viewer.knows(agent_id=booked.agent_id, place_id=booked.place_id)
        return is_known or self.viewer.is_near(booked.place_id)

    def _where(self, booked: Booked, *, is_near: bool) -> str:
        if booked.place_id == self.at_place:
            return ""
        return booked.place_name if is_near else str(_("Dans un autre lieu"))

    def _since(self, booked: Booked, stands: Standing) -> str:
        moment = {Standing.ARRIVED: booked.arrived_at, Standing.CALLED: booked.called_at}.get(stands)
        return "" if moment is None else self.hour(moment)


def hour_words_at_24(language: str) -> str:
    """Midnight, as the end of a day."""
    return "24:00" if language == "en" else f"24{NBSP}h"


def words_of_lines() -> dict[str, object]:
    """What templates of lines need: the words and the pictograms, each said once a page."""
    return {
        "standing_words": {one.value: str(words) for one, words in STANDING_WORDS.items()},
        "standing_icons": {one.value: name for one, name in STANDING_ICONS.items()},
        "mode_words": {one.value: str(words) for one, words in MODE_WORDS.items()},
        "mode_icons": {one.value: name for one, name in MODE_ICONS.items()},
        "act_words": {one.value: str(words) for one, words in ACT_WORDS.items()},
    }


def _numbered(address: str, number: int) -> str:
    """The address of one thing, from that of number 0, which stands in it once."""
    return address.replace("/0", f"/{number}", 1)


def _phones(guests: Sequence[Guest]) -> list[str]:
    """The numbers to call, each once."""
    numbers = [number for guest in guests for number in (guest.mobile, guest.landline) if number]
    return list(dict.fromkeys(numbers))


def _address(guests: Sequence[Guest]) -> list[str]:
    return [line for line in guests[0].address if line] if guests else []


def _facts(booked: Booked, guests: Sequence[Guest]) -> tuple[str, ...]:
    """The pictograms of what is to be known of it, in their order; most have none."""
    how = () if booked.mode is Mode.PLACE else (MODE_ICONS[booked.mode],)
    paper = ("letter",) if any(guest.wants_paper for guest in guests) else ()
    return (*how, *paper, "triangle-alert") if booked.overbook_reason else (*how, *paper)


def _marks(found: Iterable[Brought]) -> str:
    return ", ".join(dict.fromkeys(one.mark for one in found))


def _seats(booked: Booked) -> str:
    if booked.seats is None:
        return ""
    taken = ngettext("%(num)s place prise", "%(num)s places prises", booked.taken)
    return str(_("%(taken)s sur %(seats)s", taken=taken, seats=booked.seats))
