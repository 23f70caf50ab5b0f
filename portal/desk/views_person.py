"""A person's card, as an agent reads it: one screen for whoever has them on the phone. Each reading is journaled."""

from typing import Any

from flask import g, render_template, request
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.desk import queries, queries_card
from portal.desk.forms import IdentityForm, ShownForm
from portal.desk.forms_card import DONE
from portal.desk.forms_merge import FIELDS
from portal.desk.queries_merge import merges_to_undo
from portal.desk.rules import Reading, shown
from portal.desk.views import bp
from portal.desk.views_card import (
    alerts_of,
    calls_from,
    lines_of,
    said_to,
    tasks_for,
    ways_of,
    wishes_for,
)
from portal.desk.views_card_beside import card_parts
from portal.desk.views_shared import ACTORS, PERSON, READERS, file_or_404, note_reading
from portal.people.models import Person
from portal.people.queries import cards_of
from portal.people.rules import age_on
from portal.web.access import allow, may_open, url_if_open
from portal.web.headers import personal_page
from portal.web.i18n import LANGUAGES
from portal.web.request import now, transaction

_CHECKS = {"identite", "adresse", "lettre", "protection"}  # one leads to the next: they stay unfolded


@bp.get(PERSON)
@allow(*READERS)
def person(person_id: int) -> str:
    """Who they are, how they are reached, what is to come, what was said; and what may be done for them."""
    with transaction() as database:
        found, how_much = file_or_404(database, person_id)
        note_reading(database, person_id)
        return person_page(database, found, how_much)


def person_page(
    database: Session,
    found: Person,
    how_much: Reading,
    *,
    identity: IdentityForm | None = None,
    fault: str = "",
) -> str:
    """The card; with what is wrong with an act just asked for."""
    personal_page()
    identity = identity or IdentityForm(formdata=None)
    one_press = ShownForm(formdata=None)
    identity.shown.data = one_press.shown.data = shown(found)
    guardian = found.guardian  # before other statements read the person's row again
    coming, past, missed = lines_of(database, found)
    return render_template(
        "desk/person.html",
        person=found,
        guardian=guardian,
        coming=coming,
        past=past,
        missed=missed,
        identity=identity,
        one_press=one_press,
        may_choose_paper=not found.wants_paper and found.guardian_id is None and may_open("desk.all_by_post"),
        fault=fault,
        done=DONE.get(request.args.get("fait", ""), ""),
        was_checking=request.args.get("fait") in _CHECKS,
        left=_left(request.args.get("reste", "")),
        doors=_doors(found),
        form_has_errors=bool(identity.errors or fault),
        **_whole(database, found, how_much),
    )


def _doors(found: Person) -> dict[str, str | None]:
    """What may be done for them, and where; None for what is not there, or not for this agent."""
    return {
        "book": url_if_open("counter.motifs", person_id=found.id),
        "qualify": url_if_open("calls.qualify", personne=found.id),
        "wait": url_if_open("counter.wait", person_id=found.id),
        "workshop": url_if_open("agenda.enrol_for", person_id=found.id),
        "relative": None if found.guardian_id else url_if_open("desk.new", proche=found.id),
        "mandates": url_if_open("mandates.of_person", person_id=found.id),
        "change": url_if_open("desk.change", person_id=found.id),
        "forms": url_if_open("paper.give", person_id=found.id),
        "rights": url_if_open("eligibility.of_person", person_id=found.id),
        "merge": url_if_open("desk.merge_with", person_id=found.id),
    }


def _whole(database: Session, found: Person, how_much: Reading) -> dict[str, Any]:
    """What a partner of level 1 does not read."""
    if how_much is not Reading.WHOLE:
        return {"is_whole": False, "may_act": False}
    return {
        "is_whole": True,
        "may_act": bool(g.agent.roles & set(ACTORS)),
        "alerts": alerts_of(database, found),
        "age": age_on(found.birth_date, paris_day(now())),
        "ways": ways_of(found),
        "language_words": LANGUAGES.get(found.language, LANGUAGES["fr"]),
        "relatives": queries.relatives_of(database, found.id),
        "referents": queries_card.referents_of(database, now(), found.id),
        "cards": [ways_of(card) for card in cards_of(database, found.id)],
        "said": said_to(database, found),
        "card_parts": card_parts(database, found.id),
        "tasks": tasks_for(database, found),
        "calls": calls_from(database, found),
        "wishes": wishes_for(database, found),
        "merges": merges_to_undo(database, now(), found.id),
    }


def _left(written: str) -> list[str]:
    """What an undone merge has left as it was, from the address: names of ours and nothing else."""
    return [str(FIELDS[name]) for name in written.split(",") if name in FIELDS]
