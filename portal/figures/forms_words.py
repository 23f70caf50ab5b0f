"""The words of the follow-up for what the rules name."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.figures.rules import Lead

PERIODS = {30: _l("30 derniers jours"), 90: _l("3 derniers mois"), 365: _l("12 derniers mois")}  # days

LEAD_WORDS = {
    Lead.DAY: _l("Le jour même ou la veille"),
    Lead.WEEK: _l("De 2 à 7 jours avant"),
    Lead.FORTNIGHT: _l("De 8 à 14 jours avant"),
    Lead.MONTH: _l("De 15 à 30 jours avant"),
    Lead.LONGER: _l("Plus de 30 jours avant"),
}

_ROUTES = {
    "sms": _l("SMS"),
    "email": _l("e-mail"),
    "letter": _l("lettre"),
    "call": _l("appel"),
    "desk": _l("dit sur place"),
}


def routes_words(routes: str) -> str:
    """What reminders left, such as "sms+email", in words; that none did, for an empty text."""
    if not routes:
        return str(_("Aucun rappel"))
    words = ", ".join(str(_ROUTES[route]) for route in routes.split("+") if route in _ROUTES)
    return words[:1].upper() + words[1:]
