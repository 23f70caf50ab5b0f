"""The children and the people that someone looks after."""

from flask import redirect, request, url_for
from flask_babel import gettext as _

from portal.clock import paris_day
from portal.people.forms_words import IDENTITY_WORDS
from portal.people.mandates import MandateFault
from portal.people.rules import IdentityFault
from portal.people.views_browser import actor, subject_id
from portal.refusal import Refused
from portal.space import queries
from portal.space.forms import RelativeForm
from portal.space.rules import parted
from portal.space.services import add_relative
from portal.space.views import bp
from portal.space.views_shared import Page, page
from portal.web.access import Procedure, Role, allow
from portal.web.request import now, transaction


@bp.get("/proches")
@allow(Role.REACHABLE, procedure=Procedure.APPOINTMENTS)
def relatives() -> str:
    """Each with their next appointment."""
    with transaction() as database:
        people = queries.relatives_of(database, subject_id())
        coming = parted(queries.appointments_of(database, now(), subject_id()), now()).coming
    next_of = {one.person_id: appointment for appointment in reversed(coming) for one in appointment.participations}
    return page("relatives", people=people, next_of=next_of, done=request.args.get("fait", ""))


@bp.route("/proches/ajouter", methods=["GET", "POST"])
@allow(Role.REACHABLE, procedure=Procedure.APPOINTMENTS)
def add() -> Page:
    """Adds a child or someone looked after, so that booking need not ask again."""
    form = RelativeForm(today=paris_day(now()))
    if form.validate_on_submit():
        try:
            with transaction() as database:
                add_relative(database, now(), person_id=subject_id(), by=actor(), identity=form.identity)
        except Refused as refusal:
            if isinstance(refusal.reason, MandateFault):
                raise
            form.given_names.errors = [_words(refusal)]
        else:
            return redirect(url_for("space.relatives", fait="ajoute"), 303)
    return page("relative_add", form=form), 422 if form.errors else 200


def _words(refusal: Refused) -> str:
    if isinstance(refusal.reason, IdentityFault):
        return str(IDENTITY_WORDS[refusal.reason])
    return str(_("Il y a déjà 20 personnes ici. Appelez-nous pour en ajouter une."))
