"""The garantie papier in one press."""

from flask import redirect, url_for

from portal.letters.services_choice import ChoiceFault, How, choose_paper
from portal.people.views_browser import actor, subject_id
from portal.refusal import Refused
from portal.space.views import bp
from portal.space.views_preferences import LETTERS_REFUSED
from portal.space.views_shared import Page, base_url
from portal.web.access import Procedure, Role, allow
from portal.web.forms import PortalForm
from portal.web.request import now, transaction


@bp.post("/tout-par-courrier")
@allow(Role.REACHABLE, procedure=Procedure.PREFERENCES)
def all_by_post() -> Page:
    """Everything by post from now on; without an address, its lines come first, and one press does both."""
    if not PortalForm().validate_on_submit():
        return redirect(url_for("space.preferences"), 303)
    try:
        with transaction() as database:
            choose_paper(database, now(), person_id=subject_id(), by=actor(), how=How.WEB, base_url=base_url())
    except Refused as refusal:
        if refusal.reason is ChoiceFault.DISCREET:  # chosen since the page was shown, which offers it no more
            return redirect(url_for("space.preferences", fait=LETTERS_REFUSED), 303)
        if refusal.reason is not ChoiceFault.NO_ADDRESS:
            raise
        return redirect(url_for("space.address", tout=1), 303)
    return redirect(url_for("space.preferences", fait="papier"), 303)
