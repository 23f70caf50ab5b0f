"""A new file: what is known of somebody who calls or stands at the counter; first, the files that resemble it."""

from collections.abc import Sequence
from dataclasses import replace

from flask import abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.booking.pages import PostalNames
from portal.clock import paris_day
from portal.desk import queries
from portal.desk.forms_new import NewForm, RelativeForm
from portal.desk.rules import Reading
from portal.desk.services_new import NewFault, make_file
from portal.desk.views import bp
from portal.desk.views_found import Row, note_search, rows_of
from portal.desk.views_shared import ACTORS, file_or_404, hand
from portal.directory import queries as directory
from portal.letters.services_choice import How, choose_paper
from portal.people.models import Person
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.headers import personal_page
from portal.web.request import now, portal, transaction
from portal.web.text import whole

Page = str | tuple[str, int] | Response


@bp.route("/agents/personnes/nouvelle", methods=["GET", "POST"])
@allow(*ACTORS)
def new() -> Page:
    """The form; sent while other files resemble, it shows them, and asks which."""
    personal_page()
    try:
        with transaction() as database:
            guardian = _guardian(database)
            form = _form(database, guardian)
            if request.method != "POST" or "q" in request.form:
                form.begin_with(request.form.get("q", "")[:200])
                return _page(form, guardian)
            if not form.validate_on_submit():
                return _page(form, guardian), 422
            person = make_file(
                database,
                now(),
                key=form.key,
                identity=form.identity,
                birth_name=form.name_at_birth,
                contact=replace(form.contact, wants_paper=False),
                by=hand(),
                is_other=form.is_other.data == "oui",
                guardian=guardian,
            )
            if form.contact.wants_paper:
                base_url = portal().settings.base_url
                choose_paper(database, now(), person_id=person.id, by=hand(), how=How.AGENT, base_url=base_url)
    except Refused as refusal:
        if refusal.reason is not NewFault.SIMILAR:
            raise
        return _similar_page(), 409
    return redirect(url_for("desk.person", person_id=person.id, fait="creee"), 303)


def _similar_page() -> str:
    """The files that resemble, beside what was typed, which is kept."""
    with transaction() as database:
        guardian = _guardian(database)
        form = _form(database, guardian)
        form.validate()
        others = queries.similar(database, form.identity, form.contact)
        rows = rows_of(database, others)
        note_search(database, rows)
        return _page(form, guardian, rows, len(others) - len(rows))


def _guardian(database: Session) -> Person | None:
    """Whoever answers for the relative whose file is made (`?proche=`); 404 for one whom the agent may not read."""
    number = request.args.get("proche")
    if number is None:
        return None
    found, how_much = file_or_404(database, whole(number) or 0)
    if how_much is not Reading.WHOLE or found.guardian_id is not None:
        abort(404)
    return found


def _form(database: Session, guardian: Person | None) -> RelativeForm:
    today = paris_day(now())
    if guardian is not None:
        return RelativeForm(today=today)
    return NewForm(today=today, communes=PostalNames(directory.commune_index(database)))


def _page(form: RelativeForm, guardian: Person | None, rows: Sequence[Row] | None = None, hidden: int = 0) -> str:
    return render_template(
        "desk/new.html",
        form=form,
        guardian=guardian,
        rows=rows,
        hidden=hidden,
        form_has_errors=bool(form.errors or rows is not None),
    )
