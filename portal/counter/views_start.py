"""For whom, and for what: the first choice of a booking. One key each."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.clock import paris_day
from portal.counter import queries
from portal.counter.forms_words import MODES
from portal.counter.rules import unfit
from portal.counter.views import bp
from portal.counter.views_shared import BOOK, BOOKERS, Wanted, ids_asked, name_of, people_of
from portal.desk.views_shared import note_reading
from portal.directory.models import Mode, Motif
from portal.people.models import Person
from portal.people.views_browser import services_of_agent
from portal.web.access import allow
from portal.web.headers import personal_page
from portal.web.request import now, transaction
from portal.web.text import printable

_KEYS = "123456789abcdefghijklmnopqstuvwxyz"  # one each, in the order of the page; "r" stays the card's own


@dataclass(frozen=True)
class Choice:
    """A motif, the key that chooses it, and why it does not fit; empty when it does."""

    motif: Motif
    key: str
    misfit: str
    mode: str


@bp.get("/agents/rendez-vous")
@allow(*BOOKERS)
def start() -> Response:
    """A booking begins with somebody: who it is for is looked for first."""
    return redirect(url_for("desk.search"), 303)


@bp.get(BOOK)
@allow(*BOOKERS)
def motifs(person_id: int) -> str:
    """For whom (the person, or relatives of theirs), and the motifs that this agent may book for them."""
    with transaction() as database:
        person, relatives = people_of(database, person_id)
        note_reading(database, person_id)
        return motifs_page(database, person, relatives)


def motifs_page(database: Session, person: Person, relatives: Any, fault: str = "") -> str:
    """The page of motifs; with what is wrong with the one that was asked for."""
    personal_page()
    day = paris_day(now())
    about = queries.subject(database, printable(request.args.get("sujet", ""))[:80], day)
    mode = next((one for one in Mode if one.value == request.args.get("mode")), None)
    groups = queries.motifs(database, day, services_of_agent(database), about.motif_keys if about else None)
    people = [person, *relatives]
    modes = sorted({motif.mode for group in groups for motif in group.motifs}, key=list(Mode).index)
    keys = iter(_KEYS)
    listed = [
        (group.theme, [_choice(motif, people, keys) for motif in group.motifs if mode in {None, motif.mode}])
        for group in groups
    ]
    return render_template(
        "counter/motifs.html",
        person=person,
        name=name_of(person),
        relatives=[(one, _age(one, day)) for one in relatives],
        ticked=set(ids_asked("pour")),
        groups=[(theme, choices) for theme, choices in listed if choices],
        about=about,
        mode=mode,
        modes=[(one, MODES[one]) for one in modes] if len(modes) > 1 else [],
        fault=fault,
        form_has_errors=bool(fault),
    )


def misfit_words(wanted: Wanted, misfits: list[Person]) -> str:
    """For whom a motif is not, and for whom it is."""
    names = ", ".join(one.given_names for one in misfits)
    limit = wanted.motif.max_age_years
    return str(
        _(
            "Ce motif est pour un enfant de moins de %(limit)s ans. Il ne convient pas à %(names)s.",
            limit=limit,
            names=names,
        )
    )


def _choice(motif: Motif, people: list[Person], keys: Any) -> Choice:
    fits = len(unfit(motif, people, now())) < len(people)
    words = "" if fits else _("Pour un enfant de moins de %(limit)s ans", limit=motif.max_age_years)
    return Choice(motif, next(keys, "") if fits else "", str(words), str(MODES[motif.mode]))


def _age(person: Person, day: date) -> str:
    birth = person.birth_date
    years = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    if years:
        return str(ngettext("%(num)s an", "%(num)s ans", years))
    return str(_("moins d'un an"))
