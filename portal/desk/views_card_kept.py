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
    if place is not None:
        kind, line = _of_place(found, place.name)
        alerts.append((kind, str(_("Sans adresse")), line))
    return alerts


def _of_place(found: Person, place: str) -> tuple[str, str]:
    """The kind of the notice, and whether letters go to the place that keeps them."""
    if found.address_state is RouteState.FAILED:
        line = _("Ce lieu ne garde plus les lettres\u00a0: %(place)s. Choisissez-en un autre avec elle.", place=place)
    elif found.address_state is RouteState.DOUBTFUL:
        line = _(
            "Une lettre est revenue de ce lieu\u00a0: %(place)s. Choisissez avec elle\u00a0: le même, ou un autre.",
            place=place,
        )
    elif found.wants_discretion and found.letters_chosen_at is None:
        line = _(
            "Aucune lettre ne part vers ce lieu\u00a0: %(place)s. La personne ne l'a pas encore demandé.", place=place
        )
    else:
        return "info", str(_("Ses lettres l'attendent ici\u00a0: %(place)s.", place=place))
    return "warning", str(line)
