"""The words of settings for what the rules name."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.administration.rules import Kind
from portal.directory.models import BookedBy
from portal.staff.forms_words import FAMILY_WORDS, ROLES
from portal.web.i18n import language
from portal.words import day_words, hour_words, moment_words

KIND_WORDS = {
    Kind.MOTIF: _l("Motif"),
    Kind.PLACE: _l("Lieu"),
    Kind.DAY: _l("Jour"),
    Kind.OPENING: _l("Plage"),
    Kind.ABSENCE: _l("Absence"),
    Kind.AGENT: _l("Agent"),
}

COLUMN_WORDS = {
    "title": _l("Titre"),
    "line": _l("Phrase sous le titre"),
    "detail": _l("Avant de confirmer"),
    "neutral_words": _l("Mots des messages"),
    "minutes": _l("Durée, en minutes"),
    "buffer_minutes": _l("Temps libre après, en minutes"),
    "notice_minutes": _l("Réserver au plus tard, en minutes avant"),
    "horizon_days": _l("Réserver au plus tôt, en jours avant"),
    "cancel_minutes": _l("Annuler jusqu'à, en minutes avant"),
    "move_minutes": _l("Déplacer jusqu'à, en minutes avant"),
    "upcoming_limit": _l("Rendez-vous à venir, au plus"),
    "booked_by": _l("Qui peut réserver"),
    "bring": _l("À apporter"),
    "before": _l("Avant le rendez-vous"),
    "after": _l("Après le rendez-vous"),
    "name": _l("Nom"),
    "street": _l("Numéro et rue"),
    "phone": _l("Téléphone"),
    "step_free": _l("Entrée sans marche"),
    "directions": _l("Comment venir"),
    "hours": _l("Horaires"),
    "urgent_hours": _l("Accueil d'urgence"),
    "closed_on": _l("Fermé à partir du"),
    "day": _l("Jour"),
    "is_open": _l("Ouvert"),
    "label": _l("Pourquoi"),
    "job": _l("Métier"),
    "suspended": _l("Compte suspendu"),
    "role": _l("Rôle"),
    "where": _l("À quel endroit"),
    "families": _l("Motifs de rendez-vous visibles"),
    "may_overbook": _l("Peut ajouter un rendez-vous sans créneau"),
    "first_day": _l("Premier jour"),
    "last_day": _l("Dernier jour"),
    "starts": _l("Début"),
    "ends": _l("Fin"),
    "skipped": _l("Jours retirés"),
    "starts_at": _l("Début"),
    "ends_at": _l("Fin"),
}

_MOMENTS = frozenset({"starts_at", "ends_at"})
_HOURS = frozenset({"starts", "ends"})
_DAYS = frozenset({"closed_on", "day", "first_day", "last_day", "skipped"})

BOOKED_BY_WORDS = {
    BookedBy.EVERYONE: _l("Tout le monde"),
    BookedBy.INVITED: _l("Les personnes invitées"),
    BookedBy.AGENTS: _l("Les agents"),
    BookedBy.NOBODY: _l("Personne"),
}


_NAMED: dict[str, Mapping[Any, Any]] = {"booked_by": BOOKED_BY_WORDS, "role": ROLES, "families": FAMILY_WORDS}
_NOTHING = {
    "step_free": _l("On ne sait pas"),
    "where": _l("Dans tout le Département"),
    "last_day": _l("Pas de fin prévue"),
}


def value_words(name: str, value: Any) -> str:
    """A value of the history, or of a row, in words."""
    if value is None or value in ("", []):
        return str(_NOTHING.get(name, _l("Rien")))
    if isinstance(value, bool):
        return str(_("Oui") if value else _("Non"))
    if isinstance(value, list):
        return ", ".join(value_words(name, one) for one in value)
    if name in _NAMED:
        return str(_NAMED[name].get(value, value))
    return _when_words(name, str(value))


def _when_words(name: str, value: str) -> str:
    """A day, an hour or an instant in words, other values as they are."""
    if name in _MOMENTS:
        return moment_words(datetime.fromisoformat(value), language())
    if name in _HOURS:
        return hour_words(time.fromisoformat(value), language())
    return day_words(date.fromisoformat(value), language()) if name in _DAYS else value
