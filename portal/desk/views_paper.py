"""The garantie papier in one press, for somebody on the telephone or at the counter."""

from flask import redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from portal.desk.forms import SafePlaceForm
from portal.desk.forms_words import HEARD
from portal.desk.rules import Reading, asks_if_safe
from portal.desk.views import bp
from portal.desk.views_shared import ACTORS, PERSON, file_or_404, hand
from portal.letters.services_choice import choose_paper
from portal.people.models import Person
from portal.refusal import Refused
from portal.web.access import allow, safe_next
from portal.web.forms import ChoiceField
from portal.web.headers import personal_page
from portal.web.request import now, portal, transaction


class AllByPostForm(SafePlaceForm):
    """One press, whose button says how the person asked for it."""

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
                form.asks_about(person.address)
                return render_template(
                    "desk/paper_safe.html",
                    person=person,
                    form=form,
                    address=[line for line in person.address if line] if how_much is Reading.WHOLE else [],
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
    is_asked = person.wants_discretion and asks_if_safe(person, person.address)
    return is_asked and not form.is_said_of(person.address)
