"""The agent's side: the versions that a person shows them, and how to go through the questions together."""

from collections.abc import Collection, Iterator

from flask import abort, g, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.desk.views_brought import Brought, add_brought
from portal.desk.views_shared import ACTORS, PERSON, file_or_404, hand
from portal.eligibility import queries
from portal.eligibility.views_kept import version_of
from portal.eligibility.views_shared import bp
from portal.journal.services import record
from portal.web.access import allow, may_open
from portal.web.i18n import language
from portal.web.request import now, transaction
from portal.words import day_words

_SHOWN = f"{PERSON}/droits"


@bp.get(_SHOWN)
@allow(*ACTORS)
def of_person(person_id: int) -> str:
    """What a person shows this agent; and the way to answer the questions with them."""
    with transaction() as database:
        person, _reading = file_or_404(database, person_id)
        versions = queries.shown_to(database, now(), person_id, agent_id=g.agent.id)
        books = {saved.book_id: queries.book_of_version(database, saved.book_id) for saved in versions}
    return render_template(
        "eligibility/of_person.html",
        person=person,
        versions=versions,
        books=books,
        may_help=may_open("mandates.phone"),
    )


@bp.get(f"{_SHOWN}/<int(max=2147483647):saved_id>")
@allow(*ACTORS)
def shared(person_id: int, saved_id: int) -> str:
    """One version, as its person shows it. Each reading is journaled; 404 once it is no longer shown."""
    with transaction() as database:
        person, _reading = file_or_404(database, person_id)
        versions = queries.shown_to(database, now(), person_id, agent_id=g.agent.id)
        saved = next((one for one in versions if one.id == saved_id), None) or abort(404)
        # What changed would tell what is not shown to this agent.
        shown = version_of(database, saved, is_read=lambda before: before.id in {one.id for one in versions})
        record(
            database,
            now(),
            actor=hand(),
            verb="rights.read",
            for_person_id=person_id,
            object_kind="saved_answers",
            object_id=saved_id,
        )
    may_book = may_open("counter.motifs")
    return render_template("eligibility/shared.html", person=person, version=shown, may_book=may_book)


@add_brought
def _shown_there(database: Session, appointment_ids: Collection[int]) -> Iterator[tuple[int, Brought]]:
    """What a person brings to an appointment, for the agent who receives them; never what it is about."""
    if not may_open("eligibility.shared"):
        return
    for one in queries.shown_at(database, now(), appointment_ids, agent_id=g.agent.id):
        day = day_words(paris_day(one.saved_at), language())
        words = _("Les réponses de %(name)s, gardées le %(day)s", name=one.given_names, day=day)
        url = url_for("eligibility.shared", person_id=one.person_id, saved_id=one.saved_id)
        yield one.appointment_id, Brought(str(words), str(_("A partagé ses réponses")), url)
