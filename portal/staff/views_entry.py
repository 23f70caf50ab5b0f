"""From the first proof to the desk: what a browser is between two proofs, and where it is led after both."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from flask import session, url_for
from flask_babel import gettext as _
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.clock import paris_day
from portal.people.views_browser import AGENTS_IDLE_MINUTES, enter_as_agent
from portal.sealing import Sealer
from portal.staff.queries import seats, sits_everywhere
from portal.staff.services_sessions import MARK_LENGTH
from portal.web.access import safe_next
from portal.web.request import now, portal, transaction
from portal.web.sessions import BrowserSession
from portal.web.throttle import Limit, spend, visitor_address

HALF_WAY = timedelta(minutes=15)  # between the first proof and the second: long enough to install an application
CODES_SHOWN = timedelta(minutes=30)

_QUARTER = timedelta(minutes=15)
PASSWORDS = Limit("agent-password", most=10, window=_QUARTER)  # of one account
CODES = Limit("agent-code", most=10, window=_QUARTER)  # of one account
ADDRESSES = Limit("agent-address", most=50, window=_QUARTER)  # of one IP address: a whole site may share one


@dataclass(frozen=True)
class Half:
    """A browser that has given the first proof and not the second: it opens nothing yet."""

    agent_id: int
    suite: str


def sealer() -> Sealer:
    """What the secret key of this portal makes."""
    return Sealer(portal().settings.secret_key)


def spend_code(agent_id: int) -> None:
    """Counts one more code tried for an account, and from an address. Raises `TooManyRequests`."""
    spend(ADDRESSES, visitor_address())
    spend(CODES, str(agent_id))


def wrong_code() -> str:
    """What is said of any code of a telephone that is refused, whatever the reason."""
    return str(_("Ce code n'est pas le bon, ou il a déjà servi. Attendez le code suivant, puis écrivez-le."))


def begin(agent_id: int, suite: str | None) -> None:
    """The first proof is given: a new session key, and a quarter of an hour for the second."""
    browser = cast("BrowserSession", session)
    browser.clear()
    browser.renew()
    browser["half"] = {"agent_id": agent_id, "until": (now() + HALF_WAY).isoformat(), "suite": path_of_agents(suite)}


def half() -> Half | None:
    """Whose first proof this browser has given, unless that was too long ago."""
    kept = session.get("half")
    if not isinstance(kept, dict) or datetime.fromisoformat(kept["until"]) <= now():
        return None
    return Half(kept["agent_id"], kept["suite"])


def enter_and_lead(agent_id: int, suite: str | None, codes: list[str] | None = None) -> Response:
    """Both proofs are given: signs the agent in, and leads to what they asked for.

    On the way: new recovery codes if there are, and the choice of a place when they work in several.
    """
    day = paris_day(now())
    with transaction() as database:
        places = [] if sits_everywhere(database, agent_id, day) else seats(database, agent_id, day)
    place = places[0] if len(places) == 1 else None
    enter_as_agent(
        agent_id,
        place_id=place.id if place else None,
        idle_minutes=place.agents_idle_minutes if place else AGENTS_IDLE_MINUTES,
    )
    after = path_of_agents(suite)
    if len(places) > 1:
        session["suite"] = after
        after = url_for("agents.place")
    if codes is not None:
        show_once(codes, after)
        after = url_for("agents.codes")
    return redirect(after, 303)


def show_once(codes: list[str], after: str) -> None:
    """Keeps new recovery codes, sealed, until the agent says that they have them."""
    sealed = sealer().seal(" ".join(codes))
    session["codes"] = {"sealed": sealed, "until": (now() + CODES_SHOWN).isoformat(), "after": after}


def codes_to_show() -> tuple[list[str], str] | None:
    """The recovery codes that this browser has yet to note, and where it goes on; None when there are none."""
    kept: Any = session.get("codes")
    if not isinstance(kept, dict) or datetime.fromisoformat(kept["until"]) <= now():
        return None
    opened = sealer().open(kept["sealed"])
    return (opened.split(), kept["after"]) if opened else None


def path_of_agents(asked: str | None) -> str:
    """A page of the agents' side of this portal as asked, else the desk."""
    return safe_next(asked if asked and asked.startswith("/agents") else None, url_for("agents.desk"))


def own_mark() -> str:
    """What tells this browser's session among those of its agent."""
    key = cast("BrowserSession", session).key or ""
    return hashlib.sha256(key.encode()).hexdigest()[:MARK_LENGTH]
