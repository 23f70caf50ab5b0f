"""What is open to a person, and how to open more; and the closing of the space."""

from datetime import timedelta

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from portal.identity.services_letters import may_reach
from portal.people.views_browser import actor, leave, subject_id
from portal.refusal import Refused
from portal.space.services import send_opening_letter
from portal.space.services_closing import close_space
from portal.space.views import bp
from portal.space.views_shared import Page, base_url, is_known, me, page, sealer
from portal.web.access import Role, allow
from portal.web.forms import PortalForm
from portal.web.request import now, portal, transaction
from portal.web.throttle import Limit, spend

_LETTERS = Limit("activation-letters", 3, timedelta(days=1))


@bp.get("/niveau")
@allow(Role.REACHABLE)
def level() -> str:
    """What is open now, what would open, and the ways to prove who one is."""
    return _level_page(PortalForm(formdata=None))


@bp.post("/niveau/lettre")
@allow(Role.REACHABLE)
def send_letter() -> Page:
    """Sends the letter that opens everything to the address that an agent has confirmed."""
    form = PortalForm()
    if not form.validate_on_submit():
        return _level_page(form), 422
    spend(_LETTERS, f"person {subject_id()}")
    try:
        with transaction() as database:
            send_opening_letter(
                database, now(), person_id=subject_id(), by=actor(), sealer=sealer(), base_url=base_url()
            )
    except Refused:
        form.form_errors.append(_("Nous n'avons pas d'adresse confirmée pour vous. Choisissez une autre façon."))
        return _level_page(form), 409
    return redirect(url_for("space.level", fait="lettre"), 303)


@bp.get("/fermer")
@allow(Role.REACHABLE)
def close() -> str:
    """What stays and what ends."""
    return page("close")


@bp.route("/fermer/confirmer", methods=["GET", "POST"])
@allow(Role.REACHABLE)
def confirm_close() -> Page:
    """Closes the space, and leaves."""
    form = PortalForm()
    if form.validate_on_submit():
        with transaction() as database:
            close_space(database, now(), person_id=g.person.id, by=actor(), base_url=base_url())
        leave()
        return redirect(url_for("space.closed"), 303)
    return page("close_confirm", form=form), 422 if form.errors else 200


@bp.get("/ferme")
@allow(Role.EVERYONE)
def closed() -> str:
    """It is done; how to come back."""
    return render_template("space/closed.html")


def _level_page(form: PortalForm) -> str:
    with transaction() as database:
        person = me(database)
    return page(
        "level",
        form=form,
        person=person,
        is_known=is_known(),
        may_write=person.address_confirmed_at is not None and may_reach(person),
        has_franceconnect=portal().settings.franceconnect is not None,
        done=request.args.get("fait", ""),
    )
