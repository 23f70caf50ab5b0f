"""Somebody is on the line: what is it about, what to answer, and how the call ended."""

from dataclasses import dataclass
from typing import Any

from flask import abort, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.calls import queries_received as queries
from portal.calls.forms import CallBackForm, CallForm
from portal.calls.models import CallOutcome
from portal.calls.services_received import Call, receive, tie_booked
from portal.calls.views import bp
from portal.clock import paris_day
from portal.desk.views_shared import file_or_404, hand, note_reading
from portal.directory.models_subjects import Subject
from portal.people.models import Person
from portal.web.access import Role, allow, url_if_open
from portal.web.headers import personal_page
from portal.web.request import now, portal, transaction
from portal.web.text import printable, whole

ROLES = (Role.ACCUEIL, Role.PROFESSIONNEL, Role.REFERENT, Role.ENCADRANT)
OTHER = "autre"  # what no subject of the file says

_KEPT = "call_subject"  # in the session, while the person is looked for

Page = str | tuple[str, int] | Response


@dataclass(frozen=True)
class Asked:
    """Whom a call is from, and what it is about, as far as they have said. `key` empty: not yet."""

    person: Person | None
    key: str
    subject: Subject | None


@bp.route("/agents/appel", methods=["GET", "POST"])
@allow(*ROLES)
def qualify() -> Page:
    """One page: the subject, the answer to read, and one key for each way in which a call ends."""
    personal_page()
    kept = session.pop(_KEPT, None) if request.method != "POST" and "sujet" not in request.args else None
    if kept and _person_id() is not None:  # without anybody it is another call
        return redirect(url_for("calls.qualify", sujet=kept, personne=_person_id()))
    with transaction() as database:
        asked = _asked(database)
        if request.method != "POST":
            tie_booked(database, now())
            if asked.person is not None:
                note_reading(database, asked.person.id)
            return _page(database, asked)
        return _end(database, asked)


def _end(database: Session, asked: Asked) -> Page:
    """Notes the call once, and leads on."""
    form = CallForm()
    is_back = form.ended is CallOutcome.CALL_BACK
    back = CallBackForm(person=asked.person) if is_back else None
    if not (back or form).validate_on_submit() or form.ended is None or form.request_key is None:
        fault = "" if back else _("Cette page est restée ouverte longtemps. Appuyez de nouveau.")
        return _page(database, asked, back, fault=fault), 422
    if form.ended is CallOutcome.BOOKED and asked.person is None:
        session[_KEPT] = asked.key
        return redirect(url_if_open("desk.search") or url_for("agents.desk"), 303)
    partner = queries.partner(database, paris_day(now()), form.partner.data or "")
    if form.ended is CallOutcome.PARTNER and partner is None:
        return _page(database, asked, fault=_("Choisissez vers qui la personne est envoyée.")), 422
    call = Call(
        key=form.request_key,
        outcome=form.ended,
        person_id=asked.person.id if asked.person else None,
        subject_id=asked.subject.id if asked.subject else None,
        partner_id=partner.id if partner else None,
    )
    base_url = portal().settings.base_url
    receive(database, now(), call=call, by=hand(), base_url=base_url, call_back=back.call_back if back else None)
    return redirect(_onwards(asked, form.ended), 303)


def _onwards(asked: Asked, ended: CallOutcome) -> str:
    """The booking for whoever asked for an appointment; else the desk, which says that the call is noted."""
    home = url_for("agents.desk", appel=ended.value)
    if ended is not CallOutcome.BOOKED or asked.person is None:
        return home
    subject = asked.subject.key if asked.subject else None
    motif = request.form.get("motif", "")
    slots = motif and url_if_open("counter.slots", person_id=asked.person.id, motif_key=motif)
    return slots or url_if_open("counter.motifs", person_id=asked.person.id, sujet=subject) or home


def _page(database: Session, asked: Asked, back: CallBackForm | None = None, *, fault: str = "") -> str:
    day = paris_day(now())
    form = CallForm(formdata=None)
    form.begin()
    if back is None:
        back = CallBackForm(person=asked.person, formdata=None)
    back.key.data = form.key.data
    shown: dict[str, Any] = {"sheet": None, "subjects": ()}
    if asked.key:
        roles, place_id = g.agent.roles, g.agent.place_id
        shown["sheet"] = queries.sheet(
            database, day, asked.subject, agent_id=g.agent.id, roles=roles, place_id=place_id
        )
    else:
        shown["subjects"] = queries.subjects(database, day)
    return render_template(
        "calls/qualify.html",
        asked=asked,
        form=form,
        back=back,
        fault=fault,
        url_of_subject=lambda key: url_for("calls.qualify", sujet=key or None, personne=_person_id()),
        url_of_search=url_if_open("desk.search"),
        url_of_new=url_if_open("desk.new"),
        url_of_file=url_if_open("desk.person", person_id=asked.person.id) if asked.person else None,
        url_of_paper=_url_of_paper(asked.person),
        may_book=url_if_open("counter.motifs", person_id=asked.person.id if asked.person else 0) is not None,
        form_has_errors=bool(back.errors or fault),
        **shown,
    )


def _url_of_paper(person: Person | None) -> str | None:
    """Where one press brings everything by post; None for whoever has chosen it already."""
    if person is None or person.wants_paper or person.guardian_id is not None:
        return None
    return url_if_open("desk.all_by_post", person_id=person.id)


def _asked(database: Session) -> Asked:
    person_id, key = _person_id(), printable(request.args.get("sujet", ""))[:80]
    person = file_or_404(database, person_id)[0] if person_id is not None else None
    subject = queries.subject(database, paris_day(now()), key) if key and key != OTHER else None
    if key and key != OTHER and subject is None:
        abort(404)
    return Asked(person, key, subject)


def _person_id() -> int | None:
    given = request.args.get("personne", "")
    if not given:
        return None
    return whole(given) or abort(404)
