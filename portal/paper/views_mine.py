"""Paper forms in one's own space: each comes home by post in one press."""

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from portal.desk.queries import file
from portal.notifications.queries_post import calendar_of
from portal.paper.forms import GiveForm
from portal.paper.forms_words import ICONS, KINDS, LINES, MY_POST_FAULTS
from portal.paper.models import FormKind
from portal.paper.rules import GIVEN, KEYS, PostFault, kind_of
from portal.paper.services_sending import letter_fault, send_form
from portal.paper.views import Page
from portal.paper.views_shared import bp
from portal.paper.views_sheet import posted_words
from portal.people.mandates import MandateFault
from portal.people.models import Person
from portal.people.views_browser import actor, subject_id
from portal.refusal import Refused
from portal.web.access import Procedure, Role, allow
from portal.web.headers import personal_page
from portal.web.request import now, portal, transaction


@bp.route("/mon-espace/papiers", methods=["GET", "POST"])
@allow(Role.REACHABLE, procedure=Procedure.PREFERENCES)
def mine() -> Page:
    """The forms with one's name on them, sent by post in one press; or blank ones to open."""
    form = GiveForm()
    kind = kind_of(request.form.get("poste", ""))
    if form.validate_on_submit() and kind is not None:
        return _sent(kind)
    with transaction() as database:
        return _page(database, form)


def _sent(kind: FormKind) -> Page:
    site = portal().settings.base_url
    try:
        with transaction() as database:
            send_form(database, now(), kind=kind, person_id=subject_id(), words=posted_words, by=actor(), base_url=site)
    except Refused as refused:
        if not isinstance(refused.reason, PostFault | MandateFault):
            raise
        return redirect(url_for("paper.mine"), 303)  # the page says why
    return redirect(url_for("paper.mine", fait="poste"), 303)


def _page(database: Session, form: GiveForm) -> str:
    person = file(database, subject_id()) or database.get_one(Person, subject_id())
    fault = letter_fault(person, by=actor())
    personal_page()
    return render_template(
        "paper/mine.html",
        form=form,
        kinds=[(KEYS[kind], KINDS[kind], LINES[kind], ICONS[kind]) for kind in GIVEN],
        fault=MY_POST_FAULTS[fault] if fault else "",
        mend=url_for("space.preferences" if fault is PostFault.DISCREET else "space.address"),
        arrives=calendar_of(database).arrival(now()),
        is_posted=request.args.get("fait") == "poste",
    )
