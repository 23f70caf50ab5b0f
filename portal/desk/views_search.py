"""Finding a person: by what they say of themselves on the phone or at a counter. Nothing of it is in an address."""

from datetime import timedelta

from flask import g, render_template, request
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.desk import queries
from portal.desk.forms import SearchForm
from portal.desk.rules import Reading, reading
from portal.desk.views import bp
from portal.desk.views_shared import READERS, hand
from portal.journal.services import record
from portal.people.models import Person
from portal.web.access import allow
from portal.web.headers import personal_page
from portal.web.request import now, transaction
from portal.web.throttle import Limit, spend

Found = tuple[Person, bool]  # somebody, and whether their whole file may be read

_SEARCHES = Limit("people", 60, timedelta(minutes=1))


@bp.route("/agents/personnes", methods=["GET", "POST"])
@allow(*READERS)
def search() -> str | tuple[str, int]:
    """The form, and those found whom this agent may read: twenty at most. The journal notes how many, no word of it."""
    personal_page()
    form = SearchForm(today=paris_day(now()))
    if request.method != "POST":
        return _page(form, None)
    if not form.validate_on_submit():
        return _page(form, None), 422
    spend(_SEARCHES, f"agent {g.agent.id}")
    with transaction() as database:
        people = _readable(database, form)
        record(database, now(), actor=hand(), verb="people.searched", found=len(people))
        return _page(form, people)


def _readable(database: Session, form: SearchForm) -> list[Found]:
    people = queries.found(database, form.sought)
    links = queries.links(database, now(), g.agent, people)
    read = [(person, reading(links[person.id])) for person in people]
    return [(person, how_much is Reading.WHOLE) for person, how_much in read if how_much]


def _page(form: SearchForm, people: list[Found] | None) -> str:
    return render_template(
        "desk/search.html",
        form=form,
        people=people[: queries.MOST] if people is not None else None,
        is_cut=people is not None and len(people) > queries.MOST,
        form_has_errors=bool(form.errors),
    )
