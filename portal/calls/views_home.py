"""What the agents' home shows of calls: how many people wait for too long, and that a call was noted."""

from dataclasses import dataclass

from flask import g, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from portal.calls import queries
from portal.calls.models import CallOutcome
from portal.calls.views import bp
from portal.web.access import Role
from portal.web.request import now, reading

NOTED = {
    CallOutcome.INFORMED: _l("L'appel est noté : la personne est informée."),
    CallOutcome.BOOKED: _l("L'appel est noté : un rendez-vous est demandé."),
    CallOutcome.URGENT: _l("L'appel est noté. La personne va à l'accueil d'urgence, ou appelle un numéro d'urgence."),
    CallOutcome.PARTNER: _l("L'appel est noté : la personne sait à qui s'adresser."),
    CallOutcome.CALL_BACK: _l("L'appel est noté. L'appel demandé est dans la liste des appels."),
}
_WORKERS = frozenset({Role.ACCUEIL, Role.ENCADRANT})  # who calls, and who answers for it


@dataclass(frozen=True)
class Home:
    """`noted`: the sentence of the call just noted. `overdue`: tasks past their deadline, for whoever works on them."""

    noted: LazyString | None
    overdue: int


@bp.app_template_global("calls_home")
def calls_home() -> Home:
    """What to show on the agents' home; for templates of other features."""
    outcome = request.args.get("appel", "")
    noted = NOTED[CallOutcome(outcome)] if outcome in set(CallOutcome) else None
    if g.agent is None or not g.agent.roles & _WORKERS:
        return Home(noted, 0)
    with reading() as database:
        tasks = queries.open_tasks(database, now(), agent_id=g.agent.id)
    return Home(noted, sum(task.is_overdue for task in tasks))
