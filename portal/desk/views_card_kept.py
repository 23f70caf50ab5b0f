"""On a person's card: the place that keeps their letters, and those that wait there."""

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.letters.queries_kept import place_that_keeps, waiting_anywhere
from portal.notifications.models import Message
from portal.people.models import Person, RouteState
from portal.web.request import now


def kept_alerts(database: Session, found: Person) -> list[tuple[str, str, str]]:
    """What to know of letters kept for somebody without an address: (kind of notice, title, one line)."""
    waiting = waiting_anywhere(database, now(), Message.person_id == found.id)
    here = [one for one in waiting if one.since <= paris_day(now())]
    alerts = []
    if here:
        line = ngettext("%(num)s lettre à lui remettre.", "%(num)s lettres à lui remettre.", len(here))
        alerts.append(("warning", str(_("Une lettre l'attend")), str(line)))
    place = place_that_keeps(database, found)
    if place is not None and found.address_state is RouteState.FAILED:
        line = _(
            "Ce lieu ne garde plus les lettres\u00a0: %(place)s. Choisissez-en un autre avec elle.", place=place.name
        )
        alerts.append(("warning", str(_("Sans adresse")), str(line)))
    elif place is not None:
        alerts.append(
            ("info", str(_("Sans adresse")), str(_("Ses lettres l'attendent ici\u00a0: %(place)s.", place=place.name)))
        )
    return alerts
