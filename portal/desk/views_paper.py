"""The garantie papier in one press, for somebody on the telephone or at the counter."""

from flask import redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from portal.desk.forms_words import HEARD
from portal.desk.rules import Reading
from portal.desk.views import bp
from portal.desk.views_shared import ACTORS, PERSON, file_or_404, hand
from portal.letters.services_choice import choose_paper
from portal.people.forms_fields import HiddenField
from portal.people.models import Person
from portal.refusal import Refused
from portal.web.access import allow, safe_next
from portal.web.forms import ChoiceField, PortalForm
from portal.web.headers import personal_page
from portal.web.request import now, portal, transaction

_LINE = " / "


class AllByPostForm(PortalForm):
    """One press, whose button says how the person asked for it.

    `safe`: the address that somebody discreet has said to be safe, as the page showed it.
    """

    safe = HiddenField()
    how = ChoiceField(_l("Comment l'a-t-elle dit ?"), choices=HEARD, required=_l("Dites comment."))


@bp.post(f"{PERSON}/tout-par-courrier")
@allow(*ACTORS)
def all_by_post(person_id: int) -> Response | str:
    """Everything by post from now on, and back to where the agent was; without an address, to its lines first.

    Of somebody discreet, the agent first asks whether the address is a safe place: whoever they fear may live there.
    """
    form = AllByPostForm()
    is_pressed = form.validate_on_submit()
    back = safe_next(request.form.get("retour"), "")
    try:
        with transaction() as database:
            person, how_much = file_or_404(database, person_id)
            if is_pressed and _has_to_say(person, form):
                personal_page()
                return render_template(
                    "desk/paper_safe.html",
                    person=person,
                    form=form,
                    address=[line for line in person.address if line] if how_much is Reading.WHOLE else [],
                    safe=_LINE.join(person.address),
                    back=back,
                )
            if is_pressed:
                base_url = portal().settings.base_url
                choose_paper(database, now(), person_id=person_id, by=hand(), how=str(form.how.data), base_url=base_url)
    except Refused:
        return redirect(url_for("desk.change", person_id=person_id, manque="adresse", retour=back or None), 303)
    done = "papier" if is_pressed else None
    return redirect(back or url_for("desk.person", person_id=person_id, fait=done), 303)


def _has_to_say(person: Person, form: AllByPostForm) -> bool:
    """Whether somebody discreet has yet to say that letters may come to this very address."""
    is_new = person.wants_discretion and person.letters_chosen_at is None and any(person.address)
    return is_new and (form.safe.data or "") != _LINE.join(person.address)
