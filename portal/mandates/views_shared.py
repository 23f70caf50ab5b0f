"""What the views of mandates share: in whose name people are told, what a mandate looks like, where acting leads."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from flask import Blueprint, abort, current_app, g, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.clock import paris, paris_day
from portal.codes import shown
from portal.directory.models import Departement
from portal.journal.services import Actor
from portal.mandates import queries
from portal.mandates.forms_words import CONSENTS, ENDS, KINDS, PROCEDURES, SHORT_PROCEDURES
from portal.mandates.rules import EndedBy, answer_by, holder_name, is_running, told_until
from portal.mandates.services import Voice
from portal.people.models import Person
from portal.people.models_mandates import Consent, Mandate, MandateKind, MandateState
from portal.people.views_browser import actor
from portal.web.access import Procedure, Role, door_of
from portal.web.forms import PortalForm
from portal.web.i18n import language
from portal.web.request import now, portal
from portal.words import day_words, moment_words

bp = Blueprint("mandates", __name__)
bp.add_app_template_global(PortalForm, "plain_form")


@bp.app_template_global("procedures_words")
def procedures_words(procedures: Collection[str]) -> str:
    """Procedures in a few words: "les rendez-vous, les messages"."""
    return ", ".join(str(words) for key, words in SHORT_PROCEDURES.items() if key in procedures)


@bp.app_template_global("until_words")
def until_words(ends_at: datetime) -> str:
    """Until when one acts: the last day, whole, of a mandate counted in days; else the moment."""
    if paris(ends_at).time() == time():
        return str(_("Jusqu'au %(day)s inclus.", day=day_words(paris_day(ends_at) - timedelta(days=1), language())))
    return str(_("Jusqu'au %(moment)s.", moment=moment_words(ends_at, language())))


HELPERS = (Role.ACCUEIL, Role.PROFESSIONNEL, Role.REFERENT)
PARTNERS = (Role.PARTNER_WELCOME, Role.PARTNER_SHARED)
HIGHEST_ID = 9223372036854775807

# The first of these pages that a mandate opens is where acting begins.
_PAGES = ("space.home", "space.appointments", "space.messages", "space.preferences")


@dataclass(frozen=True)
class Shown:
    """A mandate as a page shows it."""

    id: int
    kind: str
    who: str  # acts
    person: str  # is acted for
    person_id: int
    procedures: tuple[str, ...]
    consent: str
    state: str  # asked, active, refused, ended, over
    until: date
    ends_at: datetime
    is_short: bool
    reference: str
    answer_by: datetime
    ended: str
    awaits: str  # paper, document, holder, answer, or nothing
    is_mine: bool  # the agent who looks holds it


def shown_mandate(mandate: Mandate) -> Shown:
    """What a page says of a mandate that is loaded whole."""
    awaits = {Consent.PAPER: "paper", Consent.DOCUMENT: "document", Consent.SPACE: "holder", Consent.SMS: "answer"}
    state = mandate.state.value
    if mandate.state is MandateState.ACTIVE and not is_running(mandate, now()):
        state = "over"
    return Shown(
        id=mandate.id,
        kind=str(KINDS[mandate.kind]),
        who=holder_name(mandate) or _("Quelqu'un qui a la référence"),
        person=f"{mandate.person.given_names} {mandate.person.family_name}",
        person_id=mandate.person_id,
        procedures=tuple(str(PROCEDURES[Procedure(name)]) for name in mandate.procedures),
        consent=str(CONSENTS[mandate.consent]),
        state=state,
        until=told_until(mandate),
        ends_at=mandate.ends_at,
        is_short=mandate.kind in {MandateKind.PHONE, MandateKind.COUNTER},
        reference=shown(mandate.reference),
        answer_by=answer_by(mandate),
        ended=str(ENDS[EndedBy(mandate.ended_by)]) if mandate.ended_by else "",
        awaits=awaits.get(mandate.consent, "") if mandate.state is MandateState.ASKED else "",
        is_mine=g.agent is not None and mandate.agent_id == g.agent.id,
    )


def voice(session: Session) -> Voice:
    """In whose name people are told."""
    return Voice(session.get_one(Departement, 1), portal().settings.base_url)


def person_or_404(session: Session, person_id: int) -> Person:
    """The file of an address; 404 when there is none, or none for the agent who asks."""
    found = queries.person(session, person_id)
    if found is None or (g.agent is not None and not may_read(session, person_id)):
        abort(404)
    return found


def may_read(session: Session, person_id: int) -> bool:
    """Whether the signed-in agent reads the file of a person."""
    return portal().reads_file(session, now(), g.agent, person_id)


def mandate_at_desk(session: Session, mandate_id: int) -> Mandate:
    """A mandate given by a person whose file the signed-in agent reads; 404 otherwise."""
    found = mandate_or_404(queries.mandate(session, mandate_id))
    if not may_read(session, found.person_id):
        abort(404)
    return found


def mandate_or_404(mandate: Mandate | None) -> Mandate:
    """A mandate that is there and theirs; 404 otherwise."""
    if mandate is None:
        abort(404)
    return mandate


def own_actor() -> Actor:
    """The agent themselves, on pages of agents, even while they act for somebody on other pages."""
    return replace(actor(), mandate_id=None)


def landing(procedures: Collection[str]) -> str:
    """The address of the first page of the space that these procedures open; the home page when none does."""
    views = current_app.view_functions
    opened = [name for name in _PAGES if name in views and door_of(views[name]).procedure in set(procedures)]
    return url_for(opened[0]) if opened else "/"


def today() -> date:
    """The day in France."""
    return paris_day(now())
