"""What the views of paper forms share: who opens which, and the words of what was entered."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, g, session
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.desk.queries import reads_file
from portal.desk.views_shared import ACTORS
from portal.directory.models import Motif, Place
from portal.mandates.forms_words import SHORT_PROCEDURES
from portal.paper import queries
from portal.paper.forms_words import ANSWERS, DAYS, HALVES
from portal.paper.models import PaperForm
from portal.people.models import Person
from portal.people.models_access import Organisation
from portal.web.access import Role
from portal.web.i18n import LANGUAGES, language
from portal.web.request import now
from portal.web.throttle import Limit
from portal.words import day_words

bp = Blueprint("paper", __name__)

GIVERS = (*ACTORS, Role.ENCADRANT)
OPENERS = (*GIVERS, Role.COURRIER)
FORM = "/agents/formulaires/<int(max=9223372036854775807):form_id>"
SLIP = "/agents/formulaires/coupon/<int(max=2147483647):appointment_id>"

CODES = Limit("paper codes", 60, timedelta(minutes=1))
_OPENED = "papers"  # in the session: what its agent has opened by code
_MOST = 40


def mark_opened(mark: str) -> None:
    """Notes that the agent of this browser holds the paper: they have typed its code."""
    session[_OPENED] = [*(one for one in session.get(_OPENED, []) if one != mark), mark][-_MOST:]


def has_opened(mark: str) -> bool:
    """Whether they have."""
    return mark in session.get(_OPENED, [])


def form_or_404(database: Session, form_id: int) -> tuple[PaperForm, bool]:
    """A form, and whether the agent reads its person's file; 404 unless they do, typed its code, or entered it.

    The print room opens by code alone: a form tells it what its paper tells, and no more.
    """
    found = queries.form(database, form_id)
    if found is None:
        abort(404)
    reads = found.person_id is not None and reads_file(database, now(), g.agent, found.person_id)
    if not (reads or has_opened(f"form {form_id}") or found.entered_by == g.agent.id):
        abort(404)
    return found, reads


def name_of(person: Person | None) -> str:
    """Prénom Nom; empty for nobody."""
    return f"{person.given_names} {person.family_name}" if person else ""


def answers_of(database: Session, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was entered, in words: (what, answer)."""
    return [
        (str(words), _answer(database, name, answers[name]))
        for name, words in ANSWERS.items()
        if answers.get(name) not in (None, [])
    ]


def half_days_words(half_days: list[str]) -> str:
    """Half-days in a few words: "lundi matin, jeudi après-midi"."""
    return ", ".join(f"{DAYS[one[:3]]} {HALVES[one[4:]]}" for one in half_days)


def _answer(database: Session, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(_("oui") if value else _("non"))
    rows: dict[str, Callable[[], str]] = {
        "address": lambda: ", ".join(line for line in value if line),
        "half_days": lambda: half_days_words(value),
        "hours": lambda: str(value),
        "first_day": lambda: day_words(date.fromisoformat(value), language()),
        "language": lambda: LANGUAGES.get(value, value),
        "procedures": lambda: ", ".join(str(SHORT_PROCEDURES[one]) for one in value),
        "holder_id": lambda: name_of(database.get(Person, value)),
        "motif_id": lambda: database.get_one(Motif, value).title_in_sight,
        "place_id": lambda: database.get_one(Place, value).name,
        "organisation_id": lambda: database.get_one(Organisation, value).name,
    }
    return rows[name]()


def pdf_answer(drawn: bytes, name: str, *, keeps: bool) -> Response:
    """A form, to be shown or printed under a name; `keeps`: the browser may keep it, for it is at nobody's name."""
    answer = Response(drawn, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    if not keeps:
        answer.headers["Cache-Control"] = "no-store"
    return answer
