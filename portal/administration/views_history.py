"""Who changed what, and who works where: read by those who answer for places, and by admins."""

from flask import abort, g, render_template, request
from sqlalchemy.orm import Session

from portal.administration import queries_agents, queries_history
from portal.administration.forms_words import COLUMN_WORDS, KIND_WORDS, value_words
from portal.administration.queries_history import Reach
from portal.administration.rules import Kind
from portal.administration.views import bp
from portal.clock import paris_day
from portal.people.queries_access import places_of
from portal.people.views_browser import own_places
from portal.staff.forms_words import FAMILY_WORDS, ROLES, STATES
from portal.web.access import Role, allow
from portal.web.request import now, reading
from portal.web.text import WIDEST


@bp.get("/agents/reglages/historique")
@allow(Role.ENCADRANT, Role.ADMIN)
def history() -> str:
    """Every change, the latest first, of one thing or of all; an encadrant reads those of their places and motifs."""
    page = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    kind = request.args.get("quoi", "")
    of = Kind(kind) if kind in set(Kind) else None
    number = request.args.get("numero", type=int) if of else None
    if number is not None and not 0 < number <= WIDEST:
        abort(404)
    with reading() as database:
        reach = _reach(database)
        listed, has_more = queries_history.history(database, kind=of, object_id=number, page=page, reach=reach)
    return render_template(
        "administration/history.html",
        listed=listed,
        has_more=has_more,
        page=page,
        of=of,
        number=number,
        is_everything=reach is None,
        kinds=KIND_WORDS,
        columns=COLUMN_WORDS,
        value_words=value_words,
    )


@bp.get("/agents/reglages/agents")
@allow(Role.ENCADRANT)
def agents() -> str:
    """Who works at the places of an encadrant: nothing is changed here, and no e-mail is shown."""
    with reading() as database:
        led = places_of(database, g.agent.id, (Role.ENCADRANT,), paris_day(now()))
        found = queries_agents.colleagues(database, now(), led)
    return render_template(
        "administration/agents.html", colleagues=found, role_words=ROLES, family_words=FAMILY_WORDS, states=STATES
    )


def _reach(database: Session) -> Reach | None:
    own = own_places(database)
    if own is None:
        return None
    houses, colleagues = (ids(database, now(), own) for ids in (queries_agents.house_ids, queries_agents.colleague_ids))
    return Reach(own, houses, colleagues)
