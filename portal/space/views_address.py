"""Where a person's letters go."""

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.booking.forms_address import AddressForm
from portal.booking.forms_kept import KeptForm
from portal.booking.pages import PostalNames
from portal.directory import queries as directory
from portal.letters.queries_kept import keeping_places
from portal.letters.services_choice import How, choose_paper
from portal.people.views_browser import actor, is_hidden_from_helper, subject_id
from portal.space.services import save_preferences
from portal.space.views import bp
from portal.space.views_shared import Page, base_url, me, page
from portal.web.access import Procedure, Role, allow
from portal.web.request import now, transaction


@bp.route("/preferences/adresse", methods=["GET", "POST"])
@allow(Role.REACHABLE, procedure=Procedure.PREFERENCES)
def address() -> Page:
    """The lines of the envelope; empty ones take the address out, unless letters were chosen or a place keeps them."""
    with transaction() as database:
        form = _form(database)
        person = me(database)
    if form.validate_on_submit():
        is_kept = person.letters_kept_at_id is not None  # its form is empty: pressed as it is, it changes nothing
        if form.address or not (person.wants_paper or is_kept):
            return _saved(form.address, may_choose=not is_hidden_from_helper(person))
        form.street.errors = [
            _("Écrivez une adresse. Sinon, vos lettres restent dans le lieu choisi.")
            if is_kept
            else _("Vous avez choisi de tout recevoir par courrier. Écrivez une adresse pour vos lettres.")
        ]
    values = {"person": person, "is_hidden": is_hidden_from_helper(person)}
    return page("address", form=form, **values), 422 if request.method == "POST" else 200


@bp.route("/preferences/adresse/lieu", methods=["GET", "POST"])
@allow(Role.REACHABLE, procedure=Procedure.PREFERENCES)
def kept_at() -> Page:
    """For who has no address at all: the place that keeps their letters, which takes the place of an address."""
    with transaction() as database:
        person = me(database)
        communes = PostalNames(directory.commune_index(database))
        places = keeping_places(database, now(), communes)
    name = f"{person.given_names} {person.family_name}"
    is_hidden = is_hidden_from_helper(person)
    form = KeptForm(name=name, places=places, now_at=None if is_hidden else person.letters_kept_at_id)
    if form.validate_on_submit() and form.place is not None:
        return _saved(form.address, may_choose=not is_hidden, kept_at=form.place.id)
    status = 422 if request.method == "POST" else 200
    return page("address_kept", form=form, person=person, places=places), status


def _saved(lines: tuple[str, ...], *, may_choose: bool, kept_at: int | None = None) -> Page:
    """Writes the address, or the place that keeps letters; asked for with it, everything comes by post."""
    wants_all = may_choose and "tout" in request.args and any(lines)
    number, by, site = subject_id(), actor(), base_url()
    done = "adresse" if kept_at is None else "lieu"
    where: dict[str, Any] = {"address": lines, "kept_at": kept_at}
    with transaction() as database:
        if wants_all:
            choose_paper(database, now(), person_id=number, by=by, how=How.WEB, base_url=site, **where)
        else:
            save_preferences(database, now(), person_id=number, by=by, base_url=site, **where)
    return redirect(url_for("space.preferences", fait="papier" if wants_all else done), 303)


def _form(database: Session) -> AddressForm:
    communes = PostalNames(directory.commune_index(database))
    person = me(database)
    name = f"{person.given_names} {person.family_name}"
    lines = person.address if person.letters_kept_at_id is None else ()  # a place's: theirs to replace, not to mend
    return AddressForm(name=name, lines=lines, communes=communes)
