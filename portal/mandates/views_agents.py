"""An agent's pages about the mandates of a person: those that run, and writing down a lasting one."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from portal.mandates import queries
from portal.mandates.forms import FILE, SIGNED, SMS, LegalForm, OrganisationForm, RelativeForm
from portal.mandates.rules import Fault
from portal.mandates.services import ask_by_sms, give_on_paper, give_to_legal, give_to_relative
from portal.mandates.views_help import PERSON
from portal.mandates.views_shared import HELPERS, bp, own_actor, person_or_404, shown_mandate, today, voice
from portal.people.models import Person
from portal.people.models_access import Organisation
from portal.people.models_mandates import Mandate
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.forms import PortalForm, selectable
from portal.web.request import now, transaction

_FIELDS = {
    Fault.DAYS: "days",
    Fault.END_PAST: "last_day",
    Fault.END_FAR: "last_day",
    Fault.AGE: "last_day",
    Fault.END_NEVER: "last_day",
    Fault.START_NEVER: "first_day",
    Fault.NO_MOBILE: "consent",
    Fault.NO_CONVENTION: "organisation",
    Fault.ASKED_LATELY: "consent",
    Fault.ONESELF: "family_name",
    Fault.HOLDER_NONE: "family_name",
}


@bp.get(PERSON)
@allow(*HELPERS)
def of_person(person_id: int) -> str:
    """Who may act for a person, and how to begin."""
    with transaction() as database:
        person = person_or_404(database, person_id)
        running = [shown_mandate(one) for one in queries.running_of_person(database, now(), person_id)]
        over = [shown_mandate(one) for one in queries.over_of_person(database, now(), person_id)]
    return render_template(
        "mandates/of_person.html",
        person=person,
        running=running,
        over=over,
        form=PortalForm(),
        done=request.args.get("fait", ""),
    )


@bp.route(f"{PERSON}/organisme", methods=["GET", "POST"])
@allow(*HELPERS)
def organisation(person_id: int) -> str | Response:
    """Writes down a mandate to a partner, or asks for it by text message."""
    form = OrganisationForm()
    with transaction() as database:
        person = person_or_404(database, person_id)
        form.organisation.choices = _partners(database)
    is_valid = form.validate_on_submit()
    if is_valid and _written(form, person_id, _to_organisation):
        return redirect(url_for("mandates.of_person", person_id=person_id, fait=form.consent.data))
    return render_template("mandates/organisation.html", form=form, person=person)


@bp.route(f"{PERSON}/proche", methods=["GET", "POST"])
@allow(*HELPERS)
def relative(person_id: int) -> str | Response:
    """Writes down the letter that lets a relative act."""
    form = RelativeForm()
    form.today = today()
    with transaction() as database:
        person = person_or_404(database, person_id)
    if form.validate_on_submit() and _written(form, person_id, _to_relative):
        return redirect(url_for("mandates.of_person", person_id=person_id, fait=form.consent.data))
    return render_template("mandates/relative.html", form=form, person=person)


@bp.route(f"{PERSON}/representant", methods=["GET", "POST"])
@allow(*HELPERS)
def legal(person_id: int) -> str | Response:
    """Writes down a legal representative or a minor's parent; a second agent sees the document."""
    form = LegalForm()
    form.today = today()
    with transaction() as database:
        person = person_or_404(database, person_id)
        someone = selectable([(FILE, _("Une personne (parent, tuteur, curateur) qui a un dossier"))])
        form.organisation.choices = [*someone, *_partners(database)]
    if form.validate_on_submit() and _written(form, person_id, _to_legal):
        return redirect(url_for("mandates.of_person", person_id=person_id, fait="document"))
    return render_template("mandates/legal.html", form=form, person=person)


def _partners(database: Session) -> list[SelectChoice]:
    return selectable((str(one.id), one.name) for one in queries.organisations(database, now()))


def _written(form: Any, person_id: int, write: Callable[[Session, Any, int], Mandate]) -> bool:
    try:
        with transaction() as database:
            write(database, form, person_id)
    except Refused as refused:
        fault = Fault(refused.reason)
        form.say(_FIELDS.get(fault, "procedures"), fault)
        return False
    return True


def _to_organisation(database: Session, form: OrganisationForm, person_id: int) -> Mandate:
    partner = queries.organisation(database, now(), int(form.organisation.data or 0))
    if partner is None:
        raise Refused(Fault.NO_CONVENTION)
    words: dict[str, Any] = {
        "person": person_or_404(database, person_id),
        "organisation": partner,
        "procedures": form.procedures.data,
        "days": int(form.days.data or 0),
        "by": own_actor(),
        "voice": voice(database),
    }
    if form.consent.data == SMS:
        return ask_by_sms(database, now(), **words)
    return give_on_paper(database, now(), is_signed=form.consent.data == SIGNED, **words)


def _to_relative(database: Session, form: RelativeForm, person_id: int) -> Mandate:
    holder = queries.only_file(database, form.identity)
    if holder is None:
        raise Refused(Fault.HOLDER_NONE)
    return give_to_relative(
        database,
        now(),
        person=person_or_404(database, person_id),
        holder=holder,
        procedures=form.procedures.data,
        last_day=form.last_day.data,
        is_signed=form.consent.data == SIGNED,
        by=own_actor(),
        voice=voice(database),
    )


def _to_legal(database: Session, form: LegalForm, person_id: int) -> Mandate:
    holder: Person | Organisation | None
    if form.is_of_file:
        holder = queries.only_file(database, form.identity)
    else:
        holder = queries.organisation(database, now(), int(form.organisation.data or 0))
    if holder is None:
        raise Refused(Fault.HOLDER_NONE if form.is_of_file else Fault.NO_CONVENTION)
    return give_to_legal(
        database,
        now(),
        person=person_or_404(database, person_id),
        holder=holder,
        procedures=form.procedures.data,
        first_day=form.first_day.data,
        last_day=form.last_day.data,
        by=own_actor(),
    )
