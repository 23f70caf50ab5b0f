"""Letters that wait at a place for people who have no address: listed for its staff, and handed over."""

from typing import Any

from flask import g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.clock import paris_day
from portal.directory.models import Place
from portal.letters.queries_kept import ROLES, is_handed_at, waiting_at, without_place
from portal.letters.services_kept import hand_over_letter
from portal.letters.views import bp
from portal.letters.views_room import room_of
from portal.people.forms_fields import HiddenField
from portal.people.models import Person
from portal.people.views_browser import actor
from portal.web.access import allow, may_open
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.request import now, reading, transaction
from portal.web.text import whole

_LIST = "/agents/courriers/a-remettre"
_MOST = 9_223_372_036_854_775_807  # the widest number of a letter that the database holds


class HandedForm(PortalForm):
    """One press: the person has come for this letter."""

    letter = HiddenField()


@bp.get(_LIST)
@allow(*ROLES)
def to_hand_over() -> str:
    """The letters that wait at the agent's places, the oldest first; and whose place keeps letters no more."""
    personal_page()
    with reading() as session:
        return render_template(
            "letters/kept.html",
            form=HandedForm(formdata=None),
            rows=_rows(session),
            orphans=without_place(session, now(), agent_id=g.agent.id),
            opens=may_open,
            done=request.args.get("fait", ""),
            form_has_errors=False,
            **room_of(session),
        )


@bp.post(_LIST)
@allow(*ROLES)
def hand_over() -> Response:
    """Notes that a letter was handed over; pressed twice, or by two agents, it is noted once, and both hear so."""
    form = HandedForm()
    if not form.validate_on_submit():
        return redirect(url_for("letters.to_hand_over", fait="expire"), 303)
    done, number, mine = "deja", whole(form.letter.data, _MOST) or 0, {"agent_id": g.agent.id}
    with transaction() as session:
        is_here = any(one.letter_id == number for one in waiting_at(session, now(), **mine))
        if is_here and hand_over_letter(session, now(), letter_id=number, by=actor()):
            done = "remise"
        elif is_handed_at(session, now(), letter_id=number, **mine):
            done = "notee"
    return redirect(url_for("letters.to_hand_over", fait=done), 303)


def _rows(session: Session) -> list[dict[str, Any]]:
    kept = waiting_at(session, now(), agent_id=g.agent.id)
    places = select(Place.id, Place.name).where(Place.id.in_({one.place_id for one in kept})).order_by(Place.id)
    names = {row.id: row.name for row in session.execute(places)}
    people = select(Person.id, Person.birth_date).where(Person.id.in_({one.person_id for one in kept}))
    born = {row.id: row.birth_date for row in session.execute(people.order_by(Person.id))}
    return [
        {
            "id": one.letter_id,
            "reference": one.reference,
            "name": one.name,
            "born": born.get(one.person_id or 0),
            "since": one.since,
            "is_here": one.since <= paris_day(now()),
            "place": names[one.place_id],
            "is_long": one.is_long,
        }
        for one in kept
    ]
