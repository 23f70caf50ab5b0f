"""Openings and what a change of them does, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.agenda import queries_openings as queries
from portal.agenda.queries_displaced import Displaced
from portal.agenda.queries_one import many
from portal.agenda.rules_openings import Draft, OpeningFault
from portal.agenda.rules_openings_effect import Effect
from portal.agenda.views_displaced_words import Row, rows, viewer_now
from portal.booking.models import Recurrence
from portal.booking.recurrence import days_of
from portal.web.i18n import language
from portal.words import day_words, hour_words

_DAYS = (_l("lundi"), _l("mardi"), _l("mercredi"), _l("jeudi"), _l("vendredi"), _l("samedi"), _l("dimanche"))
_NTH = {1: _l("premier"), 2: _l("deuxième"), 3: _l("troisième"), 4: _l("quatrième"), -1: _l("dernier")}
_AHEAD = timedelta(days=731)
_SHOWN = 50  # appointments touched, listed; the others are counted

FAULT_WORDS = {
    OpeningFault.CHANGED: _l("Quelqu'un vient de changer ceci. Regardez ce qui est écrit maintenant."),
    OpeningFault.NOT_YOURS: _l("Vous ne pouvez pas changer cela : ce lieu ou cet agent n'est pas à vous."),
    OpeningFault.NOT_THERE: _l("Cette plage n'a pas lieu ce jour-là. Choisissez un de ses jours."),
    OpeningFault.PAST: _l("Ce jour est passé. Écrivez un jour à venir."),
    OpeningFault.NOTHING: _l("Il n'y a rien à copier : cette semaine est vide, ou déjà copiée."),
}


@dataclass(frozen=True)
class Said:
    """An opening in words."""

    id: int
    place_id: int
    when: str
    place: str
    motifs: Sequence[str]
    span: str
    skipped: Sequence[str]


@dataclass(frozen=True)
class EffectSaid:
    """An effect in words: slots by motif (gained, lost), the appointments touched, and the clashes."""

    slots: Sequence[tuple[str, int, int]]
    touched: Sequence[Row]
    count: int
    clashes: Sequence[str]


def said(draft: Draft, places: Mapping[int, str], titles: Mapping[int, str], today: date) -> Said:
    """An opening in words."""
    coming = [day for day in draft.skipped if day >= today]
    return Said(
        draft.id,
        draft.place_id,
        when_words(draft),
        places[draft.place_id],
        sorted(titles[motif_id] for motif_id in draft.motif_ids),
        _span(draft, today),
        [day_words(day, language()) for day in coming],
    )


def when_words(draft: Draft) -> str:
    """When an opening happens: "Chaque mardi, de 9 h à 12 h"."""
    hours = {"starts": hour_words(draft.starts, language()), "ends": hour_words(draft.ends, language())}
    days = _listed([str(_DAYS[one]) for one in draft.weekdays])
    if draft.recurrence is Recurrence.ONCE:
        return str(_("Le %(day)s, de %(starts)s à %(ends)s", day=day_words(draft.first_day, language()), **hours))
    if draft.recurrence is Recurrence.MONTHLY:
        nth = str(_NTH[draft.nth_week or 1])
        return str(_("Le %(nth)s %(days)s du mois, de %(starts)s à %(ends)s", nth=nth, days=days, **hours))
    if draft.interval_weeks == 1:
        return str(_("Chaque %(days)s, de %(starts)s à %(ends)s", days=days, **hours))
    count = draft.interval_weeks
    return str(_("Une semaine sur %(count)s, le %(days)s, de %(starts)s à %(ends)s", count=count, days=days, **hours))


def comes(draft: Draft, today: date) -> bool:
    """Whether it still happens."""
    return bool(days_of(draft, today, max(today, draft.first_day) + _AHEAD))


def effect_said(database: Session, found: Effect, places: Mapping[int, str]) -> EffectSaid:
    """An effect in words; names of the people as far as the signed-in agent may read them."""
    titles = queries.titles(database, {*found.gained, *found.lost})
    shown = many(database, found.touched[:_SHOWN])
    listed = [Displaced(one.id, one.agent_id, one.place_id, one.starts_at) for one in shown]
    return EffectSaid(
        sorted((title, found.gained.get(number, 0), found.lost.get(number, 0)) for number, title in titles.items()),
        rows(database, viewer_now(database), listed),
        len(found.touched),
        [
            str(
                _(
                    "%(wanted)s : le %(day)s, l'agent est attendu à %(place)s.",
                    wanted=when_words(clash.wanted),
                    day=day_words(clash.day, language()),
                    place=places[clash.other.place_id],
                )
            )
            for clash in found.clashes
        ],
    )


def _listed(words: Sequence[str]) -> str:
    """Several words as one says them: "lundi, mardi et jeudi"."""
    if len(words) < 2:
        return "".join(words)
    return str(_("%(first)s et %(last)s", first=", ".join(words[:-1]), last=words[-1]))


def _span(draft: Draft, today: date) -> str:
    if draft.recurrence is Recurrence.ONCE:
        return ""
    first, last = (None if day is None else day_words(day, language()) for day in (draft.first_day, draft.last_day))
    is_begun = draft.first_day <= today
    if last is None:
        return str(_("Depuis le %(day)s", day=first) if is_begun else _("À partir du %(day)s", day=first))
    return str(_("Du %(first)s au %(last)s", first=first, last=last))
