"""Who did what for a person, and when: their own part of the journal, in plain words."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from portal.directory.models import Place
from portal.journal.queries import Told, lines_for_person
from portal.journal.verbs import sentence
from portal.mandates.rules import holder_name
from portal.people.queries_merges import merged_into
from portal.people.views_browser import subject_id
from portal.space import queries
from portal.space.queries import PAGE_SIZE, Hands
from portal.space.views import bp
from portal.space.views_shared import asked_page, page
from portal.web.access import Role, allow
from portal.web.request import transaction


@dataclass(frozen=True)
class Line:
    """One line as it is read."""

    at: datetime
    what: str
    who: str
    is_help: bool  # somebody else than the person


@bp.get("/actions")
@allow(Role.REACHABLE)
def actions() -> str:
    """Twenty lines at a time, the newest first."""
    number = asked_page()
    with transaction() as database:
        files = [subject_id(), *merged_into(database, subject_id())]
        found = lines_for_person(database, files, number, PAGE_SIZE)
        hands = queries.hands_of(database, subject_id(), found.lines)
    lines = [_line(line, hands, files) for line in found.lines]
    return page("actions", lines=lines, number=number, has_next=found.has_more)


def _line(line: Told, hands: Hands, files: Collection[int]) -> Line:
    is_own = line.actor == "person" and line.actor_id in files
    is_for_self = line.for_person_id is None or line.for_person_id in files
    who = _own(is_for_self=is_for_self) if is_own else _who(line, hands)
    return Line(line.at, sentence(line.verb, _), who, not is_own)


def _own(*, is_for_self: bool) -> str:
    return str(_("Vous") if is_for_self else _("Vous, pour une autre personne"))


def _who(line: Told, hands: Hands) -> str:
    """Agents by their job and their town; never by the name of a service, which would tell why one goes there."""
    mandate = hands.mandates.get(line.mandate_id or 0)
    if mandate is not None:
        return str(_("%(name)s, qui peut agir pour vous", name=holder_name(mandate)))
    if line.actor == "agent":
        agent = hands.agents.get(line.actor_id or 0)
        job = agent.job if agent else _("agent du service")
        return _with_town(job[:1].upper() + job[1:], hands.places.get(line.place_id or 0))
    others = {"machine": _("Le service, tout seul"), "visitor": _("Une personne non connectée")}
    return str(others.get(line.actor, _("Une personne qui agit pour vous")))


def _with_town(job: str, place: Place | None) -> str:
    return job if place is None else f"{job}, {place.city}"
